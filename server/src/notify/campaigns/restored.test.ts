/** A campaign, a backup of it, and what was put back: it goes on only when a person says so. */
import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import type { CampaignShown } from '@forthright/contract';
import { CampaignWorld, some } from '../../../../test/campaigns/world.ts';
import { makeBackup, restoreBackup } from '../../backup.ts';
import { openFiles } from '../../incident/index.ts';
import { ORIGIN, schema } from '../../incident/testing.ts';
import { openDatabase } from '../../platform/db/index.ts';
import { continueRegister, keyFolder, openRegister } from '../../prove/index.ts';
import { campaignOperations } from './operations.ts';
import { SEND_CAMPAIGN, sendCampaignHandler } from './send.ts';
import { doJob } from './testing.ts';

const world = new CampaignWorld();
world.use();

test('a campaign that was put back from a real backup sends nothing until a person has decided twice; then it goes on, with the files of its batch', async () => {
  const of = await world.started(some(6), 4);
  await world.send();
  assert.equal(world.sink.taken.length, 4);
  await world.ask('resume-campaign', of);
  const { migrations, program } = schema;
  const file = join(world.folder, 'campaign.forthright');
  const { content, close } = await makeBackup({ db: world.db, data: world.folder, program, now: world.now });
  await pipeline(content, createWriteStream(file));
  await close();

  const data = join(world.folder, 'restored');
  await restoreBackup({ file, data, database: undefined, migrations, program, now: world.now });
  const db = await openDatabase({ kind: 'embedded', directory: join(data, 'records'), schema });
  try {
    await openFiles(db, data, { now: world.now });
    const keys = keyFolder(join(data, 'keys'));
    const { kind } = await openRegister({
      db,
      folder: join(data, 'register'),
      origin: ORIGIN,
      keys,
      now: world.now,
    });
    assert.equal(kind, 'stopped');
    const options = { ...world.options(), data };
    const handler = sendCampaignHandler({ db, now: world.now, log: () => {}, ...options });
    const send = () => doJob(db, SEND_CAMPAIGN, handler, { now: world.now() });
    world.pass(1);
    await assert.rejects(send(), { code: 'register-stopped' });
    assert.equal(world.sink.taken.length, 4, 'nothing is sent while the register is stopped');

    const asked = { ...world.as('ada'), db };
    await continueRegister(asked, 'The disk of the old machine broke.');
    world.pass(1);
    await send();
    const ask = async <T>(name: string): Promise<T> => {
      const found = campaignOperations(options).find((one) => one.name === name);
      assert.ok(found);
      return found.output.parse(await found.run(asked, found.input.parse(of))) as T;
    };
    const { state, pause } = await ask<CampaignShown>('show-campaign');
    assert.deepEqual([state, pause, world.sink.taken.length], ['paused', 'restored', 4]);

    await ask('resume-campaign');
    await send();
    const { sums, batch } = await ask<CampaignShown>('show-campaign');
    assert.deepEqual(sums, { accepted: 6 });
    const to = world.sink.taken.map((one) => one.to);
    assert.deepEqual([to.length, new Set(to).size], [6, 6], 'what the backup knew was not sent again');
    assert.ok(batch !== undefined);
    const bytes = await readFile(join(data, 'public', 'batches', batch.tag, 'batch.json'), 'utf8');
    assert.equal(JSON.parse(bytes).root, batch.root, 'made again from the records');
  } finally {
    await db.close();
  }
});
