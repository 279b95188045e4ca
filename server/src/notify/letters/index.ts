/** Notices by other ways than e-mail: letters in batches with a file for a mail house, and lines for other programs. */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyWay } from '@forthright/contract';
import type { PdfBlock } from '../../platform/pdf/index.ts';
import type { Block, Composed } from '../compose/index.ts';
import { cleanName } from '../compose/notice.ts';

/** One person's notice by other ways than e-mail. */
export type Copy = Readonly<{
  person: string;
  composed: Composed;
  name: string;
  /** Lines under the name, as the directory has them; none where it has no address. */
  address: readonly string[];
  country: string;
  phone: string;
}>;

/**
 * What became of each: `no-address` and `no-phone` where the directory has none, `unprintable` where no font at hand has all
 * letters of it. These are told otherwise, never forgotten.
 */
export type CopyOutcome = 'written' | 'no-address' | 'no-phone' | 'unprintable';
export type Written = Readonly<{ person: string; outcome: CopyOutcome }>;

export type About = Readonly<{
  organisation: string;
  at: Date;
  /** Path of a font for letters that ours lack, such as those of Chinese or Korean names. */
  font?: string | undefined;
}>;

/** A folder of more files is slow to list, and a batch is what a mail house is given at once. */
const BATCH = 1000;
const ADDRESS_LINES = 6;

type Copies = Iterable<Copy> | AsyncIterable<Copy>;

/**
 * Writes into a new folder a PDF a letter (`batch-0001/000001.pdf`) and `letters.csv` for a mail house. The folder is readable for
 * its owner alone: it is full of personal data. The files are whole when the last one was told.
 */
export async function* writeLetters(copies: Copies, folder: string, about: About): AsyncGenerator<Written> {
  await mkdir(folder, { mode: 0o700 });
  const { printable, writePdf } = await import('../../platform/pdf/index.ts');
  const { organisation: author, at, font } = about;
  const isPrintable = await printable(font);
  await using list = await open(join(folder, 'letters.csv'), 'wx', 0o600);
  await list.write(row(['file', 'name', ...LINE_NAMES, 'country', 'language', 'person']));
  let count = 0;
  for await (const { person, composed, country, ...copy } of copies) {
    const { language, subject, text } = composed.notice;
    const lines = copy.address.map(cleanName).filter((line) => line !== '');
    const name = cleanName(copy.name);
    const outcome =
      lines.length === 0
        ? 'no-address'
        : isPrintable([name, ...lines, text].join('\n'))
          ? 'written'
          : 'unprintable';
    if (outcome === 'written') {
      const path = pathOf(count);
      count += 1;
      await mkdir(join(folder, path.split('/')[0] ?? ''), { recursive: true, mode: 0o700 });
      const blocks = [
        { kind: 'paragraph', text: [name, ...lines, country].join('\n') } as const,
        ...composed.blocks.map(pdfBlock),
      ];
      const pdf = await writePdf({ title: subject, author, language, at, blocks, font });
      await writeFile(join(folder, path), pdf, { mode: 0o600, flag: 'wx' });
      const cells = Array.from({ length: ADDRESS_LINES }, (_, i) =>
        i < ADDRESS_LINES - 1 ? (lines[i] ?? '') : lines.slice(i).join(', '),
      );
      await list.write(row([path, name, ...cells, country, language, person]));
    }
    yield { person, outcome };
  }
  await list.sync();
}

/** One person's line for another program. */
export type CopyLine = Readonly<{ person: string; language: string; text: string }> &
  Readonly<{ phone: string } | { subject: string; html: string }>;

/** Writes a new file of JSON lines (`CopyLine`), readable for its owner alone: short messages, or copies for accounts. */
export async function* writeLines(
  copies: Copies,
  path: string,
  way: Exclude<CopyWay, 'letter'>,
): AsyncGenerator<Written> {
  await using file = await open(path, 'wx', 0o600);
  for await (const { person, composed, phone: rawPhone } of copies) {
    const { language, subject, text, html } = composed.notice;
    const phone = cleanName(rawPhone);
    const isMissing = way === 'text-message' && phone === '';
    const line: CopyLine =
      way === 'text-message'
        ? { person, language, phone, text: composed.sms }
        : { person, language, subject, text, html };
    if (!isMissing) await file.write(`${JSON.stringify(line)}\n`);
    yield { person, outcome: isMissing ? 'no-phone' : 'written' };
  }
  await file.sync();
}

const LINE_NAMES = Array.from({ length: ADDRESS_LINES }, (_, i) => `line${i + 1}`);

const pathOf = (n: number): string =>
  `batch-${String(Math.floor(n / BATCH) + 1).padStart(4, '0')}/${String(n + 1).padStart(6, '0')}.pdf`;

const bare = (text: string): string => text.replace(/[\u2068\u2069]/g, '');

function pdfBlock(block: Block): PdfBlock {
  switch (block.is) {
    case 'title':
      return { kind: 'heading', level: 1, text: bare(block.text) };
    case 'heading':
      return { kind: 'heading', level: 2, text: bare(block.text) };
    case 'paragraph':
      return { kind: 'paragraph', text: bare(block.text) };
    case 'list':
      return { kind: 'list', items: block.items.map(bare) };
  }
}

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
const row = (cells: readonly string[]): string =>
  `${cells.map((cell) => `"${(/^[=+@\t-]/.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`).join(',')}\r\n`;
