/** What anybody may ask, through the real door, about a campaign that was really sent. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type SentCampaign, sentCampaign } from '../../../test/campaigns/sent.ts';
import { sealFolder } from '../prove/index.ts';
import { peopleOf, questionsOf } from '../serve.ts';
import { makeServer } from './server.ts';

const now = () => new Date('2026-11-22T08:00:00Z');
let all: SentCampaign;
let app: ReturnType<typeof makeServer>;
let clients = 0;
const lines: object[] = [];

before(async () => {
  all = await sentCampaign(now);
  const { db, folder: data, workspace, mailing } = all;
  const questions = questionsOf({ db, data, workspace, mailing, now });
  const people = peopleOf({ db, now, seals: sealFolder('') });
  app = makeServer({
    operations: [],
    questions,
    people,
    db,
    now,
    log: (line) => lines.push(line),
    version: '1',
  });
});
after(async () => {
  await app.close();
  await all.close();
});

async function ask(name: string, payload: object, from?: string) {
  clients += 1;
  const { statusCode, json } = await app.inject({
    method: 'POST',
    url: `/api/${name}`,
    headers: { host: '127.0.0.1:8600' },
    remoteAddress: from ?? `10.0.${clients >> 8}.${clients & 255}`,
    payload,
  });
  return { status: statusCode, body: json() };
}

const codeIn = (mail: Buffer): string =>
  /[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}/.exec(mail.toString('latin1'))?.[0] ?? '';

test('a code is sent to its own address alone, and to others it says no more than to a stranger', async () => {
  const [[address, mail], [other]] = [...all.mails] as [[string, Buffer], [string, Buffer]];
  const code = codeIn(mail);
  const is = async (given: object) => (await ask('check-code', given)).body.is;
  assert.equal(await is({ code, address }), 'sent-to-this-address');
  assert.equal(
    await is({ code: code.toLowerCase().replaceAll('-', ' '), address: ` ${address} ` }),
    'sent-to-this-address',
  );
  const { body: known } = await ask('check-code', { code, address: other });
  const { body: stranger } = await ask('check-code', { code, address: 'nobody@stranger.example' });
  assert.equal(known.is, 'not-sent-to-this-address');
  assert.deepEqual(known, stranger);
  const wrong = code.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  assert.equal(await is({ code: wrong, address }), 'code-mistyped');
  const { status, body } = await ask('check-code', { code, address: 'nobody' });
  assert.deepEqual([status, body.code], [422, 'request-invalid']);
});

test('a message gets the verdict that it gets at a terminal; without its address nothing of it is shown', async () => {
  const [[address, mail], [other]] = [...all.mails] as [[string, Buffer], [string, Buffer]];
  const eml = mail.toString('base64');
  const { body } = await ask('check-message', { address, eml });
  assert.equal(body.verdict, 'genuine-unchanged');
  const replay = await ask('check-message', { address: other, eml });
  assert.deepEqual([replay.body.verdict, replay.body.differences], ['replay', []]);
  const probe = { address: other, text: `Your notice. Code ${codeIn(mail)}. Please answer.` };
  assert.deepEqual(
    (await ask('check-message', probe)).body.differences,
    [],
    'nothing of what we wrote to somebody else',
  );
  for (const wrong of [{ address }, { address, eml, text: 'both' }, { eml }, { address, eml: '%%%' }])
    assert.equal((await ask('check-message', wrong)).status, 422);
  const { status, body: large } = await ask('check-message', { address, text: 'a'.repeat(1_100_000) });
  assert.deepEqual([status, large.code], [413, 'body-too-large']);
  assert.doesNotMatch(JSON.stringify(lines), /people\.example/, 'the log holds no address');
});

test('sixty questions a minute from one client, and no more', async () => {
  const given = { code: '777', address: 'ana@people.example' };
  for (let n = 0; n < 60; n += 1) assert.equal((await ask('check-code', given, '10.9.9.9')).status, 200);
  const { status, body } = await ask('check-code', given, '10.9.9.9');
  assert.deepEqual([status, body.code], [429, 'too-many-requests']);
});

test('an address that got a notice takes as long as one that did not', async () => {
  const [[address, mail], [other]] = [...all.mails] as [[string, Buffer], [string, Buffer]];
  const code = codeIn(mail);
  const times: Record<string, number[]> = { [other]: [], 'nobody@stranger.example': [], [address]: [] };
  for (let n = 0; n < 200; n += 1)
    for (const [asked, list] of Object.entries(times)) {
      const begun = performance.now();
      await ask('check-code', { code, address: asked });
      list.push(performance.now() - begun);
    }
  const quantile = (list: number[] | undefined, q: number) =>
    (list ?? []).toSorted((a, b) => a - b)[Math.floor((list?.length ?? 0) * q)] ?? 0;
  const [known, unknown] = [quantile(times[other], 0.5), quantile(times['nobody@stranger.example'], 0.5)];
  // The machine is shared: what a look into the records would add shows in the middle of 200, not at its edges.
  assert.ok(Math.abs(known - unknown) < 0.25 * Math.max(known, unknown), `${known} and ${unknown} ms`);
  console.log(
    `# check-code: median ${known.toFixed(2)} ms, p99 ${quantile(times[address], 0.99).toFixed(2)} ms`,
  );
});
