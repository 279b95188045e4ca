import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** What was written, and whom it did not reach: these are told otherwise, never forgotten. */
export type Copies = Readonly<{
  letters: number;
  shortMessages: number;
  inAccount: number;
  withoutAddress: readonly string[];
  withoutPhone: readonly string[];
  /** Letters that the fonts have no letters for (Chinese, Japanese, Arabic, …): a mail house prints them from `in-account.jsonl`. */
  unprintable: readonly string[];
}>;

/** A folder of more files is slow to list, and a batch is what a mail house is given at once. */
const BATCH = 1000;
const ADDRESS_LINES = 6;
const PRINTABLE =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]*$/u;

/**
 * Writes into a new folder: a PDF a letter (`batch-0001/000001.pdf`), `letters.csv` for a mail house, `sms.jsonl` and
 * `in-account.jsonl`. The folder is readable for its owner alone: it is full of personal data.
 */
export async function writeCopies(
  copies: Iterable<Copy> | AsyncIterable<Copy>,
  folder: string,
  about: Readonly<{ organisation: string; at: Date }>,
): Promise<Copies> {
  await mkdir(folder, { mode: 0o700 });
  const { writePdf } = await import('../../platform/pdf/index.ts');
  const file = (name: string) => open(join(folder, name), 'wx', 0o600);
  await using letters = await file('letters.csv');
  await using sms = await file('sms.jsonl');
  await using account = await file('in-account.jsonl');
  await letters.write(row(['file', 'name', ...lineNames, 'country', 'language', 'person']));
  const done = { letters: 0, shortMessages: 0, inAccount: 0 };
  const not = { withoutAddress: [] as string[], withoutPhone: [] as string[], unprintable: [] as string[] };
  for await (const copy of copies) {
    const { person, composed, phone, country } = copy;
    const { language, subject, text, html } = composed.notice;
    await account.write(`${JSON.stringify({ person, language, subject, text, html })}\n`);
    done.inAccount += 1;
    if (phone.trim() === '') not.withoutPhone.push(person);
    else {
      await sms.write(
        `${JSON.stringify({ person, phone: cleanName(phone), language, text: composed.sms })}\n`,
      );
      done.shortMessages += 1;
    }
    const lines = copy.address.map(cleanName).filter((line) => line !== '');
    const name = cleanName(copy.name);
    if (lines.length === 0) not.withoutAddress.push(person);
    else if (!PRINTABLE.test([name, ...lines, text].join(''))) not.unprintable.push(person);
    else {
      const path = pathOf(done.letters);
      await mkdir(join(folder, path.split('/')[0] ?? ''), { recursive: true, mode: 0o700 });
      const blocks = [
        { kind: 'paragraph', text: [name, ...lines, country].join('\n') } as const,
        ...composed.blocks.map(pdfBlock),
      ];
      const pdf = await writePdf({
        title: subject,
        author: about.organisation,
        language,
        at: about.at,
        blocks,
      });
      await writeFile(join(folder, path), pdf, { mode: 0o600, flag: 'wx' });
      const cells = Array.from({ length: ADDRESS_LINES }, (_, i) =>
        i < ADDRESS_LINES - 1 ? (lines[i] ?? '') : lines.slice(i).join(', '),
      );
      await letters.write(row([path, name, ...cells, country, language, person]));
      done.letters += 1;
    }
  }
  return { ...done, ...not };
}

const lineNames = Array.from({ length: ADDRESS_LINES }, (_, i) => `line${i + 1}`);

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
