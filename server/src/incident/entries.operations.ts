/** The register as its readers see it: entries of all incidents that they may see, and the proof of any of them. */
import {
  EntriesListed,
  EntryProved,
  ForthrightError,
  ListEntries,
  ProveEntry,
  type Role,
} from '@forthright/contract';
import { type Asked, incidentOfEntry, type Operation, provedEntry, soughtEntries } from '../prove/index.ts';
import { guarded, READERS } from './asking.ts';
import { notFound } from './changes.ts';
import { shownEntry } from './show.ts';
import { findIncident, hiddenFrom } from './store.ts';

/** Who reads entries that are of no incident: people, keys, the register itself. */
const KEEPERS: readonly Role[] = ['administrator', 'auditor'];
const MAY: readonly Role[] = [...READERS, 'administrator'];

const isOne = ({ actor }: Asked, of: readonly Role[]): boolean =>
  of.some((role) => actor.roles.includes(role));

async function list(asked: Asked, given: ListEntries): Promise<EntriesListed> {
  const { db, actor } = asked;
  const { incident, kind, by, from, to, before, most } = given;
  const mayRead = isOne(asked, READERS);
  if (incident !== undefined && !(mayRead && (await findIncident(db, incident, actor)) !== undefined))
    throw notFound(incident);
  const found = await soughtEntries(db, {
    incident,
    kind,
    by,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    before,
    most: most + 1,
    ofIncidents: mayRead,
    ofNone: isOne(asked, KEEPERS),
    hidden: await hiddenFrom(db, actor.account),
  });
  const page = found.slice(0, most);
  const last = page.at(-1);
  return {
    entries: page.map((entry) => ({
      ...shownEntry(false)(entry),
      ...(entry.incident === undefined ? {} : { incident: entry.incident }),
    })),
    titles: await titlesOf(asked, new Set(page.flatMap(({ incident: of }) => of ?? []))),
    ...(found.length > most && last !== undefined ? { next: last.index } : {}),
  };
}

async function titlesOf({ db, actor }: Asked, ids: ReadonlySet<string>): Promise<EntriesListed['titles']> {
  const titles: Record<string, string | null> = {};
  for (const id of ids) {
    const found = await findIncident(db, id, actor);
    if (found !== undefined) titles[id] = found.incident.facts.title;
  }
  return titles;
}

/** One of an incident that the reader may not see is not there, as one that nobody has made. */
async function prove(asked: Asked, { entry }: ProveEntry): Promise<EntryProved> {
  const of = await incidentOfEntry(asked.db, entry);
  const isSeen =
    of === null
      ? isOne(asked, KEEPERS)
      : of !== undefined &&
        isOne(asked, READERS) &&
        (await findIncident(asked.db, of, asked.actor)) !== undefined;
  if (!isSeen) throw new ForthrightError('entry-not-found', `There is no entry ${entry} that you may see.`);
  const { bytes, proof, ...others } = await provedEntry(asked, entry);
  return { entry, bytes: Buffer.from(bytes).toString('utf8'), proof: [...proof], ...others };
}

export const entryOperations: readonly Operation[] = [
  guarded(ListEntries, EntriesListed, {
    name: 'list-entries',
    summary:
      'Entries of the register that you may see, the newest first, by incident, kind, person and time; of no incident for auditors and administrators.',
    method: 'GET',
    path: '/register/entries',
    may: MAY,
    run: list,
  }),
  guarded(ProveEntry, EntryProved, {
    name: 'prove-entry',
    summary: 'The proof that an entry stands in the register, under a checkpoint signed now.',
    method: 'GET',
    path: '/register/entries/:entry/proof',
    may: MAY,
    run: prove,
  }),
];
