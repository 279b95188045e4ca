/** What the operations of this stage have in common: who may, and that `run` holds to it. */
import type { Role } from '@forthright/contract';
import type { ZodType } from 'zod';
import { type Operation, operation, refuseUnlessMay } from '../prove/index.ts';

/** Support agents look up one address at a time, and administrators have no business with content: neither is here. */
export const READERS: readonly Role[] = ['investigator', 'privacy-officer', 'approver', 'auditor'];
/** Who reads the one paper that is made for the support desk. */
export const AGENTS: readonly Role[] = [...READERS, 'support-agent'];
export const WORKERS: readonly Role[] = ['investigator', 'privacy-officer'];
export const DECIDERS: readonly Role[] = ['investigator', 'privacy-officer', 'approver'];
export const OFFICERS: readonly Role[] = ['privacy-officer'];
/** Whoever decides about people, not whoever looks for a suspect. */
export const UNLOCKERS: readonly Role[] = ['privacy-officer', 'approver'];

type Given<I, O> = Omit<Operation<I, O>, 'input' | 'output'>;

/** Whoever calls `run` without a door is held to the roles all the same. */
export const guarded = <I, O>(
  input: ZodType<I>,
  output: ZodType<O>,
  { run, ...given }: Given<I, O>,
): Operation =>
  operation<I, O>({
    ...given,
    input,
    output,
    run: async (asked, asking) => {
      refuseUnlessMay(asked.actor, given.may);
      return run(asked, asking);
    },
  });

export const post = (path: Operation['path']) => ({ method: 'POST', path }) as const;
