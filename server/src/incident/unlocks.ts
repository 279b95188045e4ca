/**
 * Names of suspected employees: pseudonyms, until two people with the right unlock one, each with a reason and both
 * recorded. A suspicion that is wrong must not stick to a name, and nobody shall look one up alone.
 */
import {
  type AskUnlock,
  type Changed,
  ForthrightError,
  type GrantUnlock,
  type ListUnlocks,
  newId,
  type UnlocksListed,
} from '@forthright/contract';
import type { Reads } from '../platform/db/index.ts';
import { type Asked, deed, record, textsOf } from '../prove/index.ts';
import { find, notFound } from './changes.ts';
import {
  findIncident,
  grantUnlock as grantRow,
  insertUnlock,
  type UnlockRow,
  unlockRows,
  unlockUntil,
} from './store.ts';

const HOUR_MS = 3_600_000;
/** A request that nobody grants is over by then, so that it can't be granted when its reason is forgotten. */
const WAITS_HOURS = 72;

const after = (at: Date, hours: number): Date => new Date(at.getTime() + hours * HOUR_MS);

function refusePrograms({ actor }: Asked): void {
  if (actor.via === 'program')
    throw new ForthrightError(
      'not-permitted',
      'People unlock names, each with a reason; a program does not.',
    );
}

/** Asks that somebody else unlock the name behind a pseudonym of one run. Refuses a run that the incident does not have. */
export function askUnlock(
  asked: Asked,
  { incident: given, run, pseudonym, reason, hours }: AskUnlock,
): Promise<Changed> {
  refusePrograms(asked);
  const id = newId('unl');
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, given, 'ask-unlock');
    if (!incident.evidence.some((one) => one.id === run && one.kind !== 'file'))
      throw new ForthrightError('run-not-found', `The incident has no run ${run} among its evidence.`);
    const until = after(at, WAITS_HOURS);
    const entry = await record(tx, {
      kind: 'unlock-asked',
      incident: incident.id,
      facts: { unlock: id, run, pseudonym, hours, until: until.toISOString() },
      texts: { reason: { value: reason } },
    });
    const by = asked.actor.account;
    await insertUnlock(tx, incident.id, { id, entry, run, pseudonym, by, at, hours, until });
    return { incident: incident.id, version: incident.version, id, entry };
  });
}

/** The second person's yes. Refuses whoever asked, with a token of theirs, too; and what is granted already or over. */
export function grantUnlock(
  asked: Asked,
  { incident: given, unlock: id, reason }: GrantUnlock,
): Promise<Changed> {
  refusePrograms(asked);
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, given, 'grant-unlock');
    const unlock = (await unlockRows(tx, incident.id)).find((one) => one.id === id);
    if (unlock === undefined)
      throw new ForthrightError('unlock-not-found', `The incident has no request ${id} to unlock a name.`);
    if (unlock.asked_by === asked.actor.account)
      throw new ForthrightError('own-unlock', 'You have asked for this yourself; somebody else grants it.');
    const state = stateOf(unlock, at);
    if (state !== 'asked')
      throw new ForthrightError('incident-refuses', `This can not be done: the request is ${state}.`);
    const until = after(at, unlock.hours);
    const entry = await record(tx, {
      kind: 'unlock-granted',
      incident: incident.id,
      facts: { unlock: id, run: unlock.run, pseudonym: unlock.pseudonym, until: until.toISOString() },
      texts: { reason: { value: reason } },
    });
    await grantRow(tx, id, { entry, by: asked.actor.account, until });
    return { incident: incident.id, version: incident.version, id, entry };
  });
}

export async function listUnlocks(asked: Asked, { incident: given }: ListUnlocks): Promise<UnlocksListed> {
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  const rows = await unlockRows(asked.db, found.incident.id);
  const text = await textsOf(
    asked.db,
    rows.flatMap(({ entry, granted_entry }) => [Number(entry), Number(granted_entry ?? entry)]),
  );
  const now = asked.now();
  return {
    unlocks: rows.map((row) => ({
      id: row.id,
      run: row.run,
      pseudonym: row.pseudonym,
      state: stateOf(row, now),
      askedBy: row.asked_by,
      askedAt: row.asked_at.toISOString(),
      reason: text(Number(row.entry), 'reason'),
      hours: row.hours,
      until: row.until.toISOString(),
      ...(row.granted_entry === null || row.granted_by === null
        ? {}
        : { grantedBy: row.granted_by, grantedReason: text(Number(row.granted_entry), 'reason') }),
    })),
  };
}

function stateOf({ granted_entry, until }: UnlockRow, now: Date) {
  const isGranted = granted_entry !== null;
  if (now >= until) return isGranted ? 'over' : 'lapsed';
  return isGranted ? 'granted' : 'asked';
}

/**
 * Until when the name behind this pseudonym of this run is unlocked by two people; undefined when it is not. Only while it is may an
 * output say who it is, and only to somebody who may see the incident.
 */
export async function unlockedUntil(
  reads: Reads,
  name: Readonly<{ incident: string; run: string; pseudonym: string }>,
  now: Date,
): Promise<Date | undefined> {
  const until = await unlockUntil(reads, name);
  return until !== undefined && now < until ? until : undefined;
}
