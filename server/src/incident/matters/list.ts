/** Pages of an incident's matters. */
import type { IncidentId } from '@forthright/contract';
import type { Asked } from '../../prove/index.ts';
import { notFound } from '../changes.ts';
import { findIncident } from '../store.ts';
import { listMatters } from './store.ts';
import type { Matter, MatterKind } from './types.ts';

type Asking = Readonly<{
  incident: string;
  state?: string | undefined;
  most: number;
  after?: number | undefined;
}>;

/** One page, and where the next begins. Refuses an incident that this actor may not see. */
export async function pageOf<K extends MatterKind>(
  asked: Asked,
  kind: K,
  { incident: given, ...page }: Asking,
): Promise<Readonly<{ incident: IncidentId; matters: readonly Matter<K>[]; next: { next?: number } }>> {
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  const { id: incident } = found.incident;
  const matters = await listMatters(asked.db, { kind, incident, ...page });
  return { incident, ...cut(matters, page.most) };
}

/** The first `most`; with `next` when there were more. */
export function cut<K extends MatterKind>(found: readonly Matter<K>[], most: number) {
  const matters = found.slice(0, most);
  const last = matters.at(-1);
  return { matters, next: found.length > most && last !== undefined ? { next: last.entry } : {} };
}
