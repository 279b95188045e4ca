import {
  DeskAnswer,
  DeskAsked,
  DeskDispute,
  DeskDone,
  DeskSendAgain,
  DeskSendLetter,
  ForthrightError,
  ListLookUps,
  LookUpsListed,
  type Role,
} from '@forthright/contract';
import { findIncident, guarded, notFound, READERS } from '../../incident/index.ts';
import { Limiter, type Wait } from '../../platform/index.ts';
import type { Asked, Operation } from '../../prove/index.ts';
import { dispute, sendAgain, sendLetter } from './changes.ts';
import { lookUp } from './look-up.ts';
import { lookUpsOf } from './store.ts';
import { type DeskOptions, toolsFor } from './tools.ts';

/** Who speaks with customers. */
const SPEAKERS: readonly Role[] = ['support-agent', 'investigator', 'privacy-officer'];

/** Of one account: nobody speaks with more customers; whoever looks up more lists people. */
const A_MINUTE = { most: 30, windowSeconds: 60 };
const A_DAY = { most: 600, windowSeconds: 86_400 };

const person = '/desk/people/:person';

export function deskOperations(options: DeskOptions): readonly Operation[] {
  const tools = toolsFor(options);
  const refuseMany = refusingMany();
  return [
    guarded(DeskAsked, DeskAnswer, {
      name: 'desk',
      summary:
        'Looks up a code, an address, a customer’s id or a message: what the person was told, and what may be said.',
      method: 'POST',
      path: '/desk',
      may: SPEAKERS,
      argument: { field: 'asked', file: 'eml' },
      run: async (asked, given) => {
        refuseMany(asked);
        return lookUp(asked, given, tools(asked.db));
      },
    }),
    guarded(DeskSendAgain, DeskDone, {
      name: 'desk-send-again',
      summary: 'Sends somebody their notice again; whoever may have it already only at their own wish.',
      method: 'POST',
      path: `${person}/send-again`,
      may: SPEAKERS,
      run: (asked, given) => sendAgain(asked, given, { tools: tools(asked.db), mailing: options.mailing }),
    }),
    guarded(DeskSendLetter, DeskDone, {
      name: 'desk-send-letter',
      summary: 'Has somebody sent their notice as a letter: a task for who sends it.',
      method: 'POST',
      path: `${person}/letter`,
      may: SPEAKERS,
      run: sendLetter,
    }),
    guarded(DeskDispute, DeskDone, {
      name: 'desk-dispute',
      summary: 'Records what a customer disputes, as a task with who looks into it and by when.',
      method: 'POST',
      path: `${person}/dispute`,
      may: SPEAKERS,
      run: dispute,
    }),
    guarded(ListLookUps, LookUpsListed, {
      name: 'list-look-ups',
      summary: 'Who at the desk looked up whom of an incident, and when.',
      method: 'GET',
      path: '/incidents/:incident/look-ups',
      may: READERS,
      run: list,
    }),
  ];
}

function refusingMany(): (asked: Asked) => void {
  let limiters: Limiter[] | undefined;
  return ({ actor, now }) => {
    limiters ??= [A_MINUTE, A_DAY].map((limit) => new Limiter(limit, now));
    const waitSeconds = Math.max(...limiters.map((limiter) => limiter.take(actor.account)));
    if (waitSeconds === 0) return;
    const wait: Wait = { waitSeconds };
    throw new ForthrightError(
      'too-many-requests',
      `So many look-ups by one account are too many; wait ${waitSeconds} seconds.`,
      {
        cause: wait,
      },
    );
  };
}

async function list(
  { db, actor }: Asked,
  { incident, person: of, most, before }: ListLookUps,
): Promise<LookUpsListed> {
  const found = await findIncident(db, incident, actor);
  if (found === undefined) throw notFound(incident);
  // One look-up may name many people. The next page begins below an entry, so this one ends with a whole one.
  const rows = await lookUpsOf(db, found.incident.id, { person: of, before, most });
  const last = rows.at(-1);
  const below = last && { person: of, before: Number(last.entry), most: 1 };
  const isMore = below !== undefined && (await lookUpsOf(db, found.incident.id, below)).length > 0;
  return {
    lookUps: rows.map(({ entry, at, actor: by, ...row }) => ({
      entry: Number(entry),
      at: at.toISOString(),
      by,
      ...row,
    })),
    ...(isMore ? { next: below.before } : {}),
  };
}
