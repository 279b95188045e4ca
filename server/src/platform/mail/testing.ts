/** For tests: a message as any of ours, and what is hard to carry by mail. */
import { randomBytes } from 'node:crypto';
import { oneAddress } from './address.ts';
import type { Letterhead, Notice } from './message.ts';

export { randomly } from '../db/killing.ts';
export { EXTENSIONS, type Seen, Sink, type SinkOptions } from './smtp/testing.ts';

export const notice = (changes: Partial<Notice> = {}): Notice => ({
  to: oneAddress('anna@customer.example'),
  language: 'en',
  subject: 'Your name and e-mail address were visible on our site',
  text: 'Dear Anna Winter,\n\nfrom 18 to 20 November your name stood on a public page.\n',
  html: '<!doctype html><html lang="en"><title>Your data</title><p>Dear Anna Winter,</p></html>\n',
  ...changes,
});

export const letterhead = (changes: Partial<Letterhead> = {}): Letterhead => ({
  messageId: `${randomBytes(16).toString('hex')}@marlow.example`,
  dateMs: Date.UTC(2026, 10, 22, 7, 0, 0),
  from: { name: 'Marlow Market', address: oneAddress('privacy@marlow.example') },
  replyTo: oneAddress('questions@marlow.example'),
  ...changes,
});

/** Addresses that careless software breaks. */
export const HARD_ADDRESSES: readonly string[] = [
  '"an na"@customer.example',
  '"a,b"@customer.example',
  '"a@b"@customer.example',
  '"a\\"b"@customer.example',
  "o'neil+tag=x/y@customer.example",
  'anna@bücher.example',
  `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(50)}.example`,
];
export const UNICODE_ADDRESSES: readonly string[] = ['用户@例子.example', 'żaneta@poczta.example'];

/** Names, subjects and texts of all languages of notices, and what mail is known to change. */
export const HARD_TEXTS: readonly string[] = [
  'Grüße an Jürgen Weiß – Straße 5, größte Übersicht „so“',
  'À bientôt, cœur naïf — déjà vu où ça ?',
  'Perché è così? Più città, virtù…',
  '¿Qué pasó? El niño, ¡mañana!',
  'Não são ações; à tarde, informações',
  'Eén geïnteresseerde coördinator, ’s ochtends',
  'Zażółć gęślą jaźń',
  'Åsa Öberg räknar ändå på',
  'お客様のお名前とメールアドレスが公開されていました。ご迷惑をおかけして申し訳ございません。'.repeat(3),
  'שלום \u2068Anna\u2069, מה שלומך? العربية أيضا',
  'emoji 👩‍👩‍👧‍👦 and 🇱🇺 and z̵a̴l̶g̷o̸',
  '=?UTF-8?Q?not_encoded?= and =3D and =',
  'ends with blanks   ',
  '  begins with blanks',
  'two  blanks   and more',
  '"quotes", commas; <brackets> (and) \\ backslashes @ [all]: of, them.',
  `one word of 300 ${'x'.repeat(300)} letters`,
  'long '.repeat(70),
];
export const HARD_LINES: readonly string[] = [
  '.',
  '..',
  '.dot at the start',
  'From here on',
  '>From there',
  '-- ',
  '--',
  '--=_',
  '= =3D =\t=',
  'tab\tin it\t',
  'blanks at the end   ',
  '',
  '',
  'x'.repeat(5000),
  'ü'.repeat(2000),
  'お'.repeat(1500),
  '🦊'.repeat(400),
  'a.'.repeat(600),
  '\u00a0',
];
