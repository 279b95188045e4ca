/**
 * What a page shows, when that is certain. A page that could hide a word of ours, show one of its own, or be read in two ways
 * by two programs has faults, and a message with a fault is never called genuine. Text is given in any case, so that a
 * difference can be shown. Nothing here is ever rendered.
 */
import { decodeHTML } from 'entities';
import { isDark, isLight, isNoColour } from './colours.ts';
import { Layout } from './layout.ts';
import { type Rule, rulesOf, sheetsIn } from './sheets.ts';

export type Page = Readonly<{
  /** With a line for each block. */
  text: string;
  title: string | undefined;
  language: string | undefined;
  links: readonly Readonly<{ target: string; text: string }>[];
  faults: readonly string[];
}>;

/** Blanks of HTML are these alone: with any other behind it, a name is another name. */
const TAG =
  /^<(\/?)([a-zA-Z][a-zA-Z0-9:]*)((?:[ \t\r\n\f]+[a-zA-Z_:][\w:.-]*(?:[ \t\r\n\f]*=[ \t\r\n\f]*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)[ \t\r\n\f]*(\/?)>/;
const ATTRIBUTE = /([a-zA-Z_:][\w:.-]*)(?:[ \t\r\n\f]*=[ \t\r\n\f]*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;

const BLOCKS = new Set(
  'html body main div p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre table tbody thead tfoot tr td th center article section header footer'.split(
    ' ',
  ),
);
const INLINE = new Set('span b strong i em u font a bdi tt code o:p address'.split(' '));
const SILENT = new Set(['head', 'meta', 'style', 'title']);
const ATTRIBUTES =
  /^(?:id|class|style|lang|xml:lang|dir|align|valign|width|border|cellpadding|cellspacing|bgcolor|color|face|size|href|name|type|cite|charset|content|http-equiv|link|vlink|alink|text|role|rel|target|tabindex|nowrap|clear|xmlns(?::\w+)?|data-[\w-]+)$/;
const METAS =
  /^(?:viewport|generator|color-scheme|supported-color-schemes|progid|originator|format-detection)$/;

/** Reads a page; `ours` is the text of our own style sheet, which is known to be harmless. Never throws. */
export function readPage(html: string, ours: string | undefined): Page {
  return new Reading(html, ours).read();
}

/** The text of a page that can't be read surely, to show it and to look for codes. */
const roughText = (html: string): string =>
  decodeHTML(
    html
      .replace(/<(style|script|title)\b(?:[^<]|<!--){0,20000}(?:<\/\1\s*>|$)/gi, ' ')
      .replace(/<(?:br|\/?(?:p|div|h\d|li|tr|td|table|blockquote|ul|ol|hr))\b[^<>]{0,2000}>/gi, '\n')
      .replace(/<[^<>]{0,2000}>/g, ''),
  );

class Reading {
  readonly #html: string;
  readonly #ours: string | undefined;
  readonly #faults = new Set<string>();
  readonly #links: { target: string; text: string }[] = [];
  #text = '';
  #title: string | undefined;
  #language: string | undefined;
  #pre: number[] = [];
  readonly #layout = new Layout((fault) => this.#faults.add(fault));
  /** Of all style sheets but ours, wherever they stand: they count for what stands above them, too. */
  readonly #rules: readonly Rule[];
  /** The text with its blanks, which a style may keep. */
  #kept = '';
  #keepsBlanks = false;
  /** Whether programs may show it on a dark ground, and whether it names a colour for its letters. */
  readonly #ground = { mayBeDark: false, hasColour: false };
  #link: { target: string; from: number } | undefined;
  #hasBody = false;

  constructor(html: string, ours: string | undefined) {
    this.#html = html;
    this.#ours = ours;
    const foreign = sheetsIn(html).filter((sheet) => !isSameSheet(sheet, ours));
    this.#rules = foreign.flatMap(rulesOf);
    const size = this.#rules.reduce((sum, { selectors, css }) => sum + selectors.length * 20 + css.length, 0);
    if (size > MOST_RULES) {
      this.#faults.add('its style sheets are too long');
      this.#rules = [];
    }
    this.#keepsBlanks = foreign.some((sheet) => KEEPS_BLANKS.test(sheet));
  }

  read(): Page {
    let at = 0;
    const html = this.#html;
    while (at < html.length) {
      const next = html.indexOf('<', at);
      this.#words(html.slice(at, next < 0 ? html.length : next));
      if (next < 0) break;
      const taken = this.#markup(html.slice(next, next + 65_536), next);
      if (taken === undefined) {
        this.#faults.add('its HTML is malformed');
        this.#text += `\n${roughText(html.slice(next))}`;
        break;
      }
      at = next + taken;
    }
    if (this.#keepsBlanks && KEPT_GAP.test(this.#kept))
      this.#faults.add('it has a gap behind which text is lost');
    if (this.#link !== undefined)
      this.#links.push({ target: this.#link.target, text: this.#text.slice(this.#link.from).trim() });
    if (this.#ground.mayBeDark && this.#ground.hasColour)
      this.#faults.add('it has a colour that may hide text');
    const base = { title: this.#title, language: this.#language, links: this.#links };
    return { ...base, text: this.#text, faults: [...this.#faults] };
  }

  #words(raw: string): void {
    if (raw === '') return;
    const text = decodeHTML(raw);
    this.#layout.words(text);
    this.#kept += text;
    this.#text += this.#pre.length > 0 ? text : text.replace(/[ \t\r\n\f]+/g, ' ');
  }

  /** How many characters it took; undefined where nobody can be sure. */
  #markup(html: string, at: number): number | undefined {
    if (html.startsWith('<!--')) return this.#comment(at);
    const doctype = /^<!doctype[^<>[\]]*>/i.exec(html);
    if (doctype !== null) return doctype[0].length;
    const tag = TAG.exec(html);
    if (tag === null) return undefined;
    const [whole, slash, rawName = '', rawAttributes = ''] = tag;
    const name = rawName.toLowerCase();
    if (name === 'style' || name === 'title') {
      this.#hidden(name, rawAttributes);
      return this.#rawText(name, at, whole.length, slash === '/');
    }
    if (!BLOCKS.has(name) && !INLINE.has(name) && !SILENT.has(name))
      this.#faults.add(`it has an element <${name.slice(0, 20)}>`);
    if (name === 'ol' && slash === '') this.#faults.add('it numbers its lines');
    // Cells stand side by side.
    const isCell = name === 'td' || name === 'th';
    if (BLOCKS.has(name)) this.#text += isCell ? ' ' : '\n';
    if (slash === '/') this.#end(name);
    else {
      const attributes = this.#attributes(name, rawAttributes);
      this.#layout.begin(name, attributes, this.#rules);
      this.#begin(name, attributes);
    }
    return whole.length;
  }

  #comment(at: number): number | undefined {
    const end = this.#html.indexOf('-->', at + 4);
    if (end < 0) return undefined;
    const inner = this.#html.slice(at + 4, end);
    // Programs differ in where these end.
    if (/^-?>|--|<!-/.test(inner) || inner.endsWith('-')) return undefined;
    // Outlook shows what stands in a conditional comment; these two of its own show nothing.
    if (
      /^\s*\[if/i.test(inner) &&
      !/^\[if [^\]]*\]>\s*(?:<style>(?:\s*(?:[vowpx]\\:\*|\.shape)\s*\{\s*behavior:\s*url\(#default#VML\);?\s*\})*\s*<\/style>|<xml>(?:\s*<\/?o:[^<>]*>)*\s*<\/xml>)\s*<!\[endif\]$/i.test(
        inner,
      )
    )
      this.#faults.add('it has text for some programs only');
    return end + 3 - at;
  }

  #rawText(name: 'style' | 'title', at: number, begin: number, isEnd: boolean): number | undefined {
    if (isEnd) return undefined;
    const rest = this.#html.slice(at + begin);
    // Programs differ in what else ends it.
    const end = new RegExp(`^[^<]*(?:<!--[^<]*)?(</${name}[ \\t\\r\\n\\f]{0,20}>)`, 'i').exec(rest);
    if (end?.[1] === undefined) return undefined;
    const inner = end[0].slice(0, -end[1].length);
    if (name === 'style') {
      if (!isSameSheet(inner, this.#ours)) {
        for (const fault of styleSheetFaults(inner)) this.#faults.add(fault);
        this.#ground.hasColour ||= [...inner.matchAll(/[{;]([^{};]*)(?=[;}])/g)].some(([, one = '']) =>
          namesColour('style', one),
        );
      }
    } else if (this.#title === undefined && !this.#hasBody)
      this.#title = decodeHTML(inner).replace(/\s+/g, ' ').trim();
    else this.#faults.add('it has two titles');
    return begin + end[0].length;
  }

  /** A style sheet or a title is shown where a style says so. */
  #hidden(element: string, raw: string): void {
    for (const [, name = '', ...values] of raw.matchAll(ATTRIBUTE)) {
      const value = decodeHTML(values.find((v) => v !== undefined) ?? '');
      const isHarmless = /^style$/i.test(name)
        ? /^\s*display\s*:\s*none\s*;?\s*$/i.test(value)
        : /^(?:type|media|id|class|lang|data-[\w-]+)$/i.test(name) && !/[<>]/.test(value);
      if (!isHarmless) this.#faults.add(`it has a <${element}> that may be shown`);
    }
  }

  #attributes(element: string, raw: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const [, rawName = '', ...values] of raw.matchAll(ATTRIBUTE)) {
      const name = rawName.toLowerCase();
      const value = decodeHTML(values.find((v) => v !== undefined) ?? '').trim();
      if (found.has(name)) this.#faults.add('an attribute stands twice');
      found.set(name, value);
      if (!ATTRIBUTES.test(name)) this.#faults.add(`it has an attribute “${name.slice(0, 20)}”`);
      this.#ground.hasColour ||= namesColour(name, value);
      this.#keepsBlanks ||= name === 'style' && KEEPS_BLANKS.test(value);
      const fault = attributeFault(element, name, value);
      if (fault !== undefined) this.#faults.add(fault);
    }
    return found;
  }

  #begin(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === 'body') this.#hasBody = true;
    if (name === 'pre') this.#pre.push(this.#text.length);
    if (name === 'html') this.#language = attributes.get('lang');
    if (name === 'meta' && !isPlainMeta(attributes)) this.#faults.add('it has a <meta> that may act');
    if (/color-schemes?$/i.test(attributes.get('name') ?? ''))
      this.#ground.mayBeDark ||= /dark/i.test(attributes.get('content') ?? '');
    if (name === 'a' && attributes.has('href')) {
      if (this.#link !== undefined) this.#faults.add('a link stands in a link');
      this.#link = { target: attributes.get('href') ?? '', from: this.#text.length };
    }
  }

  #end(name: string): void {
    this.#layout.end(name);
    if (name === 'pre') {
      const lines = this.#text.slice(this.#pre.pop() ?? 0).split('\n');
      if (lines.some((line) => line.length > LONGEST_LINE))
        this.#faults.add('it has a line that goes out of sight');
    }
    if (name === 'a' && this.#link !== undefined) {
      this.#links.push({ target: this.#link.target, text: this.#text.slice(this.#link.from).trim() });
      this.#link = undefined;
    }
  }
}

/** Of text that is not broken by who shows it. */
const LONGEST_LINE = 200;

/** Lines that stay empty, or a blank of screens, where a style keeps them. */
const KEPT_GAP = /(?:\n[ \t\r\u00a0]*){60}|[ \t]{400}/;
/** Letters and, for 20 of them each, selectors; those of Outlook are some 5,000. */
const MOST_RULES = 15_000;
const KEEPS_BLANKS = /white-space\s*:\s*(?:pre|break)/i;

const namesColour = (name: string, value: string): boolean =>
  /^(?:color|text|link|bgcolor)$/.test(name)
    ? !isNoColour(value)
    : name === 'style' &&
      [...value.matchAll(/(?:^|;)\s*(?:background(?:-color)?|color)\s*:([^;]*)/gi)].some(
        ([, colour = '']) => !isNoColour(colour.replace(/!\s*important/i, '').trim()),
      );

/** Blanks within a word make it another one. */
const tidied = (css: string): string =>
  css
    .replace(/\s+/g, ' ')
    .replace(/ ?([{}:;,]) ?/g, '$1')
    .trim();
const isSameSheet = (css: string, ours = ''): boolean => tidied(css) === tidied(ours);

function isPlainMeta(attributes: ReadonlyMap<string, string>): boolean {
  const name = attributes.get('name')?.toLowerCase();
  const equivalent = attributes.get('http-equiv')?.toLowerCase();
  if (equivalent !== undefined) return /^content-(?:type|language)$/.test(equivalent);
  return attributes.has('charset') || (name !== undefined && METAS.test(name));
}

function attributeFault(element: string, name: string, value: string): string | undefined {
  // What takes tags away without reading them shows the rest.
  if (/[<>]/.test(value)) return 'it has a tag in an attribute';
  switch (name) {
    case 'style':
      if (SILENT.has(element)) return 'it has a style where nothing is shown';
      return declarationFault(value) ?? displayFault(element, value);
    case 'align':
      // Such a table stands beside what comes behind it.
      return element === 'table' && !/^center$/i.test(value) ? 'it has words that change places' : undefined;
    case 'nowrap':
      return element === 'th' ? undefined : 'it has a line that goes out of sight';
    case 'role':
      return /^(?:presentation|none|main|article|document|region|)$/i.test(value)
        ? undefined
        : 'it has an attribute “role”';
    case 'color':
    case 'text':
    case 'link':
    case 'vlink':
    case 'alink':
      return isDark(value) && isOfAttribute(value) ? undefined : 'it has a colour that may hide text';
    case 'bgcolor':
      return isLight(value) && isOfAttribute(value) ? undefined : 'it has a background that may hide text';
    case 'width':
      return /^(?:\d{2,3}(?:px)?|\d{2}%|100%)$/.test(value) ? undefined : 'it has a width that may hide text';
    case 'size':
      return (element === 'font' ? /^[+]?[2-7]$/ : /^\d$/).test(value)
        ? undefined
        : 'it has a size that may hide text';
    case 'border':
    case 'cellpadding':
    case 'cellspacing':
      return /^[1-3]?\d(?:px)?$/.test(value) || value === '' ? undefined : 'it has a size that may hide text';
    case 'face':
      return SYMBOLS.test(value) ? 'it has letters of another shape' : undefined;
    case 'type':
      return element === 'blockquote' || (element === 'ul' && /^(?:disc|circle|square)$/i.test(value))
        ? undefined
        : 'it has an attribute “type”';
    case 'dir':
      // Numbers with blanks between them, such as of telephones, would change places.
      return /^(?:auto|ltr)$/i.test(value) && !(element === 'bdo')
        ? undefined
        : 'it turns the direction of text';
    default:
      return undefined;
  }
}

const SYMBOLS =
  /wingdings|webdings|symbol|dingbat|marlett|emoji|mt extra|ms outlook|ms reference specialty|mdl2|icon|barcode|redact|blank|ornament|\bsorts\b|embellish|last ?resort|braille|bravura|(?:almanac|directions|holidays|keystrokes|signs|sports three|transport|vacation) mt/i;

/** In an attribute what is no colour is read letter by letter, and becomes one. */
const isOfAttribute = (value: string): boolean =>
  /^(?:#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]*)$/i.test(value) && !NO_COLOUR.test(value);
const NO_COLOUR = /^(?:inherit|initial|currentcolor|none)$/i;

/** Elsewhere than in lines of its own, or in one with others, a word may be torn apart or joined to the next. */
function displayFault(element: string, css: string): string | undefined {
  const own = element === 'hr' ? /^(?:block|inline-block)$/i : INLINE.has(element) ? /^inline$/i : /^block$/i;
  const all = [...css.matchAll(/(?:^|;)\s*display\s*:\s*([\w-]+)/gi)];
  return all.every(([, value = '']) => own.test(value)) ? undefined : 'it has words that change places';
}

function styleSheetFaults(css: string): string[] {
  const plain = css
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/^\s*<!--|-->\s*$/g, ' ')
    .replace(/@font-face\s*\{([^{}]*)\}/gi, (whole, inner: string) =>
      /src|url|\\/i.test(inner) ? whole : ' ',
    )
    .replace(/@page\s*[\w:]*\s*\{[^{}\\]*\}/gi, ' ');
  // What shows the head shows what stands in it.
  if (/[@\\]|\/\*|<|display/i.test(plain)) return ['it has a style sheet that may act'];
  const faults: string[] = [];
  let at = 0;
  for (const rule of plain.matchAll(/([^{}]*)\{([^{}]*)\}/g)) {
    if (rule.index !== at) return ['its style sheet is malformed'];
    at = rule.index + rule[0].length;
    // Where a quotation ends, programs say by other rules than brackets.
    if (/["']/.test(rule[1] ?? '') || !ARE_PAIRS.test(rule[2] ?? '')) return ['its style sheet is malformed'];
    const fault = declarationFault(rule[2] ?? '');
    if (fault !== undefined) faults.push(fault);
  }
  return plain.slice(at).trim() === '' ? faults : ['its style sheet is malformed'];
}

const ARE_PAIRS = /^(?:[^"']|"[^"'\n;]*"|'[^"'\n;]*')*$/;

/** Longer ones could move text out of sight. */
const LENGTH =
  /^(?:0|(?:\d{0,2}(?:\.\d+)?|1\d\d)(?:px|pt)|\d?(?:\.\d+)?(?:em|rem|ex|ch|cm)|\d?(?:\.\d+)?in|auto|inherit|initial)$/i;
const LENGTHS = (value: string): boolean => value.split(/\s+/).every((v) => LENGTH.test(v));
const BORDER =
  /^(?:0|\d(?:\.\d+)?p[xt]|1\dp[xt]|thin|medium|none|solid|dashed|initial|inherit|windowtext|currentcolor|collapse|separate|[a-z]+|#[0-9a-f]{3,8}|rgba?\([\d, .]*\))$/;
const isBorder = (value: string): boolean => value.split(/\s+(?![^(]*\))/).every((v) => BORDER.test(v));
const isAnything = (): boolean => true;
/** By property: the values that neither hide nor move nor add text. All else is a fault. */
const HARMLESS: readonly (readonly [RegExp, (value: string) => boolean])[] = [
  [/^(?:margin|padding)(?:-\w+)*$/, LENGTHS],
  [/^border(?:-\w+)*$/, isBorder],
  [/^font-family$/, (v) => !SYMBOLS.test(v)],
  [/^font-size$/, isReadableSize],
  [/^font-(?:weight|style|variant(?:-\w+)*|stretch|kerning)$/, (v) => /^[\w ]+$/.test(v)],
  [
    /^line-height$/,
    (v) =>
      /^(?:normal|inherit|1\d\d%|[2-9]\d\d%|[1-3](?:\.\d+)?(?:em)?|(?:1\d|[2-6]\d)(?:\.\d+)?p[xt])$/.test(v),
  ],
  [
    /^(?:max-)?width$/,
    (v) => /^(?:auto|100%|[3-9]\d%|[1-9]\d(?:\.\d+)?rem|[3-9]\d{2}(?:\.\d+)?p[xt])$/.test(v),
  ],
  [/^max-width$/, (v) => /^1\d{3}p[xt]$/.test(v)],
  [/^color$/, isDark],
  [/^background(?:-color)?$/, isLight],
  [/^text-align$/, isAnything],
  [
    /^text-decoration(?:-\w+)*$/,
    (v) => /^(?:none|underline|initial|inherit|auto|currentcolor|solid| )+$/i.test(v),
  ],
  [/^text-indent$/, (v) => /^(?:0\w*|-?[1-3]?\d(?:\.\d+)?p[xt])$/.test(v)],
  [/^text-transform$/, (v) => v === 'none'],
  [/^(?:letter-spacing|word-spacing)$/, (v) => /^(?:normal|0(?:px|pt)?)$/.test(v)],
  [
    /^(?:overflow-wrap|word-wrap|word-break|line-break|orphans|widows|page|quotes|caret-color)$/,
    (v) => /^[\w -]+(?:\([\d, ]*\))?$/.test(v),
  ],
  [/^float$/, (v) => v === 'none'],
  [
    /^-(?:webkit|ms|moz)-(?:text-size-adjust|nbsp-mode|line-break|text-stroke-width)$/,
    (v) => /^(?:auto|none|100%|space|after-white-space|0px)$/.test(v),
  ],
  [/^white-space$/, (v) => /^(?:normal|pre-wrap|pre-line|break-spaces|inherit|initial)$/.test(v)],
  [/^display$/, (v) => /^(?:block|inline|inline-block)$/.test(v)],
  [/^mso-(?:fareast|bidi|ascii|hansi)-[\w-]*$/, (v) => !SYMBOLS.test(v)],
  [
    /^mso-(?:style-(?:name|type|priority|link|parent|unhide|qformat|next)|ligatures|pagination|font-kerning)$/,
    isAnything,
  ],
  [/^mso-margin-(?:top|bottom)-alt$/, (v) => v === 'auto' || LENGTHS(v)],
  [/^mso-line-height-rule$/, (v) => /^(?:exactly|at-least)$/.test(v)],
];

/** Of one list of declarations, of a `style` or of a rule. */
function declarationFault(css: string): string | undefined {
  if (/[\\]|url\s*\(|expression|\/\*/i.test(css)) return 'it has a style that may act';
  for (const declaration of css.split(';')) {
    if (declaration.trim() === '') continue;
    const colon = declaration.indexOf(':');
    const name = declaration.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = declaration
      .slice(colon + 1)
      .replace(/!\s*important/i, '')
      .trim()
      .toLowerCase();
    if (name === 'text-indent' && value.startsWith('-') && !isHanging(css, value))
      return 'it has a style that may hide or move text (text-indent)';
    if (!HARMLESS.some(([names, isHarmless]) => names.test(name) && isHarmless(value)))
      return `it has a style that may hide or move text (${name.slice(0, 30) || 'malformed'})`;
  }
  return undefined;
}

/** Programs hang a first line out of a margin that is as wide; without it words stand outside the window. */
function isHanging(css: string, indent: string): boolean {
  const [, width = '', unit = ''] = /^-(\d+(?:\.\d+)?)(p[xt])$/.exec(indent) ?? [];
  // Another margin beside it might take its place.
  const lefts = [...css.matchAll(/margin(?:-left|-inline[\w-]*)?\s*:\s*([^;]*)/gi)].slice(-1);
  const [margin = ''] = lefts.map(([whole, value = '']) => (/^margin-left/i.test(whole) ? value.trim() : ''));
  const [, found = '', foundUnit] = /^(\d+(?:\.\d+)?)(p[xt])$/i.exec(margin) ?? [];
  return (
    width !== '' && !css.includes('!') && foundUnit?.toLowerCase() === unit && Number(found) >= Number(width)
  );
}

function isReadableSize(value: string): boolean {
  const found = /^(\d*\.?\d+)(px|pt|em|rem|%)$/.exec(value);
  if (found === null) return /^(?:small|medium|large|x-large|xx-large|larger|inherit|initial)$/.test(value);
  const least = { px: 9, pt: 7, em: 1, rem: 0.7, '%': 100 }[found[2] ?? ''] ?? Number.POSITIVE_INFINITY;
  return Number(found[1]) >= least && Number(found[1]) <= least * 4;
}
