import type { Db } from '../platform/db/index.ts';
import { entrancesOf, type Means, TRIES } from './entrances.ts';
import { Gate } from './gate.ts';
import { firstLink, type Made } from './links.ts';
import { peopleOperations } from './operations.ts';
import { ownOperations } from './own.ts';
import { passkeyEntrances, passkeyOperations } from './passkeys.ts';
import { recognise } from './recognise.ts';
import { USUAL_WORK, type Work } from './secrets.ts';
import { Tries } from './tries.ts';
import type { People } from './types.ts';

export type PeopleOptions = Readonly<{
  db: Db;
  now: () => Date;
  /** What a guess at a password costs; tests take less. */
  work?: Work;
}>;

/** The people of this database. `firstLink` makes the first administrator's one-time link, while there is nobody. */
export function makePeople({
  db,
  now,
  work = USUAL_WORK,
}: PeopleOptions): People & Readonly<{ firstLink: () => Promise<Made | undefined> }> {
  const means: Means = { db, now, work, tries: new Tries(db, TRIES, now), gate: new Gate() };
  return {
    recognise: (credentials) => recognise(db, now, credentials),
    entrances: [...entrancesOf(means), ...passkeyEntrances(means)],
    operations: [...peopleOperations, ...ownOperations(means), ...passkeyOperations(means)],
    firstLink: () => firstLink(db, now),
  };
}
