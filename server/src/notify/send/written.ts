/** Writes notices where they are sent: the same bytes from the same material, in any thread. */
import { ForthrightError } from '@forthright/contract';
import {
  bodyHashOf,
  type Letterhead,
  type Mail,
  type OneAddress,
  writeMail,
} from '../../platform/mail/index.ts';
import { type Code, groupsOf } from '../../prove/codes/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { compose, type IncidentFacts, type Languages, ownLanguages, personFacts } from '../compose/index.ts';

/** What is the same in all notices of a campaign. Plain data, so that it crosses threads. */
export type Material = Readonly<{
  /** The run of scope to which the facts of a person lead back. */
  run: string;
  facts: IncidentFacts;
  fallback: string;
  /** The day that the notices name, in milliseconds since 1970. */
  today: number;
}>;

/** What a notice is made of where it is sent, and the hash of the body that was approved. */
export type Unwritten = Readonly<{ facts: CohortRow; to: OneAddress; code: Code; bodyHash: Uint8Array }>;

/** Writes one message, not signed yet. */
export const writeNotice = (
  { run, facts, fallback, today }: Material,
  languages: Languages,
  { facts: person, to, code }: Readonly<{ facts: CohortRow; to: OneAddress; code: Code }>,
  letterhead: Letterhead,
): Mail => {
  const asked = { incident: facts, person: personFacts(run, person, to), languages, fallback, today };
  return writeMail(compose({ ...asked, code: groupsOf(code) }).notice, letterhead);
};

/** Writes what was approved, and nothing else: refuses as `campaign-changed` where the body is another one. */
export type Pen = (unwritten: Unwritten, letterhead: Letterhead) => Mail;

export const penFrom =
  (material: Material, languages: Languages): Pen =>
  (unwritten, letterhead) => {
    const mail = writeNotice(material, languages, unwritten, letterhead);
    if (Buffer.compare(bodyHashOf(mail.bytes), unwritten.bodyHash) !== 0)
      throw new ForthrightError('campaign-changed', 'The message is not the one that was approved.');
    return mail;
  };

export const openPen = async (material: Material): Promise<Pen> => penFrom(material, await ownLanguages());
