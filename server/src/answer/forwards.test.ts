import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { groupsOf } from '../prove/codes/index.ts';
import { LANGUAGES, PROGRAMS, rewrapped } from './forms.testing.ts';
import { checkMessage, openFolder, type Truth } from './index.ts';
import { LETTERHEAD, SENT_MS, type Sent, type World, world } from './testing.ts';

let all: World;
let folder: Truth;
let anna: Sent;
before(async () => {
  all = await world();
  folder = await openFolder(all.folder, () => new Date(SENT_MS));
  anna = all.sent[0] as Sent;
});
after(() => all.close());

const tell = async (given: string | Uint8Array, truth: Truth = all.server, address?: string) => {
  const bytes = typeof given === 'string' ? Buffer.from(given, 'utf8') : given;
  const { verdict, reasons, differences } = await checkMessage({ bytes, address }, truth);
  return { verdict, reasons: reasons.map(({ is }) => is), differences };
};
const verdictOf = async (...given: Parameters<typeof tell>) => (await tell(...given)).verdict;

const wrapped = (body: string, given: Readonly<{ subject?: string; type?: string }> = {}): string =>
  `From: Anna Winter <anna@customer.example>\r\nTo: check@marlow.example\r\nSubject: ${given.subject ?? 'Fwd: a message'}\r\nMIME-Version: 1.0\r\nContent-Type: ${
    given.type ?? 'text/plain; charset=utf-8'
  }\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body, 'utf8').toString('base64')}\r\n`;

test('what we sent is genuine and unchanged, by what the server knows and by what anybody may have', async () => {
  for (const { mail } of all.sent)
    for (const truth of [all.server, folder]) {
      assert.equal(await verdictOf(mail, truth), 'genuine-unchanged');
      const received = `Return-Path: <x@returns.marlow.example>\r\nDelivered-To: me@home.example\r\nReceived: from a by b;\r\n Sun, 22 Nov 2026 08:31:02 +0000\r\nAuthentication-Results: b; dkim=pass\r\n`;
      const delivered = Buffer.concat([Buffer.from(received), mail]);
      assert.equal(await verdictOf(delivered, truth), 'genuine-unchanged', 'with what servers write above');
      const saved = mail.toString('latin1').replaceAll('\r\n', '\n');
      assert.equal(
        await verdictOf(Buffer.from(saved, 'latin1'), truth),
        'genuine-unchanged',
        'saved with other line ends',
      );
      assert.equal(
        await verdictOf(Buffer.from(`From - Sun Nov 22 2026\n${saved}`, 'latin1'), truth),
        'genuine-unchanged',
        'out of a mailbox file',
      );
    }
});

test('forwarded inline by eight programs in ten languages it is genuine, with and without a note above', async () => {
  for (const [language, words] of Object.entries(LANGUAGES))
    for (const [program, write] of Object.entries(PROGRAMS)) {
      const body = write({ ...anna, ...LETTERHEAD, to: anna.address }, words);
      for (const note of ['', `${words.ask}\n\n`]) {
        const told = await tell(wrapped(note + body, { subject: `Fwd: ${anna.subject}` }));
        const where = `${program} ${language} ${note}${JSON.stringify(told)}`;
        assert.equal(told.verdict, 'genuine-touched', where);
        assert.ok(told.reasons.includes('forwarded'), where);
        assert.equal(told.reasons.includes('added-around'), note !== '', where);
      }
      assert.notEqual(
        await verdictOf(wrapped(body), folder),
        'not-ours',
        `${program} ${language}, without the original`,
      );
      assert.equal(await verdictOf(body), 'genuine-touched', `${program} ${language}, pasted`);
      const html = `<html><body><div dir="ltr">${body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>\n')}</div></body></html>`;
      assert.equal(
        await verdictOf(wrapped(html, { type: 'text/html; charset=utf-8' })),
        'genuine-touched',
        `${program} ${language}, as HTML`,
      );
    }
});

test('forwarded twice it is genuine; who forwarded it first may not look like us, and wants nothing', async () => {
  const outer = { name: 'Ben Roth', address: 'ben@people.example', to: 'carla@people.example' };
  for (const language of ['en', 'de', 'fr', 'ja'])
    for (const second of ['gmail', 'outlook', 'thunderbird'])
      for (const [first, write] of Object.entries(PROGRAMS)) {
        const words = LANGUAGES[language] as (typeof LANGUAGES)[string];
        const again = PROGRAMS[second] as (typeof PROGRAMS)[string];
        const inner = write({ ...anna, ...LETTERHEAD, to: anna.address }, words);
        const twice = (from: Partial<typeof outer>, note: string) =>
          again(
            {
              ...anna,
              ...LETTERHEAD,
              ...outer,
              ...from,
              subject: `Fwd: ${anna.subject}`,
              text: `${note}${inner}`,
            },
            words,
          );
        const where = `${second} ${first} ${language}`;
        const told = await tell(wrapped(twice({}, `${words.ask}\n\n`)));
        assert.equal(told.verdict, 'genuine-touched', `${where} ${JSON.stringify(told)}`);
        for (const [from, note] of [
          [{ name: 'Marlow Market' }, ''],
          [{ name: 'Mаrlow Market' }, ''],
          [{ name: 'Mar1ow Market' }, ''],
          [{ address: 'team@marlow-help.example' }, ''],
          [{}, 'Reply with your date of birth.\n\n'],
          [{}, 'See https://evil.example\n\n'],
        ] as const)
          assert.doesNotMatch(
            await verdictOf(twice(from, note)),
            /genuine/,
            `${where} ${JSON.stringify(from)} ${note}`,
          );
      }
});

const attachment = (mail: Uint8Array, note: string, type = 'message/rfc822', boundary = 'outer'): Buffer =>
  Buffer.concat([
    Buffer.from(
      `From: Anna <anna@customer.example>\r\nTo: check@marlow.example\r\nSubject: Is this real?\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=${boundary}\r\n\r\n--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${note}\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename="notice.eml"\r\n\r\n`,
    ),
    mail,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);

test('forwarded as an attachment it is unchanged; what stands around it may want nothing', async () => {
  for (const truth of [all.server, folder]) {
    for (const note of ['', 'Is this really from you? I am worried about my account.', '本当ですか。'])
      for (const type of ['message/rfc822', 'application/octet-stream; name="notice.eml"'])
        assert.equal(await verdictOf(attachment(anna.mail, note, type), truth), 'genuine-unchanged', note);
    for (const note of [
      'Pay at https://evil.example now',
      'Call +352 99 12 34 56',
      'Reply with your password',
      'IBAN LU28 0019 4006 4475 0000',
    ])
      assert.equal(await verdictOf(attachment(anna.mail, note), truth), 'based-on-ours-changed', note);
    assert.equal(
      await verdictOf(attachment(attachment(anna.mail, ''), '', 'message/rfc822', 'further'), truth),
      'genuine-unchanged',
      'twice',
    );
  }
});

test('damaged on the way it is never said to be not ours', async () => {
  const doubled = anna.mail.toString('latin1').replaceAll('\r\n', '\r\r\n');
  for (const truth of [all.server, folder]) {
    assert.notEqual(await verdictOf(Buffer.from(doubled, 'latin1'), truth), 'not-ours', 'lines end twice');
    const garbled = anna.text.replace(groupsOf(anna.code), (code) => `ï¼š${code}ã`);
    assert.notEqual(await verdictOf(garbled, truth), 'not-ours', 'letters beside the code');
  }
});

test('what gateways do leaves it genuine, and is told', async () => {
  const text = anna.mail.toString('latin1');
  const header = text.slice(0, text.indexOf('\r\n\r\n'));
  const withoutType = header.replace(/\r\nMIME-Version[\s\S]*$/, '');
  const b64 = (words: string) => Buffer.from(words, 'utf8').toString('base64').replace(/.{76}/g, '$&\r\n');
  const part = (kind: string, words: string) =>
    `Content-Type: text/${kind}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n${b64(words.replaceAll('\n', '\r\n'))}\r\n`;
  const recoded = `${withoutType}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="x1"\r\n\r\n--x1\r\n${part('plain', anna.text)}--x1\r\n${part('html', anna.html)}--x1--\r\n`;
  const footed = `${withoutType}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x2"\r\n\r\n--x2\r\nContent-Type: multipart/alternative; boundary="x1"\r\n\r\n--x1\r\n${part('plain', anna.text)}--x1\r\n${part('html', anna.html)}--x1--\r\n\r\n--x2\r\n${part('plain', '-- \nThis message was scanned by the gateway.\n')}--x2--\r\n`;
  const cases: Readonly<Record<string, string>> = {
    'its subject marked': text.replace(/\r\nSubject: /, '\r\nSubject: [EXTERNAL] '),
    'written in another encoding': recoded,
    'a part added behind it': footed,
    'its signatures taken off': text.replace(/^(?:DKIM-Signature:.*\r\n(?:[ \t].*\r\n)*)+/, ''),
  };
  for (const [name, mail] of Object.entries(cases))
    for (const truth of [all.server, folder])
      assert.equal(
        await verdictOf(Buffer.from(mail, 'latin1'), truth),
        'genuine-touched',
        `${name} ${JSON.stringify(await tell(Buffer.from(mail, 'latin1'), truth))}`,
      );
  const only = (kind: string, words: string) =>
    `${withoutType}\r\nMIME-Version: 1.0\r\n${part(kind, words)}`.replace(
      /^(?:DKIM-Signature:.*\r\n(?:[ \t].*\r\n)*)+/,
      '',
    );
  const server: Readonly<Record<string, string>> = {
    'HTML alone': only('html', anna.html),
    'text alone': only('plain', anna.text),
    'a footer below': only('plain', `${anna.text}\n-- \nDiese E-Mail wurde auf Viren geprüft.\n`),
    'a banner above': only(
      'plain',
      `CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless you recognize the sender and know the content is safe.\n\n${anna.text}`,
    ),
    'lines broken again': only('plain', rewrapped(anna.text, 40)),
    'links of programs, written anew by Safe Links': anna.html.replace(
      'privacy@marlow.example',
      '<a href="https://eur01.safelinks.protection.outlook.com/?url=mailto%3Aprivacy%40marlow.example&amp;data=05%7C02">privacy@marlow.example</a>',
    ),
    'links of programs, written anew by Safe Links, in a text': anna.text.replace(
      /(?<!@)marlow\.example/,
      'marlow.example<https://eur01.safelinks.protection.outlook.com/?url=http%3A%2F%2Fmarlow.example%2F&data=05%7C02%7C>',
    ),
    'links of programs, written anew by URL Defense': anna.html.replace(
      /(?<!@)marlow\.example/,
      '<a href="https://urldefense.com/v3/__http://marlow.example/__;!!abc!def$">marlow.example</a>',
    ),
    'no header': anna.text,
    'a page': anna.html,
    'the page without its style': anna.html.replace(/<style>[\s\S]*<\/style>/, ''),
  };
  for (const [name, mail] of Object.entries(server)) {
    assert.equal(await verdictOf(mail), 'genuine-touched', `${name} ${JSON.stringify(await tell(mail))}`);
    assert.notEqual(await verdictOf(mail, folder), 'not-ours', name);
  }
});

test('a code with another address is a replay where people are known, and proved not sent where they are not', async () => {
  const ben = all.sent[1] as Sent;
  const toBen = Buffer.from(anna.mail.toString('latin1').replace(anna.address, ben.address), 'latin1');
  assert.equal(await verdictOf(toBen), 'replay');
  assert.deepEqual((await tell(toBen, folder)).reasons, ['not-sent-to-this-address']);
  for (const truth of [all.server, folder]) {
    assert.equal(await verdictOf(anna.mail, truth, ben.address), 'replay', 'asked by another person');
    assert.equal(await verdictOf(anna.mail, truth, ' ANNA@customer.example'), 'genuine-unchanged');
  }
  const forwarded =
    PROGRAMS.gmail?.(
      { ...anna, ...LETTERHEAD, to: ben.address },
      LANGUAGES.en as (typeof LANGUAGES)[string],
    ) ?? '';
  assert.equal(await verdictOf(wrapped(forwarded)), 'replay');
});
