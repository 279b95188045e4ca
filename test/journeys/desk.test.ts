/** The support desk at a terminal, against a server that runs; and the letter that somebody asked for there, until it went out. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { CampaignShown, CopiesChanged, CopiesListed, MailKeyShown, Role } from '@forthright/contract';
import { makeCopiesHandler } from '../../server/src/notify/campaigns/copies.job.ts';
import { MAKE_COPIES } from '../../server/src/notify/campaigns/copies.ts';
import { doJob, person } from '../../server/src/notify/campaigns/testing.ts';
import { DeskHouse } from '../desk/house.ts';
import { Desk } from './terminal.ts';

let house: DeskHouse;
let terminal: Desk;
let server = '';
let sent: Readonly<{ incident: string; campaign: string }>;

before(async () => {
  house = await DeskHouse.open();
  sent = await house.sent([
    person(1, { language: 'fr' }),
    person(2, { email: '', address: ['2 Harbour Lane', '1234 Port Marlow'] }),
  ]);
  server = await house.house.world.app.listen({ host: '127.0.0.1', port: 0 });
  terminal = new Desk();
  for (const role of ['support-agent', 'privacy-officer', 'administrator'] as const)
    writeFileSync(join(terminal.folder, role), house.house.tokenOf(role), { mode: 0o600 });
});
after(async () => {
  await terminal.close();
  await house.close();
});

const as = (role: Role, ...words: string[]) =>
  terminal.run([...words, '--server', server, '--token-file', role]);
const run = (...words: string[]) => as('support-agent', ...words);

async function asked<T>(role: Role, ...words: string[]): Promise<T> {
  const { exit, stdout, stderr } = await as(role, ...words, '--json');
  assert.equal(exit, 0, `${words.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

test('an address, an id and a file are looked up by one word; what may be said is printed in both languages', async () => {
  const { exit, stdout, stderr } = await run('desk', 'person-1@people.example');
  assert.equal(exit, 0, stderr);
  assert.match(stdout, /told +accepted/);
  assert.match(stdout, /le serveur destinataire l’a accepté/);
  assert.match(stdout, /the receiving server accepted it/);
  assert.match((await run('desk', 'c000001')).stdout, /by +customer/);
  const [mail] = house.takenTo('person-1@people.example');
  writeFileSync(join(terminal.folder, 'notice.eml'), mail?.bytes ?? '');
  const message = await run('desk', 'notice.eml', '--address', 'person-1@people.example', '--json');
  const answer = JSON.parse(message.stdout) as { by: string; message: { verdict: string } };
  assert.deepEqual([answer.by, answer.message.verdict], ['message', 'genuine-unchanged']);
});

test('what the desk does is a command, too, and is refused with a code that scripts can tell', async () => {
  const found = JSON.parse((await run('desk', 'c000001', '--json')).stdout) as {
    people: { person: string }[];
  };
  const id = found.people[0]?.person ?? '';
  const refused = await run('desk-send-again', id);
  assert.deepEqual([refused.exit, /wish-needed/.test(refused.stderr)], [7, true]);
  assert.match((await run('desk-send-again', id, '--wish', 'Deleted it.')).stdout, /act +copy/);
  assert.match((await run('desk-dispute', id, '--text', 'I never was a customer.')).stdout, /task +tsk_/);
  assert.match((await run('desk')).stderr, /ASKED/);
});

test('who has no usable address gets a letter: made, fetched, posted, and told by it', async () => {
  const { incident, campaign } = sent;
  const sums = async () =>
    (await asked<CampaignShown>('privacy-officer', 'show-campaign', incident, campaign)).sums;
  assert.deepEqual(await sums(), { accepted: 1, 'other-channel': 1 });
  const officer = (...words: string[]) => asked<CopiesChanged>('privacy-officer', ...words);
  const { copies, people } = await officer('make-copies', incident, campaign, '--way', 'letter');
  assert.equal(people, 1);
  const { db, folder, now } = house.house.world;
  const { workspace, mailing } = house;
  const made = await doJob(
    db,
    MAKE_COPIES,
    makeCopiesHandler({ db, now, data: folder, workspace, mailing }),
    {
      now: now(),
    },
  );
  assert.ok(made);
  const fetched = await as(
    'privacy-officer',
    'get-copies',
    incident,
    campaign,
    copies,
    '--out',
    'letters.tar',
  );
  assert.equal(fetched.exit, 0, fetched.stderr);
  const bytes = readFileSync(join(terminal.folder, 'letters.tar'));
  const [listed] = (await asked<CopiesListed>('privacy-officer', 'list-copies', incident, campaign)).copies;
  assert.equal(createHash('sha256').update(bytes).digest('hex'), listed?.sha256);
  for (const held of ['%PDF-', '2 Harbour Lane']) assert.ok(bytes.includes(held), held);
  await officer('mark-copies-sent', incident, campaign, copies);
  assert.deepEqual(await sums(), { accepted: 1, told: 1 });
  assert.match((await run('make-copies', incident, campaign, '--way', 'letter')).stderr, /not-permitted/);
  await officer('erase-copies', incident, campaign, copies);
  const gone = await as('privacy-officer', 'get-copies', incident, campaign, copies, '--out', 'again.tar');
  assert.match(gone.stderr, /copies-erased|erased/);
  assert.notEqual(gone.exit, 0);
});

test('a key to sign mail with is made, shown with its record for the domain system, and exchanged', async () => {
  const key = await asked<MailKeyShown>('administrator', 'make-mail-key');
  assert.match(JSON.stringify(key), /v=DKIM1; k=rsa; p=/);
  const { stdout } = await as('administrator', 'list-mail-keys');
  assert.match(stdout, new RegExp(key.selector));
  const early = await as('administrator', 'rotate-mail-key', key.selector);
  assert.notEqual(early.exit, 0, 'its record can not be seen yet');
  const other = await as('privacy-officer', 'make-mail-key');
  assert.match(other.stderr, /not-permitted/);
});
