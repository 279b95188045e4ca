import {
  type Authorities,
  DutiesAnswer,
  ForthrightError,
  type Regime,
  type ScopeAnswer,
  type UnverifiedRegime,
} from '@forthright/contract';
import * as z from 'zod';
import { type LoadedIncident, loadIncident } from '../incident/index.ts';
import { didYouMean } from '../kernel/index.ts';
import { type Watch, withRun } from '../scope/index.ts';
import { loadWorkspace } from '../sources/index.ts';
import { failuresOf } from './cases.ts';
import { dutiesOf, type Law } from './duties.ts';
import { type FactsInput, factsOf } from './facts.ts';
import { loadLaw, OWN_LAW } from './law.ts';

const Folder = z.string().min(1).default(OWN_LAW);

/** Facts for the law from a finished run: people from its answer, the rest from the two files. */
export function factsInputOf(
  answer: ScopeAnswer,
  incident: LoadedIncident['incident'],
  organisation: FactsInput['organisation'],
): FactsInput {
  return {
    run: answer.run,
    title: answer.title,
    groups: answer.groups,
    unidentified: answer.people.unidentified,
    fields: Object.keys(answer.fields),
    leaks: answer.leaks,
    recipients: answer.recipients.byClass,
    firstSeen: answer.seen.first,
    incident,
    organisation,
  };
}

const AssessAsked = z.object({
  incident: z.string().min(1),
  workspace: z.string().min(1),
  law: Folder,
  /** As of when clocks are shown. */
  at: z.string().min(1),
});

/** Who must be told, by when and why: a scope run, then the law. `may`: the role that may ask. */
export const assess = {
  name: 'assess',
  input: AssessAsked,
  output: DutiesAnswer,
  may: 'investigator',
  run: async (
    { law: folder, at, ...asked }: z.infer<typeof AssessAsked>,
    watch: Watch,
  ): Promise<DutiesAnswer> => {
    // Files that people wrote are read before the long run, so that a slip in one is told at once.
    const law = await loadLaw(folder);
    const workspace = await loadWorkspace(asked.workspace);
    await loadIncident(asked.incident, workspace.workspace);
    return withRun(asked, watch, async ({ answer, incident }) => {
      watch.step('applying the law');
      const facts = factsOf(factsInputOf(answer, incident.incident, workspace.workspace.organisation));
      return DutiesAnswer.parse(dutiesOf(law, facts, Temporal.Instant.from(at)));
    });
  },
} as const;

/** All regimes of the law with their standing. */
export const dutiesList = {
  name: 'duties list',
  run: ({ law }: { law?: string | undefined }): Promise<Law> => loadLaw(law ?? OWN_LAW),
} as const;

export type ShownRegime = Readonly<{
  regime: Regime | UnverifiedRegime;
  complete: boolean;
}>;

/** One regime. Refuses a code that no file has. */
export const dutiesShow = {
  name: 'duties show',
  run: async ({ law: folder, code }: { law?: string | undefined; code: string }): Promise<ShownRegime> => {
    const law = await loadLaw(folder ?? OWN_LAW);
    const all = [...law.regimes, ...law.unverified];
    const regime = all.find((r) => r.code.toLowerCase() === code.toLowerCase());
    if (regime === undefined) {
      const codes = all.map((r) => r.code);
      throw new ForthrightError(
        'regime-not-found',
        `there is no regime \`${code}\`${didYouMean(code.toUpperCase(), codes)}; see \`forthright duties list\``,
      );
    }
    return { regime, complete: law.broken.length === 0 };
  },
} as const;

export type Checked = Readonly<{
  law: Law;
  cases: number;
  failures: readonly Readonly<{ regime: string; it: string; what: readonly string[] }>[];
}>;

/** Reads every file and runs every regime's own cases. Refuses nothing: what is wrong is the answer. */
export const dutiesCheck = {
  name: 'duties check',
  run: async ({ law: folder }: { law?: string | undefined }): Promise<Checked> => {
    const law = await loadLaw(folder ?? OWN_LAW);
    return {
      law,
      cases: law.regimes.flatMap((r) => r.cases).length,
      failures: law.regimes.flatMap((r) => failures(r, law.authorities)),
    };
  },
} as const;

function failures(regime: Regime, authorities: Authorities | null): Checked['failures'] {
  return regime.cases.flatMap((given) => {
    const what = failuresOf(regime, given, authorities);
    return what.length === 0 ? [] : [{ regime: regime.code, it: given.it, what }];
  });
}
