import {
  AssessAnswer,
  type Authorities,
  ForthrightError,
  type LawFacts,
  type Regime,
  type RiskAnswer,
  RiskStatement,
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
import { assessRisk, assessRiskDocument, readRiskFile } from './risk.ts';

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
  /** The risk file: what the incident file and the run don't say of the risk. */
  risk: z.string().min(1).optional(),
  /** As of when clocks are shown. */
  at: z.string().min(1),
});

/** Without a risk file nobody states a factor: what the run and the incident file say stands, and the rest is asked. */
const NOTHING_STATED = { by: 'nobody', factors: {} };

type RiskFile = Awaited<ReturnType<typeof readRiskFile>>;

/** The risk from the facts of the run and the risk file. A processor weighs no risk, in whichever file it says so. */
function riskOf(file: RiskFile | undefined, answer: ScopeAnswer, facts: LawFacts): RiskAnswer {
  const { role: told } = facts.words;
  const role = told?.known === true && told.value === 'processor' ? 'processor' : 'controller';
  if (file === undefined) return assessRisk(RiskStatement.parse({ ...NOTHING_STATED, role }), answer, facts);
  if (file.value.role === 'processor' && role === 'controller') {
    const message =
      'the role here is processor, and controller for the duties; say it under facts.role in the incident file, or in forthright.yaml';
    throw new ForthrightError('risk-invalid', `risk file ${file.path} contradicts the incident`, {
      problems: [{ at: file.where(['role']), message }],
    });
  }
  return assessRiskDocument({ ...file, value: { ...file.value, role } }, answer, facts);
}

/** How severe, who must be told, by when and why: one run of scope, then the risk and the law. `may`: the role that may ask. */
export const assess = {
  name: 'assess',
  input: AssessAsked,
  output: AssessAnswer,
  may: 'investigator',
  run: async (
    { law: folder, risk: riskPath, at, ...asked }: z.infer<typeof AssessAsked>,
    watch: Watch,
  ): Promise<AssessAnswer> => {
    // Files that people wrote are read before the long run, so that a slip in one is told at once.
    const law = await loadLaw(folder);
    const riskFile = riskPath === undefined ? undefined : await readRiskFile(riskPath);
    const workspace = await loadWorkspace(asked.workspace);
    await loadIncident(asked.incident, workspace.workspace);
    return withRun(asked, watch, async ({ answer, incident }) => {
      watch.step('applying the law');
      const input = factsInputOf(answer, incident.incident, workspace.workspace.organisation);
      const risk = riskOf(riskFile, answer, factsOf(input));
      const facts = factsOf({ ...input, proposal: risk.proposal });
      return AssessAnswer.parse({
        schema: 'forthright/assess/1',
        risk,
        decision: facts.words.risk,
        duties: dutiesOf(law, facts, Temporal.Instant.from(at)),
      });
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
