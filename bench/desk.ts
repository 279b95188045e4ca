/**
 * The support desk's look-up beside millions of people: `node bench/desk.ts [--people N] [--times N]`. Everything that a look-up
 * does, its entry in the register included, on PostgreSQL (Debian package), one after the other. Data is made in a temporary folder.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DeskAnswer, ROLES } from '@forthright/contract';
import { deskOperations } from '../server/src/answer/index.ts';
import { actor, openRecord } from '../server/src/incident/testing.ts';
import { mailingTo, person, writeWorkspace } from '../server/src/notify/campaigns/testing.ts';
import { findAddressees } from '../server/src/notify/index.ts';
import { Sink } from '../server/src/platform/mail/smtp/testing.ts';
import { makeCode } from '../server/src/prove/codes/index.ts';
import { sendCampaignIn } from '../test/campaigns/sent.ts';
import { startPostgres } from '../test/peers/postgres.ts';

const { values } = parseArgs({
  options: { people: { type: 'string', default: '1000000' }, times: { type: 'string', default: '300' } },
});
const people = Number(values.people);
const times = Number(values.times);
const tell = (what: string, took: number[]): void => {
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor(share * (took.length - 1))]?.toFixed(1);
  console.log(`${what}: median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`);
};
const folder = mkdtempSync(join(tmpdir(), 'forthright-bench-desk-'));
const postgres = await startPostgres();
const sink = await Sink.open();
const clock = { ms: Date.parse('2026-11-22T10:00:00Z') };
const now = () => new Date(clock.ms);
const db = await openRecord({ folder, url: postgres.url, now });
try {
  const workspace = await writeWorkspace(folder);
  const mailing = mailingTo(sink.port);
  const { campaign } = await sendCampaignIn({ db, folder, workspace, mailing, now }, [person(0)]);
  const [{ tag } = { tag: '' }] = await db.rows<{ tag: string }>(
    'SELECT tag FROM campaigns WHERE id = :campaign::text',
    { campaign },
  );
  const made = performance.now();
  for (let from = 1; from < people; from += 100_000)
    await db.transaction(async (tx) => {
      const range = { campaign, from, to: Math.min(people, from + 100_000) - 1 };
      await tx.run(
        `INSERT INTO campaign_messages (campaign, n, code, address, message_id, token, commitment, body_hash, date_ms, attempts)
         SELECT :campaign::text, i, :tag::text || upper(substr(md5(i::text), 1, 16)), 'person-' || i || '@people.example', md5(i::text) || '@marlow.example',
           substr(md5('t' || i), 1, 24), sha256(i::text::bytea), sha256(i::text::bytea), 1764000000000, 1
           FROM generate_series(:from::int4, :to::int4) AS i`,
        { ...range, tag },
      );
      await tx.run(
        `INSERT INTO campaign_people (id, campaign, n, customer, facts, told, state, state_at)
         SELECT 'per_' || md5('p' || i), :campaign::text, i, 'd' || i, :facts::jsonb, sha256(i::text::bytea), 'accepted', '2026-11-22T10:00:00Z'
           FROM generate_series(:from::int4, :to::int4) AS i`,
        { ...range, facts: JSON.stringify(person(1)) },
      );
    });
  await db.transaction((tx) => tx.run('ANALYZE campaign_messages, campaign_people', {}));
  console.log(`${people} people made in ${((performance.now() - made) / 1000).toFixed(0)} s`);
  const [desk] = deskOperations({ data: folder, workspace, mailing });
  if (desk === undefined) throw new Error('The desk has a look-up.');
  const asked = { db, now, actor: actor('usr_ada', ...ROLES) };
  const keys = {
    address: (i: number) => `Person-${i}@people.example`,
    'an address that nobody has': (i: number) => `nobody-${i}@people.example`,
    customer: (i: number) => `d${i}`,
    'a code that nobody has': (i: number) => makeCode(tag, Buffer.from(`random ${i}`.padEnd(12))),
  };
  const searched: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const began = performance.now();
    await findAddressees(
      db,
      { by: 'address', key: keys.address(1 + Math.floor((i * 7919 * 17) % (people - 1))) },
      { incidents: undefined, most: 21 },
    );
    searched.push(performance.now() - began);
  }
  tell('the search by address alone', searched);
  for (const [name, keyOf] of Object.entries(keys)) {
    const took: number[] = [];
    for (let i = 0; i < times; i += 1) {
      // A day and more, so that no limit is met.
      clock.ms += 90_000_000;
      const began = performance.now();
      const found = (await desk.run(asked, {
        asked: keyOf(1 + Math.floor((i * 7919 * 31) % (people - 1))),
        language: 'en',
      })) as DeskAnswer;
      took.push(performance.now() - began);
      if ((name === 'address' || name === 'customer') && found.people.length !== 1)
        throw new Error(`${name}: ${found.people.length} people were found.`);
    }
    tell(`by ${name}`, took);
  }
} finally {
  await db.close();
  await sink.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
