/** Starts everything that serves, on one data folder; wired by hand. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ForthrightError } from '@forthright/contract';
import {
  affectedEntrances,
  answerEntrances,
  archiveKeys,
  customerOperations,
  deskOperations,
  editionOperations,
  editionParts,
  endAndArchive,
  mailKeyOperations,
  noticeEntrances,
  openRecordTruth,
  type RecordOptions,
  reportEntrances,
  reportOperations,
  sumsIn,
} from './answer/index.ts';
import { assessOperations, assessParts } from './assess/index.ts';
import { makeBackup, OPERATOR, writeOperator } from './backup.ts';
import type { Serving } from './cli/index.ts';
import { type JobsOptions, jobOperations, lookOperations, singlesOperations } from './flow/index.ts';
import type { makeServer } from './http/index.ts';
import { fileOperations, incidentOperationsWith, openFiles, refuseLastOfficer } from './incident/index.ts';
import {
  addresseesElsewhere,
  type CampaignOptions,
  campaignOperations,
  keepingCertificates,
  noticeParts,
  readMailing,
  startReceiver,
} from './notify/index.ts';
import { type Entrance, makePeople, type People, type PeopleOptions, readCompany } from './people/index.ts';
import { type Db, type Migration, openDatabase } from './platform/db/index.ts';
import { getOutside, type Log, type Outbound, readPublished } from './platform/index.ts';
import {
  cosignBy,
  keyFolder,
  type Operation,
  openRegister,
  PROGRAM,
  type RegisterOptions,
  type RegisterState,
  readWitnesses,
  registerOperations,
  registerState,
  sealFolder,
} from './prove/index.ts';
import { loadWorkspace } from './sources/index.ts';
import {
  eraseEndedAliases,
  eraseEndedDecoys,
  eraseEndedTraces,
  isAliasKnown,
  traceOperations,
  traceParts,
} from './trace/index.ts';
import { webhookOperations, webhooksStandSince } from './webhooks/index.ts';
import { startWorker } from './worker/index.ts';

/** The people of these records; nobody is lost whom a restricted incident needs. */
export const peopleOf = (options: Omit<PeopleOptions, 'refuseLosing'>): ReturnType<typeof makePeople> =>
  makePeople({ ...options, refuseLosing: refuseLastOfficer });

/** Every operation that the server answers, of all stages. */
export const operationsOf = (
  people: People,
  {
    allowPrivate = false,
    data = '',
    mailing,
    ...jobs
  }: JobsOptions & Partial<Outbound> & Partial<Omit<CampaignOptions, 'workspace'>> = {},
): readonly Operation[] => [
  ...people.operations,
  ...incidentOperationsWith(addresseesElsewhere(data)),
  ...assessOperations({ workspace: jobs.workspace }),
  ...fileOperations([assessParts, noticeParts, editionParts, traceParts]),
  ...jobOperations(jobs),
  ...lookOperations(jobs),
  ...singlesOperations(jobs),
  ...campaignOperations({ data, mailing, allowPrivate, workspace: jobs.workspace }),
  ...editionOperations({ workspace: jobs.workspace }),
  ...mailKeyOperations({ data, mailing }),
  ...deskOperations({ data, mailing, workspace: jobs.workspace }),
  ...customerOperations({ data, mailing, workspace: jobs.workspace }),
  ...reportOperations({ data, mailing, workspace: jobs.workspace }),
  ...traceOperations({
    data,
    workspace: jobs.workspace,
    decoyDomains: mailing?.decoys?.domains,
    aliasDomain: mailing?.aliases?.domain,
  }),
  ...webhookOperations({ allowPrivate }),
  ...registerOperations,
];

/** What anybody may ask of these records, signed in or not. */
export function questionsOf(options: RecordOptions & Readonly<{ now: () => Date }>): readonly Entrance[] {
  const open = () => openRecordTruth(options);
  return [
    ...answerEntrances(open, sumsIn(options.data)),
    ...noticeEntrances(open),
    ...affectedEntrances(options),
    ...reportEntrances(options),
  ];
}

const nowhere = new Proxy({} as Db, {
  get: () => {
    throw new Error('These operations are only described; there are no records behind them.');
  },
});
const nobody = () => peopleOf({ db: nowhere, now: () => new Date(), seals: sealFolder('') });

/** The same without records, for whoever only describes them; none of these may be run. */
export const allOperations = (): readonly Operation[] => operationsOf(nobody());

/** The OpenAPI document of this version, as `/api/openapi.json` has it. */
export async function openApi(version: string): Promise<object> {
  const { describeApi } = await import('./http/index.ts');
  const people = nobody();
  const questions = questionsOf({
    db: nowhere,
    data: '',
    workspace: undefined,
    mailing: undefined,
    now: () => new Date(),
  });
  return describeApi({ operations: operationsOf(people), people, questions }, version);
}

/** The stages that have tables, in the order of their numbers. */
export const MIGRATIONS = [
  'prove',
  'incident',
  'people',
  'platform/queue',
  'webhooks',
  'assess',
  'notify',
  'answer',
  'trace',
].map((stage) => new URL(`./${stage}/migrations/`, import.meta.url));

/** Where `npm run build` puts the web application; undefined while it was not run. */
export function builtWeb(): string | undefined {
  const folder = fileURLToPath(new URL('../../web/dist/', import.meta.url));
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}

export type ServeOptions = Readonly<{
  data: string;
  /** `postgres://…`; without it the records are embedded, in the data folder. */
  database: string | undefined;
  port: number;
  host: string;
  migrations: readonly Migration[];
  version: string;
  now: () => Date;
  log: Log;
  /** Path of the workspace file. Refuses one that can't be used. */
  workspace?: string | undefined;
  /** A file or an `http(s)` address with the last published checkpoint: with it a copy shows that was made with its data folder. */
  published?: string | undefined;
  /** The folder of the built web application, where there is one. */
  web?: string | undefined;
  /** Whether webhooks may lead to this machine and into private networks, and be `http`. */
  allowPrivateWebhooks?: boolean | undefined;
}>;

/**
 * Opens the data folder, listens, and makes the first administrator's link while there is nobody. Refuses as
 * `data-folder-in-use` when another process has the folder, and as `address-unavailable` when another has the port.
 */
export async function startServer(options: ServeOptions): Promise<Serving> {
  const {
    data,
    database,
    migrations,
    version,
    now,
    log,
    workspace,
    published: lastPublished,
    web,
    allowPrivateWebhooks: allowPrivate = false,
  } = options;
  if (workspace !== undefined) await loadWorkspace(workspace);
  await mkdir(data, { recursive: true, mode: 0o700 }).catch((cause) => {
    const message = `the data folder ${data} can not be made: ${cause.code}`;
    throw new ForthrightError('data-folder-unreadable', message, { cause });
  });
  if (await isOpenToOthers(data))
    log({ event: 'data-folder-open', level: 'warn', note: 'chmod 700: others can look into it' });
  const schema = { migrations, program: `Forthright ${version}` };
  const db = await openDatabase(
    database === undefined
      ? { kind: 'embedded', directory: join(data, 'records'), schema }
      : { kind: 'server', url: database, schema },
  );
  try {
    const checkpoint = lastPublished === undefined ? undefined : await readPublished(lastPublished);
    const witnesses = await readWitnesses(data);
    const register = await openRecords(db, data, now, { published: checkpoint, witnesses });
    if (register.kind === 'stopped') log({ event: 'register-stopped', level: 'error' });
    if ((await webhooksStandSince(db)) !== undefined)
      log({
        event: 'webhooks-stand-still',
        level: 'warn',
        note: 'since a restore; an administrator resumes them',
      });
    const seals = sealFolder(join(data, 'keys'));
    const people = peopleOf({ db, now, seals, company: await readCompany(data) });
    await people.begin();
    const mailing = await readMailing(data);
    if (register.kind === 'open') await archiveKeys({ db, now, actor: PROGRAM }, mailing);
    const operations = operationsOf(people, { workspace, allowPrivate, data, mailing });
    const secret = randomBytes(32).toString('base64url');
    const backup = () => makeBackup({ db, data, program: schema.program, now });
    const operator = { secret, backup, register: async () => wellbeing(db) };
    const returned = {
      asked: { db, now, actor: PROGRAM },
      mailing,
      fetchFromAmazon: keepingCertificates(getOutside, now),
    };
    const questions = questionsOf({ db, data, workspace, mailing, now });
    // The commands that ask a server read this file for its operations, and need none of what serves them.
    const http = await import('./http/index.ts');
    const published = join(data, 'public');
    const app = http.makeServer({
      operations,
      questions,
      people,
      db,
      now,
      log,
      version,
      published,
      operator,
      returned,
      web,
    });
    const address = await listen(app, options);
    // A database of its own is asked by itself; of several servers on one folder none is the one to ask.
    if (database === undefined) await writeOperator(data, { address, secret });
    await db.announce(address);
    const made = await people.firstLink();
    const receiver = await startReceiver({
      db,
      now,
      log,
      data,
      mailing,
      isAlias: (address) => isAliasKnown(db, address, { seals, now: now() }),
    }).catch(async (error) => {
      await app.close();
      throw error;
    });
    const worker = await startWorker({
      db,
      now,
      log,
      data,
      workspace,
      mailing,
      outbound: { allowPrivate },
      cosign: witnesses.length === 0 ? undefined : cosignBy(witnesses, log),
      upkeep: async () => {
        await people.upkeep();
        await endAndArchive({ db, now, actor: PROGRAM }, { data, mailing });
        await eraseEndedTraces({ db, now, actor: PROGRAM }, seals);
        await eraseEndedAliases({ db, now, actor: PROGRAM }, seals);
        await eraseEndedDecoys({ db, now, actor: PROGRAM }, seals);
      },
    }).catch(async (error) => {
      await receiver?.close();
      await app.close();
      throw error;
    });
    if (web === undefined)
      log({ event: 'web-missing', level: 'warn', note: '`npm run build` makes the web application' });
    log({ event: 'serving', level: 'info' });
    return {
      address,
      first: made && { url: `${address}/welcome?first=1&link=${made.link}`, expires: made.expires },
      close: async () => {
        await app.close();
        await receiver?.close();
        await worker.stop();
        if (database === undefined) await rm(join(data, OPERATOR), { force: true });
        await db.close();
        log({ event: 'ended', level: 'info' });
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** What the doctor is told who can't open the records itself. */
async function wellbeing(db: Db): Promise<RegisterState & Readonly<{ webhooksStandSince?: string }>> {
  const since = await webhooksStandSince(db);
  return {
    ...registerState(db),
    ...(since === undefined ? {} : { webhooksStandSince: since.toISOString() }),
  };
}

/** One that was made before with looser rights stays so: somebody may have meant it. It is said at each start, and by the doctor. */
async function isOpenToOthers(data: string): Promise<boolean> {
  return process.platform !== 'win32' && ((await stat(data)).mode & 0o077) !== 0;
}

/** Register, keys and files of the records in this data folder; nothing may be done before they are open. */
export async function openRecords(
  db: Db,
  data: string,
  now: () => Date,
  held: Pick<RegisterOptions, 'published' | 'witnesses'> = {},
): Promise<RegisterState> {
  await openFiles(db, data, { now });
  return openRegister({
    db,
    folder: join(data, 'register'),
    origin: 'forthright/register',
    keys: keyFolder(join(data, 'keys')),
    now,
    ...held,
  });
}

async function listen(
  app: ReturnType<typeof makeServer>,
  { host, port }: Pick<ServeOptions, 'host' | 'port'>,
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : 'unknown';
    throw new ForthrightError('address-unavailable', `can't listen at ${host}, port ${port}: ${code}`, {
      cause,
    });
  }
  const [at] = app.addresses();
  const bound = at === undefined || typeof at === 'string' ? port : at.port;
  // Who reads this sits at this machine, and a wildcard is no address to open.
  const shown = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${bound}`;
}
