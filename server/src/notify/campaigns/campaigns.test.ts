/** Campaigns over real records and a real SMTP sink, with a clock that is set. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import {
  type AddresseesListed,
  type CampaignChanged,
  type CampaignLinted,
  type CampaignShown,
  type Changed,
  ForthrightError,
  type IncidentId,
  type IncidentShown,
  type NoticePreviewed,
  ROLES,
  type TestSent,
} from '@forthright/contract';
import { startDns } from '../../../../test/peers/dns.ts';
import { askForDuties } from '../../incident/index.ts';
import { actor, ask as askRecord, openRecord, strays } from '../../incident/testing.ts';
import type { Db } from '../../platform/db/index.ts';
import { type Deed, type Seen, Sink } from '../../platform/mail/smtp/testing.ts';
import { type Code, groupsOf } from '../../prove/codes/index.ts';
import type { Asked } from '../../prove/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { Journal } from '../send/journal.ts';
import { statesText } from '../states.ts';
import { foldLeft } from './left.ts';
import { messageOfTokens } from './messages.store.ts';
import { campaignOperations } from './operations.ts';
import { PREPARE_CAMPAIGN, prepareCampaignHandler } from './prepare.ts';
import { campaignWindowsHandler, noteReturned } from './returns.ts';
import { campaignMovesText } from './rules.ts';
import { SEND_CAMPAIGN, sendCampaignHandler } from './send.ts';
import {
  assessed,
  doJob,
  finishedRun,
  LEAKS,
  mailingTo,
  person,
  records,
  STATEMENT,
  writeWorkspace,
} from './testing.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-campaigns-'));
after(() => rmSync(work, { recursive: true, force: true }));

let db: Db;
let sink: Sink;
let folder = '';
let workspace = '';
let nowMs = 0;
let folders = 0;
/** What the sink does with a message instead of taking it. */
let deed: (seen: Seen) => Deed | undefined = () => undefined;
const now = () => new Date(nowMs);
const pass = (minutes: number) => {
  nowMs += minutes * 60_000;
};
const DAY = 24 * 60;

beforeEach(async () => {
  nowMs = Date.parse('2025-11-21T08:00:00Z');
  deed = () => undefined;
  folders += 1;
  folder = join(work, String(folders));
  workspace = await writeWorkspace(folder);
  db = await openRecord({ folder, url: records.url?.(), now });
  sink = await Sink.open({ message: (seen) => deed(seen) });
});
afterEach(async () => {
  await sink.close();
  try {
    assert.deepEqual(await strays(db), []);
    const open = await db.rows(
      `SELECT coalesce(m.entry, e.index)::text AS stray FROM campaign_moves m
        FULL JOIN (SELECT index FROM register_entries WHERE kind LIKE 'campaign-%' OR kind LIKE 'sending-%' OR kind = 'batch-committed') e
          ON e.index = m.entry WHERE m.entry IS NULL`,
    );
    assert.deepEqual(open, [], 'each entry has its deed');
  } finally {
    await db.close();
  }
});

const as = (who: string): Asked => ({ db, now, actor: actor(`usr_${who}`, ...ROLES) });
const options = () => ({ data: folder, workspace, mailing: mailingTo(sink.port) });

async function ask<T>(name: string, given: object, who = 'ada'): Promise<T> {
  const found = campaignOperations(options()).find((one) => one.name === name);
  assert.ok(found, name);
  return found.output.parse(await found.run(as(who), found.input.parse(given))) as T;
}
const refusal = (name: string, given: object, who?: string): Promise<string> =>
  ask(name, given, who).then(
    () => 'nothing was refused',
    (error: unknown) =>
      error instanceof ForthrightError ? `${error.code}: ${error.message}` : Promise.reject(error),
  );

async function incidentWithLeaks(): Promise<string> {
  const { incident } = await askRecord<Changed>(as('ada'), 'open-incident', {
    title: 'Pages',
    kind: 'technical-error',
    times: { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'Ada' } },
  });
  await askRecord(as('ada'), 'set-leaks', { incident, version: 0, leaks: LEAKS });
  return incident;
}

type Of = Readonly<{ incident: string; campaign: string }>;

async function prepared(
  incident: string,
  people: readonly CohortRow[],
  { duties, ...more }: Readonly<{ duties?: readonly string[]; after?: string; statement?: object }> = {},
): Promise<Of> {
  const run = await finishedRun(as('ada'), incident, people, duties);
  const { campaign } = await ask<CampaignChanged>('make-campaign', {
    incident,
    run,
    statement: STATEMENT,
    ...more,
  });
  const handler = prepareCampaignHandler({ db, now, ...options() });
  await doJob(db, PREPARE_CAMPAIGN, handler, { now: now() });
  return { incident, campaign };
}

async function approved(of: Of): Promise<Of> {
  const { hash } = await ask<CampaignShown>('show-campaign', of);
  await ask('approve-campaign', { ...of, hash }, 'bo');
  return of;
}

const log = () => {};
const send = (signal?: AbortSignal) =>
  doJob(db, SEND_CAMPAIGN, sendCampaignHandler({ db, now, log, ...options() }), {
    now: now(),
    ...(signal === undefined ? {} : { signal }),
  });
const show = (of: Of) => ask<CampaignShown>('show-campaign', of);
const sums = async (of: Of) => (await show(of)).sums;
const some = (count: number) => Array.from({ length: count }, (_, n) => person(n));

async function started(people: readonly CohortRow[], incident?: string): Promise<Of> {
  const of = await approved(await prepared(incident ?? (await incidentWithLeaks()), people));
  await ask('start-campaign', { ...of, slice: 1000 });
  return of;
}

test('everybody is on the list: those without a usable address for another channel, and who shares address and facts a message', async () => {
  const of = await prepared(await incidentWithLeaks(), [
    person(1),
    person(2, { email: 'PERSON-1@people.example ', name: 'Person 1' }),
    person(3, { email: 'person-1@people.example', name: 'Another' }),
    person(4, { email: '' }),
    person(5, { email: 'five@people.example\r\nBcc: all@people.example' }),
    person(6, { email: 'one@people.example, two@people.example' }),
    person(7, { name: 'Eve\u202e\r\n<script>alert(1)</script>' }),
  ]);
  const { people, messages, addresses, sums } = await show(of);
  assert.deepEqual({ people, messages, addresses }, { people: 7, messages: 4, addresses: 2 });
  assert.deepEqual(sums, { prepared: 4, 'other-channel': 3 });
  const listed = await ask<AddresseesListed>('list-addressees', { ...of, state: 'other-channel' });
  assert.deepEqual(listed.people.map(({ customer }) => customer).sort(), ['c000004', 'c000005', 'c000006']);
  const [eve] = (await ask<AddresseesListed>('list-addressees', of)).people.filter(
    ({ customer }) => customer === 'c000007',
  );
  const notice = await ask<{ text: string; html: string }>('preview-notice', { ...of, person: eve?.person });
  assert.ok(!notice.html.includes('<script>') && !notice.text.includes('\u202e'));
});

test('the approval is another person’s, names the hash, and is void when facts change; who approves does not send', async () => {
  const incident = await incidentWithLeaks();
  const of = await prepared(incident, some(3));
  const { hash } = await show(of);
  assert.match(await refusal('approve-campaign', { ...of, hash }), /who made it/);
  assert.match(await refusal('approve-campaign', { ...of, hash: 'ab'.repeat(32) }, 'bo'), /campaign-changed/);
  await approved(of);
  assert.match(await refusal('start-campaign', of, 'bo'), /who approved it/);
  await askRecord(as('ada'), 'set-leaks', {
    incident,
    version: 1,
    leaks: [{ ...LEAKS[0], fields: ['name'] }],
  });
  assert.match(await refusal('start-campaign', of), /campaign-changed/, 'other leaks');
  await askRecord(as('ada'), 'set-leaks', { incident, version: 2, leaks: LEAKS });
  await finishedRun(as('ada'), incident, some(2));
  assert.match(
    await refusal('start-campaign', of),
    /campaign-changed.*newer run|campaign-changed/,
    'another cohort',
  );
  await ask('discard-campaign', { ...of, reason: 'Counted anew.' });
  const { blockers } = await askRecord<IncidentShown>(as('ada'), 'show-incident', { incident });
  assert.ok(!blockers.some(({ blocker }) => blocker === 'open-campaign'));
  assert.equal(sink.taken.length, 0);
});

test('the slice first, then the rest; a second start is refused; told when five days have passed, and a late return opens it again', async () => {
  const incident = await incidentWithLeaks();
  const of = await approved(await prepared(incident, some(12)));
  await ask('start-campaign', { ...of, slice: 5 });
  await send();
  assert.equal(sink.taken.length, 5);
  assert.deepEqual([(await show(of)).state, (await show(of)).pause], ['paused', 'slice']);
  assert.match(await refusal('start-campaign', of), /campaign-refuses/);
  await ask('resume-campaign', of);
  await send();
  assert.equal(new Set(sink.taken.map(({ to }) => to)).size, 12);
  assert.equal(sink.taken.length, 12);
  assert.equal(
    new Set(sink.taken.map(({ from }) => from)).size,
    12,
    'each has an envelope sender of its own',
  );
  assert.deepEqual([(await show(of)).state, await sums(of)], ['sent', { accepted: 12 }]);
  const windows = campaignWindowsHandler({ db, now, data: folder });
  const job = { id: 'job', kind: 'x', subject: undefined, input: {}, attempt: 1, mostAttempts: 1 };
  const how = { signal: new AbortController().signal, progress: () => {} };
  await windows.run(job, how);
  assert.deepEqual(await sums(of), { accepted: 12 }, 'not before its time');
  pass(5 * DAY);
  await windows.run(job, how);
  assert.deepEqual([await sums(of), (await show(of)).isFinished], [{ told: 12 }, true]);
  const blocks = async () =>
    (await askRecord<IncidentShown>(as('ada'), 'show-incident', { incident })).blockers.map(
      ({ blocker }) => blocker,
    );
  assert.ok(!(await blocks()).includes('open-campaign'));
  const [token = ''] = (sink.taken[0]?.from ?? '').split('@');
  const message = await messageOfTokens(db, [token]);
  assert.ok(message !== undefined);
  const key = Buffer.alloc(32, 1);
  const came = { key, meaning: 'blocked-by-policy', status: '5.7.1', said: 'not from you' } as const;
  assert.equal(await noteReturned(as('ada'), message, came, 0.5), 'noted');
  assert.equal(await noteReturned(as('ada'), message, came, 0.5), 'known');
  assert.deepEqual(await sums(of), { told: 11, bounced: 1 });
  assert.ok((await blocks()).includes('open-campaign'));
  const [gone] = (await ask<AddresseesListed>('list-addressees', { ...of, state: 'bounced' })).people;
  const people = [gone?.person];
  assert.match(await refusal('settle-addressees', { ...of, people, outcome: 'excused' }), /request-invalid/);
  assert.match(
    await refusal('settle-addressees', {
      ...of,
      people,
      outcome: 'unreachable',
      reason: 'x',
      channels: ['phone'],
    }),
    /campaign-refuses/,
    'not before another channel was taken',
  );
  await ask('settle-addressees', { ...of, people, outcome: 'other-channel' });
  await ask('settle-addressees', { ...of, people, outcome: 'told', channels: ['letter'] });
  assert.deepEqual(await sums(of), { told: 12 });
  assert.ok(!(await blocks()).includes('open-campaign'));
  const finished = await db.rows("SELECT index FROM register_entries WHERE kind = 'campaign-finished'");
  assert.equal(finished.length, 2, 'once, and again after a late return');
  await ask('erase-addressee', { ...of, person: gone?.person });
  const [erased] = (await ask<AddresseesListed>('list-addressees', of)).people.filter(
    (one) => one.person === gone?.person,
  );
  assert.deepEqual([erased?.name, erased?.address, erased?.customer], [null, null, null]);
  assert.deepEqual(await sums(of), { told: 12 }, 'and still counts');
  const codes = await db.rows<{ codes: number }>('SELECT count(code)::int4 AS codes FROM campaign_messages');
  assert.equal(codes[0]?.codes, 11);
});

test('who is in doubt is named, and sent the same bytes once more after fifteen minutes; a second doubt is final', async () => {
  const people = some(6);
  const [first, second] = ['person-1@people.example', 'person-2@people.example'];
  const bytes = new Map<string, Buffer[]>();
  let isOver = false;
  deed = ({ to, bytes: got }) => {
    bytes.set(to, [...(bytes.get(to) ?? []), got]);
    return to === second || (to === first && !isOver) ? 'close' : undefined;
  };
  const of = await started(people);
  await send();
  assert.deepEqual(await sums(of), { accepted: 4, 'in-doubt': 2 });
  const doubtful = await ask<AddresseesListed>('list-addressees', { ...of, state: 'in-doubt' });
  assert.deepEqual(doubtful.people.map(({ address }) => address).sort(), [first, second]);
  isOver = true;
  pass(14);
  assert.equal(await send(), false, 'evidence is sought first');
  pass(2);
  await send();
  assert.deepEqual(await sums(of), { accepted: 5, 'attempted-twice': 1 });
  for (const to of [first, second]) {
    const [one, two, three] = bytes.get(to) ?? [];
    assert.ok(one !== undefined && two !== undefined && three === undefined, `${to} was sent twice`);
    assert.ok(one.equals(two), 'byte for byte the same');
  }
  for (const [to, times] of bytes) if (to !== first && to !== second) assert.equal(times.length, 1);
  assert.equal((await show(of)).state, 'sent');
});

test('5xx is final, 4xx is tried again, and too many refusals stop the campaign by themselves', async () => {
  let isBusy = true;
  deed = ({ to }) =>
    to === 'person-1@people.example'
      ? { say: '550 5.1.1 no such user\r\n' }
      : to === 'person-2@people.example' && isBusy
        ? { say: '451 4.3.0 later\r\n' }
        : undefined;
  const of = await started(some(30));
  await send();
  assert.deepEqual(await sums(of), { accepted: 28, refused: 1, deferred: 1 });
  const { pace } = await show(of);
  assert.deepEqual([pace?.left, pace?.later, pace?.secondsLeft], [0, 1, 0]);
  assert.ok((pace?.perSecond ?? 0) > 0);
  isBusy = false;
  pass(DAY);
  await send();
  assert.deepEqual(await sums(of), { accepted: 29, refused: 1 });
  await ask('settle-addressees', {
    ...of,
    people: (await ask<AddresseesListed>('list-addressees', { ...of, state: 'refused' })).people.map(
      (one) => one.person,
    ),
    outcome: 'retry',
  });
  deed = () => undefined;
  await ask('resume-campaign', of);
  await send();
  assert.deepEqual(await sums(of), { accepted: 30 });

  deed = () => ({ say: '550 5.7.1 blocked\r\n' });
  const other = await started(some(300));
  await send();
  const stopped = await show(other);
  assert.deepEqual([stopped.state, stopped.pause], ['paused', 'refusals']);
  assert.ok((stopped.sums.refused ?? 0) < 100, JSON.stringify(stopped.sums));
  const left = Object.values(stopped.sums).reduce((a, b) => a + b, 0);
  assert.equal(left, 300, 'and nobody is lost');
});

test('who is only put off for three days since the first try is told otherwise, however often it is tried, and the register says so; asked for anew, the days begin anew', async () => {
  deed = ({ to }) => (to === 'person-1@people.example' ? { say: '451 4.2.1 later\r\n' } : undefined);
  const of = await started(some(3));
  await send();
  // Each attempt is a new state, and none begins the days anew.
  for (let hours = 0; hours < 66; hours += 22) {
    pass(22 * 60);
    await send();
  }
  assert.deepEqual([(await show(of)).state, await sums(of)], ['sending', { accepted: 2, deferred: 1 }]);
  pass(7 * 60);
  await send();
  assert.deepEqual([(await show(of)).state, await sums(of)], ['sent', { accepted: 2, 'other-channel': 1 }]);
  const [last] = await db.rows<{ event: string }>(
    'SELECT event FROM campaign_events ORDER BY seq DESC LIMIT 1',
  );
  const [unstated] = await db.rows<{ n: number }>(
    'SELECT count(*)::int4 AS n FROM campaign_events e JOIN campaigns c ON c.id = e.campaign WHERE e.seq > c.folded',
  );
  assert.deepEqual([last?.event, unstated?.n], ['expire', 0], 'all of it stands in the register by its hash');

  deed = ({ to }) => (to === 'person-0@people.example' ? { say: '550 5.1.1 nobody\r\n' } : undefined);
  const other = await started(some(2));
  await send();
  const [refused] = (await ask<AddresseesListed>('list-addressees', { ...other, state: 'refused' })).people;
  pass(4 * DAY);
  await ask('settle-addressees', { ...other, people: [refused?.person], outcome: 'retry' });
  await ask('resume-campaign', other);
  deed = () => ({ say: '451 4.2.1 later\r\n' });
  await send();
  assert.deepEqual(await sums(other), { accepted: 1, deferred: 1 });
});

test('whom a stopped campaign did not reach is told by the next one, and nobody whom it told', async () => {
  const incident = await incidentWithLeaks();
  const earlier = await approved(await prepared(incident, some(8)));
  const again = { run: (await show(earlier)).run, incident, statement: STATEMENT, after: earlier.campaign };
  assert.match(await refusal('make-campaign', again), /campaign-refuses.*told twice/);
  await ask('start-campaign', { ...earlier, slice: 3 });
  await send();
  assert.match(await refusal('make-campaign', again), /campaign-refuses.*paused/);
  await ask('stop-campaign', { ...earlier, reason: 'The figures were wrong.' });
  const told = new Set(sink.taken.map(({ to }) => to));
  assert.equal(told.size, 3);
  const of = await approved(await prepared(incident, some(8), { after: earlier.campaign }));
  assert.equal((await show(of)).people, 5);
  await ask('start-campaign', { ...of, slice: 1000 });
  await send();
  const all = sink.taken.map(({ to }) => to);
  assert.deepEqual([all.length, new Set(all).size], [8, 8], 'each once, by the one or the other');

  const discarded = await prepared(await incidentWithLeaks(), some(2));
  await ask('discard-campaign', { ...discarded, reason: 'Other words.' });
  const next = await prepared(discarded.incident, some(2), { after: discarded.campaign });
  assert.equal((await show(next)).people, 2, 'nobody was told by what was never sent');
});

test('what a killed process had sent counts before the next campaign begins, though the campaign was stopped meanwhile', async () => {
  const incident = await incidentWithLeaks();
  const earlier = await approved(await prepared(incident, some(4)));
  await ask('start-campaign', { ...earlier, slice: 1000 });
  // As it lies there after a kill: accepted, and in no record.
  const journal = join(folder, 'sending', earlier.campaign);
  mkdirSync(journal, { recursive: true, mode: 0o700 });
  const file = await Journal.open({ folder: journal, writer: 'a', fence: '1', from: 1 });
  const atMs = Date.now();
  for (const id of ['0', '1']) await file.commit({ kind: 'released', id, attempt: 1, atMs, dateMs: nowMs });
  await file.commit({
    kind: 'accepted',
    id: '0',
    attempt: 1,
    atMs,
    host: 'mx',
    why: '250 ok',
    status: '2.0.0',
  });
  await file.close();
  await ask('stop-campaign', { ...earlier, reason: 'The figures were wrong.' });
  assert.deepEqual(await sums(earlier), { prepared: 4 });
  const of = await prepared(incident, some(4), { after: earlier.campaign });
  assert.deepEqual(await sums(earlier), { prepared: 2, accepted: 1, 'in-doubt': 1 });
  const { people } = await ask<AddresseesListed>('list-addressees', of);
  assert.deepEqual(people.map(({ customer }) => customer).sort(), ['c000002', 'c000003']);
});

test('who lost the right to send notes nothing more; what it had sent stands in its journal, and counts once it is folded in', async () => {
  const of = await started(some(8));
  const hold = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const slow = await Sink.open({
    message: async () => {
      reached.resolve();
      await hold.promise;
      return undefined;
    },
  });
  const first = sendCampaignHandler({ db, now, log, ...options(), mailing: mailingTo(slow.port) });
  const ended = doJob(db, SEND_CAMPAIGN, first, { now: now() }).then(
    () => 'went on',
    (error: unknown) => (error as ForthrightError).code,
  );
  await reached.promise;
  assert.equal(await send(), true, 'another one finds the journal in use');
  assert.equal(sink.taken.length, 0);
  const waiting = (await ask<AddresseesListed>('list-addressees', of)).people.map(({ person: id }) => id);
  const turned = { ...of, people: waiting, outcome: 'other-channel' };
  assert.match(
    await refusal('settle-addressees', turned),
    /campaign-refuses/,
    'a letter beside a message that is on its way would be two',
  );
  await db.transaction((tx) => tx.run('UPDATE campaigns SET fence = fence + 1, lease_until = NULL'));
  // All prepared, but on a machine that is so slow that a file with their releases was folded in already.
  const then = await sums(of);
  assert.equal(then.accepted, undefined);
  hold.resolve();
  assert.equal(await ended, 'sending-fenced');
  assert.deepEqual(await sums(of), then);
  pass(1);
  await send();
  assert.deepEqual(await sums(of), { accepted: 8 });
  const taken = [...slow.taken, ...sink.taken].map(({ to }) => to);
  assert.deepEqual([taken.length, new Set(taken).size], [8, 8], 'each once, by the one or the other');
  const left = readdirSync(join(folder, 'sending', of.campaign)).filter((name) => name.endsWith('.journal'));
  assert.deepEqual(left, [], 'files that were folded in are gone');
  await slow.close();
});

test('refusals of our own sender pause it as what they are; mended, it is resumed, and nobody has two messages', async (t) => {
  const refusing = await Sink.open({
    command: (line) => (line.startsWith('MAIL') ? { say: '550 5.7.1 sender rejected\r\n' } : undefined),
  });
  t.after(() => refusing.close());
  const of = await started(some(40));
  const through = (port: number) =>
    doJob(db, SEND_CAMPAIGN, sendCampaignHandler({ db, now, log, ...options(), mailing: mailingTo(port) }), {
      now: now(),
    });
  await through(refusing.port);
  const mine = await show(of);
  assert.deepEqual([mine.state, mine.pause], ['paused', 'sender']);
  assert.ok((mine.sums.refused ?? 0) >= 5, JSON.stringify(mine.sums));
  const refused = (await ask<AddresseesListed>('list-addressees', { ...of, state: 'refused' })).people;
  await ask('settle-addressees', { ...of, people: refused.map((one) => one.person), outcome: 'retry' });
  await ask('resume-campaign', of);
  pass(2);
  await send();
  assert.deepEqual(await sums(of), { accepted: 40 });
  assert.equal(new Set(sink.taken.map(({ to }) => to)).size, 40);
});

test('without a relay each domain’s own servers are asked for, by their MX; who has no such domain is refused, and counted', async () => {
  const dns = await startDns({ 'MX people.example': ['localhost'], 'MX other.example': ['localhost'] });
  try {
    const direct = { dnsServers: [dns.address], port: sink.port };
    const people = [
      ...some(8),
      person(8, { email: 'ana@other.example' }),
      person(9, { email: 'ben@nowhere.example' }),
    ];
    const of = await started(people);
    const mailing = mailingTo(9, { relays: [], direct });
    await doJob(db, SEND_CAMPAIGN, sendCampaignHandler({ db, now, log, ...options(), mailing }), {
      now: now(),
    });
    assert.deepEqual(await sums(of), { accepted: 9, refused: 1 });
    assert.ok(sink.taken.some(({ to }) => to === 'ana@other.example'));
    const [nobody] = (await ask<AddresseesListed>('list-addressees', { ...of, state: 'refused' })).people;
    assert.equal(nobody?.customer, 'c000009');
  } finally {
    dns.stop();
  }
});

test('texts that are not the approved ones stop everything, and nobody is refused for it', async () => {
  const of = await started(some(30));
  await db.transaction((tx) =>
    tx.run("UPDATE campaign_people SET facts = jsonb_set(facts, '{name}', '\"Somebody else\"')"),
  );
  await send();
  const { state, pause, sums: after } = await show(of);
  assert.deepEqual([state, pause, sink.taken.length], ['paused', 'changed', 0]);
  assert.equal((after.prepared ?? 0) + (after.broken ?? 0), 30, JSON.stringify(after));
});

test('another data folder does not have the journal, and refuses', async () => {
  const of = await started(some(12));
  await ask('pause-campaign', of);
  await ask('resume-campaign', of);
  await db.transaction((tx) => tx.run("UPDATE campaigns SET home = 'another'"));
  await send();
  const { state, pause } = await show(of);
  assert.deepEqual([state, pause, sink.taken.length], ['paused', 'elsewhere', 0]);
});

test('a correction tells those whose facts have changed and those who are new, and only those', async () => {
  const incident = await incidentWithLeaks();
  const earlier = await approved(await prepared(incident, some(6)));
  await ask('start-campaign', { ...earlier, slice: 1000 });
  await send();
  const again = [
    person(0),
    person(1, { fields: ['email', 'name', 'phone'] }),
    person(2, { views: 9 }),
    person(3, { status: 'unknown', fields: [], perhaps: ['name'] }),
    person(4),
    person(5),
    person(6),
  ];
  const of = await prepared(incident, again, { after: earlier.campaign });
  const { people } = await ask<AddresseesListed>('list-addressees', of);
  assert.deepEqual(people.map(({ customer }) => customer).sort(), ['c000001', 'c000003', 'c000006']);

  await ask('start-campaign', { ...(await approved(of)), slice: 1000 });
  await send();
  const third = await prepared(incident, [...again, person(7)], { after: of.campaign });
  const left = await ask<AddresseesListed>('list-addressees', third);
  assert.deepEqual(
    left.people.map(({ customer }) => customer),
    ['c000007'],
    'whom the first told, and not the second, is told no third time',
  );
});

test('whom a notice reached that was withdrawn since is told by the next campaign, whether or not it comes after that one', async () => {
  const incident = await incidentWithLeaks();
  const first = await approved(await prepared(incident, some(4)));
  await ask('start-campaign', { ...first, slice: 1000 });
  const of = { ...first, reason: 'It named another page.' };
  assert.match(await refusal('withdraw-campaign', of), /campaign-refuses.*sending/);
  await send();
  const later = await approved(await prepared(incident, some(4), { after: first.campaign }));
  assert.equal((await show(later)).people, 0, 'nothing has changed for them');
  await ask('discard-campaign', { ...later, reason: 'For nobody.' });
  await ask('withdraw-campaign', of);
  const second = await approved(await prepared(incident, some(4), { after: first.campaign }));
  assert.equal((await show(second)).people, 4);
  await ask('discard-campaign', { ...second, reason: 'A third is made.' });
  const third = await approved(await prepared(incident, some(4)));
  await ask('start-campaign', { ...third, slice: 1000 });
  await send();
  assert.deepEqual(await sums(third), { accepted: 4 });
});

test('two campaigns that do not know of each other: the second is not sent to whoever the first has reached, or may', async () => {
  const incident = await incidentWithLeaks();
  const first = await approved(await prepared(incident, some(4)));
  await ask('start-campaign', { ...first, slice: 2 });
  await send();
  const second = await approved(await prepared(incident, some(6)));
  const start = () => refusal('start-campaign', { ...second, slice: 1000 });
  assert.match(await start(), /4 of its people have the message of cmp_\w+, or may still get it/);
  await ask('stop-campaign', { ...first, reason: 'The other one has a better text.' });
  assert.match(await start(), /2 of its people/);
  assert.equal(sink.taken.length, 2);
});

test('a preview is the message as it is sent, but for the code; a test goes to whoever asks and to nobody else', async () => {
  const bytes = new Map<string, string>();
  const tested = () =>
    db.rows<{ kind: string }>(
      "SELECT kind FROM register_entries WHERE kind LIKE 'campaign-test%' ORDER BY index",
    );
  let whenTaken: ReturnType<typeof tested> | undefined;
  deed = ({ to, bytes: got }) => {
    bytes.set(to, got.toString('utf8'));
    whenTaken ??= tested();
    return undefined;
  };
  const given = [
    person(1, { language: 'de', others: { customer: 2 }, pages: ['/reviews/R1'], pageCount: 1 }),
    person(2, { email: '' }),
  ];
  const of = await prepared(await incidentWithLeaks(), given);
  const people = (await ask<AddresseesListed>('list-addressees', of)).people;
  const [ann, ben] = ['c000001', 'c000002'].map(
    (id) => people.find(({ customer }) => customer === id)?.person,
  );
  const look = await ask<NoticePreviewed>('preview-notice', { ...of, person: ann });
  assert.deepEqual([look.language, look.to], ['de', 'person-1@people.example']);
  const other = await ask<NoticePreviewed>('preview-notice', { ...of, person: ben, language: 'ja' });
  assert.deepEqual([other.language, other.to], ['ja', '']);

  assert.match(
    await refusal('send-test', { ...of, person: ann }, 'nobody'),
    /address-unusable/,
    'who has no account',
  );
  await db.transaction((tx) =>
    tx.run(`INSERT INTO accounts (id, email, email_key, name, roles, made_at)
      VALUES ('usr_ada', 'ada@marlow.example', 'ada@marlow.example', 'Ada', '{investigator}', now())
      ON CONFLICT (id) DO UPDATE SET email = excluded.email, email_key = excluded.email_key`),
  );
  const sent = await ask<TestSent>('send-test', { ...of, person: ann, language: 'fr' });
  assert.deepEqual([sent.to, sent.language, sent.outcome], ['ada@marlow.example', 'fr', 'accepted']);
  assert.deepEqual([...bytes.keys()], ['ada@marlow.example']);
  assert.deepEqual(await whenTaken, [{ kind: 'campaign-tested' }], 'nothing leaves without its entry');
  assert.deepEqual(await tested(), [{ kind: 'campaign-tested' }, { kind: 'campaign-test-ended' }]);
  assert.match(bytes.get('ada@marlow.example') ?? '', /\?{4}-\?{5}/);
  assert.deepEqual(await sums(of), { prepared: 1, 'other-channel': 1 }, 'and nobody counts as told');

  await approved(of);
  await ask('start-campaign', { ...of, slice: 10 });
  await send();
  const [row] = await db.rows<{ code: Code }>(
    'SELECT code FROM campaign_messages WHERE message_id IS NOT NULL',
  );
  const parts = (message: string) =>
    message
      .replaceAll('\r\n', '\n')
      .replaceAll(/^(?:Date|Message-ID): .*\n/gm, '')
      .replaceAll(/=_[0-9a-f]{32}/g, 'boundary')
      .trimEnd();
  assert.equal(
    parts(bytes.get('person-1@people.example') ?? ''),
    parts(look.message).replaceAll('????-?????-?????-?????', groupsOf(row?.code as Code)),
  );
});

test('a restored record does not go on sending by itself', async () => {
  const of = await started(some(3));
  await db.transaction((tx) => tx.run('UPDATE campaigns SET epoch = 0'));
  await send();
  const { state, pause } = await show(of);
  assert.deepEqual([state, pause, sink.taken.length], ['paused', 'restored', 0]);
});

test('nobody approves what the linter faults, unless for a reason that is kept; each cohort is linted for the laws of its place', async () => {
  const people = [
    ...['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'pl', 'sv', 'ja'].map((language, n) =>
      person(n, { language }),
    ),
    person(20, { status: 'unknown', fields: [], perhaps: ['email', 'name'], first: -1, last: -1, views: 0 }),
    person(21, { country: 'US', region: 'MA' }),
    person(22, { country: 'US', region: 'Massachusetts' }),
    person(23, { country: 'US', region: 'Illinois' }),
    person(24, { country: 'US', region: 'TX' }),
  ];
  const incident = await incidentWithLeaks();
  const given = {
    duties: ['EU/people', 'US-MA/people', 'US-IL/people'],
    statement: { ...STATEMENT, agencies: ['Equifax, P.O. Box 740241, Atlanta, GA 30374, +1-888-378-4329'] },
  };
  const of = await prepared(incident, people, given);
  const linted = await ask<CampaignLinted>('lint-campaign', of);
  assert.deepEqual([linted.errors, linted.cohorts.length], [0, 14]);
  const inUs = linted.cohorts.filter(({ laws }) => !laws.includes('EU'));
  assert.deepEqual(inUs.map(({ laws, people, form }) => [laws.join(), people, form ?? '']).sort(), [
    ['', 1, ''],
    ['US-IL', 1, '815 ILCS 530/10(a)'],
    ['US-MA', 2, 'M.G.L. c. 93H § 3(b)'],
  ]);
  const german = await ask<CampaignLinted>('lint-campaign', { ...of, language: 'de' });
  assert.deepEqual(
    german.cohorts.map(({ language }) => language),
    ['de'],
  );
  await approved(of);
  assert.deepEqual((await show(of)).override, undefined);

  const cause = Object.fromEntries(
    Object.keys(STATEMENT.texts.cause).map((to) => [to, 'A template was wrong.']),
  );
  const vague =
    'Out of an abundance of caution we inform you; a small number of people may have been affected.';
  const statement = { ...STATEMENT, texts: { ...STATEMENT.texts, cause: { ...cause, en: vague } } };
  const bad = await prepared(incident, people.slice(0, 2), { statement });
  const { hash, lint } = await show(bad);
  assert.ok((lint?.errors ?? 0) > 0 && lint?.faulty === 1, JSON.stringify(lint));
  const [worst] = (await ask<CampaignLinted>('lint-campaign', bad)).cohorts;
  assert.equal(worst?.language, 'en');
  const found = worst?.findings.filter(({ severity }) => severity === 'error') ?? [];
  assert.ok(
    found.some(({ rule, words }) => rule === 'vagueNumber' && /small number/.test(words)),
    JSON.stringify(found),
  );
  assert.match(await refusal('approve-campaign', { ...bad, hash }, 'bo'), /campaign-faulty/);
  assert.equal((await show(bad)).state, 'prepared');
  const override = 'The authority asked for these words.';
  await ask('approve-campaign', { ...bad, hash, override }, 'bo');
  const { override: kept } = await show(bad);
  assert.deepEqual([kept?.by, kept?.reason], ['usr_bo', override]);
});

test('an approval is void when other duties towards people are due, and nobody approves while they are not assessed', async () => {
  const incident = await incidentWithLeaks();
  const of = await prepared(incident, [person(1), person(2, { country: 'US', region: 'CA' })], {
    duties: ['US-CA/people'],
    statement: { ...STATEMENT, delayedByPolice: false },
  });
  const { hash, duties, dutiesVersion } = await show(of);
  assert.deepEqual([duties, dutiesVersion], [['US-CA/people'], 1]);
  const people = (await ask<AddresseesListed>('list-addressees', of)).people;
  const inCalifornia = people.find(({ customer }) => customer === 'c000002')?.person;
  const { text } = await ask<{ text: string }>('preview-notice', { ...of, person: inCalifornia });
  for (const words of ['Notice of Data Breach', 'What Happened', 'No law enforcement agency delayed'])
    assert.ok(text.includes(words), words);
  const { run } = await show(of);
  await assessed(as('ada'), { incident, job: run, run }, ['EU/people', 'US-CA/people']);
  assert.match(await refusal('approve-campaign', { ...of, hash }, 'bo'), /campaign-changed.*EU\/people/);
  await assessed(as('ada'), { incident, job: run, run }, ['US-CA/people']);
  await approved(of);
  await assessed(as('ada'), { incident, job: run, run }, []);
  assert.match(await refusal('start-campaign', of), /campaign-changed/);
  await ask('discard-campaign', { ...of, reason: 'Other duties.' });
  const other = await prepared(incident, some(2));
  await db.transaction((tx) => askForDuties(tx, incident as IncidentId, 1, now()));
  assert.match(
    await refusal('approve-campaign', { ...other, hash: (await show(other)).hash }, 'bo'),
    /campaign-refuses.*not been assessed/,
  );
});

test('docs/campaigns.md has both tables', () => {
  const page = readFileSync(new URL('../../../../docs/campaigns.md', import.meta.url), 'utf8');
  assert.ok(page.includes(statesText()));
  assert.ok(page.includes(campaignMovesText()), 'paste what campaignMovesText gives');
});

test('a journal that can not be read is not taken for none', async () => {
  const of = await prepared(await incidentWithLeaks(), some(1));
  mkdirSync(join(folder, 'sending'), { recursive: true });
  writeFileSync(join(folder, 'sending', of.campaign), 'no folder');
  const what = { id: of.campaign, incident: of.incident as IncidentId };
  await assert.rejects(foldLeft({ asked: as('ada'), data: folder }, what), /ENOTDIR/);
});
