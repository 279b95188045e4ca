/**
 * A restricted incident is seen by those whom it names, and only a privacy officer among them may name others. So the last one can
 * be neither erased nor shut out until another is named: by themselves, or, when they are gone, by two people, of whom
 * neither gets to see anything.
 */
import {
  type AskHandOver,
  type ConfirmHandOver,
  ForthrightError,
  type HandOversListed,
  type HandOverTaken,
  newId,
} from '@forthright/contract';
import { officersOf, refuseTokens } from '../../people/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { type Asked, deed, record, textsOf } from '../../prove/index.ts';
import { insertMove, setRestriction } from '../store.ts';
import { confirmRow, dependingOn, type HandOverRow, handOverRows, insertHandOver } from './store.ts';

const WAITS_HOURS = 72;

/** Refuses, without saying how many, when restricted incidents would be left without an officer who may see them. */
export async function refuseLastOfficer(tx: Tx, account: string): Promise<void> {
  const officers = await officersOf(tx);
  if (!officers.includes(account) || (await dependingOn(tx, account, officers)).length === 0) return;
  throw new ForthrightError(
    'last-officer',
    `Without ${account} nobody could act in a restricted incident. They name another privacy officer there, or two others do (\`ask-hand-over\`, \`confirm-hand-over\`).`,
  );
}

const refused = (why: string): ForthrightError =>
  new ForthrightError('hand-over-refused', `This can not be done: ${why}.`);

/** Asks that another privacy officer be named where nobody but `from` could act. Refuses who can't sign in or is none. */
export function askHandOver(asked: Asked, { from, to, reason }: AskHandOver): Promise<HandOverTaken> {
  refuseTokens(asked.actor);
  const id = newId('hov');
  return deed(asked, async (tx, at) => {
    if (to === asked.actor.account) throw refused('nobody names themselves');
    if (to === from) throw refused('it would change nothing');
    if (!(await officersOf(tx)).includes(to)) throw refused(`${to} is no privacy officer who has signed in`);
    const until = new Date(at.getTime() + WAITS_HOURS * 3_600_000);
    const entry = await record(tx, {
      kind: 'hand-over-asked',
      facts: { handOver: id, from, to, until: until.toISOString() },
      texts: { reason: { value: reason } },
    });
    await insertHandOver(tx, { id, entry, from, to, by: asked.actor.account, at, until });
    return { id, entry, until: until.toISOString() };
  });
}

/** The second person's yes. Each incident that it reaches has an entry of its own, so that whoever is named there sees it. */
export function confirmHandOver(
  asked: Asked,
  { handOver: id, reason }: ConfirmHandOver,
): Promise<HandOverTaken> {
  refuseTokens(asked.actor);
  return deed(asked, async (tx, at) => {
    const [row] = await handOverRows(tx, id);
    if (row === undefined)
      throw new ForthrightError('hand-over-not-found', `Nobody has asked for a hand-over ${id}.`);
    const { from_account: from, to_account: to, asked_by, until } = row;
    const { account } = asked.actor;
    if (account === asked_by) throw refused('you have asked for it yourself; somebody else confirms it');
    if (account === from) throw refused('it is your own; name somebody in the incident itself');
    const state = stateOf(row, at);
    if (state !== 'asked') throw refused(`it is ${state}`);
    const officers = await officersOf(tx);
    if (!officers.includes(to)) throw refused(`${to} is no privacy officer who has signed in`);
    const entry = await record(tx, {
      kind: 'hand-over-confirmed',
      facts: { handOver: id, from, to },
      texts: { reason: { value: reason } },
    });
    await confirmRow(tx, { id, entry, by: account });
    for (const { id: incident, people: before } of await dependingOn(tx, from, officers)) {
      const people = [...before, to].sort();
      const facts = { handOver: id, from, to, people };
      const named = await record(tx, { kind: 'incident-handed-over', incident, facts });
      await setRestriction(tx, incident, people);
      await insertMove(tx, incident, named, 'restrict');
    }
    return { id, entry, until: until.toISOString() };
  });
}

export async function listHandOvers({ db, now }: Asked): Promise<HandOversListed> {
  const rows = await handOverRows(db);
  const text = await textsOf(
    db,
    rows.flatMap(({ entry, confirmed_entry }) => [Number(entry), Number(confirmed_entry ?? entry)]),
  );
  return {
    handOvers: rows.map((row) => ({
      id: row.id,
      from: row.from_account,
      to: row.to_account,
      state: stateOf(row, now()),
      askedBy: row.asked_by,
      askedAt: row.asked_at.toISOString(),
      reason: text(Number(row.entry), 'reason'),
      until: row.until.toISOString(),
      ...(row.confirmed_entry === null || row.confirmed_by === null
        ? {}
        : { confirmedBy: row.confirmed_by, confirmedReason: text(Number(row.confirmed_entry), 'reason') }),
    })),
  };
}

function stateOf({ confirmed_entry, until }: HandOverRow, now: Date) {
  if (confirmed_entry !== null) return 'confirmed';
  return now >= until ? 'lapsed' : 'asked';
}
