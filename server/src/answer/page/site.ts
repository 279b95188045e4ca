/**
 * The public pages as files, out of the records: editions never change once they are there; what stands around them is written
 * anew, each file whole or not at all. A process that is killed leaves pages of which each is an old or a new one; the next
 * start writes the rest.
 *
 *   incidents/ADDRESS/N/       an edition, byte for byte as it was approved; entry.json and proof.tlog prove it
 *   incidents/ADDRESS/de.html  the newest edition, with all editions, their differences and the checkpoint
 *   incidents/de.html          all incidents; feed.de.xml, feed.de.json
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { words } from '../../notify/index.ts';
import type { Db } from '../../platform/db/index.ts';
import { syncFolder } from '../../platform/index.ts';
import { publishedCheckpoint, publishedEntry } from '../../prove/index.ts';
import { EDITION_FILE, feedFile, pageFile, pressFile, RECORD_FILE, TEXT_FILE } from './edition.ts';
import { type FeedItem, jsonFeedOf, rssOf } from './feeds.ts';
import { articleOf, changesOf, pageOf, questionsOf, sectionOf } from './html.ts';
import { type Labels, labelsOf } from './labels.ts';
import { editionsOf, filesOf } from './store.ts';
import { type PageLanguages, pageLanguages } from './texts.ts';
import type { Edition, EditionFiles, EditionText, PageText } from './types.ts';

/** Beside the public folder, never in it: whoever copies that takes no half of anything. */
const PARTIAL = 'public.partial';
/** Older than any that is being written. */
const ABANDONED_MS = 3_600_000;

type Shown = Readonly<{
  edition: Edition & Readonly<{ publishedAt: Date; publishedEntry: number }>;
  text: EditionText;
  isProved: boolean;
}>;

/** Writes what was published. Without any edition nothing: nobody learns that there is an incident. `data`: the data folder. */
export async function writePages({ db, data }: Readonly<{ db: Db; data: string }>): Promise<void> {
  const published = await editionsOf(db, { state: 'published' });
  if (published.length === 0) return;
  const files = await Files.open(data);
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

/** Files of the public folder, each whole or not at all, and only those that changed. */
export class Files {
  readonly #public: string;
  readonly #partial: string;

  private constructor(data: string) {
    this.#public = join(data, 'public');
    this.#partial = join(data, PARTIAL);
  }

  static async open(data: string): Promise<Files> {
    const files = new Files(data);
    await mkdir(files.#partial, { recursive: true, mode: 0o700 });
    for (const name of await readdir(files.#partial)) {
      const path = join(files.#partial, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS)
        await rm(path, { recursive: true, force: true });
    }
    return files;
  }

  /** SHA-256 in hex; undefined when there is no such file. */
  async hashOf(path: string): Promise<string | undefined> {
    const bytes = await readFile(join(this.#public, path)).catch(() => undefined);
    return bytes && createHash('sha256').update(bytes).digest('hex');
  }

  async put(path: string, content: string): Promise<void> {
    const target = join(this.#public, path);
    const there = await readFile(target, 'utf8').catch(() => undefined);
    if (there === content) return;
    const partial = join(this.#partial, randomUUID());
    try {
      await writeWhole(partial, content);
      await mkdir(dirname(target), { recursive: true });
      await rename(partial, target);
    } finally {
      await rm(partial, { force: true });
    }
  }

  /** A folder with all of these; whatever stood there goes. */
  async putFolder(path: string, content: EditionFiles): Promise<void> {
    const target = join(this.#public, path);
    const partial = join(this.#partial, randomUUID());
    const old = join(this.#partial, randomUUID());
    try {
      await mkdir(partial, { recursive: true });
      for (const [name, text] of content) await writeWhole(join(partial, name), text);
      await mkdir(dirname(target), { recursive: true });
      await rename(target, old).catch(unlessMissing);
      await rename(partial, target).catch(unlessThere);
      await syncFolder(dirname(target));
    } finally {
      await rm(partial, { recursive: true, force: true });
      await rm(old, { recursive: true, force: true });
    }
  }
}

async function writeWhole(path: string, content: string): Promise<void> {
  await using file = await open(path, 'w', 0o644);
  await file.writeFile(content);
  await file.sync();
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
/** Another process wrote the same meanwhile. */
function unlessThere(error: unknown): void {
  if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
}
