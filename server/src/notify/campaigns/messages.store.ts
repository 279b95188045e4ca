/** Messages of campaigns in the records: their codes, what happened to them, and what came back. */
import type { Reads, Tx } from '../../platform/db/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import type { PersonEvent } from '../states.ts';

export type NewMessage = Readonly<{
  n: number;
  code: string;
  address: string;
  /** Null of what is no message, but a letter or another copy. */
  messageId: string | null;
  token: string | null;
  commitment: Uint8Array;
  bodyHash: Uint8Array;
}>;

export async function insertMessages(tx: Tx, campaign: string, rows: readonly NewMessage[]): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_messages (campaign, n, code, address, message_id, token, commitment, body_hash)
     SELECT :campaign::text, * FROM unnest(:ns::int4[], :codes::text[], :addresses::text[], :messageIds::text[],
       :tokens::text[], :commitments::bytea[], :bodyHashes::bytea[])`,
    {
      campaign,
      ns: rows.map(({ n }) => n),
      codes: rows.map(({ code }) => code),
      addresses: rows.map(({ address }) => address),
      messageIds: rows.map(({ messageId }) => messageId),
      tokens: rows.map(({ token }) => token),
      commitments: rows.map(({ commitment }) => commitment),
      bodyHashes: rows.map(({ bodyHash }) => bodyHash),
    },
  );
}

/** Leaves of the batch, by number. */
export function leavesAfter(
  reads: Reads,
  campaign: string,
  after: number,
  most: number,
): Promise<readonly Readonly<{ n: number; commitment: Uint8Array; body_hash: Uint8Array }>[]> {
  return reads.rows(
    `SELECT n, commitment, body_hash FROM campaign_messages WHERE campaign = :campaign::text AND n > :after::int4
      ORDER BY n LIMIT :most::int4`,
    { campaign, after, most },
  );
}

/** People get their messages: pairs of a person and a message's number. Whoever has no address gets the code of a letter. */
export async function giveMessages(
  tx: Tx,
  pairs: readonly Readonly<{ person: string; n: number }>[],
  at: Date,
): Promise<void> {
  await tx.run(
    `UPDATE campaign_people p SET n = t.n, state = CASE p.state WHEN 'planned' THEN 'prepared' ELSE p.state END, state_at = :at::timestamptz
       FROM unnest(:ids::text[], :ns::int4[]) AS t (id, n) WHERE p.id = t.id AND p.state IN ('planned', 'other-channel')`,
    { at, ids: pairs.map(({ person }) => person), ns: pairs.map(({ n }) => n) },
  );
}

export type DueMessage = Readonly<{
  n: number;
  code: string;
  address: string;
  message_id: string;
  token: string;
  body_hash: Uint8Array;
  date_ms: bigint | null;
  attempts: number;
  facts: CohortRow;
}>;

/** Messages whose turn has come, by number, each with the facts of one of its people: those in doubt, or the others; `fresh`: with those that were never tried. */
export function dueMessages(
  reads: Reads,
  campaign: string,
  {
    now,
    after,
    most,
    inDoubt,
    fresh,
  }: Readonly<{ now: Date; after: number; most: number; inDoubt: boolean; fresh: boolean }>,
): Promise<DueMessage[]> {
  return reads.rows<DueMessage>(
    `SELECT m.n, m.code, m.address, m.message_id, m.token, m.body_hash, m.date_ms, m.attempts, p.facts
       FROM campaign_messages m
       JOIN LATERAL (SELECT facts FROM campaign_people p WHERE p.campaign = m.campaign AND p.n = m.n
              AND p.state = ANY (:states::text[]) AND p.facts IS NOT NULL ORDER BY p.id LIMIT 1) p ON true
      WHERE m.campaign = :campaign::text AND m.n > :after::int4 AND (m.due IS NULL OR m.due <= :now::timestamptz) AND m.code IS NOT NULL
        AND (:fresh::bool OR m.attempts > 0)
      ORDER BY m.n LIMIT :most::int4`,
    {
      campaign,
      now,
      after,
      most,
      fresh,
      states: inDoubt ? ['in-doubt'] : ['prepared', 'deferred', 'broken'],
    },
  );
}

export type WrittenMessage = Pick<DueMessage, 'n' | 'code' | 'address' | 'message_id' | 'date_ms' | 'facts'>;

/** The message with this code, with the facts of one of its people; undefined when there is none, or they were erased. */
export async function messageOfCode(
  reads: Reads,
  campaign: string,
  code: string,
): Promise<WrittenMessage | undefined> {
  const [found] = await reads.rows<WrittenMessage>(
    `SELECT m.n, m.code, m.address, m.message_id, m.date_ms, p.facts
       FROM campaign_messages m
       JOIN LATERAL (SELECT facts FROM campaign_people p WHERE p.campaign = m.campaign AND p.n = m.n AND p.facts IS NOT NULL
              ORDER BY p.id LIMIT 1) p ON true
      WHERE m.code = :code::text AND m.campaign = :campaign::text`,
    { campaign, code },
  );
  return found;
}

/** When the next message that waits is due; undefined when none waits. */
export async function nextDue(reads: Reads, campaign: string, now: Date): Promise<Date | undefined> {
  const [row] = await reads.rows<{ due: Date | null }>(
    `SELECT min(coalesce(m.due, :now::timestamptz)) AS due FROM campaign_messages m
      WHERE m.campaign = :campaign::text AND m.code IS NOT NULL AND EXISTS (SELECT FROM campaign_people p
        WHERE p.campaign = m.campaign AND p.n = m.n AND p.state IN ('prepared', 'deferred', 'broken', 'in-doubt'))`,
    { campaign, now },
  );
  return row?.due ?? undefined;
}

/** How many messages were released at least once, and how many came back for good or were complained of. */
export async function countTried(
  reads: Reads,
  campaign: string,
): Promise<Readonly<{ tried: number; returned: number }>> {
  const [row] = await reads.rows<{ tried: number; returned: number }>(
    'SELECT tried, returned FROM campaigns WHERE id = :campaign::text',
    { campaign },
  );
  return row ?? { tried: 0, returned: 0 };
}

export type NewEvent = Readonly<{
  n: number;
  event: PersonEvent;
  at: Date;
  status?: string | undefined;
  said?: string | undefined;
}>;

/** Notes what happened, in this order. Only within a deed: deeds come one after the other, and so do the numbers. */
export async function insertEvents(tx: Tx, campaign: string, events: readonly NewEvent[]): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_events (campaign, seq, n, event, at, status, said)
     SELECT :campaign::text, (SELECT coalesce(max(seq), 0) FROM campaign_events WHERE campaign = :campaign::text) + i, n, event, at, status, said
       FROM unnest(:is::int4[], :ns::int4[], :events::text[], :ats::timestamptz[], :statuses::text[], :saids::text[])
         AS t (i, n, event, at, status, said)`,
    {
      campaign,
      is: events.map((_, i) => i + 1),
      ns: events.map(({ n }) => n),
      events: events.map(({ event }) => event),
      ats: events.map(({ at }) => at),
      statuses: events.map(({ status }) => status ?? null),
      saids: events.map(({ said }) => said ?? null),
    },
  );
}

/**
 * How many messages had an outcome in the last stretch of time before the newest outcome, and how long that stretch was; undefined before
 * there are two. Only the newest are looked at, so a campaign of millions is asked as quickly.
 */
export async function lately(
  reads: Reads,
  campaign: string,
  { most, withinSeconds }: Readonly<{ most: number; withinSeconds: number }>,
): Promise<Readonly<{ outcomes: number; first: Date; last: Date }> | undefined> {
  const [row] = await reads.rows<{ outcomes: number; first: Date | null; last: Date | null }>(
    `WITH newest AS (
       SELECT at FROM campaign_events WHERE campaign = :campaign::text AND event IN ('accept', 'refuse', 'defer')
        ORDER BY seq DESC LIMIT :most::int4)
     SELECT count(*)::int4 AS outcomes, min(at) AS first, max(at) AS last FROM newest
      WHERE at > (SELECT max(at) FROM newest) - make_interval(secs => :seconds::int4)`,
    { campaign, most, seconds: withinSeconds },
  );
  if (row === undefined || row.outcomes < 2 || row.first === null || row.last === null) return undefined;
  return { outcomes: row.outcomes, first: row.first, last: row.last };
}

/**
 * What was tried: a date is frozen with the first release; `due` says when again, and null that nothing is waited for. The
 * campaign's number of messages that were released grows with it.
 */
export async function noteAttempts(
  tx: Tx,
  campaign: string,
  attempts: readonly Readonly<{
    n: number;
    releases: number;
    firstAt: Date;
    dateMs: number | null;
    due: Date | null;
  }>[],
): Promise<void> {
  await tx.run(
    `WITH noted AS (
        UPDATE campaign_messages m SET attempts = m.attempts + t.releases, date_ms = coalesce(m.date_ms, t.date_ms), due = t.due,
            first_at = coalesce(m.first_at, t.first_at)
          FROM unnest(:ns::int4[], :releases::int4[], :firsts::timestamptz[], :dates::int8[], :dues::timestamptz[])
            AS t (n, releases, first_at, date_ms, due)
         WHERE m.campaign = :campaign::text AND m.n = t.n
         RETURNING t.releases > 0 AND m.attempts = t.releases AS is_new)
      UPDATE campaigns SET tried = tried + (SELECT count(*) FILTER (WHERE is_new) FROM noted) WHERE id = :campaign::text`,
    {
      campaign,
      ns: attempts.map(({ n }) => n),
      releases: attempts.map(({ releases }) => releases),
      firsts: attempts.map(({ firstAt }) => firstAt),
      dates: attempts.map(({ dateMs }) => dateMs),
      dues: attempts.map(({ due }) => due),
    },
  );
}

export async function setDue(
  tx: Tx,
  campaign: string,
  dues: readonly Readonly<{ n: number; due: Date | null }>[],
): Promise<void> {
  await tx.run(
    `UPDATE campaign_messages m SET due = t.due FROM unnest(:ns::int4[], :dues::timestamptz[]) AS t (n, due)
      WHERE m.campaign = :campaign::text AND m.n = t.n`,
    { campaign, ns: dues.map(({ n }) => n), dues: dues.map(({ due }) => due) },
  );
}

/** Events behind this one, as they are hashed: without what servers said, which can be erased. */
export function eventsAfter(
  reads: Reads,
  campaign: string,
  after: number,
  most?: number,
): Promise<readonly Readonly<{ seq: bigint; n: number; event: string; at: Date; status: string | null }>[]> {
  return reads.rows(
    `SELECT seq, n, event, at, status FROM campaign_events WHERE campaign = :campaign::text AND seq > :after::int8
      ORDER BY seq LIMIT :most::int4`,
    { campaign, after, most: most ?? null },
  );
}

/** A message that was tried at least once. */
export type TriedMessage = Readonly<{
  campaign: string;
  n: number;
  address: string;
  messageId: string;
}>;

const TRIED =
  'SELECT campaign, n, address, message_id AS "messageId" FROM campaign_messages WHERE attempts > 0';

/** The message to which mail with one of these envelope tokens belongs. */
export async function messageOfTokens(
  reads: Reads,
  tokens: readonly string[],
): Promise<TriedMessage | undefined> {
  const [row] = await reads.rows<TriedMessage>(`${TRIED} AND token = ANY (:tokens::text[]) LIMIT 1`, {
    tokens,
  });
  return row;
}

/** The message that has one of these Message-IDs. */
export async function messageOfIds(reads: Reads, ids: readonly string[]): Promise<TriedMessage | undefined> {
  const [row] = await reads.rows<TriedMessage>(`${TRIED} AND message_id = ANY (:ids::text[]) LIMIT 1`, {
    ids,
  });
  return row;
}

/** The one message that went to this address; undefined when there are several, since then nobody knows which. */
export async function onlyMessageTo(reads: Reads, address: string): Promise<TriedMessage | undefined> {
  const rows = await reads.rows<TriedMessage>(`${TRIED} AND lower(address) = lower(:address::text) LIMIT 2`, {
    address,
  });
  return rows.length === 1 ? rows[0] : undefined;
}

/** Whether a message that was tried has this token as its envelope's sender. */
export async function isTokenKnown(reads: Reads, token: string): Promise<boolean> {
  return (await messageOfTokens(reads, [token])) !== undefined;
}

export type NewReturn = Readonly<{
  key: Uint8Array;
  campaign: string;
  n: number;
  entry: number;
  meaning: string;
  at: Date;
  status?: string | undefined;
  said?: string | undefined;
}>;

export async function insertReturn(tx: Tx, row: NewReturn): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_returns (key, campaign, n, entry, meaning, at, status, said) VALUES (:key::bytea, :campaign::text,
       :n::int4, :entry::int8, :meaning::text, :at::timestamptz, :status::text, :said::text)`,
    { ...row, status: row.status ?? null, said: row.said ?? null },
  );
}

/** Whether this came before, and how many came for its message. */
export async function returnsBefore(
  reads: Reads,
  { key, campaign, n }: Readonly<{ key: Uint8Array; campaign: string; n: number }>,
): Promise<Readonly<{ isKnown: boolean; count: number }>> {
  const [row] = await reads.rows<{ known: boolean; count: number }>(
    `SELECT EXISTS (SELECT FROM campaign_returns WHERE key = :key::bytea) AS known,
        (SELECT count(*)::int4 FROM campaign_returns WHERE campaign = :campaign::text AND n = :n::int4) AS count`,
    { key, campaign, n },
  );
  return { isKnown: row?.known ?? false, count: row?.count ?? 0 };
}

/**
 * Counts a message that came back for good, or was complained of, once; before its return is noted. A full mailbox or a delay is
 * nothing of ours.
 */
export async function countReturn(
  tx: Tx,
  { campaign, n }: Readonly<{ campaign: string; n: number }>,
): Promise<void> {
  await tx.run(
    `UPDATE campaigns SET returned = returned + 1 WHERE id = :campaign::text AND NOT EXISTS (SELECT FROM campaign_returns
      WHERE campaign = :campaign::text AND n = :n::int4 AND meaning IN ('address-dead', 'blocked-by-policy', 'complaint'))`,
    { campaign, n },
  );
}

/** Who is in doubt, of all campaigns: messages that were released without an outcome, the last attempt's date with them. */
export function messagesInDoubt(reads: Reads, most: number): Promise<readonly TriedMessage[]> {
  return reads.rows(
    `${TRIED} AND message_id IS NOT NULL AND EXISTS (SELECT FROM campaign_people p WHERE p.campaign = campaign_messages.campaign
        AND p.n = campaign_messages.n AND p.state IN ('in-doubt', 'attempted-twice')) ORDER BY campaign, n LIMIT :most::int4`,
    { most },
  );
}
