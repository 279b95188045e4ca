/** Whether everything that Forthright needs is there and well, and what to do where it is not. Changes nothing. */
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { canSend, type Mailing, readMailing } from './notify/index.ts';
import { openAnalytics } from './platform/analytics/index.ts';
import { appliedMigrations, type Db, type Migration, openDatabase, readOwner } from './platform/db/index.ts';
import type { MailNames } from './platform/index.ts';
import { type DkimKey, dkimKey, dkimRecord, domainOf, whyNotReached } from './platform/mail/index.ts';
import { readSecretFile, registerVerdict } from './prove/index.ts';
import { webhooksStandSince } from './webhooks/index.ts';

/** `unknown` is no `well`: what could not be looked at is said. */
export type Finding = Readonly<{
  check:
    | 'folder'
    | 'disk'
    | 'keys'
    | 'database'
    | 'register'
    | 'webhooks'
    | 'clock'
    | 'analytics'
    | 'mail'
    | 'dns';
  state: 'well' | 'doubtful' | 'broken' | 'unknown';
  what: string;
  todo?: string;
  /** The record of DNS that it is about, as it is to be published; `<…>` is yours to fill in. */
  record?: DnsRecord;
}>;

export type DnsRecord = Readonly<{ name: string; type: 'TXT' | 'MX'; value: string }>;

export type DoctorOptions = Readonly<{
  data: string;
  /** `postgres://…`; undefined for the embedded database. */
  database: string | undefined;
  /** `http://user:password@host:8123`; undefined for the embedded engine. */
  clickhouse: string | undefined;
  domains: readonly string[];
  /** DKIM selectors, and addresses from which mail is sent. */
  selectors: readonly string[];
  senders: readonly string[];
  migrations: readonly Migration[];
  program: string;
  names: MailNames;
  /** What a running server says of its register, for who can read its folder. */
  askServer: (data: string) => Promise<Readonly<{ kind: string; why?: string; webhooksStandSince?: string }>>;
  /** The `Date` that a web server answers with; undefined when it can't be asked. */
  dateOf: (url: string) => Promise<Date | undefined>;
  now: () => Date;
}>;

const MiB = 1024 ** 2;
const LITTLE_BYTES = 1024 * MiB;
const NOTHING_BYTES = 100 * MiB;
const OTHERS = 0o077;
/** Times are held against logs of other machines; a code of an authenticator counts for 30 seconds. */
const SKEW_DOUBTFUL_MS = 2000;
const SKEW_BROKEN_MS = 30_000;

const well = (check: Finding['check'], what: string): Finding => ({ check, state: 'well', what });
const finding = (check: Finding['check'], state: Finding['state'], what: string, todo: string): Finding => ({
  check,
  state,
  what,
  todo,
});

/** Every check, in the order of what depends on what. Nothing of one keeps another from being made. */
export async function examine(options: DoctorOptions): Promise<Finding[]> {
  const found = [...(await folder(options.data)), await disk(options.data), ...(await keys(options.data))];
  found.push(...(await records(options)));
  found.push(await outsideClock(options), await analytics(options));
  const sent = await mail(options.data);
  found.push(sent.finding);
  if (sent.mailing !== undefined)
    found.push(...(await relays(sent.mailing)), ...(await mailRecords(options, sent.mailing)));
  found.push(...(await dns(options)));
  return found;
}

const errorWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function folder(data: string): Promise<Finding[]> {
  const found = await stat(data).catch(() => undefined);
  if (found === undefined)
    return [
      finding(
        'folder',
        'doubtful',
        `there is no data folder ${data} yet`,
        'Start `forthright serve`, or name the folder with --data.',
      ),
    ];
  if (!found.isDirectory())
    return [finding('folder', 'broken', `${data} is no folder`, 'Name another with --data.')];
  const mode = (found.mode & 0o777).toString(8);
  if (process.platform !== 'win32' && (found.mode & OTHERS) !== 0)
    return [
      finding(
        'folder',
        'broken',
        `others can look into ${data} (mode ${mode})`,
        `\`chmod 700 ${data}\`; it holds keys and everything that was recorded.`,
      ),
    ];
  return [well('folder', `${data} is its owner's alone`)];
}

async function disk(data: string): Promise<Finding> {
  const found = await statfs(data).catch(() => undefined);
  if (found === undefined)
    return finding(
      'disk',
      'unknown',
      'the room on the disk can not be asked',
      'Look at it again when the data folder is there.',
    );
  const bytes = found.bavail * found.bsize;
  const left = `${Math.floor(bytes / MiB).toLocaleString('en-GB')} MiB are left on the disk of the data folder`;
  const todo = 'Make room: without it nothing can be recorded.';
  if (bytes < NOTHING_BYTES) return finding('disk', 'broken', left, todo);
  return bytes < LITTLE_BYTES ? finding('disk', 'doubtful', left, todo) : well('disk', left);
}

async function keys(data: string): Promise<Finding[]> {
  const names = await readdir(join(data, 'keys')).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? [] : (error.code ?? 'unknown'),
  );
  if (typeof names === 'string')
    return [
      finding(
        'keys',
        'broken',
        `the folder ${join(data, 'keys')} can not be read: ${names}`,
        'Give it to whoever runs the server, and to nobody else.',
      ),
    ];
  const open: Finding[] = [];
  for (const name of names) {
    const { mode } = await stat(join(data, 'keys', name));
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
      open.push(
        finding(
          'keys',
          'broken',
          `others can read the key file ${name} (mode ${(mode & 0o777).toString(8)})`,
          'Whoever read it can sign in your name: `chmod 600` it and revoke the key (docs/keys.md).',
        ),
      );
  }
  if (open.length > 0) return open;
  if (names.length > 0)
    return [
      well(
        'keys',
        `${names.length} key ${names.length === 1 ? 'file is its' : 'files are their'} owner's alone`,
      ),
    ];
  return [
    finding(
      'keys',
      'doubtful',
      'there is no private key of the register here',
      'Right before the first start. After a restore: `forthright rotate-register-key`, or put the keys back.',
    ),
  ];
}

async function records(options: DoctorOptions): Promise<Finding[]> {
  const { data, database } = options;
  if (database === undefined) {
    const owner = await readOwner(join(data, 'records'));
    if (owner !== undefined) return runningServer(options, owner.pid);
    if ((await stat(join(data, 'records')).catch(() => undefined)) === undefined)
      return [
        finding(
          'database',
          'doubtful',
          'there are no records in the data folder yet',
          'Start `forthright serve`.',
        ),
      ];
  }
  let db: Db;
  try {
    db = await openDatabase(
      database === undefined
        ? { kind: 'embedded', directory: join(data, 'records'), schema: 'as it is' }
        : { kind: 'server', url: database, schema: 'as it is' },
    );
  } catch (error) {
    const code = error instanceof ForthrightError ? error.code : 'internal';
    return [finding('database', 'broken', errorWords(error), `See ${code} in docs/errors.md.`)];
  }
  try {
    return await opened(db, options);
  } catch (error) {
    return [finding('database', 'broken', errorWords(error), 'Look at the log of the database.')];
  } finally {
    await db.close();
  }
}

async function runningServer({ data, askServer }: DoctorOptions, pid: number): Promise<Finding[]> {
  try {
    const register = await askServer(data);
    return [
      well('database', `process ${pid} has the records open, and they answer`),
      registerFinding(register),
      ...standstill(register.webhooksStandSince),
    ];
  } catch (error) {
    return [
      finding(
        'database',
        'broken',
        `process ${pid} has the records open and does not answer: ${errorWords(error)}`,
        'Look at its log; end it and start it again.',
      ),
    ];
  }
}

async function opened(db: Db, { data, migrations, program, now }: DoctorOptions): Promise<Finding[]> {
  const [there] = await db.rows<{ ledger: boolean }>(
    "SELECT to_regclass('forthright.migrations') IS NOT NULL AS ledger",
  );
  if (there?.ledger !== true)
    return [finding('database', 'doubtful', `${db.name} holds no records yet`, 'Start `forthright serve`.')];
  const applied = (await appliedMigrations(db)).length;
  const found: Finding[] = [
    applied > migrations.length
      ? finding(
          'database',
          'broken',
          `${db.name} was made by a newer program than ${program}`,
          'Use that program or a later one.',
        )
      : applied < migrations.length
        ? finding(
            'database',
            'doubtful',
            `${db.name} is of an older version and will be brought forward at the next start`,
            'Make a backup with the version that runs first.',
          )
        : well('database', `${db.name} answers`),
  ];
  if (applied <= migrations.length)
    found.push(registerFinding(await registerVerdict(db, join(data, 'register'))));
  found.push(...standstill((await webhooksStandSince(db))?.toISOString()));
  if (db.kind === 'server') found.push(await databaseClock(db, now));
  return found;
}

const standstill = (since: string | undefined): Finding[] =>
  since === undefined
    ? []
    : [
        finding(
          'webhooks',
          'doubtful',
          `webhooks stand still since a restore at ${since}`,
          'Remove those that nobody is to tell any more, then `forthright resume-webhooks`.',
        ),
      ];

function registerFinding({ kind, why }: Readonly<{ kind: string; why?: string }>): Finding {
  if (kind === 'open') return well('register', 'the register agrees with what was last seen of it here');
  return finding(
    'register',
    'broken',
    `the register is stopped: ${why ?? 'nobody says why'}`,
    'Find out why, then decide with `forthright continue-register` (docs/record.md, "At start").',
  );
}

function skew(check: 'clock', whose: string, theirs: Date, before: Date, after: Date): Finding {
  const ms = Math.max(0, theirs.getTime() - after.getTime(), before.getTime() - theirs.getTime());
  const what = `this machine's clock and that of ${whose} are ${(ms / 1000).toFixed(1)} s apart`;
  const todo = 'Let both be set by NTP: deadlines, sessions and comparisons with logs depend on it.';
  if (ms >= SKEW_BROKEN_MS) return finding(check, 'broken', what, todo);
  return ms >= SKEW_DOUBTFUL_MS ? finding(check, 'doubtful', what, todo) : well(check, what);
}

async function databaseClock(db: Db, now: () => Date): Promise<Finding> {
  const before = now();
  const [row] = await db.rows<{ at: Date }>('SELECT clock_timestamp()::timestamptz(3) AS at');
  return skew('clock', 'the database', row?.at ?? before, before, now());
}

/** `Date` says whole seconds only. */
const SECOND_MS = 1000;

async function outsideClock({ domains, dateOf, now }: DoctorOptions): Promise<Finding> {
  const [domain] = domains;
  const todo = 'Compare it by hand, or let it be set by NTP.';
  if (domain === undefined)
    return finding(
      'clock',
      'unknown',
      'no web site of yours is known whose clock could be asked',
      `Name organisation.domains in the workspace. ${todo}`,
    );
  const before = now();
  const date = await dateOf(`https://${domain}/`);
  if (date === undefined)
    return finding('clock', 'unknown', `https://${domain}/ can't be asked for the time`, todo);
  return skew('clock', domain, date, new Date(before.getTime() - SECOND_MS), now());
}

async function analytics({ clickhouse }: DoctorOptions): Promise<Finding> {
  const directory = await mkdtemp(join(tmpdir(), 'forthright-doctor-'));
  try {
    const engine = await openAnalytics(
      clickhouse === undefined
        ? { kind: 'embedded', directory }
        : { kind: 'server', directory, url: clickhouse },
    );
    try {
      await engine.rows('SELECT 1 AS one');
      return well(
        'analytics',
        `the engine for logs answers (${clickhouse === undefined ? 'embedded' : 'ClickHouse server'})`,
      );
    } finally {
      await engine.close();
    }
  } catch (error) {
    return finding(
      'analytics',
      'broken',
      errorWords(error),
      'No incident can be scoped without it: see docs/engines.md.',
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function mail(data: string): Promise<Readonly<{ finding: Finding; mailing?: Mailing | undefined }>> {
  let mailing: Mailing | undefined;
  try {
    mailing = await readMailing(data);
  } catch (error) {
    const todo = 'Mend it (docs/campaigns.md): the server does not start with it.';
    return { finding: finding('mail', 'broken', errorWords(error), todo) };
  }
  if (mailing === undefined)
    return { finding: well('mail', 'there is no mail.yaml: nothing is sent, and messages can be looked at') };
  const { relays, direct, from } = mailing;
  const way =
    direct === undefined ? `by ${relays.length} of your relays` : 'directly to each domain’s servers';
  if (canSend(mailing)) return { mailing, finding: well('mail', `mail.yaml: as ${from.address}, ${way}`) };
  const todo = 'Name a relay, or say `direct`, before a campaign is to start.';
  return {
    mailing,
    finding: finding('mail', 'doubtful', 'mail.yaml names no relay, so nothing is sent', todo),
  };
}

/** Each is greeted as it would be before a message. Those of other domains are known when there is a message for them. */
const relays = ({ relays, helo }: Mailing): Promise<Finding[]> =>
  Promise.all(
    relays.map(async (target) => {
      const name = `${target.host}:${target.port}`;
      const why = await whyNotReached(target, helo);
      if (why === undefined) return well('mail', `the relay ${name} takes mail from here`);
      const todo =
        'See that it runs, lets this machine in, and has the certificate, name and password of mail.yaml.';
      return finding('mail', 'broken', `the relay ${name} can not be used: ${why}`, todo);
    }),
  );

/** What mail as mail.yaml has it needs of DNS: that our signatures are found, that relays may send, that returns come back. */
async function mailRecords({ data, names }: DoctorOptions, mailing: Mailing): Promise<Finding[]> {
  const domain = domainOf(mailing.from.address);
  const { returns } = mailing;
  const found = await signatureRecords(names, domain, [...mailing.dkim, ...(await madeKeys(data, domain))]);
  const spf = await oneRecord(
    names,
    returns,
    'SPF',
    SPF,
    'who may send for the domain of returned mail',
    isStrict,
  );
  const relays = 'v=spf1 <your relays, such as include:… or ip4:…> -all';
  found.push({ ...spf, record: { name: returns, type: 'TXT', value: relays } });
  const dmarc = await oneRecord(
    names,
    `_dmarc.${domain}`,
    'DMARC',
    DMARC,
    'what others do with mail that is not yours',
  );
  const value = 'v=DMARC1; p=reject; adkim=s; rua=mailto:<an address that is read>';
  found.push({ ...dmarc, record: { name: `_dmarc.${domain}`, type: 'TXT', value } });
  found.push(await exchange(names, mailing));
  return found;
}

const SPF = /^v=spf1(\s|$)/i;
const DMARC = /^v=DMARC1\s*;/i;

async function signatureRecords(
  names: MailNames,
  domain: string,
  keys: readonly DkimKey[],
): Promise<Finding[]> {
  const found: Finding[] = [];
  const bare = (value: string) => value.replace(/\s+/g, '');
  for (const key of keys) {
    const { name, text } = dkimRecord(key);
    const isOurs = (value: string) => bare(value) === bare(text);
    const one = await oneRecord(
      names,
      name,
      'DKIM',
      /(^|;)\s*p\s*=/,
      'the public key of your signatures',
      isOurs,
    );
    found.push({ ...one, record: { name, type: 'TXT', value: text } });
  }
  const todo = '`forthright make-mail-key`, publish its record, `forthright rotate-mail-key`.';
  if (keys.length === 0) found.push(finding('dns', 'broken', `mail of ${domain} is not signed`, todo));
  return found;
}

/** Without MX what comes back is lost. */
async function exchange(names: MailNames, { returns, helo }: Mailing): Promise<Finding> {
  const asked = await ask(names.exchangesOf(returns));
  const record = (host: string): DnsRecord => ({ name: returns, type: 'MX', value: `10 ${host}` });
  const todo =
    'Publish an MX record that leads to the receiver, or the mailbox, that `receive` in mail.yaml names.';
  if ('why' in asked)
    return {
      ...finding('dns', 'unknown', `MX of ${returns}: DNS can't be asked (${asked.why})`, todo),
      record: record(helo),
    };
  const [first] = asked.values;
  return first === undefined
    ? {
        ...finding('dns', 'broken', `${returns} has no MX record: returned mail does not come back`, todo),
        record: record(helo),
      }
    : { ...well('dns', `mail to ${returns} goes to ${asked.values.join(', ')}`), record: record(first) };
}

/** Where anybody may send the record says nothing. */
const isStrict = (value: string): boolean => !/(^|\s)\+?all(\s|$)/i.test(value);

/** Keys that Forthright made, by the files that are there: the records may be open in a server. */
async function madeKeys(data: string, domain: string): Promise<DkimKey[]> {
  const files = (await readdir(join(data, 'keys')).catch(() => [])).flatMap((file) => {
    const [, selector] = /^mail-(.+)\.pem$/.exec(file) ?? [];
    return selector === undefined ? [] : [{ file, selector }];
  });
  return Promise.all(
    files.map(async ({ file, selector }) =>
      dkimKey({ domain, selector, privateKey: await readSecretFile(join(data, 'keys', file)) }),
    ),
  );
}

type Asked = Readonly<{ values: readonly string[] } | { why: string }>;

/** No record is an answer; that nobody could be asked is another. */
async function ask(question: Promise<readonly string[]>): Promise<Asked> {
  try {
    return { values: await question };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return code === 'ENODATA' || code === 'ENOTFOUND' ? { values: [] } : { why: code };
  }
}

async function dns({ domains, selectors, senders, names }: DoctorOptions): Promise<Finding[]> {
  const found: Finding[] = [];
  if (domains.length === 0)
    found.push(
      finding(
        'dns',
        'unknown',
        'no domain is known whose records could be looked at',
        'Name organisation.domains in the workspace.',
      ),
    );
  for (const domain of domains) {
    found.push(
      await oneRecord(
        names,
        domain,
        'SPF',
        SPF,
        'who may send for the domain, such as `v=spf1 include:… -all`',
      ),
    );
    found.push(
      await oneRecord(
        names,
        `_dmarc.${domain}`,
        'DMARC',
        DMARC,
        'what others do with mail that is not yours, such as `v=DMARC1; p=reject; rua=mailto:…`',
      ),
    );
    for (const selector of selectors)
      found.push(
        await oneRecord(
          names,
          `${selector}._domainkey.${domain}`,
          'DKIM',
          /(^|;)\s*p\s*=\s*[A-Za-z0-9+/]/,
          'the public key of your signatures, `v=DKIM1; k=…; p=…`',
        ),
      );
    if (selectors.length === 0)
      found.push(
        finding(
          'dns',
          'unknown',
          `DKIM of ${domain} was not looked at: no selector is known`,
          'Name yours with --dkim SELECTOR.',
        ),
      );
  }
  for (const sender of senders) found.push(await reverse(names, sender));
  if (senders.length === 0 && domains.length > 0)
    found.push(
      finding(
        'dns',
        'unknown',
        'PTR was not looked at: no address from which mail is sent is known',
        'Name it with --sender ADDRESS.',
      ),
    );
  return found;
}

async function oneRecord(
  names: MailNames,
  name: string,
  what: string,
  form: RegExp,
  purpose: string,
  isRight: (value: string) => boolean = () => true,
): Promise<Finding> {
  const asked = await ask(names.texts(name));
  if ('why' in asked)
    return finding(
      'dns',
      'unknown',
      `${what} of ${name}: DNS can't be asked (${asked.why})`,
      'Try again when this machine is online, or name a server with --dns.',
    );
  const records = asked.values.filter((text) => form.test(text));
  const todo = `Publish one TXT record at ${name}: ${purpose}.`;
  const [only = ''] = records;
  if (records.length === 1)
    return isRight(only)
      ? well('dns', `${what} of ${name} is there`)
      : finding('dns', 'broken', `the ${what} record of ${name} is not as it is needed: ${only}`, todo);
  if (records.length > 1)
    return finding(
      'dns',
      'broken',
      `${name} has ${records.length} ${what} records; with more than one none counts`,
      todo,
    );
  return finding('dns', 'broken', `${name} has no ${what} record`, todo);
}

/** Receivers ask for the name of the address, and whether that name has the address. */
async function reverse(names: MailNames, sender: string): Promise<Finding> {
  const asked = await ask(names.namesOf(sender));
  const todo = `Let whoever gave you ${sender} set its PTR to the name of your mail server, and give that name this address.`;
  if ('why' in asked)
    return finding(
      'dns',
      'unknown',
      `PTR of ${sender}: DNS can't be asked (${asked.why})`,
      'Try again when this machine is online, or name a server with --dns.',
    );
  if (asked.values.length === 0) return finding('dns', 'broken', `${sender} has no name (PTR)`, todo);
  for (const name of asked.values) {
    const back = await ask(names.addressesOf(name));
    if ('values' in back && back.values.includes(sender))
      return well('dns', `${sender} is ${name}, and ${name} is ${sender}`);
  }
  return finding(
    'dns',
    'broken',
    `${sender} is called ${asked.values[0]}, which has another address or none`,
    todo,
  );
}
