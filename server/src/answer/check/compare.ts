/** Each text that a reader may show, against the one that we wrote. */
import type { Difference } from '../types.ts';
import type { View } from './collect.ts';
import { type Mark, marksIn } from './foreign.ts';
import { type Around, isSameText, judgeAbove, judgeBelow, type Ours, withFieldsApart } from './forwards.ts';
import { unwrapped } from './links.ts';
import { changesBetween, findIn, isolatesIn, shareOf, type Word, type Words, wordsOf } from './words.ts';

/** What we wrote, proved by its hash. */
export type Content = Readonly<{ text: string; page: string; subject: string; words: Words }>;

export type ViewJudged = Readonly<{
  isIntact: boolean;
  /** All that is there is ours, and its end is missing. */
  isCutOff: boolean;
  isForward: boolean;
  notes: readonly string[];
  differences: readonly Difference[];
  /** How much of ours is in theirs, or of theirs in ours, whichever is more. */
  share: number;
}>;

export function judgeView(view: View, content: Content, ours: Ours, isOurMail: boolean): ViewJudged {
  const theirs = wordsOf(withFieldsApart(view.text));
  const found = findIn(content.words.words, theirs.words);
  const known = (thing: string) => content.text.includes(thing) || content.subject.includes(thing);
  if (found === undefined || !found.isComplete) {
    const window = found === undefined ? theirs.words : theirs.words.slice(found.start);
    const isCutOff = found !== undefined && found.end === theirs.words.length && found.matched > 20;
    return {
      isIntact: false,
      isCutOff,
      isForward: false,
      notes: [],
      differences: changesBetween(content.words.words, window.slice(0, 4000)).map((change) => ({
        where: 'text',
        ...change,
        marks: [...marksIn(change.theirs, (thing) => change.ours.includes(thing))],
      })),
      share: Math.max(
        shareOf(content.words.words, theirs.words),
        theirs.words.length > 30 ? shareOf(theirs.words, content.words.words) : 0,
      ),
    };
  }
  const above = judgeAbove(linesBefore(theirs, found.start), ours, isOurMail);
  const below = judgeBelow(linesBehind(theirs, found.end), above.isForward && !isOurMail);
  const wrong = [...above.wrong, ...below.wrong];
  const isTurned = isolatesIn(view.text) > isolatesIn(content.text);
  const differences: Difference[] = wrong.map(({ is, text }) => ({
    where: is === 'text' ? 'around' : is,
    ours: oursAt(is, ours),
    theirs: text,
    marks: [...marksIn(text, known)],
  }));
  if (isTurned)
    differences.push({
      where: 'text',
      ours: '',
      theirs: 'U+2068',
      marks: [{ is: 'hidden', text: 'U+2068' }],
    });
  if (isTornApart(theirs.words.slice(found.start, found.end)))
    differences.push({
      where: 'page',
      ours: '',
      theirs: 'it has a gap behind which text is lost',
      marks: [],
    });
  for (const { target, text } of view.links)
    if (!isEcho(target, text))
      differences.push({
        where: 'page',
        ours: '',
        theirs: `${text} → ${target}`,
        marks: [{ is: 'link', text: target }],
      });
  if (view.title !== undefined && !isSameText(view.title, content.subject))
    differences.push({
      where: 'page',
      ours: content.subject,
      theirs: view.title,
      marks: [...marksIn(view.title, known)],
    });
  for (const fault of view.faults) differences.push({ where: 'page', ours: '', theirs: fault, marks: [] });
  return {
    isIntact: differences.length === 0,
    isCutOff: false,
    isForward: above.isForward,
    notes: [...above.notes, ...below.notes],
    differences,
    share: 1,
  };
}

function oursAt(is: Around['wrong'][number]['is'], ours: Ours): string {
  switch (is) {
    case 'from':
      return `${ours.from.name} <${ours.from.address}>`;
    case 'to':
      return ours.to;
    case 'subject':
      return ours.subject;
    case 'reply-to':
      return ours.replyTo;
    case 'text':
      return '';
  }
}

function linesBefore({ words, lines }: Words, start: number): string[] {
  const first = words[start];
  if (first === undefined) return [];
  const inLine = words.slice(0, start).filter((word) => word.line === first.line && !word.isMark);
  return [...lines.slice(0, first.line), ...(inLine.length > 0 ? [joined(inLine)] : [])];
}

function linesBehind({ words, lines }: Words, end: number): string[] {
  const last = words[end - 1];
  if (last === undefined) return [];
  const inLine = words.slice(end).filter((word) => word.line === last.line);
  return [...(inLine.length > 0 ? [joined(inLine)] : []), ...lines.slice(last.line + 1)];
}

/** Nobody looks for the rest of a text screens below it, whatever marks stand in between. */
function isTornApart(words: readonly Word[]): boolean {
  let last: number | undefined;
  for (const { isMark, line } of words) {
    if (isMark) continue;
    if (last !== undefined && line - last > MOST_LINES) return true;
    last = line;
  }
  return false;
}
const MOST_LINES = 60;

const joined = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ');

/** Programs make links of addresses and names: such a one leads just where it says. */
function isEcho(target: string, text: string): boolean {
  // Thunderbird makes a link of the brackets, too.
  const shown = text
    .trim()
    .toLowerCase()
    .replace(/^<([^<>]*)>$/, '$1');
  const bare = unwrapped(target.trim()).toLowerCase();
  return (
    bare === `mailto:${shown}` ||
    [`http://${shown}`, `https://${shown}`].some((url) => bare === url || bare === `${url}/`)
  );
}

export type { Mark };
