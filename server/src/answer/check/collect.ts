/** The parts of a message by what a reader does with them. */
import { readPage } from './markup.ts';
import { decodedPart, type Field, looksLikeMessage, type Message, type Part, textOfPart } from './mime.ts';

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
  const visit = (part: Part): void => {
    if (part.type.startsWith('multipart/')) {
      if (!/^multipart\/(?:alternative|mixed|related)$/.test(part.type)) others.push(part.type);
      for (const child of part.children) visit(child);
      return;
    }
    if (part.type === 'text/plain' || part.type === 'text/html') {
      const { text, oddities: found } = textOfPart(part);
      for (const one of found) oddities.add(one);
      if (text.length > MOST_TEXT) oddities.add('a text in it is too long');
      const view = viewOf(text.slice(0, MOST_TEXT), part.type === 'text/html', ourStyle, part);
      if (view.text.trim() !== '' || view.faults.length > 0) views.push(view);
      return;
    }
    const { bytes, oddities: found } = decodedPart(part);
    for (const one of found) oddities.add(one);
    if (isMessage(part, bytes)) embedded.push(bytes);
    else others.push(part.type);
  };
  visit(message.root);
  return { message, fields: message.fields, views, embedded, others, oddities: [...oddities] };
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

export function viewOf(
  text: string,
  isPage: boolean,
  ourStyle: string | undefined,
  part: Part | undefined,
): View {
  if (!isPage)
    return { kind: 'plain', text, title: undefined, language: undefined, links: [], faults: [], part };
  const page = readPage(text, ourStyle);
  const own = /charset\s*=\s*["']?([\w-]+)/i
    .exec(/<meta[^<>]{0,300}charset[^<>]{0,300}>/i.exec(text)?.[0] ?? '')?.[1]
    ?.toLowerCase();
  const stated = part?.parameters.get('charset')?.toLowerCase();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  const isAscii = /^[\x00-\x7f]*$/.test(text);
  const isTorn = own !== undefined && stated !== undefined && own !== stated && !isAscii;
  const faults = isTorn ? [...page.faults, 'it says of its letters two things'] : page.faults;
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
