import { claimsIn, hasCredentials, type Known, recipientFigures } from './claims.ts';
import { datesIn } from './dates.ts';
import { getDomain } from './domains.ts';
import { easeOf } from './ease.ts';
import { MISSING, type MissingRule, PHRASE_FAULTS } from './faults.ts';
import { type LawfulDuty, lawFindings } from './law.ts';
import { type Compiled, PHRASES } from './rules.ts';
import type { Finding, LintReport, ReadNotice, Spam, Span } from './types.ts';

export type LintInput = Readonly<{
  notice: ReadNotice;
  rules: Compiled;
  /** What kinds of data are called in the language, by their name in the law's facts. */
  elements: Readonly<Record<string, string>>;
  duties: readonly LawfulDuty[];
  known: Known | undefined;
  /** The sender's own domains; where none are known, that of the message's From. */
  domains: readonly string[];
  spam: Spam;
  today: Date;
}>;

const MOST_PER_RULE = 50;

/** Holds a notice to what it must say, and to how it must not say it. Pure. */
export function lint(input: LintInput): LintReport {
  const { notice, rules, duties, known } = input;
  // Straight apostrophes and blanks, one for one, so that positions stay.
  const text = notice.text.replace(/[’‘]/g, "'").replace(/[\u00a0\u202f]/g, ' ');
  const phrases = phraseFindings(text, notice.text, rules, known);
  const said = saidIn(text, input, phrases);
  const withheld = forbiddenBy(duties);
  const missing = new Set(said.missing.filter((rule) => !withheld.has(rule)));
  const ease = easeOf(notice.text, rules.language);
  const findings = [
    ...phrases,
    ...[...missing].map((rule) => finding(rule, null, '')),
    ...said.wrong,
    ...formFindings(input),
    ...(ease !== null && !ease.isEasy
      ? [
          finding('length', null, '', {
            reason: `Hard to read: ${ease.formula} gives ${ease.value}, wanted is ${ease.wanted}.`,
          }),
        ]
      : []),
    ...(known === undefined
      ? []
      : claimsIn(text, rules, known, { elements: new Set(said.elements) }, input.today)),
    ...duties.flatMap((duty) => lawFindings(duty, text, missing, said.spans)),
  ].sort((a, b) => (a.at?.from ?? -1) - (b.at?.from ?? -1));
  const unique = dedupe(findings);
  return {
    schema: 'forthright/lint/1',
    kind: notice.kind,
    language: rules.language,
    laws: duties.map(({ regime }) => regime.code),
    errors: unique.filter((f) => f.severity === 'error').length,
    warnings: unique.filter((f) => f.severity === 'warning').length,
    findings: unique,
    ease,
    spam: input.spam,
    text: notice.text,
  };
}

/** What can't be asked for where a law forbids to say it. */
function forbiddenBy(duties: readonly LawfulDuty[]): ReadonlySet<MissingRule> {
  const items = duties.flatMap(({ duty }) => duty.mustNot);
  return new Set<MissingRule>([
    ...(items.some((item) => /how many|number/i.test(item)) ? (['number'] as const) : []),
    // Who saw what, when, and how it was stopped describe what happened.
    ...(items.some((item) => /nature|describe/i.test(item))
      ? (['cause', 'recipients', 'when', 'measures', 'consequences'] as const)
      : []),
  ]);
}

function finding(rule: MissingRule, at: Span | null, words: string, more: Partial<Finding> = {}): Finding {
  return { rule, at, words, ...MISSING[rule], ...more };
}

function dedupe(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  return findings.filter((f) => {
    const key = `${f.rule} ${f.at?.from} ${f.at?.to} ${f.better}`;
    const n = (counts.get(f.rule) ?? 0) + 1;
    if (seen.has(key) || n > MOST_PER_RULE) return false;
    counts.set(f.rule, n);
    seen.add(key);
    return true;
  });
}

function phraseFindings(text: string, shown: string, rules: Compiled, known: Known | undefined): Finding[] {
  return PHRASES.flatMap((name) => {
    // Only the facts tell whether a password is good advice.
    if (name === 'password' && (known === undefined || hasCredentials(known.incident))) return [];
    const { find, better } = rules.phrases[name];
    return [...text.matchAll(find)].slice(0, MOST_PER_RULE).map((match): Finding => {
      const at = { from: match.index, to: match.index + match[0].length };
      return { rule: name, at, words: shown.slice(at.from, at.to), ...PHRASE_FAULTS[name], better };
    });
  });
}

type Said = Readonly<{
  missing: readonly MissingRule[];
  wrong: readonly Finding[];
  spans: Readonly<{ number: Span | null; cause: Span | null }>;
  elements: readonly string[];
}>;

const spanOf = (match: RegExpMatchArray | undefined): Span | null =>
  match?.index === undefined ? null : { from: match.index, to: match.index + match[0].length };

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]{1,200}\.\p{L}{2,}/u;
const PHONE = /(?:\+|00|\b0|\(|\b1-)\d[\d\s()./-]{6,20}\d|(?<!\d)\d{3}[-.]\d{3}[-.]\d{4}(?!\d)/u;
const NO_REPLY = /(?:no|do-?not|ne-?pas|keine?)[-_.]?(?:reply|repondre|antwort)\p{L}*@/iu;

/** “There is no need to change your password” is no advice, and “because of a technical error” no cause. */
const WHOLE_SENTENCE: ReadonlySet<string> = new Set(['noAction', 'vagueCause']);

function sentenceAround(text: string, { from, to }: Span): Span {
  const ends = [...text.matchAll(/[.!?](?=\s)|[。！？]|\n\s*\n/g)].map((m) => m.index + m[0].length);
  return { from: ends.filter((e) => e <= from).at(-1) ?? 0, to: ends.find((e) => e >= to) ?? text.length };
}

/** What is there and what is not. A vague phrase does not count as the thing that it hides. */
function saidIn(
  text: string,
  { notice, rules, elements, known }: LintInput,
  phrases: readonly Finding[],
): Said {
  const { says, people, language } = rules;
  const hidden = (of: readonly string[]) =>
    phrases
      .filter((f) => of.includes(f.rule) && f.at !== null)
      .map((f) => (WHOLE_SENTENCE.has(f.rule) ? sentenceAround(text, f.at as Span) : (f.at as Span)));
  const outside = (pattern: RegExp, of: readonly string[]) => {
    const spans = hidden(of);
    return [...text.matchAll(pattern)].find((m) =>
      spans.every((s) => m.index >= s.to || m.index + m[0].length <= s.from),
    );
  };
  const head = text.slice(0, 600);
  const generic = head.match(new RegExp(says.genericGreeting.source, 'iu'));
  const hasGreeting = new RegExp(says.greeting.source, 'iu').test(head);
  const number = numberOf(text, people) ?? outside(says.nobodyElse, []);
  const cause = outside(says.cause, ['vagueCause', 'vagueMeasure', 'noAction']);
  const named = Object.entries(elements).filter(([, word]) => namesElement(text, word, language));
  const checks: readonly (readonly [MissingRule, boolean])[] = [
    ['greeting', hasGreeting || generic !== null],
    ['number', number !== undefined],
    ['recipients', outside(says.recipients, ['vagueNumber', 'euphemism']) !== undefined],
    ['when', tellsWhen(text, language)],
    ['fields', named.length > 0],
    ['cause', cause !== undefined],
    ['consequences', outside(says.consequences, ['noEvidence', 'noAction', 'hedge']) !== undefined],
    ['measures', outside(says.measures, ['vagueMeasure']) !== undefined],
    ['advice', outside(says.advice, ['noAction']) !== undefined],
    ['contact', hasContact(text, notice)],
    ['check', outside(says.check, []) !== undefined],
  ];
  return {
    missing: checks.filter(([, isThere]) => !isThere).map(([rule]) => rule),
    wrong: generic === null ? [] : [finding('genericGreeting', spanOf(generic), generic[0])],
    spans: { number: spanOf(affectedIn(text, rules, known)), cause: spanOf(cause) },
    elements: named.map(([element]) => element),
  };
}

/** A number of people whose data it was: not one that the facts know as recipients, in a sentence about these. */
function affectedIn(
  text: string,
  { says, people }: Compiled,
  known: Known | undefined,
): RegExpMatchArray | undefined {
  const recipients = known === undefined ? new Set<number>() : recipientFigures(known);
  return numbersOf(text, people).find((match) => {
    const at = { from: match.index, to: match.index + match[0].length };
    const { from, to } = sentenceAround(text, at);
    const tells = new RegExp(says.recipients.source, 'iu').test(text.slice(from, to));
    return !(tells && recipients.has(Number(/^\d[\d.,'’ ]*/.exec(match[0])?.[0].replace(/\D/g, ''))));
  });
}

const numberOf = (text: string, people: RegExp): RegExpMatchArray | undefined => numbersOf(text, people)[0];

/** Numbers of people: figures with what people are called behind them, in the same sentence. */
function numbersOf(text: string, people: RegExp): RegExpExecArray[] {
  const pattern = new RegExp(
    `(?<![\\d.,])\\d[\\d.,'’ ]{0,20}(?:\\s+[\\p{L}-]+){0,3}\\s*${people.source}`,
    'giu',
  );
  return [...text.matchAll(pattern)];
}

/** A day that is not the date of the letter: it stands in a sentence. */
function tellsWhen(text: string, language: string): boolean {
  return datesIn(text, language).some(({ from, to }) => {
    const start = Math.max(text.lastIndexOf('\n', from), text.lastIndexOf('。', from)) + 1;
    const end = text.indexOf('\n', to);
    const line = text
      .slice(start, end < 0 ? undefined : end)
      .replace(/[\d\W_]+/g, (gap) => (/\p{L}/u.test(gap) ? gap : ' '));
    const isLetterHead = /^[^.。]{0,30}$/.test(text.slice(start, end < 0 ? undefined : end).trim());
    return !isLetterHead && line.trim().length > 8;
  });
}

function namesElement(text: string, word: string, language: string): boolean {
  if (language === 'ja') return text.includes(word);
  const plain = word.toLowerCase().replace(/[’‘]/g, "'");
  // `e-mail address`, `email address`, `e-mail addresses`, and the compounds and cases of other languages.
  const stem = plain
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('e-mail', 'e-?mail')
    .replaceAll(' ', '\\s+');
  return new RegExp(`(?<![\\p{L}])${stem}[\\p{L}]{0,3}(?![\\p{L}])`, 'iu').test(text);
}

function hasContact(text: string, { header }: ReadNotice): boolean {
  const withoutNoReply = text.replace(new RegExp(`${NO_REPLY.source}\\S+`, 'giu'), ' ');
  if (EMAIL.test(withoutNoReply) || PHONE.test(withoutNoReply)) return true;
  return (header?.replyTo ?? []).some((address) => !NO_REPLY.test(address));
}

const SHORTENERS =
  /^(?:bit\.ly|t\.co|tinyurl\.com|goo\.gl|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|lnkd\.in|t\.ly|shorturl\.at|s\.id)$/;
const LOGIN_PATH = /log-?in|sign-?in|signin|account|verify|password|auth|session|secure/i;

function formFindings(input: LintInput): Finding[] {
  const { notice } = input;
  const { header, marks, attachments, subject } = notice;
  const own = new Set(
    [...input.domains, ...(input.domains.length === 0 ? (header?.from ?? []) : [])].map(getDomain),
  );
  own.delete(undefined);
  const findings = notice.links.flatMap((link) => linkFindings(link, own));
  for (const mark of marks) findings.push(finding(mark, null, ''));
  for (const name of attachments) findings.push(finding('attachment', null, name));
  if (header !== undefined) {
    const domains = new Set([...header.from, ...header.replyTo, ...header.returnPath].map(getDomain));
    if (domains.size > 1)
      findings.push(
        finding('other-domain', null, [...header.from, ...header.replyTo, ...header.returnPath].join(', ')),
      );
    if (header.to.length > 1) findings.push(finding('recipient', null, `${header.to.length} addresses`));
    if (!header.hasTextPart) findings.push(finding('html-only', null, ''));
    if (header.replyTo.concat(header.from).every((address) => NO_REPLY.test(address)))
      findings.push(finding('no-reply', null, header.from.join(', ')));
  }
  const shout = /!{2,}|(?:\b\p{Lu}{4,}\b[\s,!]*){3,}/u.exec(`${subject ?? ''}\n${notice.text}`);
  if (shout !== null) findings.push(finding('shouting', null, shout[0].trim()));
  return findings;
}

function linkFindings(link: ReadNotice['links'][number], own: ReadonlySet<string | undefined>): Finding[] {
  const at = link.at.to > link.at.from ? link.at : null;
  const found = (rule: MissingRule): Finding => finding(rule, at, link.href.slice(0, 300));
  if (/^(?:mailto|tel|cid):|^#/i.test(link.href)) return [];
  const url = URL.canParse(link.href) ? new URL(link.href) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return [found('look-alike')];
  const host = url.hostname.toLowerCase();
  const told = /^(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?:[/?#]|$)/iu
    .exec(link.words.trim())?.[1]
    ?.toLowerCase();
  const findings = [found('link')];
  if (SHORTENERS.test(host)) findings.push(found('short-link'));
  else if (own.size > 0 && !own.has(getDomain(host))) findings.push(found('foreign-link'));
  const deceives =
    /^[\d.]+$|^\[/.test(host) ||
    host.includes('xn--') ||
    url.username !== '' ||
    (told !== undefined && getDomain(told) !== getDomain(host));
  if (deceives) findings.push(found('look-alike'));
  if (LOGIN_PATH.test(`${url.hostname.split('.').slice(0, -2).join('.')}${url.pathname}`))
    findings.push(found('login-link'));
  return findings;
}
