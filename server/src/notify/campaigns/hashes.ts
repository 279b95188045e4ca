/** The hashes of a campaign. */
import { createHash } from 'node:crypto';
import type { CohortRow } from '../../scope/index.ts';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Of what a notice says of a person: when it differs, they are to be told again. */
export const toldHash = ({ status, fields, perhaps }: CohortRow): Buffer =>
  sha256(JSON.stringify([status, fields.toSorted(), perhaps.toSorted()]));

/** Of all that decides the words: people whose is equal, and whose address is the same, share one message. */
export const sharedHash = ({ person: _, ...facts }: CohortRow): string =>
  sha256(JSON.stringify(facts)).toString('hex');

/** Of what a letter or another copy says; it has no body of a message. */
export const letterHash = ({ notice }: Readonly<{ notice: Readonly<{ text: string }> }>): Buffer =>
  sha256(notice.text);

/** What an approval names. The root is over each message's body, so one changed letter gives another hash. */
export function approvalHash(
  given: Readonly<{
    writer: string;
    tag: string;
    leaves: number;
    root: Uint8Array;
    people: number;
    cohort: string;
  }>,
): string {
  const { writer, tag, leaves, root, people, cohort } = given;
  const parts = [
    'forthright-campaign/v1',
    writer,
    tag,
    leaves,
    Buffer.from(root).toString('hex'),
    people,
    cohort,
  ];
  return sha256(parts.join('\n')).toString('hex');
}

/** Of events as the register states them: one line each. */
export const eventsHash = (
  events: readonly Readonly<{ seq: bigint; n: number; event: string; at: Date; status: string | null }>[],
): string =>
  sha256(
    events
      .map(({ seq, n, event, at, status }) => `${seq} ${n} ${event} ${at.toISOString()} ${status ?? '-'}\n`)
      .join(''),
  ).toString('hex');
