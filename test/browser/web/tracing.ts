/** The end of a trace's run without an engine: an answer as a ranking gives it, kept as the job keeps it. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM, sealFolder } from '../../../server/src/prove/index.ts';
import { doneOf, held, WORKSPACE } from '../../../server/src/trace/testing.ts';
import { finishTraceRun } from '../../../server/src/trace/traces.ts';
import type { House } from '../../peers/house.ts';

const HITS = 14;
const DAY_MS = 86_400_000;

/** The lines of a workspace that say where look-ups are logged. */
export function addLookUps(workspace: string): void {
  const own = WORKSPACE.slice(WORKSPACE.indexOf('  employees:'));
  appendFileSync(workspace, own);
}

/** Names an employee with fourteen reports, and the queue of a team beside them. */
export async function endTrace(
  house: House,
  of: Readonly<{ incident: string; trace: string; job: string }>,
): Promise<void> {
  const { db, folder, now } = house.world;
  const done = doneOf(of.trace, of.incident);
  const [one] = done.answer.named;
  if (one === undefined) throw new Error('Somebody is named.');
  const reports = Array.from({ length: HITS }, (_, n) => ({
    person: `c-${1200 + n * 37}`,
    reported: new Date(Date.parse('2026-08-01T09:12:00Z') + n * 2 * DAY_MS).toISOString(),
    lookedUp: new Date(Date.parse('2026-06-11T14:30:00Z') + n * DAY_MS).toISOString(),
    file: 'admin.csv',
    row: 4180 + n * 977,
    others: n % 4,
  }));
  const employee = { ...one, logE: 31, hits: HITS, expected: 1.4, seen: 212, spare: 6, reports };
  const team = {
    ...one,
    candidate: 'returns-north',
    kind: 'team' as const,
    logE: 14.5,
    hits: 6,
    expected: 2.2,
    seen: 840,
    spare: 1,
    reports: reports.slice(0, 6),
    alsoSeenBy: [],
  };
  const [behind] = done.behind;
  await finishTraceRun(
    { db, now, actor: PROGRAM },
    await held(db, of.incident, of.job),
    {
      ...done,
      answer: { ...done.answer, named: [employee, team] },
      behind: [
        ...done.behind,
        ...(behind === undefined ? [] : [{ ...behind, candidate: team.candidate, kind: 'team' as const }]),
      ],
    },
    sealFolder(join(folder, 'keys')),
  );
}
