/** The newest editions of all incidents, as RSS 2.0 and as JSON Feed 1.1, in one language. Pure. */
import { markup } from '../../kernel/index.ts';
import type { EditionText } from './types.ts';

export type FeedItem = Readonly<{ text: EditionText; hash: string; publishedAt: Date }>;
export type Feed = Readonly<{
  language: string;
  title: string;
  lead: string;
  /** Where the public folder is served. */
  base: string;
  /** The newest first. */
  items: readonly FeedItem[];
}>;

const MOST_ITEMS = 50;

const bare = (text: string): string => text.replace(/[\u2068\u2069]/g, '');
const linkOf = ({ text: { base, address, number } }: FeedItem, language: string): string =>
  `${base}incidents/${address}/${number}/${language}.html`;
const wordsOf = ({ text }: FeedItem, language: string) => {
  const { title = '', lead = '', sections = [] } = text.languages[language] ?? {};
  const [howMany] = sections.filter(({ section }) => section === 'howMany');
  const figures = (howMany?.blocks ?? []).map((block) => (block.is === 'list' ? '' : block.text));
  return { title: bare(title), summary: bare([lead, ...figures].join(' ')) };
};

export function rssOf({ language, title, lead, base, items }: Feed): string {
  const entries = items.slice(0, MOST_ITEMS).map((item) => {
    const said = wordsOf(item, language);
    return `<item><title>${markup(said.title)}</title><link>${markup(linkOf(item, language))}</link><guid isPermaLink="false">urn:sha256:${item.hash}</guid><pubDate>${item.publishedAt.toUTCString()}</pubDate><description>${markup(said.summary)}</description></item>`;
  });
  const here = `${base}incidents/feed.${language}.xml`;
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>${markup(title)}</title><link>${markup(`${base}incidents/${language}.html`)}</link><description>${markup(lead)}</description><language>${language}</language>
<atom:link rel="self" type="application/rss+xml" href="${markup(here)}"/>
${entries.join('\n')}
</channel></rss>
`;
}

export function jsonFeedOf({ language, title, lead, base, items }: Feed): string {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title,
    description: lead,
    language,
    home_page_url: `${base}incidents/${language}.html`,
    feed_url: `${base}incidents/feed.${language}.json`,
    items: items.slice(0, MOST_ITEMS).map((item) => {
      const { title: name, summary } = wordsOf(item, language);
      return {
        id: `urn:sha256:${item.hash}`,
        url: linkOf(item, language),
        title: name,
        content_text: summary,
        date_published: item.publishedAt.toISOString(),
        language,
      };
    }),
  };
  return `${JSON.stringify(feed, null, 2)}\n`;
}
