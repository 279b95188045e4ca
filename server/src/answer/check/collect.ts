/** The parts of a message by what a reader does with them. */
import { readPage } from './markup.ts';
import {
  decodedPart,
  type Field,
  isCharset,
  looksLikeMessage,
  type Message,
  type Part,
  textOfPart,
  valuesOf,
} from './mime.ts';

/** A text that a reader may show. */
export type View = Readonly<{
  kind: 'plain' | 'page';
  text: string;
  title: string | undefined;
  language: string | undefined;
  links: readonly Readonly<{ target: string; text: string }>[];
  /** Why it may show something else than its text. */
  faults: readonly string[];
  part: Part | undefined;
}>;

export type Seen = Readonly<{
  message: Message | undefined;
  fields: readonly Field[];
  views: readonly View[];
  embedded: readonly Uint8Array[];
  /** Types of the parts that are neither. */
  others: readonly string[];
  oddities: readonly string[];
}>;

const MOST_TEXT = 1_000_000;

export function seenIn(message: Message, ourStyle: string | undefined): Seen {
  const views: View[] = [];
  const embedded: Uint8Array[] = [];
  const others: string[] = [];
  const oddities = new Set(message.oddities);
  const visit = (part: Part, isAlternative: boolean): void => {
    if (part.type.startsWith('multipart/')) {
      // It has none (RFC 2045, 6.4); some programs go by it all the same.
      if (
        !valuesOf(part.fields, 'content-transfer-encoding').every((one) =>
          /^(?:7bit|8bit|binary)$/i.test(one),
        )
      )
        oddities.add('a multipart is encoded');
      if (!/^multipart\/(?:alternative|mixed|related)$/.test(part.type)) others.push(part.type);
      for (const child of part.children) visit(child, part.type === 'multipart/alternative');
      return;
    }
    if (part.type === 'text/plain' || part.type === 'text/html') {
      const { text, oddities: found } = textOfPart(part);
      for (const one of found) oddities.add(one);
      if (hasLabel(part)) oddities.add('a text in it has a name of its own');
      if (text.length > MOST_TEXT) oddities.add('a text in it is too long');
      const isPage = part.type === 'text/html';
      const view = viewOf(text.slice(0, MOST_TEXT), isPage, ourStyle, part);
      const isBlank = view.text.trim() === '' && view.faults.length === 0 && view.links.length === 0;
      // Who shows pages would show nothing of ours.
      if (isBlank && isPage && isAlternative) oddities.add('a page in it is empty');
      if (!isBlank) views.push(view);
      // Half of the programs join the lines of such a text otherwise.
      const joined = joinedLines(part, text);
      if (joined !== text) views.push(viewOf(joined.slice(0, MOST_TEXT), false, ourStyle, part));
      return;
    }
    const { bytes, oddities: found } = decodedPart(part);
    for (const one of found) oddities.add(one);
    if (isMessage(part, bytes)) embedded.push(bytes);
    else others.push(part.type);
  };
  visit(message.root, false);
  return { message, fields: message.fields, views, embedded, others, oddities: [...oddities] };
}

/** A text as who knows `delsp` (RFC 3676, 4.5) shows it: the blank before a line break is taken away with it. */
const joinedLines = ({ type, parameters }: Part, text: string): string =>
  type === 'text/plain' && /^yes$/i.test(parameters.get('delsp') ?? '')
    ? text.replace(/(?<!^-- ?)(?<!\n-- ?) \n[>]*/g, '')
    : text;

/** Programs show the name of a part, or what describes it; ours have none, but for names that programs give by themselves. */
function hasLabel({ parameters, fields }: Part): boolean {
  const disposition = valuesOf(fields, 'content-disposition').join(';');
  const names = [
    ...valuesOf(fields, 'content-description'),
    ...[...parameters].filter(([name]) => /^name(?:\*|$)/.test(name)).map(([, value]) => value),
    ...[...disposition.matchAll(/filename\*?\d?\*?\s*=\s*("[^"]*"|[^;]*)/gi)].map(([, name = '']) => name),
  ];
  return names.some(
    (name) =>
      !/^["\s]*(?:(?:ATT\d{5}|part[\d.]*|text|message|noname|untitled)(?:\.(?:txt|html?))?)?["\s]*$/i.test(
        name,
      ),
  );
}

/** Some programs attach a message as a file that ends in `.eml`. */
function isMessage({ type, parameters, fields }: Part, bytes: Uint8Array): boolean {
  if (type === 'message/rfc822' || type === 'message/global') return true;
  const names = [
    parameters.get('name') ?? '',
    ...fields.filter((f) => f.name === 'content-disposition').map((f) => f.value),
  ];
  return names.some((name) => /\.eml["']?\s*$/i.test(name)) && looksLikeMessage(bytes);
}

/** What somebody pasted: no header, one text or page. */
export function seenInText(text: string, ourStyle: string | undefined): Seen {
  const isPage = /^\s*<(?:!doctype|html|head|body|div|p|table)\b/i.test(text);
  const view = viewOf(text.replace(/\r\n|\r/g, '\n').slice(0, MOST_TEXT), isPage, ourStyle, undefined);
  return {
    message: undefined,
    fields: [],
    views: view.text.trim() === '' ? [] : [view],
    embedded: [],
    others: [],
    oddities: text.length > MOST_TEXT ? ['a text in it is too long'] : [],
  };
}

/** Nobody looks for the rest of a text screens below it. */
const isTornApart = (text: string): boolean =>
  /\S(?:[ \t\u00a0]*\r?\n){60,}[ \t\u00a0]*\S/.test(text) || isPushedAway(text);

/** Blanks that no program takes together make a gap, too; and those at which no line ends a line that goes out of sight. */
function isPushedAway(text: string): boolean {
  for (const [run] of text.trim().matchAll(/[\s\u0085]{60,}/g))
    if (run.replace(/[ \t\r\n]/g, '').length >= 60 || /[ \t]{400}/.test(run)) return true;
  for (const [run] of text.matchAll(UNBROKEN)) if (/[\u00a0\u2007\u202f]/.test(run)) return true;
  return false;
}
const UNBROKEN =
  /[^ \t\r\n\f\v\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]{200,}/g;

export function viewOf(
  text: string,
  isPage: boolean,
  ourStyle: string | undefined,
  part: Part | undefined,
): View {
  const gaps = isTornApart(text) ? ['it has a gap behind which text is lost'] : [];
  if (!isPage)
    return { kind: 'plain', text, title: undefined, language: undefined, links: [], faults: gaps, part };
  const page = readPage(text, ourStyle);
  const own = [...text.matchAll(/<meta[^<>]{0,300}charset[^<>]{0,300}>/gi)].map(([meta]) =>
    /charset\s*=\s*["']?([\w-]+)/i.exec(meta)?.[1]?.toLowerCase(),
  );
  const stated = part === undefined ? own[0] : (part.parameters.get('charset')?.toLowerCase() ?? 'utf-8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  const isAscii = /^[\x00-\x7f]*$/.test(text);
  // In most, ASCII is ASCII.
  const isTorn = own.some((one) => one !== stated && !(isAscii && one !== undefined && isCharset(one)));
  const faults = [
    ...page.faults,
    ...(isTorn ? ['it says of its letters two things'] : []),
    ...(isTornApart(page.text) ? ['it has a gap behind which text is lost'] : []),
  ];
  return {
    kind: 'page',
    text: page.text,
    title: page.title,
    language: page.language,
    links: page.links,
    faults,
    part,
  };
}
