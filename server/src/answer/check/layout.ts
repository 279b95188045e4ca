/** Where text of a page comes to stand: not elsewhere than in its source, and within sight. */
import { isFieldName } from './forwards.ts';
import { cssFor, type Rule } from './sheets.ts';

const TABLE = new Set(['table', 'tbody', 'tr', 'td', 'th']);
const VOID = new Set(['br', 'hr', 'meta']);
/** Of their own, in pixels, as programs show them. */
const INDENTS: Readonly<Record<string, number>> = { blockquote: 40, ul: 40, ol: 40 };
const PIXELS: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  em: 16,
  rem: 16,
  ex: 8,
  ch: 8,
  in: 96,
  cm: 37.8,
};
/** Of what stands around a text, all together; a quotation in a quotation in a quotation has 120. */
const MOST_INDENT = 480;

/** To look for the beginning of an element takes as long as there are open ones. */
const MOST_OPEN = 500;

/** Of a gap between two texts; nobody looks for the rest screens below it. */
const MOST_GAP = 1200;

/** Letters larger than those around them, within such, and so on, make a gap of any height. */
const MOST_FONT = 100;
/** Lines so much lower than their letters lie over each other. */
const LEAST_LINE = 0.75;

/** `font` and `line` in pixels. A line whose height is a number is that many times what its letters are. */
type Open = Readonly<{ name: string; indent: number; font: number; line: number | undefined }>;

export class Layout {
  readonly #fault: (fault: string) => void;
  readonly #open: Open[] = [];
  #indent = 0;
  #styled = 0;
  /** Since the last text, in pixels. */
  #gap = 0;
  /** Tables that are open, and whether a cell is. */
  readonly #tables: { isInCell: boolean; isNarrow: boolean; before: string; cell: string }[] = [];

  constructor(fault: (fault: string) => void) {
    this.#fault = fault;
  }

  words(text: string): void {
    if (text.trim() === '') return;
    this.#gap = 0;
    if (this.#isBetweenCells) this.#fault('it has text in a table, and in no cell');
    this.#toCells(text.replace(/\s+/g, ' '));
    for (const { isInCell, isNarrow, before, cell } of this.#tables) {
      // Of two cells beside each other one reads the first lines before the second ones.
      if (isInCell && before.trim() !== '' && !isFieldName(before)) this.#fault('it has words side by side');
      if (isNarrow && cell.length > MOST_LABEL) this.#fault('it has a line that goes out of sight');
    }
  }

  /** Of a cell no more is kept than shows whether it is the name of a field. */
  #toCells(text: string): void {
    for (const table of this.#tables)
      if (table.isInCell && table.cell.length <= MOST_LABEL) table.cell += text.slice(0, MOST_LABEL + 1);
  }

  get #innermost(): Pick<Open, 'font' | 'line'> {
    return this.#open.at(-1) ?? { font: FONT, line: undefined };
  }

  /** What stands in a table and in no cell is shown before the table. */
  get #isBetweenCells(): boolean {
    return this.#tables.at(-1)?.isInCell === false;
  }

  begin(name: string, attributes: ReadonlyMap<string, string>, rules: readonly Rule[]): void {
    if (name === 'thead' || name === 'tfoot') this.#fault('it has a table whose rows change places');
    else if (this.#isBetweenCells && (!TABLE.has(name) || name === 'table'))
      this.#fault('it has text in a table, and in no cell');
    const table = this.#tables.at(-1);
    if (!INLINE.test(name) && !TABLE.has(name)) this.#toCells('\n');
    if (name === 'table' && this.#tables.length >= MOST_OPEN) this.#fault('its elements are nested too deep');
    else if (name === 'table') this.#tables.push({ isInCell: false, isNarrow: false, before: '', cell: '' });
    else if (table !== undefined && (name === 'td' || name === 'th')) {
      table.isInCell = true;
      table.isNarrow = attributes.has('nowrap');
      table.before = `${table.before}${table.cell}`.slice(0, MOST_LABEL + 1);
      table.cell = '';
    } else if (table !== undefined && (name === 'tr' || name === 'tbody'))
      Object.assign(table, { isInCell: false, before: '', cell: '' });
    if (rules.length > 0) this.#styled += 1;
    if (this.#styled > MOST_STYLED) this.#fault('it has too many elements for its style sheets');
    const css = this.#styled > MOST_STYLED ? '' : cssFor(rules, name, attributes);
    const style = `${css};${attributes.get('style') ?? ''}`;
    const font = fontOf(name, attributes, style, this.#innermost.font);
    const line = lineOf(style, font) ?? this.#innermost.line;
    const spaced = name === 'table' ? spacedBy(attributes) : 0;
    const height = name === 'br' || name === 'hr' ? Math.max(LINE, font * 1.5, line ?? 0) : 0;
    this.#gap += height + spaced + extentOf(style, 'y', font);
    if (font > MOST_FONT || (line !== undefined && line < font * LEAST_LINE))
      this.#fault('it has a size that may hide text');
    // It lies over the lines above and below, and moves none.
    if (INLINE.test(name) && extentOf(style, 'y', font) > MOST_INLINE)
      this.#fault('it covers what stands above');
    if (this.#gap > MOST_GAP) this.#fault('it has a gap behind which text is lost');
    if (VOID.has(name)) return;
    if (this.#open.length >= MOST_OPEN) {
      this.#fault('its elements are nested too deep');
      return;
    }
    const indent = (INDENTS[name] ?? 0) + spaced + extentOf(style, 'x', font);
    this.#open.push({ name, indent, font, line });
    this.#indent += indent;
    if (this.#indent > MOST_INDENT) this.#fault('it moves text out of sight');
  }

  end(name: string): void {
    const table = this.#tables.at(-1);
    if (name === 'table') this.#tables.pop();
    else if (table !== undefined && TABLE.has(name)) {
      table.isInCell = false;
      if (name === 'tr' || name === 'tbody') Object.assign(table, { before: '', cell: '' });
    }
    const at = this.#open.findLastIndex((one) => one.name === name);
    if (at < 0) return;
    for (const { indent } of this.#open.splice(at)) this.#indent -= indent;
  }
}

const INLINE = /^(?:span|b|strong|i|em|u|font|a|bdi|tt|code|o:p)$/;
/** Above and below a word within a line, in pixels. */
const MOST_INLINE = 12;
const LINE = 20;
const FONT = 16;
/** Each is held against each rule; a notice of ours has some thirty, and what is put around it on the way adds hundreds at most. */
const MOST_STYLED = 2000;
const MOST_LABEL = 60;
const HEADINGS: Readonly<Record<string, number>> = { h1: 2, h2: 1.5, h3: 1.17 };
/** Of `<font size>`, from 1 to 7, and of the words for sizes. */
const SIZES = [10, 13, 16, 18, 24, 32, 48];
const WORDS: Readonly<Record<string, number>> = {
  small: 13,
  medium: 16,
  large: 18,
  'x-large': 24,
  'xx-large': 32,
};

/** The last that is stated counts; of several that may count, the largest. */
function fontOf(name: string, attributes: ReadonlyMap<string, string>, css: string, around: number): number {
  const stated = [...css.matchAll(/(?:^|;)\s*font-size\s*:\s*([^;!]*)/gi)].map(([, value = '']) => {
    const size = value.trim().toLowerCase();
    const [, number = '', unit = ''] = /^(\d*\.?\d+)(%|[a-z]+)$/.exec(size) ?? [];
    if (number === '') return size === 'larger' ? around * 1.2 : (WORDS[size] ?? around);
    if (unit === '%') return (around * Number(number)) / 100;
    return Number(number) * (unit === 'em' ? around : (PIXELS[unit] ?? 1));
  });
  if (stated.length > 0) return Math.max(...stated);
  const [, plus, size] = /^([+]?)([1-7])$/.exec((name === 'font' && attributes.get('size')) || '') ?? [];
  if (size !== undefined) return SIZES[Math.min(7, Number(size) + (plus === '+' ? 3 : 0)) - 1] ?? FONT;
  return around * (HEADINGS[name] ?? 1);
}

/** Undefined where it grows with the letters, or is not stated. */
function lineOf(css: string, font: number): number | undefined {
  const stated = [...css.matchAll(/(?:^|;)\s*line-height\s*:\s*(\d*\.?\d+)(%|[a-z]+)/gi)].map(
    ([, number = '', unit = '']) =>
      unit === '%'
        ? (font * Number(number)) / 100
        : Number(number) * (unit.toLowerCase() === 'em' ? font : (PIXELS[unit.toLowerCase()] ?? 1)),
  );
  return stated.length === 0 ? undefined : Math.min(...stated);
}

/** What a table leaves free at each side of a cell. */
const spacedBy = (attributes: ReadonlyMap<string, string>): number =>
  ['border', 'cellpadding', 'cellspacing'].reduce(
    (sum, name) => sum + (Number.parseInt(attributes.get(name) ?? '', 10) || 0),
    0,
  );

/** What the margins, paddings and borders of a list of declarations take, beside (x), or above and below (y). */
export function extentOf(css: string, axis: 'x' | 'y', font = FONT): number {
  let sum = 0;
  for (const [, kind = '', side = '', value = ''] of css.matchAll(
    /(?:^|;)\s*(margin|padding|border)((?:-(?:left|right|top|bottom|inline|block))?(?:-start|-end|-width)*)\s*:([^;]*)/gi,
  )) {
    const lengths = value
      .replace(/!\s*important/i, '')
      .trim()
      .split(/\s+/);
    const named = /left|right|inline/i.test(side) ? 'x' : /top|bottom|block/i.test(side) ? 'y' : undefined;
    if (named !== undefined && named !== axis) continue;
    if (kind.toLowerCase() === 'border') {
      const width = Math.max(0, ...lengths.map((length) => pixelsOf(length, font)));
      sum += named === undefined ? 2 * width : width;
      continue;
    }
    const [top, right = top, bottom = top, left = right] = lengths;
    const both = axis === 'x' ? [right, left] : [top, bottom];
    for (const length of named === undefined ? both : lengths.slice(0, 2)) sum += pixelsOf(length, font);
  }
  return sum;
}

function pixelsOf(length: string | undefined, font: number): number {
  const [, number = '0', unit = 'px'] = /^(\d*\.?\d+)([a-z]+)?$/i.exec(length ?? '') ?? [];
  const kind = unit.toLowerCase();
  const grows = kind === 'em' || kind === 'ex' || kind === 'ch' ? font / FONT : 1;
  return Number(number) * (PIXELS[kind] ?? 1) * grows;
}
