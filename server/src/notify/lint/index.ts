import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ForthrightError, type Regime, type ScopeAnswer } from '@forthright/contract';
import * as z from 'zod';
import { ownLaw } from '../../assess/index.ts';
import { loadIncident } from '../../incident/index.ts';
import { readDocument } from '../../platform/index.ts';
import { ownLanguages, type SaidFact } from '../compose/index.ts';
import { figuresIn, type Known } from './claims.ts';
import type { LawfulDuty } from './law.ts';
import { lint } from './lint.ts';
import { readNotice } from './read.ts';
import { type Compiled, compileRules, LanguageRules } from './rules.ts';
import { spamScore } from './spam.ts';
import type { LintReport } from './types.ts';

export { figuresIn, type Known } from './claims.ts';
export type { Finding, LintReport, Severity } from './types.ts';

export type LintAsked = Readonly<{
  bytes: Uint8Array;
  /** Of the file: its ending tells what it is. */
  name: string;
  /** Told from the text when left out. */
  language?: string | undefined;
  /** Path of an incident file, whose facts the claims are held against. */
  incident?: string | undefined;
  /** The answer of scope, whose figures they are held against. */
  answer?: ScopeAnswer | undefined;
  /** What is said of the one person to whom it goes, as it was computed. */
  facts?: readonly SaidFact[] | undefined;
  /** Codes of laws, such as `EU` and `US-CA`. */
  laws: readonly string[];
  /** The sender's own domains. */
  domains: readonly string[];
  today: Date;
  signal: AbortSignal;
}>;

const RULES = fileURLToPath(new URL('rules/', import.meta.url));

let compiled: Promise<ReadonlyMap<string, Compiled>> | undefined;

/** The rules of every language that there are any for, read once. */
export function lintLanguages(): Promise<ReadonlyMap<string, Compiled>> {
  compiled ??= readRules();
  return compiled;
}

async function readRules(): Promise<ReadonlyMap<string, Compiled>> {
  const files = (await readdir(RULES)).filter((name) => name.endsWith('.yaml')).sort();
  const rules = await Promise.all(
    files.map(async (name) =>
      compileRules((await readDocument(`${RULES}${name}`, LanguageRules, 'template-invalid')).value),
    ),
  );
  return new Map(rules.map((each) => [each.language, each]));
}

/**
 * Lints a notice: text, HTML or a message. Refuses with `notice-invalid` what can't be read, with `usage` a language
 * that there are no rules for, and with `regime-not-found` a law that there is not.
 */
export async function lintNotice(asked: LintAsked): Promise<LintReport> {
  const notice = await readNotice(asked.bytes, asked.name);
  const all = await lintLanguages();
  const rules = rulesFor(asked.language ?? notice.language, notice.text, all);
  const language = (await ownLanguages()).get(rules.language);
  const known =
    asked.incident === undefined
      ? undefined
      : {
          incident: (await loadIncident(asked.incident)).incident,
          answer: asked.answer,
          figures: figuresIn(asked.facts ?? []),
        };
  return lint({
    notice,
    rules,
    elements: language?.elements ?? {},
    duties: await dutiesOf(asked.laws),
    known,
    domains: asked.domains,
    spam: await spamScore(notice.kind === 'eml' ? asked.bytes : undefined, asked.signal),
    today: asked.today,
  });
}

function rulesFor(wanted: string | undefined, text: string, all: ReadonlyMap<string, Compiled>): Compiled {
  const named = all.get((wanted ?? '').split(/[-_]/)[0]?.toLowerCase() ?? '');
  if (named !== undefined) return named;
  if (/[\u3040-\u30ff]/.test(text) && all.has('ja')) return all.get('ja') as Compiled;
  const words =
    text
      .slice(0, 20_000)
      .toLowerCase()
      .match(/[\p{L}']+/gu) ?? [];
  const scores = [...all.values()].map((rules) => ({
    rules,
    score: rules.language === 'ja' ? 0 : words.filter((word) => rules.common.includes(word)).length,
  }));
  const best = scores.sort((a, b) => b.score - a.score)[0];
  if (best !== undefined && best.score >= Math.min(5, words.length / 20)) return best.rules;
  throw new ForthrightError(
    'usage',
    `the language can’t be told from the text: say it with --language (${[...all.keys()].join(', ')})`,
  );
}

const NoticeFacts = z.object({
  facts: z.array(
    z.object({ fact: z.string(), value: z.unknown(), source: z.object({ is: z.string(), at: z.string() }) }),
  ),
});

/**
 * What a notice says of its person, of the file that `forthright notice --json` writes. Refuses with `notice-invalid` what
 * is none, and what comes from another run than the answer.
 */
export async function readNoticeFacts(
  path: string,
  answer: ScopeAnswer | undefined,
): Promise<readonly SaidFact[]> {
  const { value } = await readDocument(path, NoticeFacts, 'notice-invalid');
  const foreign = value.facts.find(
    ({ source }) => source.is === 'run' && answer !== undefined && !source.at.startsWith(`${answer.run}:`),
  );
  if (foreign !== undefined)
    throw new ForthrightError(
      'notice-invalid',
      `the facts in ${path} are of another run (${foreign.source.at}) than the answer (${answer?.run}): make the notice again`,
    );
  return value.facts as readonly SaidFact[];
}

export type Linter = (
  asked: Readonly<{
    /** A message as it would be sent. */
    bytes: Uint8Array;
    language: string;
    /** Codes of the laws whose duty towards people holds for whoever reads it. */
    laws: readonly string[];
    known: Known;
    domains: readonly string[];
    today: Date;
  }>,
) => Promise<LintReport>;

/** Reads rules, languages and laws once, to lint many messages of our own with. Asks no spam filter. */
export async function makeLinter(): Promise<Linter> {
  const [all, languages, { regimes }] = await Promise.all([lintLanguages(), ownLanguages(), ownLaw()]);
  return async ({ bytes, language, laws, known, domains, today }) => {
    const notice = await readNotice(bytes, 'notice.eml');
    const rules = rulesFor(language, notice.text, all);
    return lint({
      notice,
      rules,
      elements: languages.get(rules.language)?.elements ?? {},
      duties: lawfulOf(regimes, laws),
      known,
      domains,
      spam: { asked: false, why: 'a campaign’s notices are linted without it' },
      today,
    });
  };
}

const dutiesOf = async (codes: readonly string[]): Promise<LawfulDuty[]> =>
  lawfulOf((await ownLaw()).regimes, codes);

function lawfulOf(regimes: readonly Regime[], codes: readonly string[]): LawfulDuty[] {
  return codes.flatMap((code) => {
    const regime = regimes.find((each) => each.code === code);
    if (regime === undefined)
      throw new ForthrightError(
        'regime-not-found',
        `there is no law \`${code}\`; see \`forthright duties list\``,
      );
    const duty = regime.duties.filter((each) => each.to === 'people' && each.valid.to === undefined).at(-1);
    return duty === undefined ? [] : [{ regime, duty }];
  });
}

/** The bytes of a file. Refuses with `file-missing` or `file-unreadable`. */
export async function readNoticeFile(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT')
      throw new ForthrightError('file-missing', `there is no file ${path}; check the path`, { cause });
    throw new ForthrightError('file-unreadable', `can’t read ${path}: ${cause.message}`, { cause });
  });
}
export { getDomain } from './domains.ts';
