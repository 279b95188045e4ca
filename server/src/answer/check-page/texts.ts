/** The texts of the page on which a message is checked. None names a fact: what is checked there is nobody's but the reader's. */
import { fileURLToPath } from 'node:url';
import { MESSAGE_REASONS, VERDICTS } from '@forthright/contract';
import { ownLanguages, readTexts, type Texted } from '../../notify/index.ts';

const each = <P extends string, K extends string>(prefix: P, names: readonly K[]) =>
  names.map((name) => `${prefix}.${name}` as const);

const KEYS = [
  'title',
  'lead',
  'heading.code',
  'code',
  'address',
  'check.code',
  'sent.code',
  'sent.plain',
  'heading.message',
  'message',
  'file',
  'check.message',
  'sent.message',
  'checking',
  'failed',
  'too-many',
  'no-server',
  'heading.checked',
  'heading.next',
  'heading.differences',
  'ours',
  'theirs',
  'not-ours',
  'nothing',
  'again',
  ...each('codenext', [
    'sent-to-this-address',
    'not-sent-to-this-address',
    'code-of-no-batch',
    'code-mistyped',
    'no-proof',
  ]),
  ...each('verdict', VERDICTS),
  ...each('next', VERDICTS),
  ...each('reason', MESSAGE_REASONS),
  ...each('where', ['text', 'around', 'from', 'to', 'subject', 'reply-to', 'header', 'page', 'part']),
  ...each('mark', ['link', 'address', 'account', 'money', 'phone', 'number', 'hidden']),
] as const;
export type CheckKey = (typeof KEYS)[number];
export type CheckLanguage = Texted<CheckKey>;
export type CheckLanguages = ReadonlyMap<string, CheckLanguage>;

const must = Object.fromEntries(KEYS.map((key) => [key, []])) as unknown as Record<
  CheckKey,
  readonly string[]
>;
const OWN = new URL('languages/', import.meta.url);
let read: Promise<CheckLanguages> | undefined;

/** Every language that notices have. */
export function checkLanguages(): Promise<CheckLanguages> {
  read ??= readAll();
  return read;
}

async function readAll(): Promise<CheckLanguages> {
  const codes = [...(await ownLanguages()).keys()];
  const all = await Promise.all(
    codes.map((code) =>
      readTexts<CheckKey>(fileURLToPath(new URL(`${code}.yaml`, OWN)), { must, facts: {} }),
    ),
  );
  return new Map(all.map((language) => [language.language, language]));
}
