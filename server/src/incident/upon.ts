import type { IncidentId } from '@forthright/contract';
import type { Tx } from '../platform/db/index.ts';
import { type Asked, deed, type Event, record } from '../prove/index.ts';
import { find } from './changes.ts';
import { insertMove } from './store.ts';
import type { Incident, LaterAct } from './types.ts';

export type UponEvent = Pick<Event, 'facts' | 'texts'>;

export type Upon = Readonly<{ tx: Tx; at: Date; incident: Incident }>;

/** One more entry of a deed upon an incident, with its row among what was done with it. */
export async function recordUpon(
  tx: Tx,
  {
    incident,
    kind,
    act,
    facts,
    texts,
  }: UponEvent & Readonly<{ incident: IncidentId; kind: string; act: LaterAct }>,
): Promise<number> {
  const entry = await record(tx, { kind, incident, facts, texts });
  await insertMove(tx, incident, entry, act);
  return entry;
}

/**
 * What a later stage does upon an incident: one deed, its entry, and its row among what was done with the incident.
 * `work` looks and changes within it and says what is recorded; `then` gets the entry. Refuses an incident that the actor
 * may not see as not found, and a closed one.
 */
export function deedUpon(
  asked: Asked,
  id: string,
  { kind, act }: Readonly<{ kind: string; act: LaterAct }>,
  work: (upon: Upon) => Promise<UponEvent>,
  then?: (upon: Upon, entry: number) => Promise<void>,
): Promise<Readonly<{ incident: IncidentId; entry: number }>> {
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, id, 'add-evidence');
    const upon = { tx, at, incident };
    const { facts, texts } = await work(upon);
    const entry = await record(tx, {
      kind,
      incident: incident.id,
      ...(facts !== undefined && { facts }),
      ...(texts !== undefined && { texts }),
    });
    await insertMove(tx, incident.id, entry, act);
    await then?.(upon, entry);
    return { incident: incident.id, entry };
  });
}
