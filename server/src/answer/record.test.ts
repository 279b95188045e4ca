/** A campaign over real records, sent to a real SMTP sink; what arrived there is asked about. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type SentCampaign, sentCampaign } from '../../../test/campaigns/sent.ts';
import { doJob, mailingTo } from '../notify/campaigns/testing.ts';
import { type Mailing, PUBLISH_BATCHES } from '../notify/index.ts';
import type { Db } from '../platform/db/index.ts';
import { dkimKey } from '../platform/mail/index.ts';
import type { Held } from '../platform/queue/index.ts';
import { CheckedFiles } from '../prove/codes/index.ts';
import { type Asked, makeCheckpoint } from '../prove/index.ts';
import { codesIn } from './check/codes.ts';
import { LANGUAGES, PROGRAMS } from './forms.testing.ts';
import {
  archivedKeys,
  archiveKeys,
  checkMessage,
  codeSentTo,
  openFolder,
  openRecordTruth,
  publishAnswers,
  sumFilesHandler,
  sumsIn,
  type Truth,
} from './index.ts';

let nowMs = Date.parse('2026-11-22T08:00:00Z');
const now = () => new Date(nowMs);
let all: SentCampaign;
let folder = '';
let db: Db;
let mailing: Mailing;
let workspace = '';
let truth: Truth;
let mails: ReadonlyMap<string, Buffer>;
const as = (who: string): Asked => all.as(who);

before(async () => {
  all = await sentCampaign(now);
  ({ db, folder, mailing, workspace, mails } = all);
  truth = await openRecordTruth({ db, data: folder, workspace, mailing });
});
after(() => all.close());

test('what a campaign sent in ten languages is genuine, as it came and forwarded inline; changed it is not', async () => {
  assert.equal(mails.size, 10);
  const verdictOf = async (bytes: Uint8Array, address?: string) =>
    (await checkMessage({ bytes, address }, truth)).verdict;
  for (const [to, mail] of mails) {
    assert.equal(await verdictOf(mail), 'genuine-unchanged', to);
    assert.equal(await verdictOf(mail, 'somebody@else.example'), 'replay', to);
  }
  const texts = new Map<string, string>();
  for (const mail of mails.values()) {
    const { default: PostalMime } = await import('postal-mime');
    const { text = '', subject = '', from, to } = await PostalMime.parse(mail);
    const language = /Content-Language: (\w+)/.exec(mail.toString('latin1'))?.[1] ?? '';
    texts.set(language, text);
    for (const [program, write] of Object.entries(PROGRAMS)) {
      const body = write(
        {
          subject,
          text,
          name: from?.name ?? '',
          address: from?.address ?? '',
          to: to?.[0]?.address ?? '',
          replyTo: 'privacy@marlow.example',
        },
        LANGUAGES[language] as (typeof LANGUAGES)[string],
      );
      const answer = await checkMessage({ bytes: Buffer.from(body) }, truth);
      assert.equal(answer.verdict, 'genuine-touched', `${language} ${program} ${JSON.stringify(answer)}`);
      const changed = body
        .replace(/(\d)(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10))
        .replace('marlow.example', 'mar1ow.example');
      assert.doesNotMatch(await verdictOf(Buffer.from(changed)), /genuine/, `${language} ${program}`);
    }
  }
  assert.equal(texts.size, 10);
});

test('what everybody may have is written by the program, answers the same, and is shown by the register after its checkpoint', async () => {
  const wasThere = await doJob(
    db,
    PUBLISH_BATCHES,
    { run: () => publishAnswers({ db, data: folder }) },
    { now: now() },
  );
  assert.ok(wasThere, 'the approval asked for it');
  const place = join(folder, 'public');
  const ask = async (bytes: Uint8Array) => checkMessage({ bytes }, await openFolder(place, now));
  const [mail] = mails.values();
  assert.ok(mail);
  const before = await ask(mail);
  assert.equal(before.verdict, 'genuine-unchanged');
  assert.ok(before.reasons.some(({ is }) => is === 'batch-not-shown'));
  for (let hours = 0; hours < 4; hours += 1) {
    nowMs += 3_600_000;
    await makeCheckpoint(as('ada'));
  }
  await publishAnswers({ db, data: folder });
  const after = await ask(mail);
  assert.equal(after.verdict, 'genuine-unchanged');
  assert.ok(!after.reasons.some(({ is }) => is === 'batch-not-shown'));

  const file = join(place, 'answer.json');
  const text = await readFile(file, 'utf8');
  const said = JSON.parse(text);
  const forged: Readonly<Record<string, object>> = {
    'another root': { ...said.batches[0], root: '0'.repeat(64) },
    'more leaves': { ...said.batches[0], size: 11 },
    'another tag': { ...said.batches[0], tag: said.batches[0].tag === '777' ? '888' : '777' },
    'another entry': {
      ...said.batches[0],
      root: '0'.repeat(64),
      entry: said.batches[0].entry.replace(said.batches[0].root, '0'.repeat(64)),
    },
  };
  for (const [name, batch] of Object.entries(forged)) {
    await writeFile(file, JSON.stringify({ ...said, batches: [batch] }));
    await assert.rejects(openFolder(place, now), { code: 'answer-folder-unusable' }, name);
  }
  // Under a key that whoever made the folder does not show, nothing is proved.
  await writeFile(file, JSON.stringify({ ...said, register: [] }));
  assert.ok((await ask(mail)).reasons.some(({ is }) => is === 'batch-not-shown'));
  await writeFile(file, text);
});

test('the files of a batch are shown to be right once, by a job; from one that is damaged nothing is answered, and the log says so', async () => {
  const [batch] = JSON.parse(await readFile(join(folder, 'public', 'answer.json'), 'utf8')).batches;
  const facts = { tag: batch.tag, size: batch.size, root: Buffer.from(batch.root, 'hex') };
  const log: string[] = [];
  const sumFiles = async () => {
    const handler = sumFilesHandler({
      db,
      data: folder,
      log: ({ event, note }) => log.push(`${event}: ${note}`),
    });
    await handler.run({} as Held, { signal: new AbortController().signal, progress: () => {} });
    return sumsIn(folder)(facts);
  };
  assert.equal(await sumsIn(folder)(facts), undefined);
  const sums = await sumFiles();
  assert.equal(sums?.length, 32);
  assert.deepEqual([Buffer.from(sums ?? []).equals(Buffer.alloc(32)), log], [false, []]);

  const path = join(folder, 'public', 'batches', batch.tag, 'p', '0');
  const whole = await readFile(path);
  const [to = '', mail = Buffer.alloc(0)] = [...mails][0] ?? [];
  const { codes } = codesIn([mail.toString('latin1')]);
  const said = async () => {
    const files = new CheckedFiles(sumsIn(folder));
    return (await codeSentTo({ code: codes[0] ?? '', address: to }, truth, files)).is;
  };
  assert.equal(await said(), 'sent-to-this-address');
  const damaged = Buffer.from(whole);
  damaged[60] = (damaged[60] ?? 0) ^ 1;
  await writeFile(path, damaged);
  assert.equal(await said(), 'no-proof');
  await rm(join(folder, 'checked'), { recursive: true });
  assert.ok(Buffer.from((await sumFiles()) ?? []).equals(Buffer.alloc(32)));
  assert.deepEqual(log, [`batch-files-damaged: 1 files of the batch ${batch.tag}`]);
  await writeFile(path, whole);
  assert.equal(await said(), 'sent-to-this-address', 'put back, it is shown anew');
});

test('of a notice that was withdrawn everybody is told so, and nothing of it is sent any more', async () => {
  const [mail] = mails.values();
  assert.ok(mail);
  const reasonsOf = async (where: Truth) => {
    const { verdict, reasons } = await checkMessage({ bytes: mail }, where);
    assert.equal(verdict, 'genuine-unchanged', 'it is ours all the same');
    return reasons.map(({ is }) => is);
  };
  assert.ok(!(await reasonsOf(truth)).includes('withdrawn'));
  const reason = 'The day that it names was wrong.';
  await all.ask(as('ada'), 'withdraw-campaign', { reason });
  assert.ok((await reasonsOf(truth)).includes('withdrawn'), 'a server that runs learns of it');
  const wasThere = await doJob(
    db,
    PUBLISH_BATCHES,
    { run: () => publishAnswers({ db, data: folder }) },
    { now: now() },
  );
  assert.ok(wasThere, 'the deed asked for it');
  assert.ok((await reasonsOf(await openFolder(join(folder, 'public'), now))).includes('withdrawn'));
  await assert.rejects(all.ask(as('ada'), 'withdraw-campaign', { reason }), /withdrawn before/);
  await assert.rejects(all.ask(as('ada'), 'resume-campaign', {}), /notices were withdrawn/);
});

test('a key that mail.yaml does not name any more counts for what it signed, and for nothing that is later', async () => {
  const entries = async () =>
    (
      await db.rows<{ n: number }>(
        "SELECT count(*)::int4 AS n FROM register_entries WHERE kind = 'mail-keys-changed'",
      )
    )[0]?.n;
  await archiveKeys(as('ada'), mailing);
  assert.equal(await entries(), 1, 'nothing has changed');
  nowMs += 30 * 86_400_000;
  const { privateKey } = generateKeyPairSync('ed25519');
  const next = mailingTo(1, {
    dkim: [dkimKey({ domain: 'marlow.example', selector: 'n2027', privateKey })],
  });
  await Promise.all([archiveKeys(as('ada'), next), archiveKeys(as('ada'), next)]);
  assert.equal(await entries(), 2, 'of two processes one was faster');
  const [old, current, ...more] = await archivedKeys(db);
  assert.deepEqual(
    [old?.selector, old?.until, current?.selector, current?.until, more.length],
    ['n2026', nowMs, 'n2027', undefined, 0],
  );
  assert.equal((await truth.keys()).length, 2, 'a server that runs learns of it');
  const [mail] = mails.values();
  const { verdict } = await checkMessage(
    { bytes: mail as Buffer },
    await openRecordTruth({ db, data: folder, workspace, mailing: next }),
  );
  assert.equal(verdict, 'genuine-unchanged');
});
