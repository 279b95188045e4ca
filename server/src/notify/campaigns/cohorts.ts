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

  async lint(signal: AbortSignal): Promise<LintedCohort[]> {
    const linter = await makeLinter();
    const linted: LintedCohort[] = [];
    for (const { sample, laws, people } of this.#byKey.values()) {
      signal.throwIfAborted();
      const { composed, bytes, known, domains, today } = this.#writer.toLint({ ...sample, name: NOBODY });
      const { language } = composed.notice;
      const { errors, warnings, findings } = await linter({ bytes, language, laws, known, domains, today });
      const { status } = sample;
      linted.push({
        n: linted.length,
        language,
        status,
        laws,
        form: composed.form,
        people,
        errors,
        warnings,
        findings,
      });
    }
    return linted;
  }
}

/** Stands in the greeting of what is linted. */
const NOBODY = 'Ana Lopes';
