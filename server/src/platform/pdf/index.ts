import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ForthrightError } from '@forthright/contract';
import type PdfKit from 'pdfkit';

/** What a PDF says, in reading order. */
export type PdfBlock =
  | Readonly<{ kind: 'heading'; level: 1 | 2; text: string }>
  | Readonly<{ kind: 'paragraph'; text: string }>
  | Readonly<{ kind: 'list'; items: readonly string[] }>
  /** Names with what belongs to each; `note` is told in small letters. */
  | Readonly<{ kind: 'entries'; entries: readonly PdfEntry[] }>;
export type PdfEntry = Readonly<{ name: string; value: string; note?: string }>;

export type PdfDocument = Readonly<{
  title: string;
  author: string;
  /** Such as `en`: how a reader pronounces it. */
  language: string;
  at: Date;
  blocks: readonly PdfBlock[];
  /** Path of a font for all of it, in place of our own, which has Latin, Greek and Cyrillic letters. */
  font?: string;
}>;

const SIZES = { heading1: 18, heading2: 13, text: 10, note: 8 } as const;
const MARGIN = 56;
/** As the numbers of pages stand in it. */
const FOOT = 34;
const WEAK = '#4d4d4d';

const require = createRequire(import.meta.url);
const font = (name: string): string => require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);

type Doc = InstanceType<typeof PdfKit>;

/** Where Debian's package `fonts-ipafont-gothic` has it (IPA Font License: free, and may stand in documents). */
const JAPANESE = '/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf';

/** Path of a font with Japanese letters: this one, or that of Debian's package. Undefined when it is not there. */
export async function japaneseFont(path: string = JAPANESE): Promise<string | undefined> {
  return (await stat(path).catch(() => undefined))?.isFile() === true ? path : undefined;
}

/** Whether a font has all letters of a text. Refuses as `font-missing` a file that is no font. */
export async function lettersOf(path: string): Promise<(text: string) => boolean> {
  const { default: Kit } = await import('pdfkit');
  try {
    // @types/pdfkit does not know it: the font as fontkit has read it.
    const { _font } = new Kit({ font: path }) as unknown as {
      _font: { font: { hasGlyphForCodePoint: (letter: number) => boolean } };
    };
    return (text) =>
      Array.from(text).every(
        (letter) => /[\p{C}\s]/u.test(letter) || _font.font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0),
      );
  } catch (cause) {
    throw new ForthrightError('font-missing', `${path} can not be used as a font.`, { cause });
  }
}

/** Characters that no letter stands for would be boxes: a tab is a space, other control characters go. */
const plain = (text: string): string =>
  text
    .replaceAll('\t', ' ')
    .replaceAll('\r\n', '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '');

/**
 * A PDF that a screen reader can read: PDF 1.7 tagged as PDF/UA asks (headings, paragraphs, lists with labels, language,
 * title, fonts within), so that what is told by place and size is told by its tags too.
 */
export async function writePdf(document: PdfDocument): Promise<Uint8Array> {
  // Loaded when a page is made: no other command should wait for it.
  const { default: Kit } = await import('pdfkit');
  const doc = new Kit({
    size: 'A4',
    margin: MARGIN,
    pdfVersion: '1.7',
    // @types/pdfkit does not know it yet.
    subset: 'PDF/UA' as never,
    tagged: true,
    lang: document.language,
    displayTitle: true,
    bufferPages: true,
    font: document.font ?? font('DejaVuSans'),
    info: {
      Title: document.title,
      Author: document.author,
      CreationDate: document.at,
      ModDate: document.at,
    },
  });
  doc.registerFont('text', document.font ?? font('DejaVuSans'));
  doc.registerFont('bold', document.font ?? font('DejaVuSans-Bold'));
  const whole = doc.struct('Document');
  doc.addStructure(whole);
  for (const block of document.blocks) addBlock(doc, whole, block);
  whole.end();
  numberPages(doc);
  const chunks: Uint8Array[] = [];
  doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    doc.once('end', resolve);
    doc.once('error', reject);
  });
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

type Structure = ReturnType<Doc['struct']>;

const say = (
  doc: Doc,
  face: 'text' | 'bold',
  size: number,
  text: string,
  indent = 0,
  color = '#000000',
): void => {
  doc
    .font(face)
    .fontSize(size)
    .fillColor(color)
    .text(plain(text), MARGIN + indent, doc.y, { width: doc.page.width - 2 * MARGIN - indent });
};

/** A structure is filled only once it stands in its parent: then its words are written at once, in order. */
function inside(doc: Doc, parent: Structure, tag: string): Structure {
  const made = doc.struct(tag);
  parent.add(made);
  return made;
}

function addBlock(doc: Doc, whole: Structure, block: PdfBlock): void {
  switch (block.kind) {
    case 'heading': {
      const size = block.level === 1 ? SIZES.heading1 : SIZES.heading2;
      keepTogether(doc, size * 4);
      const tag = block.level === 1 ? 'H1' : 'H2';
      whole.add(doc.struct(tag, {}, () => say(doc, 'bold', size, block.text)));
      break;
    }
    case 'paragraph':
      whole.add(doc.struct('P', {}, () => say(doc, 'text', SIZES.text, block.text)));
      break;
    case 'list':
      list(
        doc,
        whole,
        block.items.map((value) => ({ name: BULLET, value })),
      );
      break;
    case 'entries':
      list(doc, whole, block.entries);
      break;
  }
  doc.moveDown(0.6);
}

const BULLET = '•';

/** A list whose labels are the names: read as name and value, one after the other. */
function list(doc: Doc, whole: Structure, entries: readonly PdfEntry[]): void {
  const all = inside(doc, whole, 'L');
  for (const { name, value, note } of entries) {
    const item = inside(doc, all, 'LI');
    const isBullet = name === BULLET;
    // Not within a tag: what begins a page there is left without its own.
    keepTogether(doc, SIZES.text * 3);
    item.add(doc.struct('Lbl', {}, () => say(doc, isBullet ? 'text' : 'bold', SIZES.text, name)));
    if (isBullet) doc.moveUp();
    item.add(
      doc.struct('LBody', {}, () => {
        say(doc, 'text', SIZES.text, value, 14);
        if (note !== undefined) say(doc, 'text', SIZES.note, note, 14, WEAK);
      }),
    );
    doc.moveDown(0.35);
    item.end();
  }
  all.end();
}

/** A heading, or a label, stands with what it belongs to. */
function keepTogether(doc: Doc, height: number): void {
  if (doc.y + height > doc.page.height - MARGIN) doc.addPage();
}

/** Numbers of pages are for the eye: an artifact, which a reader passes over. */
function numberPages(doc: Doc): void {
  const { start, count } = doc.bufferedPageRange();
  for (let i = start; i < start + count; i++) {
    doc.switchToPage(i);
    doc.page.margins.bottom = 0;
    doc.markContent('Artifact', { type: 'Pagination' });
    doc
      .font('text')
      .fontSize(SIZES.note)
      .fillColor(WEAK)
      .text(`${i + 1} / ${count}`, MARGIN, doc.page.height - FOOT, {
        width: doc.page.width - 2 * MARGIN,
        align: 'right',
        lineBreak: false,
      });
    doc.endMarkedContent();
  }
}
