import {
  ContinueRegister,
  RegisterShown,
  RevokeRegisterKey,
  RotateRegisterKey,
  ShowRegister,
} from '@forthright/contract';
import { toBase64 } from '@forthright/register';
import { continueRegister, registerState } from './open.ts';
import { type Asked, type Operation, operation } from './operation.ts';
import { refuseUnlessMay } from './permission.ts';
import { revokeKey, rotateKey } from './rotation.ts';
import { lastCheckpoint, readKeys, readLog, rootAt } from './store.ts';

async function shown({ db }: Asked): Promise<RegisterShown> {
  const [log, checkpoint, keys] = [await readLog(db), await lastCheckpoint(db), await readKeys(db)];
  const state = registerState(db);
  return {
    state: state.kind,
    ...(state.kind === 'stopped' ? { why: state.why } : {}),
    ...(log === undefined
      ? {}
      : {
          origin: log.origin,
          epoch: log.epoch,
          size: log.frontier.size,
          root: toBase64(await rootAt(db, log.frontier.size)),
        }),
    ...(checkpoint === undefined ? {} : { checkpoint: checkpoint.note }),
    keys: [...keys],
  };
}

/** What may be asked of the register itself. Acting on incidents is refused while it is stopped; these are not. */
export const registerOperations: readonly Operation[] = [
  operation<ShowRegister, RegisterShown>({
    name: 'show-register',
    summary: 'Whether the register goes on, its size, its last checkpoint and its public keys.',
    method: 'GET',
    path: '/register',
    input: ShowRegister,
    output: RegisterShown,
    may: ['administrator', 'auditor', 'privacy-officer'],
    run: async (asked) => {
      refuseUnlessMay(asked.actor, ['administrator', 'auditor', 'privacy-officer']);
      return shown(asked);
    },
  }),
  operation<ContinueRegister, RegisterShown>({
    name: 'continue-register',
    summary: 'Decides, with a reason, that a stopped register goes on.',
    method: 'POST',
    path: '/register/continue',
    input: ContinueRegister,
    output: RegisterShown,
    may: ['administrator'],
    run: async (asked, { reason }) => {
      refuseUnlessMay(asked.actor, ['administrator']);
      await continueRegister(asked, reason);
      return shown(asked);
    },
  }),
  operation<RotateRegisterKey, RegisterShown>({
    name: 'rotate-register-key',
    summary: 'Makes a new key for checkpoints; those before go on beside it for the overlap.',
    method: 'POST',
    path: '/register/keys',
    input: RotateRegisterKey,
    output: RegisterShown,
    may: ['administrator'],
    run: async (asked, { overlapHours }) => {
      refuseUnlessMay(asked.actor, ['administrator']);
      await rotateKey(asked, overlapHours);
      return shown(asked);
    },
  }),
  operation<RevokeRegisterKey, RegisterShown>({
    name: 'revoke-register-key',
    summary: 'Ends a key that may have leaked at the last moment at which it was surely safe.',
    method: 'POST',
    path: '/register/keys/:key/revoke',
    input: RevokeRegisterKey,
    output: RegisterShown,
    may: ['administrator'],
    run: async (asked, { key, safeUntil, reason }) => {
      refuseUnlessMay(asked.actor, ['administrator']);
      await revokeKey(asked, { keyId: key, safeUntil: new Date(safeUntil), reason });
      return shown(asked);
    },
  }),
];
