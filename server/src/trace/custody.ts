/** Every entry of the register that a trace has left: who did what with it, and when. */
import type { Reads } from '../platform/db/index.ts';
import { type RecordedEntry, timelineOf } from '../prove/index.ts';
import { runsOfTrace, type StoredTrace } from './store.ts';

const PAGE = 500;

/** The oldest first: the trace's own, and who asked for its names and granted them. */
export async function custodyOf(
  reads: Reads,
  { id, incident }: Pick<StoredTrace, 'id' | 'incident'>,
): Promise<RecordedEntry[]> {
  const evidence = new Set((await runsOfTrace(reads, id)).map((run) => run.evidence));
  const found: RecordedEntry[] = [];
  for (let after = -1; ; ) {
    const page = await timelineOf(reads, incident, { after, most: PAGE });
    const isUnlock = ({ kind, facts }: RecordedEntry) =>
      kind.startsWith('unlock-') && typeof facts.run === 'string' && evidence.has(facts.run);
    found.push(...page.filter((entry) => entry.facts.trace === id || isUnlock(entry)));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found;
    after = last.index;
  }
}
