/** For tests: real notices of a real batch, signed with real keys, and the truth about them. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, type IncidentFacts, ownLanguages, type PersonFacts } from '../notify/index.ts';
import { bodyHashOf, dkimKey, dkimRecord, oneAddress, signed, writeMail } from '../platform/mail/index.ts';
import {
  BatchMaker,
  type Code,
  commitmentInput,
  groupsOf,
  makeCode,
  normalisedAddress,
} from '../prove/codes/index.ts';
import { writeAnswerFolder } from './folder.ts';
import { phrasesOf } from './truth.ts';
import type { ArchivedKey, BatchFacts, Truth } from './types.ts';

export const TAG = '7KQ';
export const SENT_MS = Date.UTC(2026, 10, 22, 8, 31, 0);
export const LETTERHEAD = {
  name: 'Marlow Market',
  address: 'privacy@marlow.example',
  replyTo: 'questions@marlow.example',
};
const keys = [
  dkimKey({
    domain: 'marlow.example',
    selector: 'r2026',
    privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  }),
  dkimKey({
    domain: 'marlow.example',
    selector: 'e2026',
    privateKey: generateKeyPairSync('ed25519').privateKey,
  }),
];
export const ARCHIVED: readonly ArchivedKey[] = keys.map((key) => ({
  domain: key.domain,
  selector: key.selector,
  record: dkimRecord(key).text,
  from: SENT_MS - 86_400_000,
  until: undefined,
}));

const caller = { is: 'caller', at: 'test' } as const;
const fact = <T>(value: T) => ({ value, source: caller });

export const INCIDENT: IncidentFacts = {
  organisation: fact('Marlow Market'),
  domain: fact('marlow.example'),
  contacts: new Map([
    [
      '',
      fact({
        legalName: 'Marlow Market S.à r.l.',
        name: 'Data Protection Office',
        email: 'privacy@marlow.example',
        phone: '+352 20 00 00',
      }),
    ],
  ]),
  leaks: [{ id: 'reviews', kind: 'page', fields: ['name', 'email'] }],
  exposed: fact(2142),
  unknown: fact(17),
  recipients: new Map([
    ['customer', fact(311)],
    ['anonymous', fact(5204)],
  ]),
  gaps: new Map([['reviews', fact([{ from: SENT_MS - 4e8, to: SENT_MS - 3.9e8 }])]]),
  cause: fact({ en: 'A change to the page of reviews printed the account’s name and e-mail address.' }),
  contained: fact({ at: SENT_MS - 2e8, what: { en: 'We took the page off the site.' } }),
  measures: fact([
    { en: 'We have corrected the page and put it through a second review.' },
    { en: 'Search engines have removed their copies.' },
  ]),
  places: new Map([['reviews', fact({ en: 'the reviews on our site' })]]),
  fieldNames: new Map(),
  notExposed: fact(['password', 'cardNumber']),
  authorities: fact([{ name: 'Commission nationale pour la protection des données', at: SENT_MS - 1e8 }]),
  nextBy: fact(SENT_MS + 6e8),
  delayedByPolice: undefined,
  agencies: undefined,
  duties: [],
  zone: fact('Europe/Luxembourg'),
};

export const PEOPLE = [
  { name: 'Anna Winter', address: 'anna@customer.example' },
  { name: 'Ben Ørsted', address: 'Ben.Orsted+shop@people.example' },
  { name: '山田 花子', address: 'hanako@example-mail.example' },
] as const;

const personFacts = (
  { name, address }: Readonly<{ name: string; address: string }>,
  i: number,
): PersonFacts => ({
  id: `C${i}`,
  to: oneAddress(address),
  name: fact(name),
  language: 'en',
  country: i === 2 ? 'JP' : 'LU',
  region: '',
  status: i === 1 ? 'unknown' : 'exposed',
  fields: fact(i === 1 ? [] : ['name', 'email']),
  perhaps: fact(i === 1 ? ['name', 'email'] : []),
  first: fact(SENT_MS - 5e8),
  last: fact(SENT_MS - 2e8),
  views: fact(3 + i),
  possiblySelf: false,
  others: new Map(),
  leaks: ['reviews'],
  pages: fact([]),
  pageCount: fact(0),
});

export type Sent = Readonly<{
  name: string;
  address: string;
  code: Code;
  subject: string;
  text: string;
  html: string;
  unsigned: Buffer;
  mail: Buffer;
}>;

/** What was sent, and the two places that know of it: one with people, and a folder without. */
export type World = Readonly<{
  sent: readonly Sent[];
  server: Truth;
  folder: string;
  close: () => Promise<void>;
}>;

/** `changes`: to the facts of the incident. */
export async function world(changes: Partial<IncidentFacts> = {}): Promise<World> {
  const languages = await ownLanguages();
  const folder = await mkdtemp(join(tmpdir(), 'forthright-answer-'));
  const sent = PEOPLE.map((person, i): Sent => {
    const code = makeCode(TAG, createHash('sha256').update(`code ${i}`).digest());
    const { notice } = compose({
      incident: { ...INCIDENT, ...changes },
      person: personFacts(person, i),
      languages,
      fallback: 'en',
      code: groupsOf(code),
      today: SENT_MS,
    });
    const letterhead = {
      messageId: `${createHash('sha256').update(`id ${i}`).digest('hex').slice(0, 32)}@marlow.example`,
      dateMs: SENT_MS,
      from: { name: LETTERHEAD.name, address: oneAddress(LETTERHEAD.address) },
      replyTo: oneAddress(LETTERHEAD.replyTo),
    };
    const unsigned = writeMail(notice, letterhead).bytes;
    return { ...person, ...notice, code, unsigned, mail: signed(unsigned, keys, SENT_MS / 1000) };
  });
  const maker = new BatchMaker(TAG, join(folder, 'sorting'));
  for (const { address, code, unsigned } of sent)
    await maker.add(
      createHash('sha256')
        .update(commitmentInput(normalisedAddress(address) ?? '', code))
        .digest(),
      bodyHashOf(unsigned),
    );
  const { size, root } = await maker.seal();
  const batch: BatchFacts = { tag: TAG, size, root, letterhead: LETTERHEAD, isWithdrawn: false };
  await writeAnswerFolder(folder, { keys: ARCHIVED, register: [], batches: [batch] });
  await maker.write(join(folder, 'batches', TAG));
  await maker.close();
  const server: Truth = {
    keys: async () => ARCHIVED,
    batch: async (tag) => (tag === TAG ? batch : undefined),
    prefixFile: (tag, path) => readFile(join(folder, 'batches', tag, path)),
    sent: async (code) => {
      const one = sent.find((other) => other.code === code);
      return one && { address: normalisedAddress(one.address) ?? '', mail: async () => one.unsigned };
    },
    phrases: phrasesOf(languages),
  };
  return { sent, server, folder, close: () => rm(folder, { recursive: true, force: true }) };
}
