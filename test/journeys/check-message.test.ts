/** Messages checked from the command line, as a reviewer does it. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MessageAnswer } from '@forthright/contract';
import { type Sent, type World, world } from '../../server/src/answer/testing.ts';
import { forthright } from './command.ts';

describe('check-message', () => {
  let all: World;
  let anna: Sent;
  before(async () => {
    all = await world();
    anna = all.sent[0] as Sent;
    const mails = join(all.folder, 'mails');
    await mkdir(join(mails, 'deeper'), { recursive: true });
    await writeFile(join(mails, 'ours.eml'), anna.mail);
    await writeFile(join(mails, 'deeper', 'changed.txt'), anna.mail.toString('latin1').replace('2,142', '3'));
    await writeFile(
      join(mails, 'foreign.eml'),
      'From: x@y.example\r\nSubject: \u001b[31mhello\r\n\r\nBuy now.\r\n',
    );
    await writeFile(join(mails, 'bytes.bin'), Buffer.from([0, 255, 1, 254]));
    await symlink(join(mails, 'ours.eml'), join(mails, 'link.eml'));
  });
  after(() => all.close());
  const run = (...args: string[]) => forthright(['check-message', ...args], all.folder);

  it('answers each file of a folder in a line of its own', async () => {
    const { stdout, code } = await run('mails', '--truth', '.', '--json');
    assert.equal(code, 0);
    const told = new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => {
          const { file, ...answer } = JSON.parse(line);
          return [file, MessageAnswer.parse(answer).verdict] as const;
        }),
    );
    assert.deepEqual(
      [...told].sort(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['mails/bytes.bin', 'not-ours'],
        ['mails/deeper/changed.txt', 'cannot-tell'],
        ['mails/foreign.eml', 'not-ours'],
        ['mails/ours.eml', 'genuine-unchanged'],
      ],
    );
  });

  it('says of one file what was checked and what to do, and shows nothing that acts on a terminal', async () => {
    const ours = await run('mails/ours.eml', '--truth', '.');
    assert.match(ours.stdout, /^Genuine, unchanged\n[\s\S]*the register states[\s\S]*Code: 7KQ4-/);
    const other = await run('mails/ours.eml', '--truth', '.', '--address', 'ben@people.example');
    assert.match(other.stdout, /^Real code, but of another person\n/);
    const foreign = await run('mails/foreign.eml', '--truth', '.');
    assert.match(foreign.stdout, /^Not ours\n/);
    assert.ok(!foreign.stdout.includes('\u001b'));
  });

  it('refuses what it can’t begin with', async () => {
    assert.match((await run('mails')).stderr, /error\[file-missing\]: .*--truth/);
    assert.match((await run('mails', '--truth', 'mails')).stderr, /error\[answer-folder-unusable\]/);
    assert.match((await run('nothing', '--truth', '.')).stderr, /error\[file-missing\]/);
  });
});
