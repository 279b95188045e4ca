/** Keys for mail: whoever makes, exchanges or ends one leaves its public part in the archive. */
import {
  ListMailKeys,
  MailKeyShown,
  MailKeysShown,
  MakeMailKey,
  type UseMailKey,
  UseMailKey as UseMailKeySchema,
} from '@forthright/contract';
import type { ZodType } from 'zod';
import { endMailKeys, type Mailing, makeMailKey, shownMailKeys, useMailKey } from '../notify/index.ts';
import { type MailNames, mailNames } from '../platform/index.ts';
import { type Asked, type Operation, operation, refuseUnlessMay } from '../prove/index.ts';
import { archiveKeys } from './keys.ts';

export type MailKeyOptions = Readonly<{
  /** The data folder. */
  data: string;
  mailing: Mailing | undefined;
  /** Whom the domain system is asked by. */
  names?: MailNames;
}>;

const ADMINISTRATORS = ['administrator'] as const;

const guarded = <I, O>(
  input: ZodType<I>,
  output: ZodType<O>,
  given: Omit<Operation<I, O>, 'may' | 'input' | 'output'>,
): Operation =>
  operation<I, O>({
    ...given,
    input,
    output,
    may: ADMINISTRATORS,
    run: async (asked, asking) => {
      refuseUnlessMay(asked.actor, ADMINISTRATORS);
      return given.run(asked, asking);
    },
  });

export const mailKeyOperations = (options: MailKeyOptions): readonly Operation[] => [
  guarded(ListMailKeys, MailKeysShown, {
    name: 'list-mail-keys',
    summary: 'The keys for signing mail that Forthright made, with their times and records of DNS.',
    method: 'GET',
    path: '/mail-keys',
    run: async ({ db }) => ({ keys: await shownMailKeys(db) }),
  }),
  guarded(MakeMailKey, MailKeyShown, {
    name: 'make-mail-key',
    summary: 'Makes a key for signing mail, and says the record to publish; it signs nothing yet.',
    method: 'POST',
    path: '/mail-keys',
    run: async (asked) => {
      const made = await makeMailKey(asked, options);
      await archiveKeys(asked, options.mailing);
      return made;
    },
  }),
  guarded(UseMailKeySchema, MailKeyShown, {
    name: 'rotate-mail-key',
    summary:
      'Lets a key whose record is published sign from now on; the one before is destroyed after the overlap.',
    method: 'POST',
    path: '/mail-keys/:selector/use',
    run: async (asked, given: UseMailKey) => {
      const used = await useMailKey(asked, given, options.names ?? mailNames([]));
      await endAndArchive(asked, options);
      return used;
    },
  }),
];

/** Destroys private keys whose overlap is over, and ends their time in the archive. Once an hour; safe to repeat. */
export async function endAndArchive(
  asked: Asked,
  { data, mailing }: Pick<MailKeyOptions, 'data' | 'mailing'>,
): Promise<void> {
  await endMailKeys(asked, data);
  await archiveKeys(asked, mailing);
}
