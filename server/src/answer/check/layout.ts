/** Where text of a page comes to stand: not elsewhere than in its source, and within sight. */

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

/** Letters larger than those around them, within such, and so on: a few make a gap of any height. */
const MOST_LARGER = 3;

type Open = Readonly<{ name: string; indent: number; isLarger: boolean }>;

export class Layout {
  readonly #fault: (fault: string) => void;
  readonly #open: Open[] = [];
  #indent = 0;
  #larger = 0;
  /** Since the last text, in pixels. */
  #gap = 0;
  /** Tables that are open, and whether a cell is. */
  readonly #tables: { isInCell: boolean }[] = [];

  constructor(fault: (fault: string) => void) {
    this.#fault = fault;
  }

  words(text: string): void {
    if (text.trim() === '') return;
    this.#gap = 0;
    if (this.#isBetweenCells) this.#fault('it has text in a table, and in no cell');
  }

  /** What stands in a table and in no cell is shown before the table. */
  get #isBetweenCells(): boolean {
    return this.#tables.at(-1)?.isInCell === false;
  }

  begin(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === 'thead' || name === 'tfoot') this.#fault('it has a table whose rows change places');
    else if (this.#isBetweenCells && (!TABLE.has(name) || name === 'table'))
      this.#fault('it has text in a table, and in no cell');
    const table = this.#tables.at(-1);
    if (name === 'table') this.#tables.push({ isInCell: false });
    else if (table !== undefined && (name === 'td' || name === 'th')) table.isInCell = true;
    else if (table !== undefined && (name === 'tr' || name === 'tbody')) table.isInCell = false;
    const style = attributes.get('style') ?? '';
    this.#gap += LINE * (name === 'br' ? Math.max(1, this.#larger * 4) : 0) + extentOf(style, 'y');
    if (this.#gap > MOST_GAP) this.#fault('it has a gap behind which text is lost');
    if (VOID.has(name)) return;
    if (this.#open.length >= MOST_OPEN) {
      this.#fault('its elements are nested too deep');
      return;
    }
    const indent = (INDENTS[name] ?? 0) + extentOf(style, 'x');
    const isLarger = LARGER.test(style);
    this.#open.push({ name, indent, isLarger });
    this.#indent += indent;
    this.#larger += isLarger ? 1 : 0;
    if (this.#larger > MOST_LARGER) this.#fault('it has a size that may hide text');
    if (this.#indent > MOST_INDENT) this.#fault('it moves text out of sight');
  }

  end(name: string): void {
    const table = this.#tables.at(-1);
    if (name === 'table') this.#tables.pop();
    else if (table !== undefined && TABLE.has(name)) table.isInCell = false;
    const at = this.#open.findLastIndex((one) => one.name === name);
    if (at < 0) return;
    for (const { indent, isLarger } of this.#open.splice(at)) {
      this.#indent -= indent;
      this.#larger -= isLarger ? 1 : 0;
    }
  }
}

const LINE = 20;
const LARGER =
  /(?:font-size\s*:\s*(?:larger|1?[1-9]\d{2}%|\d*\.?\d+em|[1-9]\d(?:\.\d+)?p[xt])|line-height\s*:\s*[2-9])/i;

/** What the margins, paddings and borders of a list of declarations take, beside (x), or above and below (y). */
function extentOf(css: string, axis: 'x' | 'y'): number {
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
      const width = Math.max(0, ...lengths.map(pixelsOf));
      sum += named === undefined ? 2 * width : width;
      continue;
    }
    const [top, right = top, bottom = top, left = right] = lengths;
    const both = axis === 'x' ? [right, left] : [top, bottom];
    for (const length of named === undefined ? both : lengths.slice(0, 2)) sum += pixelsOf(length);
  }
  return sum;
}

function pixelsOf(length = ''): number {
  const [, number = '0', unit = 'px'] = /^(\d*\.?\d+)([a-z]+)?$/i.exec(length) ?? [];
  return Number(number) * (PIXELS[unit.toLowerCase()] ?? 1);
}
