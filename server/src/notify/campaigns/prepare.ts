/**
 * Prepares a campaign, as a job: reads the people of the run, gives each address its message, makes codes and tokens,
 * writes every message once for its hash, seals the batch and writes its files. May be begun again at any time: what an
 * attempt left is deleted first.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, ForthrightError, newId } from '@forthright/contract';
import {
  cohortOfRun,
  findDutyVersion,
  findIncident,
  keptDuties,
  recordUpon,
  setCampaign,
} from '../../incident/index.ts';
import type { Db, Reads, Tx } from '../../platform/db/index.ts';
import { type OneAddress, oneAddress } from '../../platform/mail/index.ts';
import { endJob, failJob, type Handler, type Held, putJobBack } from '../../platform/queue/index.ts';
import {
  ALPHABET,
  BatchMaker,
  commitmentInput,
  makeCode,
  normalisedAddress,
} from '../../prove/codes/index.ts';
import { type Asked, deed, PROGRAM } from '../../prove/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { cleanName, towardsPeople } from '../compose/index.ts';
import { rowsOfCohort } from './cohort.ts';
import { Cohorts, type LintedCohort } from './cohorts.ts';
import { approvalHash, letterHash, sharedHash, toldHash } from './hashes.ts';
import { foldLeft } from './left.ts';
import { giveMessages, insertMessages, type NewMessage } from './messages.store.ts';
import { deletePrepared, insertPeople, type NewPerson, toldBefore } from './people.store.ts';
import { batchFolder } from './publish.ts';
import { NOTICES, statementOf } from './show.ts';
import { campaignsOf, insertCampaignMove, insertCohorts, moveCampaign, savePrepared } from './store.ts';
import type { Campaign, Mailing } from './types.ts';
import { erasedRun, makeWriter, type Writer } from './writer.ts';

export const PREPARE_CAMPAIGN = 'prepare-campaign';
const AT_ONCE = 500;
const LOOK_MS = 1000;
const TOKEN_CHARACTERS = 24;
/** Nobody types more; whoever asks may say an address of 320 characters. */
const MOST_TYPED = 200;

export type CampaignJobOptions = Readonly<{
  db: Db;
  now: () => Date;
  /** The data folder. */
  data: string;
  workspace: string | undefined;
  mailing: Mailing | undefined;
}>;

export const campaignOfJob = async (db: Db, job: Held): Promise<Campaign> => {
  const [campaign] = await campaignsOf(db, { id: String(job.input.campaign) });
  if (campaign === undefined) throw new Error('A job is about a campaign that there is.');
  return campaign;
};

export function prepareCampaignHandler(options: CampaignJobOptions): Handler {
  const { db, now } = options;
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async (job, { signal, progress }) => {
      const campaign = await campaignOfJob(db, job);
      const { after } = campaign;
      if (
        after !== undefined &&
        !(await foldLeft({ asked, data: options.data }, { ...campaign, id: after }))
      ) {
        // A process still notes whom the earlier one has told.
        const due = new Date(now().getTime() + LOOK_MS);
        return db.transaction((tx) => putJobBack(tx, job, now(), due));
      }
      const day = now();
      const duties = await dutiesNow(db, campaign.incident);
      const writer = await writerOf({ ...campaign, duties }, options, day);
      const cohorts = new Cohorts(writer);
      const folder = batchFolder(options.data, campaign.id);
      const maker = new BatchMaker(campaign.tag, `${folder}.sorting`);
      try {
        await mkdir(join(options.data, 'batches'), { recursive: true, mode: 0o700 });
        await rm(folder, { recursive: true, force: true });
        await db.transaction((tx) => deletePrepared(tx, campaign.id));
        const prepared = await prepareAll(
          { campaign, options, writer, maker, day, cohorts },
          { signal, progress },
        );
        progress('linting', 0, 1);
        const { linted, notices } = await cohorts.lint(signal);
        const dutiesVersion = (await findDutyVersion(db, campaign.incident))?.version;
        const { root, size, bits } = await maker.seal();
        await maker.write(folder);
        const found = await cohortOfRun(db, campaign.incident, campaign.runJob);
        if (found === undefined) throw erasedRun();
        const { people, messages, letters, addresses } = prepared;
        const hash = approvalHash({
          writer: writer.hash,
          tag: campaign.tag,
          leaves: size,
          root,
          people,
          cohort: `${found.cohort.sha256} ${campaign.cohort} ${campaign.after ?? '-'}`,
        });
        await deed(asked, async (tx, at) => {
          if (!(await moveCampaign(tx, { id: campaign.id, from: 'preparing', to: 'prepared' })))
            throw new ForthrightError('campaign-refuses', 'The campaign is not being prepared any more.');
          const { letterhead } = writer;
          await savePrepared(tx, {
            id: campaign.id,
            day,
            people,
            messages,
            letters,
            addresses,
            root,
            hash,
            letterhead,
            duties,
            dutiesVersion,
          });
          await insertCohorts(tx, campaign.id, linted);
          const lint = { errors: sumOf(linted, 'errors'), warnings: sumOf(linted, 'warnings') };
          const entry = await recordUpon(tx, {
            incident: campaign.incident,
            kind: 'campaign-prepared',
            act: 'campaign',
            facts: {
              campaign: campaign.id,
              hash,
              people,
              messages,
              letters,
              addresses,
              bits,
              root: hex(root),
              duties,
              cohorts: linted.length,
              lint,
            },
            texts: { [NOTICES]: { value: JSON.stringify(notices) } },
          });
          await insertCampaignMove(tx, campaign.id, entry, 'finish-preparing');
          await endJob(tx, job, at, { people, messages });
        });
      } finally {
        await maker.close();
      }
    },
    fail: async (job, code) => {
      const campaign = await campaignOfJob(db, job);
      await deed(asked, (tx, at) => failPreparing(tx, campaign, { job, code, at }));
    },
  };
}

const sumOf = (linted: readonly LintedCohort[], what: 'errors' | 'warnings'): number =>
  linted.reduce((sum, each) => sum + each[what], 0);

/** Duties towards people that are due, or may be, by the incident's latest assessment. */
export async function dutiesNow(reads: Reads, incident: string): Promise<string[]> {
  const kept = await keptDuties(reads, incident);
  return towardsPeople([...kept.values()].map(({ duty, ...rest }) => ({ id: duty, ...rest })));
}

async function failPreparing(
  tx: Tx,
  campaign: Campaign,
  { job, code, at }: Readonly<{ job: Held; code: ErrorCode; at: Date }>,
): Promise<void> {
  const { id, incident } = campaign;
  await moveCampaign(tx, { id, from: 'preparing', to: 'failed' }, { code });
  const entry = await recordUpon(tx, {
    incident,
    kind: 'campaign-failed',
    act: 'campaign',
    facts: { campaign: id, code },
  });
  await insertCampaignMove(tx, id, entry, 'fail-preparing');
  await setCampaign(tx, { campaign: id, incident, isOpen: false });
  await failJob(tx, job, at, code);
}

export async function writerOf(
  campaign: Campaign,
  { db, workspace, mailing }: Pick<CampaignJobOptions, 'db' | 'workspace' | 'mailing'>,
  day: Date,
): Promise<Writer> {
  // The campaign's maker was allowed to see it, and the program sees what it was told to do.
  const found = await findIncident(db, campaign.incident, { account: campaign.madeBy });
  const statement = await statementOf(db, campaign);
  if (found === undefined || statement === null)
    throw new ForthrightError(
      'campaign-changed',
      'The texts of the campaign were erased, or its maker may not see the incident any more.',
    );
  return makeWriter(db, {
    incident: found.incident,
    runJob: campaign.runJob,
    statement,
    workspace,
    mailing,
    day,
    duties: campaign.duties ?? (await dutiesNow(db, campaign.incident)),
  });
}

type Preparing = Readonly<{
  campaign: Campaign;
  options: CampaignJobOptions;
  writer: Writer;
  maker: BatchMaker;
  day: Date;
  cohorts: Cohorts;
}>;
type How = Parameters<Handler['run']>[1];

async function prepareAll(
  preparing: Preparing,
  { signal, progress }: How,
): Promise<{ people: number; messages: number; letters: number; addresses: number }> {
  const { campaign, options } = preparing;
  const found = await cohortOfRun(options.db, campaign.incident, campaign.runJob);
  if (found === undefined) throw erasedRun();
  const state = {
    people: 0,
    messages: 0,
    letters: 0,
    byKey: new Map<string, number>(),
    addresses: new Set<string>(),
    namesakes: await namesakesAmong(rowsOfCohort(options.db, found.cohort)),
  };
  let waiting: CohortRow[] = [];
  const flush = async () => {
    signal.throwIfAborted();
    await prepareSome(preparing, waiting, state);
    waiting = [];
    progress('preparing messages', state.people, found.cohort.people);
  };
  for await (const row of rowsOfCohort(options.db, found.cohort)) {
    if (campaign.cohort !== 'both' && row.status !== campaign.cohort) continue;
    waiting.push(row);
    if (waiting.length >= AT_ONCE) await flush();
  }
  await flush();
  const { people, messages, letters, addresses } = state;
  return { people, messages, letters, addresses: addresses.size };
}

type State = {
  people: number;
  messages: number;
  letters: number;
  /** Of those who share a message: 16 bytes of the hash of address and facts, to its number. */
  readonly byKey: Map<string, number>;
  readonly addresses: Set<string>;
  readonly namesakes: ReadonlySet<string>;
};

async function prepareSome(preparing: Preparing, rows: readonly CohortRow[], state: State): Promise<void> {
  const { campaign, options, writer, maker, day, cohorts } = preparing;
  const wanted = await withoutTold(options.db, campaign, rows);
  const people: NewPerson[] = [];
  const pairs: { person: string; n: number }[] = [];
  const messages: NewMessage[] = [];
  for (const facts of wanted) {
    const id = newId('per');
    cohorts.add(facts);
    const to = usable(facts.email);
    people.push({
      id,
      customer: facts.person,
      facts,
      told: toldHash(facts),
      state: to === undefined ? 'other-channel' : 'planned',
    });
    if (to === undefined) {
      const letter = newLetter(
        { n: state.messages + state.letters, facts },
        { tag: campaign.tag, writer, namesakes: state.namesakes },
      );
      state.letters += 1;
      messages.push(letter);
      pairs.push({ person: id, n: letter.n });
      continue;
    }
    const address = normalisedAddress(to) ?? to;
    state.addresses.add(address);
    const key = createHash('sha256')
      .update(`${address}\n${sharedHash(facts)}`)
      .digest('base64')
      .slice(0, 22);
    let n = state.byKey.get(key);
    if (n === undefined) {
      n = state.messages + state.letters;
      state.messages += 1;
      state.byKey.set(key, n);
      messages.push(newMessage({ n, to, address, facts }, { tag: campaign.tag, writer, day }));
    }
    pairs.push({ person: id, n });
  }
  for (const { commitment, bodyHash } of messages) await maker.add(commitment, bodyHash);
  await options.db.transaction(async (tx) => {
    await insertMessages(tx, campaign.id, messages);
    await insertPeople(tx, campaign.id, people, day);
    await giveMessages(tx, pairs, day);
  });
  state.people += people.length;
}

/** Of those whom an earlier campaign told: only whoever's facts have changed since. */
async function withoutTold(
  db: Db,
  { after }: Campaign,
  rows: readonly CohortRow[],
): Promise<readonly CohortRow[]> {
  if (after === undefined) return rows;
  const before = await toldBefore(
    db,
    after,
    rows.map(({ person }) => person),
  );
  return rows.filter((row) => before.get(row.person) !== hex(toldHash(row)));
}

/** Undefined for what is not one usable address: that person is told otherwise. */
export function usable(raw: string): OneAddress | undefined {
  try {
    return oneAddress(raw);
  } catch (error) {
    if (error instanceof ForthrightError && error.code === 'address-unusable') return undefined;
    throw error;
  }
}

function newMessage(
  { n, to, address, facts }: Readonly<{ n: number; to: OneAddress; address: string; facts: CohortRow }>,
  { tag, writer, day }: Readonly<{ tag: string; writer: Writer; day: Date }>,
): NewMessage {
  const code = makeCode(tag, randomBytes(10));
  const [, domain = ''] = writer.letterhead.address.split('@');
  const messageId = `${randomBytes(16).toString('hex')}@${domain.toLowerCase()}`;
  const token = Array.from(randomBytes(TOKEN_CHARACTERS), (byte) => ALPHABET[byte & 31])
    .join('')
    .toLowerCase();
  // The date stands in the header, and the hash is of the body.
  const { bodyHash } = writer.write(facts, to, { code, messageId, dateMs: day.getTime() });
  const commitment = createHash('sha256').update(commitmentInput(address, code)).digest();
  return { n, code, address: to, messageId, token, commitment, bodyHash };
}

/** Name and place of somebody who gets a letter, as they stand in it. */
function nameAndPlace({ name, address }: CohortRow): string {
  const place = address.map(cleanName).findLast((line) => line !== '') ?? '';
  const both = [cleanName(name), place].filter((part) => part !== '').join(' ');
  return Array.from(both).slice(0, MOST_TYPED).join('');
}

/** Names and places that more than one of those have who get a letter. */
async function namesakesAmong(rows: AsyncIterable<CohortRow>): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for await (const row of rows) {
    if (usable(row.email) !== undefined) continue;
    const typed = nameAndPlace(row).normalize('NFC').toLowerCase();
    (seen.has(typed) ? shared : seen).add(typed);
  }
  return shared;
}

/**
 * What stands for the address of whoever has none: their name and place as they stand in the letter, and where that is not one person
 * of the campaign the customer's id behind it. A code that is copied into a letter to somebody else does not fit, be they of one name.
 */
function addressOfLetter(row: CohortRow, namesakes: ReadonlySet<string>): string {
  const typed = nameAndPlace(row);
  const isShared = namesakes.has(typed.normalize('NFC').toLowerCase());
  const id = cleanName(row.person);
  return (
    (isShared ? undefined : normalisedAddress(`${typed}@letter`)) ??
    normalisedAddress(`${typed} ${id}@letter`.trimStart()) ??
    normalisedAddress(`${id}@letter`) ??
    '@letter'
  );
}

/** The leaf of a letter: of a code and a name, and of the text, since there is no message. */
function newLetter(
  { n, facts }: Readonly<{ n: number; facts: CohortRow }>,
  { tag, writer, namesakes }: Readonly<{ tag: string; writer: Writer; namesakes: ReadonlySet<string> }>,
): NewMessage {
  const code = makeCode(tag, randomBytes(10));
  const address = addressOfLetter(facts, namesakes);
  const bodyHash = letterHash(writer.copy(facts, { code, address }));
  const commitment = createHash('sha256').update(commitmentInput(address, code)).digest();
  return { n, code, address, messageId: null, token: null, commitment, bodyHash };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
