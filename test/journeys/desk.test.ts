/** The support desk at a terminal, against a server that runs. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { person } from '../../server/src/notify/campaigns/testing.ts';
import { DeskHouse } from '../desk/house.ts';
import { Desk } from './terminal.ts';

let house: DeskHouse;
let terminal: Desk;
let server = '';

before(async () => {
  house = await DeskHouse.open();
  await house.sent([person(1, { language: 'fr' })]);
  server = await house.house.world.app.listen({ host: '127.0.0.1', port: 0 });
  terminal = new Desk();
  writeFileSync(join(terminal.folder, 'token'), house.house.tokenOf('support-agent'), { mode: 0o600 });
});
after(async () => {
  await terminal.close();
  await house.close();
});

const run = (...words: string[]) => terminal.run([...words, '--server', server, '--token-file', 'token']);

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
