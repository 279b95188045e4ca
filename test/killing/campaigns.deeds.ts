/** Every deed on campaigns, their addressees, copies and mail keys. */
import {
  type CampaignChanged,
  type CampaignShown,
  type Changed,
  type CopiesListed,
  type MailKeyShown,
  type NoticeDraftDiscarded,
  type NoticeDraftSaved,
  ROLES,
} from '@forthright/contract';
import { mailKeyOperations } from '../../server/src/answer/index.ts';
import { actor, ask, seat } from '../../server/src/incident/testing.ts';
import {
  doJob,
  finishedRun,
  LEAKS,
  mailingTo,
  person,
  STATEMENT,
  writeWorkspace,
} from '../../server/src/notify/campaigns/testing.ts';
import {
  campaignOperations,
  MAKE_COPIES,
  makeCopiesHandler,
  PREPARE_CAMPAIGN,
  prepareCampaignHandler,
} from '../../server/src/notify/index.ts';
import type { Reads } from '../../server/src/platform/db/index.ts';
import { mailNames } from '../../server/src/platform/index.ts';
import { Sink } from '../../server/src/platform/mail/smtp/testing.ts';
import type { Deeds, World } from './process.ts';

/** No notice is sent here: the port is nobody's, and no job of sending is done. */
export const MAILING = mailingTo(9);

async function run<T>(
  world: World,
  name: string,
  rawInput: object,
  who = 'usr_ada',
  mailing = MAILING,
): Promise<T> {
  const workspace = await writeWorkspace(world.folder);
  const operations = campaignOperations({ data: world.folder, workspace, mailing, allowPrivate: true });
  const found = operations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  const asked = { ...world.asked, actor: actor(who, ...ROLES) };
  return found.output.parse(await found.run(asked, found.input.parse(rawInput))) as T;
}

export type Of = Readonly<{ incident: string; campaign: string }>;

async function toMake({ asked }: World): Promise<object> {
  const { incident } = await ask<Changed>(asked, 'open-incident', {
    title: 'Pages',
    kind: 'technical-error',
  });
  await ask(asked, 'set-leaks', { incident, version: 0, leaks: LEAKS });
  const job = await finishedRun(asked, incident, [person(1), person(2, { email: '' })]);
  return { incident, run: job, statement: STATEMENT };
}

async function made(world: World): Promise<Of> {
  const given = await toMake(world);
  const { incident, campaign } = await run<CampaignChanged>(world, 'make-campaign', given);
  return { incident, campaign };
}

/** The jobs of campaigns that were cut short are done first. */
async function prepareAll({ asked, folder }: World): Promise<void> {
  const workspace = await writeWorkspace(folder);
  const { db, now } = asked;
  const handler = prepareCampaignHandler({ db, now, data: folder, workspace, mailing: MAILING });
  const soon = () => new Date(now().getTime() + 86_400_000);
  while (await doJob(db, PREPARE_CAMPAIGN, handler, { now: soon() }));
}

async function prepared(world: World): Promise<Of> {
  const of = await made(world);
  await prepareAll(world);
  return of;
}

async function approve(world: World, of: Of): Promise<CampaignChanged> {
  const { hash } = await run<CampaignShown>(world, 'show-campaign', of);
  return run(world, 'approve-campaign', { ...of, hash }, 'usr_bo');
}

async function approved(world: World): Promise<Of> {
  const of = await prepared(world);
  await approve(world, of);
  return of;
}

export async function started(world: World): Promise<Of> {
  const of = await approved(world);
  await run(world, 'start-campaign', of);
  return of;
}

async function paused(world: World): Promise<Of> {
  const of = await started(world);
  await run(world, 'pause-campaign', of);
  return of;
}

/** Nothing answers there: keys are used unseen. */
const NO_DNS = mailNames(['127.0.0.1:9']);

async function ofMail<T>({ asked, folder }: World, name: string, rawInput: object): Promise<T> {
  const found = mailKeyOperations({ data: folder, mailing: MAILING, names: NO_DNS }).find(
    (one) => one.name === name,
  );
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  return found.output.parse(await found.run(asked, found.input.parse(rawInput))) as T;
}

async function stopped(world: World): Promise<Of> {
  const of = await paused(world);
  await run(world, 'stop-campaign', { ...of, reason: 'A test.' });
  return of;
}

async function withCopies(world: World): Promise<Of> {
  const of = await paused(world);
  await run(world, 'make-copies', { ...of, way: 'account' });
  await writeAll(world);
  return of;
}

/** The jobs of copies that were cut short are done first. */
async function writeAll({ asked, folder }: World): Promise<void> {
  const workspace = await writeWorkspace(folder);
  const { db, now } = asked;
  const handler = makeCopiesHandler({ db, now, data: folder, workspace, mailing: MAILING });
  const soon = () => new Date(now().getTime() + 86_400_000);
  while (await doJob(db, MAKE_COPIES, handler, { now: soon() }));
}

async function copiesOf(world: World, of: Of): Promise<{ copies: string }> {
  const { copies } = await run<CopiesListed>(world, 'list-copies', of);
  return { copies: copies[0]?.copies ?? '' };
}

const upon =
  (name: string, before: (world: World) => Promise<Of>, more: (world: World, of: Of) => Promise<object>) =>
  async (world: World): Promise<CampaignChanged> => {
    const of = await before(world);
    const given = { ...of, ...(await more(world, of)) };
    return world.does(() => run<CampaignChanged>(world, name, given));
  };
const nothing = async () => ({});
const reason = async () => ({ reason: 'Counted anew.' });

async function withoutAddress(world: World, of: Of): Promise<string> {
  const found = { ...of, state: 'other-channel' };
  const { people } = await run<{ people: { person: string }[] }>(world, 'list-addressees', found);
  return people[0]?.person ?? '';
}

export const DEEDS: Deeds = {
  'make-campaign': async (world) => {
    const given = await toMake(world);
    return world.does(() => run<CampaignChanged>(world, 'make-campaign', given));
  },
  'save-notice-draft': async (world) => {
    const { incident } = await ask<Changed>(world.asked, 'open-incident', { title: 'A', kind: 'insider' });
    const { draft, version } = await run<NoticeDraftSaved>(world, 'save-notice-draft', {
      incident,
      statement: {},
    });
    const given = { incident, draft, version, statement: { nextBy: '2025-12-05' } };
    return world.does(async () => {
      const { entry } = await run<NoticeDraftSaved>(world, 'save-notice-draft', given);
      return entry === null ? undefined : { incident, entry };
    });
  },
  'discard-notice-draft': async (world) => {
    const { incident } = await ask<Changed>(world.asked, 'open-incident', { title: 'A', kind: 'insider' });
    const { draft } = await run<NoticeDraftSaved>(world, 'save-notice-draft', { incident, statement: {} });
    return world.does(() => run<NoticeDraftDiscarded>(world, 'discard-notice-draft', { incident, draft }));
  },
  'prepare-campaign': async (world) => {
    await made(world);
    await world.does(() => prepareAll(world));
    return undefined;
  },
  'approve-campaign': async (world) => {
    const of = await prepared(world);
    return world.does(() => approve(world, of));
  },
  'send-test': async (world) => {
    const of = await prepared(world);
    await seat(world.asked.db);
    const { people } = await run<{ people: { person: string }[] }>(world, 'list-addressees', of);
    const sink = await Sink.open();
    const given = { ...of, person: people[0]?.person ?? '' };
    await world.does(() => run(world, 'send-test', given, 'usr_ada', mailingTo(sink.port)));
    await sink.close();
    return undefined;
  },
  'start-campaign': upon('start-campaign', approved, nothing),
  'pause-campaign': upon('pause-campaign', started, nothing),
  'resume-campaign': upon('resume-campaign', paused, nothing),
  'stop-campaign': upon('stop-campaign', paused, reason),
  'withdraw-campaign': upon('withdraw-campaign', stopped, reason),
  'discard-campaign': upon('discard-campaign', prepared, reason),
  'settle-addressees': upon('settle-addressees', paused, async (world, of) => ({
    people: [await withoutAddress(world, of)],
    outcome: 'told',
    channels: ['letter'],
  })),
  'make-copies': async (world) => {
    const of = await paused(world);
    return world.does(() => run<CampaignChanged>(world, 'make-copies', { ...of, way: 'account' }));
  },
  'write-copies': async (world) => {
    const of = await paused(world);
    await run(world, 'make-copies', { ...of, way: 'account' });
    await world.does(() => writeAll(world));
    return undefined;
  },
  'mark-copies-sent': upon('mark-copies-sent', withCopies, copiesOf),
  'post-copies': async (world) => {
    const of = await withCopies(world);
    const given = { ...of, ...(await copiesOf(world, of)) };
    const account = { url: 'http://127.0.0.1:9/', secret: Buffer.alloc(32) };
    const mailing = mailingTo(9, { copies: { account } });
    return world.does(() => run<CampaignChanged>(world, 'post-copies', given, 'usr_ada', mailing));
  },
  'erase-copies': upon('erase-copies', withCopies, copiesOf),
  'make-mail-key': async (world) => {
    await world.does(() => ofMail(world, 'make-mail-key', {}));
    return undefined;
  },
  'rotate-mail-key': async (world) => {
    const { selector } = await ofMail<MailKeyShown>(world, 'make-mail-key', {});
    await world.asked.db.transaction((tx) =>
      tx.run("UPDATE campaigns SET state = 'stopped' WHERE state = 'sending'"),
    );
    await world.does(() => ofMail(world, 'rotate-mail-key', { selector, unseen: 'A test.' }));
    return undefined;
  },
  'erase-addressee': async (world) => {
    const of = await paused(world);
    const one = await withoutAddress(world, of);
    await run(world, 'settle-addressees', { ...of, people: [one], outcome: 'told', channels: ['phone'] });
    return world.does(() => run<CampaignChanged>(world, 'erase-addressee', { ...of, person: one }));
  },
};

/** Each campaign and each move has its entry and the other way round; nobody is lost; whoever waits for a job has it. */
export async function alsoWrong(reads: Reads): Promise<string[]> {
  const wrong = await reads.rows<{ what: string }>(
    `SELECT coalesce(m.entry, e.index)::text AS what FROM campaign_moves m
       FULL JOIN (SELECT index FROM register_entries WHERE kind LIKE 'campaign-%' OR kind LIKE 'addressee%' OR kind LIKE 'copies-%'
         OR kind IN ('batch-committed', 'sending-begun', 'sending-folded', 'return-noted', 'window-closed', 'desk-tried-again')) e ON e.index = m.entry
       WHERE m.entry IS NULL OR e.index IS NULL
     UNION ALL SELECT coalesce(e.index, v.entry)::text FROM (SELECT index FROM register_entries WHERE kind = 'draft-saved') e
       FULL JOIN notice_draft_versions v ON v.entry = e.index WHERE e.index IS NULL OR v.entry IS NULL
     UNION ALL SELECT coalesce(e.index, d.discarded_entry)::text FROM (SELECT index FROM register_entries WHERE kind = 'draft-discarded') e
       FULL JOIN (SELECT discarded_entry FROM notice_drafts WHERE discarded_entry IS NOT NULL) d ON d.discarded_entry = e.index
       WHERE e.index IS NULL OR d.discarded_entry IS NULL
     UNION ALL SELECT d.id FROM notice_drafts d WHERE d.version <> (SELECT count(*) FROM notice_draft_versions v WHERE v.draft = d.id)
     UNION ALL SELECT c.id FROM campaigns c LEFT JOIN jobs j ON j.id = c.job
       WHERE c.state IN ('preparing', 'sending') AND (j.id IS NULL OR j.state NOT IN ('waiting', 'running'))
     UNION ALL SELECT coalesce(s.selector, e.index::text) FROM mail_signers s
       FULL JOIN (SELECT index FROM register_entries WHERE kind = 'mail-key-made') e ON e.index = s.entry WHERE s.entry IS NULL OR e.index IS NULL
     UNION ALL SELECT c.id FROM campaign_copies c LEFT JOIN jobs j ON j.id = c.job
       WHERE c.state IN ('making', 'posting') AND (j.id IS NULL OR j.state NOT IN ('waiting', 'running'))
     UNION ALL SELECT c.id FROM campaign_copies c WHERE (c.state IN ('made', 'posting', 'sent')) <> (c.sha256 IS NOT NULL)
       OR c.people <> (SELECT count(*) FROM campaign_copy_people p WHERE p.copies = c.id)
     UNION ALL SELECT c.id FROM campaigns c WHERE c.hash IS NOT NULL
       AND c.people <> (SELECT count(*) FROM campaign_people p WHERE p.campaign = c.id)
     UNION ALL SELECT c.id FROM campaigns c WHERE (c.batch_entry IS NULL) <> (c.approved_by IS NULL)
     UNION ALL SELECT c.id FROM campaigns c LEFT JOIN incident_campaigns i ON i.campaign = c.id
       WHERE i.campaign IS NULL OR i.is_open <> (c.state NOT IN ('failed', 'discarded') AND (c.hash IS NULL OR EXISTS (SELECT FROM campaign_people p
         WHERE p.campaign = c.id AND p.state NOT IN ('told', 'excused', 'unreachable', 'attempted-twice'))))`,
  );
  return wrong.map(({ what }) => `${what} has no counterpart`);
}
