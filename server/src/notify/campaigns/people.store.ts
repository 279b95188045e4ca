/** People of campaigns in the records: who they are, what state each is in, and who told them before. */
import type { CampaignState, CopyWay, IncidentId } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { MOVES, PERSON_STATES, type PersonEvent, type PersonState, statesBefore } from '../states.ts';

export type NewPerson = Readonly<{
  id: string;
  customer: string;
  facts: CohortRow;
  told: Uint8Array;
  state: PersonState;
}>;

export async function insertPeople(
  tx: Tx,
  campaign: string,
  people: readonly NewPerson[],
  at: Date,
): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_people (id, campaign, customer, facts, told, state, state_at)
     SELECT id, :campaign::text, customer, facts::jsonb, told, state, :at::timestamptz
       FROM unnest(:ids::text[], :customers::text[], :facts::text[], :tolds::bytea[], :states::text[])
         AS t (id, customer, facts, told, state)`,
    {
      campaign,
      at,
      ids: people.map(({ id }) => id),
      customers: people.map(({ customer }) => customer),
      facts: people.map(({ facts }) => JSON.stringify(facts)),
      tolds: people.map(({ told }) => told),
      states: people.map(({ state }) => state),
    },
  );
}

/** Of what an earlier, cut short attempt to prepare has left. */
export async function deletePrepared(tx: Tx, campaign: string): Promise<void> {
  for (const table of ['campaign_people', 'campaign_messages', 'campaign_cohorts'])
    await tx.run(`DELETE FROM ${table} WHERE campaign = :campaign::text`, { campaign });
}

/** Whoever has the message, or may have it; whoever is only on the list, or whom nothing reached, was told nothing. */
const HAVE_IT: readonly PersonState[] = [
  'released',
  'accepted',
  'in-doubt',
  'released-again',
  'attempted-twice',
  'complained',
  'told',
];

/** A campaign, the one that it came after, and so on. */
const CHAIN = `WITH RECURSIVE chain AS (
    SELECT id, after, entry FROM campaigns WHERE id = :campaign::text
    UNION ALL SELECT c.id, c.after, c.entry FROM campaigns c JOIN chain ON c.id = chain.after)`;

/** What was withdrawn has told nobody anything: its people can be told what is right. */
const holds = (campaign: string): string =>
  `NOT EXISTS (SELECT FROM campaign_moves m WHERE m.campaign = ${campaign} AND m.act = 'withdraw')`;

/** What an earlier campaign, and those before it, told these people last: by their id in the directory, the hash of it. */
export async function toldBefore(
  reads: Reads,
  campaign: string,
  customers: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await reads.rows<{ customer: string; told: Uint8Array }>(
    `${CHAIN} SELECT DISTINCT ON (p.customer) p.customer, p.told FROM chain JOIN campaign_people p ON p.campaign = chain.id
      WHERE p.customer = ANY (:customers::text[]) AND p.state = ANY (:states::text[]) AND p.told IS NOT NULL
        AND ${holds('chain.id')}
      ORDER BY p.customer, chain.entry DESC`,
    { campaign, customers, states: HAVE_IT },
  );
  return new Map(rows.map(({ customer, told }) => [customer, Buffer.from(told).toString('hex')]));
}

/**
 * Another campaign of the incident whose people are among this one's and have its message, may have it, or may still be
 * sent it: undefined, or one with how many. Those that this one came after know of each other.
 */
export async function sentElsewhere(
  reads: Reads,
  campaign: string,
): Promise<Readonly<{ other: string; people: number }> | undefined> {
  const [found] = await reads.rows<{ other: string; people: number }>(
    `${CHAIN} SELECT c.id AS other, count(*)::int4 AS people FROM campaigns c
        JOIN campaign_people theirs ON theirs.campaign = c.id
        JOIN campaign_people ours ON ours.campaign = :campaign::text AND ours.customer = theirs.customer
      WHERE c.incident = (SELECT incident FROM campaigns WHERE id = :campaign::text)
        AND c.id NOT IN (SELECT id FROM chain) AND ours.state = 'prepared' AND ${holds('c.id')}
        AND (theirs.state = ANY (:states::text[])
          OR (c.state IN ('sending', 'paused') AND theirs.state IN ('prepared', 'deferred', 'broken')))
      GROUP BY c.id, c.entry ORDER BY c.entry LIMIT 1`,
    { campaign, states: HAVE_IT },
  );
  return found;
}

export async function countStates(
  reads: Reads,
  campaign: string,
): Promise<readonly Readonly<{ state: string; people: number }>[]> {
  return reads.rows(
    'SELECT state, count(*)::int4 AS people FROM campaign_people WHERE campaign = :campaign::text GROUP BY state',
    { campaign },
  );
}

/** Whether somebody is in one of these states; nobody is counted, since it is asked with each return. */
export async function isAnybodyIn(
  reads: Reads,
  campaign: string,
  states: readonly PersonState[],
): Promise<boolean> {
  const rows = await reads.rows(
    'SELECT 1 AS one FROM campaign_people WHERE campaign = :campaign::text AND state = ANY (:states::text[]) LIMIT 1',
    { campaign, states },
  );
  return rows.length > 0;
}

export type StoredPerson = Readonly<{
  id: string;
  n: number | null;
  customer: string | null;
  facts: CohortRow | null;
  state: PersonState;
  state_at: Date;
  said: string | null;
  /** Of the last copies that were to reach them. */
  copy_way: CopyWay | null;
  copy_outcome: string | null;
}>;

/** By id; at most so many, after this one. */
export function peopleOf(
  reads: Reads,
  campaign: string,
  {
    state,
    after,
    most,
    ids,
  }: Readonly<{ state?: string; after?: string; most: number; ids?: readonly string[] }>,
): Promise<StoredPerson[]> {
  return reads.rows<StoredPerson>(
    `SELECT p.id, p.n, p.customer, p.facts, p.state, p.state_at,
        (SELECT said FROM (
            SELECT e.said, e.at, e.seq FROM campaign_events e WHERE e.campaign = p.campaign AND e.n = p.n AND e.said IS NOT NULL
            UNION ALL SELECT r.said, r.at, r.entry FROM campaign_returns r WHERE r.campaign = p.campaign AND r.n = p.n AND r.said IS NOT NULL
          ) s ORDER BY s.at DESC, s.seq DESC LIMIT 1) AS said,
        c.way AS copy_way, c.outcome AS copy_outcome
      FROM campaign_people p LEFT JOIN LATERAL (
          SELECT o.way, cp.outcome FROM campaign_copy_people cp JOIN campaign_copies o ON o.id = cp.copies
           WHERE cp.person = p.id AND cp.outcome IS NOT NULL ORDER BY o.entry DESC LIMIT 1) c ON true
     WHERE p.campaign = :campaign::text
       AND (:state::text IS NULL OR p.state = :state::text) AND (:after::text IS NULL OR p.id > :after::text)
       AND (:ids::text[] IS NULL OR p.id = ANY (:ids::text[]))
      ORDER BY p.id LIMIT :most::int4`,
    { campaign, state: state ?? null, after: after ?? null, most, ids: ids ?? null },
  );
}

/** From where to where an event leads, as rows of SQL. */
function movesSql(event: PersonEvent): string {
  // Words of the closed table in states.ts, never anything from outside.
  return statesBefore(event)
    .map((state) => `('${state}', '${MOVES[state][event]}')`)
    .join(', ');
}

/**
 * The people of these messages go where the event leads; whoever is in another state stays. How many went. A program's
 * answer does not begin the time anew in which a message may come back.
 */
export function movePeopleOfMessages(
  tx: Tx,
  {
    campaign,
    event,
    ns,
    at,
    from,
  }: Readonly<{
    campaign: string;
    event: PersonEvent;
    ns: readonly number[];
    at: Date;
    /** Only those in this state. */
    from?: PersonState;
  }>,
): Promise<number> {
  return tx.run(
    `UPDATE campaign_people p SET state = m.next,
        state_at = CASE WHEN p.state = m.next AND :stays::bool THEN p.state_at ELSE :at::timestamptz END
       FROM (VALUES ${movesSql(event)}) AS m (state, next)
      WHERE p.campaign = :campaign::text AND p.n = ANY (:ns::int4[]) AND p.state = m.state
        AND (:from::text IS NULL OR p.state = :from::text)`,
    { campaign, ns, at, from: from ?? null, stays: event === 'answer-itself' },
  );
}

/** Where several events, one after the other, lead from each state; one that does not fit changes nothing. */
function pathsSql(events: readonly PersonEvent[]): string {
  return PERSON_STATES.flatMap((from) => {
    let state: PersonState = from;
    let fits = false;
    for (const event of events) {
      const next = MOVES[state][event];
      fits ||= next !== undefined;
      state = next ?? state;
    }
    return fits ? [`('${from}', '${state}')`] : [];
  }).join(', ');
}

/** The people of messages to all of which the same has happened. */
export async function movePeopleAlong(
  tx: Tx,
  campaign: string,
  events: readonly PersonEvent[],
  messages: readonly Readonly<{ n: number; at: Date }>[],
): Promise<void> {
  const paths = pathsSql(events);
  if (paths === '') return;
  await tx.run(
    `UPDATE campaign_people p SET state = m.next, state_at = t.at
       FROM unnest(:ns::int4[], :ats::timestamptz[]) AS t (n, at), (VALUES ${paths}) AS m (state, next)
      WHERE p.campaign = :campaign::text AND p.n = t.n AND p.state = m.state`,
    { campaign, ns: messages.map(({ n }) => n), ats: messages.map(({ at }) => at) },
  );
}

/** The same for single people, by a person's decision with its entry. */
export function movePeople(
  tx: Tx,
  {
    campaign,
    event,
    ids,
    at,
    entry,
  }: Readonly<{ campaign: string; event: PersonEvent; ids: readonly string[]; at: Date; entry: number }>,
): Promise<number> {
  return tx.run(
    `UPDATE campaign_people p SET state = m.next, state_at = :at::timestamptz, settled_entry = :entry::int8
       FROM (VALUES ${movesSql(event)}) AS m (state, next)
      WHERE p.campaign = :campaign::text AND p.id = ANY (:ids::text[]) AND p.state = m.state`,
    { campaign, ids, at, entry },
  );
}

/** Everybody in a state goes where the event leads, as when an attempt is found that has no outcome; the messages. */
export async function moveAll(
  tx: Tx,
  {
    campaign,
    event,
    at,
    before,
  }: Readonly<{ campaign: string; event: PersonEvent; at: Date; before?: Date }>,
): Promise<number[]> {
  const rows = await tx.rows<{ n: number | null }>(
    `UPDATE campaign_people p SET state = m.next, state_at = :at::timestamptz
       FROM (VALUES ${movesSql(event)}) AS m (state, next)
      WHERE p.campaign = :campaign::text AND p.state = m.state
        AND (:before::timestamptz IS NULL OR p.state_at <= :before::timestamptz)
      RETURNING p.n`,
    { campaign, at, before: before ?? null },
  );
  return [...new Set(rows.flatMap(({ n }) => (n === null ? [] : [n])))].sort((a, b) => a - b);
}

const EXPIRED = `m.campaign = :campaign::text AND m.first_at <= :before::timestamptz AND p.campaign = m.campaign AND p.n = m.n`;

/** Whether there is somebody whom servers have put off since before. */
export async function isAnybodyExpired(
  reads: Reads,
  { campaign, before }: Readonly<{ campaign: string; before: Date }>,
): Promise<boolean> {
  const rows = await reads.rows(
    `SELECT 1 AS one FROM campaign_messages m, campaign_people p
      WHERE ${EXPIRED} AND p.state = ANY (:states::text[]) LIMIT 1`,
    { campaign, before, states: statesBefore('expire') },
  );
  return rows.length > 0;
}

/** Whom no server took since before is told otherwise; their messages. */
export async function expirePeople(
  tx: Tx,
  { campaign, at, before }: Readonly<{ campaign: string; at: Date; before: Date }>,
): Promise<number[]> {
  const rows = await tx.rows<{ n: number }>(
    `UPDATE campaign_people p SET state = v.next, state_at = :at::timestamptz
       FROM campaign_messages m, (VALUES ${movesSql('expire')}) AS v (state, next)
      WHERE ${EXPIRED} AND p.state = v.state RETURNING p.n`,
    { campaign, at, before },
  );
  return [...new Set(rows.map(({ n }) => n))].sort((a, b) => a - b);
}

/** As if they had never been tried: a person has decided so. */
export async function tryAnew(tx: Tx, campaign: string, ns: readonly number[]): Promise<void> {
  await tx.run(
    `UPDATE campaign_messages SET due = NULL, first_at = NULL
      WHERE campaign = :campaign::text AND n = ANY (:ns::int4[])`,
    { campaign, ns },
  );
}

/** The people of a message; none when they were erased. */
export async function peopleOfMessage(
  reads: Reads,
  { campaign, n }: Readonly<{ campaign: string; n: number }>,
): Promise<readonly Readonly<{ id: string; state: PersonState; name: string | null }>[]> {
  return reads.rows(
    `SELECT id, state, facts->>'name' AS name FROM campaign_people
      WHERE campaign = :campaign::text AND n = :n::int4 ORDER BY id`,
    { campaign, n },
  );
}

/** Somebody of a campaign who is not erased, with whether they may be. */
export type NamedPerson = Readonly<{
  campaign: string;
  incident: IncidentId;
  id: string;
  state: PersonState;
  campaign_state: CampaignState;
}>;

/** This person in all campaigns of these incidents: by id, and by whom the directory calls the same. */
export function samePersonIn(
  reads: Reads,
  { person, incidents }: Readonly<{ person: string; incidents: readonly string[] }>,
): Promise<NamedPerson[]> {
  return reads.rows<NamedPerson>(
    `SELECT p.campaign, c.incident, p.id, p.state, c.state AS campaign_state
       FROM campaign_people p JOIN campaigns c ON c.id = p.campaign
      WHERE c.incident = ANY (:incidents::text[]) AND p.facts IS NOT NULL
        AND (p.id = :person::text OR p.customer IN (SELECT o.customer FROM campaign_people o JOIN campaigns oc ON oc.id = o.campaign
          WHERE o.id = :person::text AND oc.incident = ANY (:incidents::text[])))
      ORDER BY c.entry, p.id`,
    { person, incidents },
  );
}

/** Deletes what names the person; their message's, too, when nobody else shares it. The leaf stays. */
export async function eraseAddressee(tx: Tx, campaign: string, person: string): Promise<void> {
  const [row] = await tx.rows<{ n: number | null }>(
    `UPDATE campaign_people SET customer = NULL, facts = NULL, told = NULL
      WHERE campaign = :campaign::text AND id = :person::text RETURNING n`,
    { campaign, person },
  );
  const n = row?.n;
  if (n === null || n === undefined) return;
  const [left] = await tx.rows<{ people: number }>(
    'SELECT count(*)::int4 AS people FROM campaign_people WHERE campaign = :campaign::text AND n = :n::int4 AND facts IS NOT NULL',
    { campaign, n },
  );
  if ((left?.people ?? 0) > 0) return;
  await tx.run(
    `UPDATE campaign_messages SET code = NULL, address = NULL, message_id = NULL, token = NULL
      WHERE campaign = :campaign::text AND n = :n::int4`,
    { campaign, n },
  );
  for (const table of ['campaign_events', 'campaign_returns'])
    await tx.run(`UPDATE ${table} SET said = NULL WHERE campaign = :campaign::text AND n = :n::int4`, {
      campaign,
      n,
    });
}
