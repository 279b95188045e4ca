/** A matter's steps. Each is one deed: the matter's row and its entry in the register, or neither. */
import {
  type EvidenceId,
  ForthrightError,
  type IncidentId,
  type Kind,
  newId,
  type Proof,
  type StepTaken,
} from '@forthright/contract';
import type { Json } from '@forthright/register';
import type { Tx } from '../../platform/db/index.ts';
import { type Asked, deed, record, type Text } from '../../prove/index.ts';
import { find } from '../changes.ts';
import { insertEvidence, insertMove } from '../store.ts';
import type { Act, Incident } from '../types.ts';
import { moveOf, nextOf } from './rules.ts';
import { findMatter, insertMatter, updateMatter } from './store.ts';
import type { ActOf, DataOf, Matter, MatterKind, StateOf } from './types.ts';

/** The incident's own act that a step of this kind is. */
const ACTS: Readonly<Record<MatterKind, Act>> = {
  recipient: 'pursue-deletion',
  concerned: 'account-for-people',
  delay: 'delay-duty',
  ban: 'ban-seller',
  item: 'handle-inbox',
  inquiry: 'answer-authority',
};

const IDS: Readonly<Record<MatterKind, Kind>> = {
  recipient: 'rcp',
  concerned: 'con',
  delay: 'dly',
  ban: 'ban',
  item: 'itm',
  inquiry: 'inq',
};

/** What a step states, and what the matter is afterwards. */
export type Step<K extends MatterKind> = Readonly<{
  /** The entry's kind: `recipient-asked`. */
  event: string;
  facts?: Readonly<Record<string, Json>>;
  /** All about the matter's person, where there is one. */
  texts?: Readonly<Record<string, string | undefined>>;
  proof?: Proof | undefined;
  /** `null` takes it away; left out, it stays. */
  due?: string | null;
  /** When the matter is due in fact, where that is earlier than it is written. */
  dueAt?: Date;
  owner?: string;
  /** Given the entry, since a text is kept as the entry at which it stands. */
  data: (entry: number, evidence: EvidenceId | undefined) => DataOf<K>;
}>;

export type Context = Readonly<{ incident: Incident; at: Date; id: string; tx: Tx }>;

type Beginning<K extends MatterKind> = Readonly<{
  kind: K;
  incident: string;
  state: StateOf<K>;
  person?: string | undefined;
}>;

/** Begins a matter. Refuses where the incident does not allow it. */
export function begin<K extends MatterKind>(
  asked: Asked,
  beginning: Beginning<K>,
  first: (context: Context) => Step<K> | Promise<Step<K>>,
): Promise<StepTaken> {
  return deed(asked, (tx, at) => beginWithin(asked, { tx, at }, beginning, first));
}

/** The same within a deed that does more. */
export async function beginWithin<K extends MatterKind>(
  asked: Asked,
  { tx, at }: Pick<Context, 'tx' | 'at'>,
  { kind, incident: given, state, person }: Beginning<K>,
  first: (context: Context) => Step<K> | Promise<Step<K>>,
): Promise<StepTaken> {
  const id = newId(IDS[kind]);
  const { incident } = await find(tx, asked, given, ACTS[kind]);
  const step = await first({ incident, at, id, tx });
  const { entry, evidence } = await recordStep(tx, { incident, id, kind, person }, step);
  await insertMatter(tx, {
    id,
    incident: incident.id,
    kind,
    entry,
    person: person ?? null,
    ...kept(kind, state, step),
    data: step.data(entry, evidence),
  });
  return taken({ incident: incident.id, id, state, person, entry, evidence });
}

type Taking<K extends MatterKind> = Readonly<{
  kind: K;
  incident: string;
  id: string;
  /** What is done, or how that follows from the matter as it is. */
  act: ActOf<K> | ((matter: Matter<K>) => ActOf<K>);
}>;

/** Takes one step. Refuses, with the reason, what can't follow in the matter's state. */
export function take<K extends MatterKind>(
  asked: Asked,
  { kind, incident: given, id, act: what }: Taking<K>,
  next: (matter: Matter<K>, context: Context) => Step<K> | Promise<Step<K>>,
): Promise<StepTaken> {
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, given, ACTS[kind]);
    const matter = await findMatter(tx, { incident: incident.id, kind, id });
    if (matter === undefined)
      throw new ForthrightError('matter-not-found', `The incident has no ${kind} ${id}.`);
    const act = typeof what === 'function' ? what(matter) : what;
    const move = moveOf(kind, matter.state, act);
    if ('no' in move) throw refused(move.no);
    const step = await next(matter, { incident, at, id, tx });
    const { person, due = null, dueAt = null, owner = null } = matter;
    const { entry, evidence } = await recordStep(tx, { incident, id, kind, person }, step);
    await updateMatter(tx, {
      id,
      entry,
      ...kept(kind, move.to, step, { due, dueAt, owner }),
      data: step.data(entry, evidence),
    });
    return taken({ incident: incident.id, id, state: move.to, person, entry, evidence });
  });
}

export const refused = (why: string): ForthrightError =>
  new ForthrightError('incident-refuses', `This can not be done: ${why}.`);

/** Refuses a time that is said to have been, and lies ahead. A clock may be five minutes off. */
export function refuseAhead(said: string, now: Date): void {
  if (Date.parse(said) > now.getTime() + 300_000) throw refused(`${said} lies ahead`);
}

const NO_TIME = { due: null, dueAt: null, owner: null };

function kept<K extends MatterKind>(
  kind: K,
  state: StateOf<K>,
  { due, dueAt, owner }: Step<K>,
  before: Readonly<{ due: string | null; dueAt: Date | null; owner: string | null }> = NO_TIME,
) {
  return {
    state,
    isOpen: nextOf(kind, state) !== undefined,
    owner: owner ?? before.owner,
    ...(due === undefined
      ? { due: before.due, dueAt: before.dueAt }
      : { due, dueAt: due === null ? null : (dueAt ?? new Date(due)) }),
  };
}

type Of = Readonly<{ incident: Incident; id: string; kind: MatterKind; person: string | undefined }>;

async function recordStep<K extends MatterKind>(
  tx: Tx,
  { incident, id, kind, person }: Of,
  { event, facts, texts = {}, proof }: Step<K>,
): Promise<Readonly<{ entry: number; evidence: EvidenceId | undefined }>> {
  const evidence = proof === undefined ? undefined : await proofOf(tx, incident, proof, person);
  const given = Object.entries(texts).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, { value, person }] as const],
  );
  const entry = await record(tx, {
    kind: event,
    incident: incident.id,
    facts: {
      [kind]: id,
      ...(person === undefined ? {} : { person }),
      ...facts,
      ...(evidence === undefined ? {} : { evidence }),
    },
    texts: Object.fromEntries(given) as Record<string, Text>,
  });
  await insertMove(tx, incident.id, entry, ACTS[kind]);
  return { entry, evidence };
}

/** The evidence that this is: registered now, unless the incident has it already. */
async function proofOf(
  tx: Tx,
  { id, evidence }: Incident,
  { sha256, bytes, name, origin }: Proof,
  person: string | undefined,
): Promise<EvidenceId> {
  const known = evidence.find((one) => one.sha256 === sha256 && one.bytes === bytes);
  if (known !== undefined) return known.id;
  const made = newId('evi');
  const entry = await record(tx, {
    kind: 'evidence-added',
    incident: id,
    facts: { evidence: made, kind: 'file', sha256, bytes },
    texts: { name: { value: name, person }, origin: { value: origin, person } },
  });
  await insertEvidence(tx, id, { id: made, entry, kind: 'file', sha256, bytes });
  return made;
}

type Did = Readonly<{
  incident: IncidentId;
  id: string;
  state: string;
  person: string | undefined;
  entry: number;
  evidence: EvidenceId | undefined;
}>;

const taken = ({ person, evidence, ...others }: Did): StepTaken => ({
  ...others,
  ...(person === undefined ? {} : { person }),
  ...(evidence === undefined ? {} : { evidence }),
});
