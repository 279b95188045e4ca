/** A notice before anything is made of it: what it needs, how it reads, and what the linter finds where. */
import {
  type CohortDescribed,
  type DescribeCohort,
  type DraftNotice,
  ForthrightError,
  type NoticeDrafted,
} from '@forthright/contract';
import { elementOf } from '../../assess/index.ts';
import { cohortOfRun, leaksOf, type RecordedIncident } from '../../incident/index.ts';
import type { Asked } from '../../prove/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { languageOf, ownLanguages } from '../compose/index.ts';
import { makeLinter } from '../lint/index.ts';
import { rowsOfCohort } from './cohort.ts';
import { placed } from './placed.ts';
import { dutiesNow } from './prepare.ts';
import type { Mailing } from './types.ts';
import { erasedRun, makeWriter } from './writer.ts';

type Tallied = Readonly<{ exposed: number; unknown: number; languages: ReadonlyMap<string, number> }>;

/** What a run has found never changes, and to count a million people takes seconds. */
const TALLIES = new Map<string, Tallied>();
const MOST_TALLIES = 20;

async function tallied({ db }: Asked, incident: string, run: string): Promise<Tallied> {
  const found = await cohortOfRun(db, incident, run);
  if (found === undefined) throw erasedRun();
  const kept = TALLIES.get(found.cohort.sha256);
  if (kept !== undefined) return kept;
  let [exposed, unknown] = [0, 0];
  const languages = new Map<string, number>();
  for await (const { status, language } of rowsOfCohort(db, found.cohort)) {
    if (status === 'exposed') exposed += 1;
    else unknown += 1;
    languages.set(language, (languages.get(language) ?? 0) + 1);
  }
  const tally = { exposed, unknown, languages };
  const [oldest] = TALLIES.keys();
  if (TALLIES.size >= MOST_TALLIES && oldest !== undefined) TALLIES.delete(oldest);
  TALLIES.set(found.cohort.sha256, tally);
  return tally;
}

/** Which texts the notices of a run need. Refuses as `campaign-changed` a run whose answer or people were erased. */
export async function describeCohort(
  asked: Asked,
  incident: RecordedIncident,
  { run, fallback }: DescribeCohort,
): Promise<CohortDescribed> {
  const found = await cohortOfRun(asked.db, incident.id, run);
  if (found === undefined) throw erasedRun();
  const own = await ownLanguages();
  const { exposed, unknown, languages: raw } = await tallied(asked, incident.id, run);
  const languages = new Map<string, number>();
  for (const [wanted, people] of raw) {
    const { language } = languageOf(wanted, own, fallback);
    languages.set(language, (languages.get(language) ?? 0) + people);
  }
  const leaks = (await leaksOf(asked.db, incident.id, found.leaks))?.document?.leaks ?? [];
  const fields = new Set(leaks.flatMap((leak) => leak.fields));
  return {
    run,
    exposed,
    unknown,
    languages: [...languages]
      .map(([language, people]) => ({ language, people }))
      .sort((a, b) => b.people - a.people || a.language.localeCompare(b.language)),
    known: [...own.keys()].sort(),
    places: leaks.map(({ id }) => id),
    fields: [...fields].filter((field) => ['other', null].includes(elementOf(field))),
    contained: incident.facts.times.contained?.at ?? null,
    duties: await dutiesNow(asked.db, incident.id),
  };
}

async function readerOf(
  { db }: Asked,
  incident: string,
  { run, person, status }: DraftNotice,
): Promise<CohortRow> {
  const found = await cohortOfRun(db, incident, run);
  if (found === undefined) throw erasedRun();
  for await (const row of rowsOfCohort(db, found.cohort)) {
    if (person !== undefined ? row.person === person : status === undefined || row.status === status)
      return row;
  }
  throw new ForthrightError(
    'campaign-not-found',
    person === undefined ? 'The run has found nobody of this kind.' : 'The run has found nobody of this id.',
  );
}

/**
 * How the notice of one person reads with these texts, and what the linter finds in it. Changes nothing. Refuses as
 * `notice-incomplete` while it lacks what it must say.
 */
export async function draftNotice(
  asked: Asked,
  {
    incident,
    ...options
  }: Readonly<{
    incident: RecordedIncident;
    workspace: string | undefined;
    mailing: Mailing | undefined;
  }>,
  given: DraftNotice,
): Promise<NoticeDrafted> {
  const row = await readerOf(asked, incident.id, given);
  const writer = await makeWriter(asked.db, {
    ...options,
    incident,
    runJob: given.run,
    statement: given.statement,
    day: asked.now(),
    duties: await dutiesNow(asked.db, incident.id),
  });
  const read = { ...row, language: given.language ?? row.language };
  const { subject, blocks, form, language } = writer.apart(read);
  const laws = writer.lawsOf(row);
  const { bytes, known, domains, today } = writer.toLint(read);
  const linter = await makeLinter();
  const report = await linter({ bytes, language, laws, known, domains, today });
  return {
    person: {
      customer: row.person,
      name: row.name,
      status: row.status === 'exposed' ? 'exposed' : 'unknown',
      country: row.country,
    },
    language,
    subject: subject.map((piece) => ({ ...piece })),
    blocks: blocks.map(({ is, pieces }) => ({ is, pieces: [...pieces] })),
    ...(form === undefined ? {} : { form }),
    laws: [...laws],
    errors: report.errors,
    warnings: report.warnings,
    findings: placed(report, blocks),
  };
}
