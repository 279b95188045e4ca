/** For tests: the whole door over real records, a clock that is set, and people who are signed in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@forthright/contract';
import type { Mailing } from '../notify/index.ts';
import type { CompanySettings, Entrance, makePeople } from '../people/index.ts';
import { type Db, openDatabase, readMigrations } from '../platform/db/index.ts';
import { openReady } from '../platform/db/ready.ts';
import { jsonLog } from '../platform/index.ts';
import { type Operation, sealFolder } from '../prove/index.ts';
import { MIGRATIONS, openRecords, operationsOf, peopleOf, questionsOf } from '../serve.ts';
import { makeServer } from './server.ts';

export const PASSWORD = 'lamp orchard ferry';
const HOST = '127.0.0.1:8600';

export type Reply = Readonly<{
  status: number;
  /** Empty unless the answer is JSON; `text` is all of it. */
  body: Record<string, unknown>;
  text: string;
  headers: Readonly<Record<string, unknown>>;
  cookie: string;
}>;

export type As = Readonly<{ cookie?: string; token?: string; from?: string }>;

type Settings = Readonly<{
  silenceMs: number;
  company: CompanySettings | undefined;
  allowPrivate: boolean;
  workspace: string | undefined;
  mailing: Mailing | undefined;
  web: string | undefined;
}>;

export class World {
  readonly db: Db;
  readonly lines: string[] = [];
  /** The data folder. */
  readonly folder: string;
  #nowMs = Date.parse('2025-11-20T14:00:00Z');
  #from = 1;
  readonly people: ReturnType<typeof makePeople>;
  readonly questions: readonly Entrance[];
  readonly app: ReturnType<typeof makeServer>;

  private constructor(
    db: Db,
    folder: string,
    more: readonly Operation[],
    { silenceMs, company, allowPrivate, workspace, mailing, web }: Settings,
  ) {
    this.db = db;
    this.folder = folder;
    const seals = sealFolder(join(folder, 'keys'));
    this.people = peopleOf({ db, now: this.now, work: { N: 1024, r: 8, p: 1 }, seals, company });
    const operations = [
      ...operationsOf(this.people, { allowPrivate, workspace, mailing, data: folder }),
      ...more,
    ];
    this.questions = questionsOf({ db, data: folder, workspace, mailing, now: this.now });
    const log = jsonLog((line) => this.lines.push(line), this.now);
    this.app = makeServer({
      operations,
      people: this.people,
      questions: this.questions,
      published: join(folder, 'public'),
      db,
      now: this.now,
      log,
      version: '0.1.0',
      silenceMs,
      web,
    });
  }

  /** Over records of its own in a temporary folder, or on the server of this address. */
  static async open({
    more = [],
    url,
    silenceMs = 30_000,
    company,
    allowPrivate = false,
    workspace,
    mailing,
    web,
  }: {
    more?: readonly Operation[];
    url?: string | undefined;
    silenceMs?: number;
    company?: CompanySettings;
    /** Whether webhooks may lead to this machine. */
    allowPrivate?: boolean;
    /** Path of a workspace file. */
    workspace?: string | undefined;
    /** How mail is sent; without it none is. */
    mailing?: Mailing | undefined;
    /** Folder of a built web application. */
    web?: string | undefined;
  } = {}): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'forthright-door-'));
    const schema = { migrations: await readMigrations(...MIGRATIONS), program: 'Forthright test' };
    const db = await (url === undefined
      ? openReady(join(folder, 'records'), schema)
      : openDatabase({ kind: 'server', url, schema }));
    await openRecords(db, folder, () => new Date());
    return new World(db, folder, more, {
      silenceMs,
      company,
      allowPrivate,
      workspace,
      mailing,
      web,
    });
  }

  readonly now = (): Date => new Date(this.#nowMs);

  pass(hours: number): void {
    this.#nowMs += hours * 3_600_000;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.db.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Each request comes from another client, unless a test says from which. */
  async ask(method: string, url: string, as: As = {}, payload?: object): Promise<Reply> {
    const headers: Record<string, string> = { host: HOST, origin: `http://${HOST}` };
    if (as.cookie !== undefined) headers.cookie = as.cookie;
    if (as.token !== undefined) headers.authorization = `Bearer ${as.token}`;
    if (payload !== undefined) headers['content-type'] = 'application/json';
    const n = this.#from++;
    const remoteAddress = as.from ?? `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    const answer = await this.app.inject({
      method: method as 'GET',
      url,
      headers,
      remoteAddress,
      ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
    });
    const isJson = /^application\/(\w+\+)?json/.test(String(answer.headers['content-type']));
    return {
      status: answer.statusCode,
      body: isJson && answer.body !== '' ? JSON.parse(answer.body) : {},
      text: answer.body,
      headers: answer.headers,
      cookie: String(answer.headers['set-cookie'] ?? '').split(';')[0] ?? '',
    };
  }

  /** The first administrator's session. */
  async first(email = 'root@marlow.example'): Promise<As> {
    const made = await this.people.firstLink();
    const { cookie } = await this.ask(
      'POST',
      '/api/accept-link',
      {},
      { link: made?.link, email, name: 'Rosa Root', password: PASSWORD },
    );
    return { cookie };
  }

  /** Somebody of these roles, signed in. */
  async person(administrator: As, email: string, roles: readonly Role[]): Promise<As & { id: string }> {
    const invited = await this.ask('POST', '/api/people', administrator, {
      email,
      name: 'Iris Quint',
      roles,
    });
    const { cookie, body } = await this.ask(
      'POST',
      '/api/accept-link',
      {},
      { link: invited.body.link, password: PASSWORD },
    );
    return { cookie, id: String(body.person) };
  }
}
