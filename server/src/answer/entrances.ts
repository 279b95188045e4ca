/** What anybody may ask, signed in or not: whether a code was sent to an address, and whether a message is ours. */
import { createHash } from 'node:crypto';
import { CodeAnswer, MessageAnswer } from '@forthright/contract';
import * as z from 'zod';
import { type Entrance, entrance } from '../people/index.ts';
import {
  bitsFor,
  CheckedFiles,
  commitmentInput,
  groupsOf,
  type Kept,
  normalisedAddress,
  pathOfPrefix,
  prefixOf,
  readCode,
  tagOf,
} from '../prove/codes/index.ts';
import { checkMessage } from './check/check.ts';
import type { Truth } from './types.ts';

const Address = z
  .string()
  .max(320)
  .refine((address) => normalisedAddress(address) !== undefined, 'one e-mail address');

/** In the body and not in the query: addresses and messages have no place in the logs of whatever stands between. */
const Asked = z
  .strictObject({
    address: Address,
    /** What was copied out of a mail program. */
    text: z.string().min(1).optional(),
    /** The message as a file, in base64. */
    eml: z.base64().min(1).optional(),
  })
  .refine(({ text, eml }) => (text === undefined) !== (eml === undefined), {
    error: 'either the text or the file',
    path: ['text'],
  });

const SAYS: Readonly<Record<CodeAnswer['is'], Pick<CodeAnswer, 'says' | 'next'>>> = {
  'sent-to-this-address': {
    says: 'The code is ours, and we sent it to this address.',
    next: 'The code alone does not show that the text around it is ours. Check the whole message, too, before you rely on it.',
  },
  'not-sent-to-this-address': {
    says: 'We did not send this code to this address: the batch’s tree, whose root the register states, holds no such pair.',
    next: 'Do not rely on the message. If you have several addresses, check the code with the others.',
  },
  'code-of-no-batch': {
    says: 'No batch of our notices has codes that begin so.',
    next: 'Do not do what the message says, do not open its links, and delete it.',
  },
  'code-mistyped': {
    says: 'This is no code of ours: a character is missing, too many, or wrong.',
    next: 'Compare each character with the message, and try again.',
  },
  'no-proof': {
    says: 'The file that would show it is not there, or is damaged.',
    next: 'Do not rely on the message. Try again later, or ask us, by the address that you type yourself.',
  },
};

const said = (is: CodeAnswer['is'], more: Pick<CodeAnswer, 'code' | 'batch'> = {}): CodeAnswer => ({
  is,
  ...SAYS[is],
  ...more,
});

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/**
 * Whether this code was sent to this address, by the batch's public files alone: whoever asks learns nothing that
 * they could not find out there, and known and unknown addresses take the same way.
 */
export async function codeSentTo(
  { code: raw, address: rawAddress }: Readonly<{ code: string; address: string }>,
  truth: Truth,
  /** Kept by whoever asks often. */
  files = new CheckedFiles(),
): Promise<CodeAnswer> {
  const read = readCode(raw);
  const address = normalisedAddress(rawAddress);
  if (read.kind !== 'code' || address === undefined) return said('code-mistyped');
  const { code } = read;
  const shown = { code: groupsOf(code), batch: tagOf(code) };
  const batch = await truth.batch(tagOf(code));
  if (batch === undefined) return said('code-of-no-batch', shown);
  const bits = bitsFor(batch.size);
  const prefix = prefixOf(sha256(commitmentInput(address, code)), bits);
  const file = await truth.prefixFile(batch.tag, pathOfPrefix(prefix, bits));
  const checked = file === undefined ? undefined : await files.check(file, { batch, address, code });
  if (checked?.kind === 'sent') return said('sent-to-this-address', shown);
  return said(checked?.kind === 'not sent' ? 'not-sent-to-this-address' : 'no-proof', shown);
}

/**
 * `truth` is opened by the first who asks; `kept` says which files were shown to be right before. The address is always asked for: what we wrote to somebody is shown, in the
 * differences, only to who knows code and address, which stand in every copy of it.
 */
export function answerEntrances(open: () => Promise<Truth>, kept?: Kept): readonly Entrance[] {
  let opened: Promise<Truth> | undefined;
  const truth = (): Promise<Truth> => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const files = new CheckedFiles(kept);
  const unchanged = <Output>(output: Output) => ({ output, session: 'unchanged' as const });
  return [
    entrance({
      name: 'check-code',
      summary: 'Whether this code of a notice was sent to this address',
      method: 'POST',
      path: '/check-code',
      input: z.strictObject({ code: z.string().max(100), address: Address }),
      output: CodeAnswer,
      isPublic: true,
      run: async (input) => unchanged(await codeSentTo(input, await truth(), files)),
    }),
    entrance({
      name: 'check-message',
      summary: 'Whether a message that came to this address is one of our notices, unchanged',
      method: 'POST',
      path: '/check-message',
      input: Asked,
      output: MessageAnswer,
      isPublic: true,
      run: async (input) =>
        unchanged(await checkMessage({ bytes: bytesOf(input), address: input.address }, await truth())),
    }),
  ];
}

const bytesOf = ({ text, eml }: z.output<typeof Asked>): Uint8Array =>
  text === undefined ? Buffer.from(eml ?? '', 'base64') : Buffer.from(text, 'utf8');
