import { ForthrightError } from '@forthright/contract';
import type PdfKit from 'pdfkit';
import { type Face, type Fonts, fontsFor, type Weight } from './fonts.ts';
import { baseOf, breakable, needsPlace, type Piece, piecesOf } from './scripts.ts';

export { printable } from './fonts.ts';

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
  /**
   * Path of a font for letters that ours lack. Ours have Latin, Greek, Cyrillic, Armenian, Georgian, Arabic, Hebrew and Thai letters,
   * and Japanese ones with their kanji. Letters that none has are refused (`font-missing`).
   */
  font?: string | undefined;
}>;

const SIZES = { heading1: 18, heading2: 13, text: 10, note: 8 } as const;
const MARGIN = 56;
/** As the numbers of pages stand in it. */
const FOOT = 34;
const WEAK = '#4d4d4d';

type Doc = InstanceType<typeof PdfKit>;

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
  const fonts = await fontsFor({ language: document.language, named: document.font });
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
    font: fonts.font('own', 'regular') as never,
    info: {
      Title: document.title,
      Author: document.author,
      CreationDate: document.at,
      ModDate: document.at,
    },
  });
  fontsOf.set(doc, fonts);
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

const fontsOf = new WeakMap<Doc, Fonts>();

function fontsIn(doc: Doc): Fonts {
  const fonts = fontsOf.get(doc);
  if (fonts === undefined) throw new Error('A document has its fonts.');
  return fonts;
}

/** The font of what is written from here on, on this page and the next: pdfkit begins each page in the document's first one. */
function take(doc: Doc, face: Face, weight: Weight): Doc {
  doc.removeAllListeners('pageAdded');
  // It takes a font that is read already, which @types/pdfkit does not know.
  const again = () => doc.font(fontsIn(doc).font(face, weight) as never);
  doc.on('pageAdded', again);
  return again();
}

/** Refuses (`font-missing`) letters that would be boxes: nobody would see that they are lost. */
function refuseLost(lost: readonly string[]): void {
  if (lost.length === 0) return;
  const some = [...new Set(lost)].slice(0, 10).join(' ');
  throw new ForthrightError(
    'font-missing',
    `No font at hand has these letters: ${some}. Take it as a page (html), or write them otherwise.`,
  );
}

const say = (doc: Doc, weight: Weight, size: number, raw: string, indent = 0, color = '#000000'): void => {
  const text = plain(raw);
  const width = doc.page.width - 2 * MARGIN - indent;
  const { letters, lost } = fontsIn(doc).facesOf(text, weight);
  refuseLost(lost);
  doc.fontSize(size).fillColor(color);
  take(doc, letters[0]?.face ?? 'own', weight);
  if (needsPlace(text, letters)) place(doc, weight, text, { x: MARGIN + indent, width });
  else doc.text(text, MARGIN + indent, doc.y, { width });
};

/** Line by line, each piece in its font at its place. */
function place(
  doc: Doc,
  weight: Weight,
  text: string,
  { x, width }: Readonly<{ x: number; width: number }>,
): void {
  const facesOf = (line: string) => fontsIn(doc).facesOf(line, weight).letters;
  const faces = new Set(facesOf(text).map(({ face }) => face));
  const sizes = Array.from(faces, (face) => {
    take(doc, face, weight);
    return { height: doc.currentLineHeight(true), ascent: ascentOf(doc) };
  });
  const height = Math.max(...sizes.map((size) => size.height));
  const baseline = Math.max(...sizes.map((size) => size.ascent));
  for (const paragraph of text.split('\n')) {
    const base = baseOf(paragraph);
    const pieces = (line: string) => piecesOf(line, base, facesOf);
    const widthOf = (line: string) =>
      pieces(line).reduce((sum, piece) => sum + take(doc, piece.face, weight).widthOfString(piece.text), 0);
    for (const line of broken(paragraph, width, widthOf)) {
      if (doc.y + height > doc.page.height - MARGIN) doc.continueOnNewPage();
      writeLine(doc, pieces(line), { x, y: doc.y + baseline, weight });
      doc.x = x;
      doc.y += height;
    }
  }
}

function writeLine(
  doc: Doc,
  pieces: readonly Piece[],
  { x, y, weight }: Readonly<{ x: number; y: number; weight: Weight }>,
): void {
  const top = doc.y;
  let at = x;
  for (const { face, text } of pieces) {
    take(doc, face, weight);
    if (text.trim() !== '') doc.text(text, at, y, { lineBreak: false, baseline: 'alphabetic' });
    at += doc.widthOfString(text);
  }
  doc.y = top;
}

/** From the top of a line of the current font to what its letters stand on. */
function ascentOf(doc: Doc): number {
  // @types/pdfkit does not know them.
  const { _font, _fontSize } = doc as unknown as { _font: { ascender: number }; _fontSize: number };
  return (_font.ascender / 1000) * _fontSize;
}

/** As much a line as it has room for; a word that is longer than a line stands alone. */
function broken(text: string, width: number, widthOf: (line: string) => number): readonly string[] {
  const lines: string[] = [];
  for (const part of breakable(text)) {
    const longer = (lines.at(-1) ?? '') + part;
    if (lines.length > 0 && widthOf(longer.trimEnd()) <= width) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map((line) => line.trimEnd());
}

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
      whole.add(doc.struct('P', {}, () => say(doc, 'regular', SIZES.text, block.text)));
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
    item.add(doc.struct('Lbl', {}, () => say(doc, isBullet ? 'regular' : 'bold', SIZES.text, name)));
    if (isBullet) doc.moveUp();
    item.add(
      doc.struct('LBody', {}, () => {
        say(doc, 'regular', SIZES.text, value, 14);
        if (note !== undefined) say(doc, 'regular', SIZES.note, note, 14, WEAK);
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
    take(doc, 'own', 'regular')
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
