import type { ScopeRun } from './run.ts';
import { runStatements } from './statements.ts';

/** Runs whose tables hold it. */
const computed = new WeakSet<ScopeRun>();
/** Viewers of sets of places that are united at once: some 100 bytes each. */
const AT_ONCE = 10_000_000;

/**
 * From `subjects` and `shown` to `others` and `person_pages`: of each person who the others were, by class, and where. Only
 * files of people say this, so the answer does not wait for it. Once for a run.
 */
export async function computeOthers(run: ScopeRun): Promise<void> {
  if (computed.has(run)) return;
  const { engine } = run.input;
  await runStatements(engine, 'others');
  const [sets] = await engine.rows<{ viewers: number }>(
    `SELECT sum(arraySum(p.roams)) AS viewers FROM (SELECT arrayJoin(places) AS place FROM (SELECT id, any(places) AS places FROM place_sets GROUP BY id)) AS s
       INNER JOIN place_viewers AS p ON s.place = p.place`,
  );
  const shares = Math.max(1, Math.ceil((sets?.viewers ?? 0) / AT_ONCE));
  for (let share = 0; share < shares; share += 1) {
    run.input.signal.throwIfAborted();
    await runStatements(engine, 'others_set', { shares, share });
  }
  const leaks = run.leaks.filter(({ path }) => path !== null).map(({ n }) => n);
  await runStatements(engine, 'others_persons', { leaks });
  computed.add(run);
}
