/**
 * The people of a campaign whose notices say the same but for names, times and figures. One notice of each such cohort
 * is linted as it would be sent, for a name that is nobody's, so that no finding holds anybody's.
 */
import type { CohortRow } from '../../scope/index.ts';
import { languageOf } from '../compose/index.ts';
import { type Finding, makeLinter } from '../lint/index.ts';
import type { Writer } from './writer.ts';

export type LintedCohort = Readonly<{
  n: number;
  language: string;
  status: 'exposed' | 'unknown';
  laws: readonly string[];
  form: string | undefined;
  people: number;
  errors: number;
  warnings: number;
  findings: readonly Finding[];
}>;

/** What one of a cohort reads, with a name and a code that are nobody's. */
export type NoticeVersion = Pick<LintedCohort, 'n' | 'language' | 'status' | 'laws' | 'form' | 'people'> &
  Readonly<{ subject: string; text: string }>;
/** What is kept of a campaign's notices for whoever judges them years later: each version as it was approved. */
export type NoticeVersions = Readonly<{
  /** For how many cohorts there are versions; those with the fewest people are left out where it would be too much. */
  cohorts: number;
  /** In place of each person's name. */
  name: string;
  versions: readonly NoticeVersion[];
}>;

type Gathered = { readonly sample: CohortRow; readonly laws: readonly string[]; people: number };

/** Gathers people as they are prepared, then lints a notice of each kind. */
export class Cohorts {
  readonly #writer: Writer;
  readonly #byKey = new Map<string, Gathered>();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  add(person: CohortRow): void {
    const { languages, fallback, lawsOf } = this.#writer;
    const { language } = languageOf(person.language, languages, fallback);
    const laws = lawsOf(person);
    const key = JSON.stringify([
      language,
      person.status,
      laws,
      person.fields,
      person.perhaps,
      person.leaks,
      person.possibleLeaks,
      Object.keys(person.others).sort(),
      person.pages.length > 0,
      person.first < 0,
      person.views > 0,
      person.possiblySelf,
    ]);
    const found = this.#byKey.get(key);
    if (found === undefined) this.#byKey.set(key, { sample: person, laws, people: 1 });
    else found.people += 1;
  }

  async lint(
    signal: AbortSignal,
  ): Promise<Readonly<{ linted: readonly LintedCohort[]; notices: NoticeVersions }>> {
    const linter = await makeLinter();
    const linted: LintedCohort[] = [];
    const versions: NoticeVersion[] = [];
    for (const { sample, laws, people } of this.#byKey.values()) {
      signal.throwIfAborted();
      const { composed, bytes, known, domains, today } = this.#writer.toLint({ ...sample, name: NOBODY });
      const { language } = composed.notice;
      const { errors, warnings, findings } = await linter({ bytes, language, laws, known, domains, today });
      const { status } = sample;
      const { subject, text } = composed.notice;
      const cohort = { n: linted.length, language, status, laws, form: composed.form, people };
      linted.push({ ...cohort, errors, warnings, findings });
      versions.push({ ...cohort, subject, text });
    }
    return { linted, notices: { cohorts: linted.length, name: NOBODY, versions: theMost(versions) } };
  }
}

/** Stands in the greeting of what is linted. */
const NOBODY = 'Ana Lopes';

/** A line of a bundle holds two megabytes, and this is in it as JSON within JSON. */
const MOST_CHARACTERS = 1_000_000;

function theMost(versions: readonly NoticeVersion[]): readonly NoticeVersion[] {
  const byPeople = versions.toSorted((a, b) => b.people - a.people || a.n - b.n);
  let characters = 0;
  const end = byPeople.findIndex(({ subject, text }) => {
    characters += subject.length + text.length;
    return characters > MOST_CHARACTERS;
  });
  return end < 0 ? byPeople : byPeople.slice(0, end);
}
