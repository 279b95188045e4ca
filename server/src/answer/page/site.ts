/**
 * The public pages as files, out of the records: editions never change once they are there; what stands around them is written
 * anew, each file whole or not at all. A process that is killed leaves pages of which each is an old or a new one; the next
 * start writes the rest.
 *
 *   incidents/ADDRESS/N/       an edition, byte for byte as it was approved; entry.json and proof.tlog prove it
 *   incidents/ADDRESS/de.html  the newest edition, with all editions, their differences and the checkpoint
 *   incidents/de.html          all incidents; feed.de.xml, feed.de.json
 */
import { words } from '../../notify/index.ts';
import type { Db } from '../../platform/db/index.ts';
import { publishedCheckpoint, publishedEntry } from '../../prove/index.ts';
import type { Files } from '../public-files.ts';
import { EDITION_FILE, feedFile, pageFile, pressFile, RECORD_FILE, TEXT_FILE } from './edition.ts';
import { type FeedItem, jsonFeedOf, rssOf } from './feeds.ts';
import { articleOf, changesOf, pageOf, questionsOf, sectionOf } from './html.ts';
import { type Labels, labelsOf } from './labels.ts';
import { editionsOf, filesOf } from './store.ts';
import { type PageLanguages, pageLanguages } from './texts.ts';
import type { Edition, EditionText, PageText } from './types.ts';

type Shown = Readonly<{
  edition: Edition & Readonly<{ publishedAt: Date; publishedEntry: number }>;
  text: EditionText;
  isProved: boolean;
}>;

/** Writes what was published. Without any edition nothing: nobody learns that there is an incident. */
export async function writePages(db: Db, files: Files): Promise<void> {
  const published = await editionsOf(db, { state: 'published' });
  if (published.length === 0) return;
  const languages = await pageLanguages();
  const checkpoint = await publishedCheckpoint(db);
  const pages = new Map<string, Shown[]>();
  for (const edition of published) {
    const shown = await writeEdition(db, files, edition);
    const found = pages.get(edition.address);
    if (found === undefined) pages.set(edition.address, [shown]);
    else found.push(shown);
  }
  for (const [address, editions] of pages) {
    const home = (language: string) => newestPage({ editions, languages, checkpoint }, language);
    await writeInEach(files, `incidents/${address}`, languages, home);
  }
  await writeIndex(files, [...pages.values()], languages);
}

async function writeEdition(db: Db, files: Files, edition: Edition): Promise<Shown> {
  const { address, number, hash, publishedAt, publishedEntry: index } = edition;
  if (publishedAt === undefined || index === undefined) throw new Error('It was published.');
  const content = await filesOf(db, edition.id);
  const folder = `incidents/${address}/${number}`;
  if ((await files.hashOf(`${folder}/${EDITION_FILE}`)) !== hash) await files.putFolder(folder, content);
  for (const [name, text] of content) files.stands(`${folder}/${name}`, text);
  const { entry, proof } = await publishedEntry(db, index);
  await files.put(`${folder}/entry.json`, Buffer.from(entry).toString('utf8'));
  if (proof !== undefined) await files.put(`${folder}/proof.tlog`, proof);
  const text = JSON.parse(content.get(TEXT_FILE) ?? '') as EditionText;
  return { edition: { ...edition, publishedAt, publishedEntry: index }, text, isProved: proof !== undefined };
}

/** Each page once in each language, and in English where none is named. */
async function writeInEach(
  files: Files,
  folder: string,
  languages: PageLanguages,
  page: (language: string) => string,
): Promise<void> {
  for (const language of languages.keys()) await files.put(`${folder}/${pageFile(language)}`, page(language));
  await files.put(`${folder}/index.html`, page('en'));
}

const link = (href: string, text: string): string => `<a href="${href}">${words(text)}</a>`;

type Home = Readonly<{
  editions: readonly Shown[];
  languages: PageLanguages;
  checkpoint: string | undefined;
}>;

function newestPage({ editions, languages, checkpoint }: Home, code: string): string {
  const newest = editions.at(-1) as Shown;
  const language = languages.get(code);
  const page = newest.text.languages[code];
  if (language === undefined || page === undefined) throw new Error(`Each edition is in ${code}.`);
  const labels = labelsOf(language, newest.text);
  const { say } = labels;
  const { number } = newest.edition;
  const feeds = (['xml', 'json'] as const).map((kind) => ({
    rel: 'alternate',
    type: kind === 'xml' ? 'application/rss+xml' : 'application/feed+json',
    href: `../${feedFile(code, kind)}`,
    title: say('feed'),
  }));
  const record = { rel: 'alternate', type: 'application/ld+json', href: `${number}/${RECORD_FILE}` };
  return pageOf(
    {
      language: code,
      isRightToLeft: labels.isRightToLeft,
      title: page.title,
      organisation: newest.text.organisation,
      skip: say('skip'),
      languages: say('languages'),
      others: [...languages.keys()].map((other) => ({ language: other, href: pageFile(other) })),
      links: [{ ...record, title: say('file.record') }, ...feeds],
    },
    [
      articleOf(page),
      questionsOf(say('heading.questions'), page.questions),
      sectionOf(
        say('heading.editions'),
        `<ol class="editions" reversed>\n${editions
          .toReversed()
          .map((one) => editionItem(one, labels, code))
          .join('\n')}\n</ol>`,
      ),
      sectionOf(say('heading.proof'), proofOf(newest, labels, checkpoint)),
      `<p>${link(`../../check/${pageFile(code)}`, say('check.link'))}</p>`,
    ].join('\n'),
  );
}

function editionItem({ edition, text }: Shown, labels: Labels, code: string): string {
  const { say } = labels;
  const { number, publishedAt, hash } = edition;
  const page = text.languages[code] as PageText;
  const name = say('edition.name', { number, at: publishedAt.getTime() });
  const changes =
    page.changes === undefined
      ? ''
      : `<details><summary>${words(say('heading.changes'))}</summary>\n${changesOf(page, labels.changes(number - 1))}\n</details>`;
  return `<li value="${number}">${link(`${number}/${pageFile(code)}`, name)} · ${link(`${number}/${pressFile(code)}`, say('file.press'))} · ${link(`${number}/${RECORD_FILE}`, say('file.record'))}<br><code>${hash}</code>
${changes}</li>`;
}

function proofOf({ edition, isProved }: Shown, { say }: Labels, checkpoint: string | undefined): string {
  const { number, publishedEntry } = edition;
  const how = say('proof.how', { file: EDITION_FILE, sum: 'SHA-256' });
  const links = [
    link(`${number}/${EDITION_FILE}`, say('file.edition')),
    link(`${number}/entry.json`, say('file.entry')),
    ...(isProved ? [link(`${number}/proof.tlog`, say('file.proof'))] : []),
  ];
  const taken =
    isProved && checkpoint !== undefined
      ? `<p>${words(say('proof.checkpoint'))}</p>\n<pre>${words(checkpoint.trim())}</pre>`
      : `<p>${words(say('proof.waiting'))}</p>`;
  return `<p>${words(how)}</p>
<p>${words(say('proof.entry', { number: publishedEntry }))}</p>
<ul>${links.map((one) => `<li>${one}</li>`).join('')}</ul>
${taken}`;
}

async function writeIndex(
  files: Files,
  pages: readonly (readonly Shown[])[],
  languages: PageLanguages,
): Promise<void> {
  const all = pages.flat().toSorted((a, b) => b.edition.publishedEntry - a.edition.publishedEntry);
  const newest = all[0] as Shown;
  const { base, organisation } = newest.text;
  const items: FeedItem[] = all.map(({ text, edition: { hash, publishedAt } }) => ({
    text,
    hash,
    publishedAt,
  }));
  for (const [code, language] of languages) {
    const { say } = labelsOf(language, newest.text);
    const feed = { language: code, title: say('index.title'), lead: say('index.lead'), base, items };
    const title = `${organisation}: ${feed.title}`;
    await files.put(`incidents/${feedFile(code, 'xml')}`, rssOf({ ...feed, title }));
    await files.put(`incidents/${feedFile(code, 'json')}`, jsonFeedOf({ ...feed, title }));
  }
  const latest = pages
    .map((editions) => editions.at(-1) as Shown)
    .toSorted((a, b) => b.edition.publishedEntry - a.edition.publishedEntry);
  await writeInEach(files, 'incidents', languages, (code) => indexPage(latest, languages, code));
}

function indexPage(latest: readonly Shown[], languages: PageLanguages, code: string): string {
  const language = languages.get(code);
  const [first] = latest;
  if (language === undefined || first === undefined) throw new Error('Something was published.');
  const { say, isRightToLeft } = labelsOf(language, first.text);
  const title = say('index.title');
  const items = latest.map(({ edition: { address, number, publishedAt }, text }) => {
    const name = say('edition.name', { number, at: publishedAt.getTime() });
    return `<li>${link(`${address}/${pageFile(code)}`, text.languages[code]?.title ?? address)}<br><span class="small">${words(name)}</span></li>`;
  });
  return pageOf(
    {
      language: code,
      isRightToLeft,
      title: `${first.text.organisation}: ${title}`,
      organisation: first.text.organisation,
      skip: say('skip'),
      languages: say('languages'),
      others: [...languages.keys()].map((other) => ({ language: other, href: pageFile(other) })),
      links: [
        { rel: 'alternate', type: 'application/rss+xml', href: feedFile(code, 'xml'), title: say('feed') },
      ],
    },
    `<h1>${words(title)}</h1>
<p class="lead">${words(say('index.lead'))}</p>
<ul class="editions">
${items.join('\n')}
</ul>
<p>${link(`../check/${pageFile(code)}`, say('check.link'))} · ${link(feedFile(code, 'xml'), say('feed'))}</p>`,
  );
}
