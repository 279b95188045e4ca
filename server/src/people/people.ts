import type { Db } from '../platform/db/index.ts';
import type { SealPlace } from '../prove/index.ts';
import { type CompanySettings, companyOf } from './company.ts';
import { entrancesOf, type Means, TRIES } from './entrances.ts';
import { Gate } from './gate.ts';
import { firstLink, type Made } from './links.ts';
import { peopleOperations, type RefuseLosing } from './operations.ts';
import { ownOperations } from './own.ts';
import { passkeyEntrances, passkeyOperations } from './passkeys.ts';
import { recognise } from './recognise.ts';
import { beginSeals, removeEndedSeals, sealOperations } from './seals.ts';
import { USUAL_WORK, type Work } from './secrets.ts';
import { Tries } from './tries.ts';
import type { People } from './types.ts';

export type PeopleOptions = Readonly<{
  db: Db;
  now: () => Date;
  /** What a guess at a password costs; tests take less. */
  work?: Work;
  /** The place of the keys that seal second factors. */
  seals: SealPlace;
  /** Refuses when somebody is needed who is about to lose the role of a privacy officer, or all that they are. */
  refuseLosing: RefuseLosing;
  /** The company's identity provider, if it has one. */
  company?: CompanySettings | undefined;
}>;

/** The people of this database. `begin` brings an older version's records up to date; `upkeep`, now and then, destroys keys whose time is over; `firstLink` makes the first administrator's one-time link, while there is nobody. */
export function makePeople({
  db,
  now,
  work = USUAL_WORK,
  seals,
  refuseLosing,
  company,
}: PeopleOptions): People &
  Readonly<{
    begin: () => Promise<void>;
    upkeep: () => Promise<void>;
    firstLink: () => Promise<Made | undefined>;
  }> {
  const means: Means = { db, now, work, seals, tries: new Tries(db, TRIES, now), gate: new Gate() };
  return {
    recognise: (credentials) => recognise(db, now, credentials),
    entrances: [...entrancesOf(means), ...passkeyEntrances(means)],
    operations: [
      ...peopleOperations(refuseLosing),
      ...ownOperations(means),
      ...passkeyOperations(means),
      ...sealOperations(means),
    ],
    company: company && companyOf(means, company),
    begin: () => beginSeals(means),
    upkeep: () => removeEndedSeals(means),
    firstLink: () => firstLink(db, now),
  };
}
