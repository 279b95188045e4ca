/** Duties of law in the record: stated facts, assessments in versions, findings. Each is one deed. */
import {
  type AssessDuties,
  type Changed,
  type DetermineExemption,
  type DutiesAnswer,
  type DutiesAssessed,
  type DutiesSettled,
  DutiesVersion,
  type DutyChange,
  type DutyRow,
  ForthrightError,
  type LawFacts,
  type Problem,
  RecordedLawFacts,
  type SetLawFacts,
} from '@forthright/contract';
import {
  type AssessedDuty,
  askForDuties,
  deedUpon,
  endAwaiting,
  findAnyIncident,
  findDutyVersion,
  findIncident,
  insertDutyVersion,
  MOVES,
  notFound,
  type RecordedIncident,
  replaceDuties,
} from '../incident/index.ts';
import type { Reads } from '../platform/db/index.ts';
import { type Asked, lastEntryOf, textsOf } from '../prove/index.ts';
import { differenceOf, isMoreThanNumbers, saysTheSame } from './difference.rules.ts';
import { concernsSomebody, dutiesOf, type Law } from './duties.ts';
import { factsOf } from './facts.ts';
import { findLawFacts, insertDetermination, insertLawFacts, LAW_FACTS } from './law.store.ts';
import { ownLaw } from './law.ts';
import { type AssessOptions, type Basis, basisOf, riskOf, standingDecision } from './recorded.ts';

/** The name of the text in the register's entry that is a whole assessment. */
const BODY = 'body';

/** The incident as the asker may see it; the program sees all. */
async function seenBy({ db, actor }: Asked, id: string): Promise<RecordedIncident> {
  const found = actor.via === 'program' ? await findAnyIncident(db, id) : await findIncident(db, id, actor);
  if (found === undefined) throw notFound(id);
  return found.incident;
}

/** States facts for the law. Refuses (`incident-changed`) whoever has not seen the latest, with where both differ. */
export async function setLawFacts(
  asked: Asked,
  { incident: id, version, ...given }: SetLawFacts,
): Promise<Changed> {
  let now = 0;
  let documentVersion = 0;
  const done = await deedUpon(
    asked,
    id,
    { kind: 'law-facts-set', act: 'set-law-facts' },
    async ({ tx, incident }) => {
      documentVersion = incident.version;
      const before = await findLawFacts(tx, incident.id);
      now = before?.version ?? 0;
      const facts = merged(before?.facts ?? {}, given);
      if (version !== now) throw stale({ seen: version, now }, facts, before?.facts ?? {});
      return {
        facts: { version: now + 1, names: Object.keys(given).toSorted() },
        texts: { [LAW_FACTS]: { value: JSON.stringify(facts) } },
      };
    },
    async ({ tx, at, incident }, entry) => {
      await insertLawFacts(tx, { incident: incident.id, version: now + 1, entry });
      await askForDuties(tx, incident.id, entry, at);
    },
  );
  return { ...done, version: documentVersion };
}

function merged(before: RecordedLawFacts, given: Readonly<Record<string, unknown>>): RecordedLawFacts {
  const all = Object.entries({ ...before, ...given });
  return RecordedLawFacts.parse(
    Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined)),
  );
}

function stale(
  { seen, now }: Readonly<{ seen: number; now: number }>,
  yours: RecordedLawFacts,
  theirs: RecordedLawFacts,
): ForthrightError {
  const [own, other] = [yours, theirs].map((facts) => new Map(Object.entries(facts)));
  const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 500));
  const problems: Problem[] = [...new Set([...(own?.keys() ?? []), ...(other?.keys() ?? [])])]
    .filter((name) => shown(own?.get(name)) !== shown(other?.get(name)))
    .map((at) => ({ at, message: `yours: ${shown(own?.get(at))}; now: ${shown(other?.get(at))}` }));
  return new ForthrightError(
    'incident-changed',
    `You have seen version ${seen} of these facts; they are at version ${now} now. Where they differ is listed.`,
    { problems },
  );
}

type Assessed = Omit<DutiesVersion, 'schema' | 'changes'>;

function assess(law: Law, basis: Basis, at: Date): Assessed {
  const { risk, proposal, problem } = riskAndProblem(basis);
  const facts = factsOf({ ...basis.input, proposal });
  const problems = problem === undefined ? facts.problems : [problem, ...facts.problems];
  const instant = Temporal.Instant.fromEpochMilliseconds(at.getTime());
  const duties = dutiesOf(law, { ...facts, problems }, instant);
  return { risk, decision: facts.words.risk ?? { known: false, ask: '' }, duties };
}

/** What was stated of the risk may contradict a later run: then nothing is proposed, and that is told. */
function riskAndProblem(basis: Basis): {
  risk: DutiesVersion['risk'];
  proposal?: Parameters<typeof factsOf>[0]['proposal'];
  problem?: DutiesAnswer['facts']['problems'][number];
} {
  try {
    const risk = riskOf(basis);
    return { risk, proposal: risk.proposal };
  } catch (error) {
    if (!(error instanceof ForthrightError) || error.code !== 'risk-invalid') throw error;
    const text = `${error.message}: ${error.problems.map(({ at, message }) => `${at}: ${message}`).join('; ')}. Assess the risk anew (assess-risk)`;
    return { risk: null, problem: { code: 'risk-contradicts', text } };
  }
}

const RETRIES = 3;
/** Somebody changed the incident while the law was applied. */
class Changing extends Error {}

/**
 * Applies the law to the record as it is, and keeps the outcome as the next version if it differs from the last. The law
 * is applied outside of the deed, which would hold up everybody; the deed looks whether anything has changed meanwhile.
 */
export async function assessDuties(
  asked: Asked,
  { incident: id }: AssessDuties,
  options: AssessOptions,
): Promise<DutiesAssessed> {
  const law = await ownLaw();
  for (let n = 0; n < RETRIES; n += 1) {
    // Before anything is read: whatever is changed while it is makes another basis.
    const lastEntry = await lastEntryOf(asked.db, id);
    const incident = await seenBy(asked, id);
    const move = MOVES[incident.state]['add-evidence'];
    if ('no' in move) throw new ForthrightError('incident-refuses', `This can not be done: ${move.no}.`);
    const basis = await basisOf(asked.db, { incident, lastEntry }, options);
    try {
      return await keep(asked, basis, assess(law, basis, asked.now()));
    } catch (error) {
      if (!(error instanceof Changing)) throw error;
    }
  }
  throw new ForthrightError('incident-changed', 'The incident is being changed; ask again.');
}

const matters = (row: DutyRow, organisation: LawFacts['organisation']): boolean =>
  row.status !== 'not-due' && concernsSomebody(row, organisation);
/** A record that the law wants kept (GDPR Art. 33(5)) is this one. An assessment that it wants made is not done by that. */
const isKeptHere = ({ id, to }: DutyRow): boolean => to === 'record' && id.endsWith('/record');

const assessedOf = ({ id, to, status, deadline }: DutyRow): AssessedDuty => ({
  duty: id,
  to,
  status,
  until: deadline?.until ?? null,
  untilWords: deadline?.until === null || deadline === null ? null : (deadline.untilWords ?? deadline.until),
});

const MOST_CHANGES = 300;

async function keep(asked: Asked, basis: Basis, assessed: Assessed): Promise<DutiesAssessed> {
  const { incident, job, lastEntry, input } = basis;
  const last = await findDutyVersion(asked.db, incident.id);
  const before = last === undefined ? null : await bodyOf(asked.db, last.entry);
  const changes = before === null ? [] : differenceOf(before.duties.rows, assessed.duties.rows);
  const { rows, facts } = assessed.duties;
  const { organisation } = facts;
  const count = (status: DutyRow['status']) =>
    rows.filter((row) => row.status === status && (status === 'not-due' || matters(row, organisation)))
      .length;
  const figures = {
    job,
    run: input.run,
    due: count('due'),
    cannotTell: count('cannot-tell'),
    unverified: count('unverified'),
    notDue: count('not-due'),
  };
  const body: DutiesVersion = { schema: 'forthright/duties-version/1', ...assessed, changes };
  const isSame =
    before !== null &&
    changes.length === 0 &&
    saysTheSame(before, DutiesVersion.parse(JSON.parse(JSON.stringify(body))));
  if (last !== undefined && last.job === job && isSame) {
    await asked.db.transaction((tx) => endAwaiting(tx, incident.id, lastEntry));
    return { ...last, incident: incident.id, isNew: false, changes };
  }
  const version = (last?.version ?? 0) + 1;
  const kind = isMoreThanNumbers(changes) ? 'duties-changed' : 'duties-assessed';
  const done = await deedUpon(
    asked,
    incident.id,
    { kind, act: 'assess-duties' },
    async ({ tx }) => {
      if ((await lastEntryOf(tx, incident.id)) !== lastEntry) throw new Changing();
      return {
        facts: {
          version,
          ...figures,
          law: assessed.duties.law.sha256,
          isComplete: assessed.duties.law.complete,
          ...decidedOf(basis, assessed),
          changes: changes
            .filter(({ change }) => change !== 'people')
            .slice(0, MOST_CHANGES)
            .map(toldOf),
        },
        texts: { [BODY]: { value: JSON.stringify(body) } },
      };
    },
    async ({ tx }, entry) => {
      await insertDutyVersion(tx, incident.id, { version, entry, ...figures });
      await replaceDuties(
        tx,
        incident.id,
        rows.filter((row) => matters(row, organisation) && !isKeptHere(row)).map(assessedOf),
      );
      await endAwaiting(tx, incident.id, lastEntry);
    },
  );
  return { ...done, version, ...figures, isNew: true, changes };
}

const toldOf = ({ duty, change, before, after, until }: DutyChange) => ({
  duty,
  change,
  before,
  after,
  until: until.after,
});

const WORD = { 'register-only': 0, 'tell-authority': 1, 'tell-people': 2 } as const;

/** Who decided what, and whether that is what was proposed. */
function decidedOf({ incident }: Basis, { risk }: Assessed) {
  const decided = standingDecision(incident);
  const proposal = risk?.proposal;
  const proposed = proposal === undefined ? {} : { proposed: proposal.answer };
  if (decided === undefined) return proposed;
  const is = WORD[decided.answer];
  const isWithin = proposal === undefined || (WORD[proposal.atLeast] <= is && is <= WORD[proposal.atMost]);
  return { ...proposed, decision: decided.id, decided: decided.answer, againstProposal: !isWithin };
}

/** A kept assessment; null once it was erased. */
export async function bodyOf(reads: Reads, entry: number): Promise<DutiesVersion | null> {
  const text = (await textsOf(reads, [entry]))(entry, BODY);
  return text === null ? null : DutiesVersion.parse(JSON.parse(text));
}

/** Records a finding on which an exemption hangs. Refuses one that the law does not have, or does not leave to a finding. */
export async function determineExemption(
  asked: Asked,
  { incident: id, exemption, holds, reason }: DetermineExemption,
): Promise<DutiesSettled> {
  const law = await ownLaw();
  const names = law.regimes.flatMap(({ code, duties }) =>
    duties.flatMap((rule) =>
      rule.exemptions.flatMap(({ name, determination }) =>
        determination === true ? [`${code}/${name}`] : [],
      ),
    ),
  );
  const done = await deedUpon(
    asked,
    id,
    { kind: 'exemption-determined', act: 'determine-exemption' },
    async () => {
      if (!names.includes(exemption))
        throw new ForthrightError(
          'duty-not-found',
          `No law has an exemption ${exemption} that hangs on a written finding; they are: ${[...new Set(names)].join(', ')}.`,
        );
      return { facts: { exemption, holds }, texts: { reason: { value: reason } } };
    },
    async ({ tx, at, incident }, entry) => {
      const by = asked.actor.account;
      await insertDetermination(tx, { entry, incident: incident.id, exemption, holds, at, by });
      await askForDuties(tx, incident.id, entry, at);
    },
  );
  return { ...done, settled: 0, open: [] };
}
