/** A process that changes accounts, sessions, tokens, links and passkeys until it is killed. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROLES, type Role } from '@forthright/contract';
import { TOTP } from 'otpauth';
import type { makePeople } from '../../server/src/people/index.ts';
import { Authenticator } from '../../server/src/people/testing.authenticator.ts';
import { Provider } from '../../server/src/people/testing.provider.ts';
import { strays } from '../../server/src/people/testing.ts';
import { type Db, openDatabase, readMigrations } from '../../server/src/platform/db/index.ts';
import { openReady } from '../../server/src/platform/db/ready.ts';
import {
  type Actor,
  type Asked,
  checkRegister,
  continueRegister,
  registerState,
  sealFolder,
} from '../../server/src/prove/index.ts';
import { MIGRATIONS, openRecords, peopleOf } from '../../server/src/serve.ts';
import type { Order, Report } from './process.ts';

const PASSWORD = 'lamp orchard ferry';
const schema = { program: 'Forthright test', migrations: await readMigrations(...MIGRATIONS) };
let at = 0;
const now = () => {
  at += 1;
  return new Date(at);
};

type Answer = Record<string, unknown>;
type Person = Readonly<{ id: string; email: string; asked: Asked; session: string }>;

class World {
  readonly #db: Db;
  readonly #folder: string;
  readonly #people: ReturnType<typeof makePeople>;
  readonly does: <T>(work: () => Promise<T>) => Promise<T>;
  readonly #provider: Provider;
  #made = 0;

  constructor(db: Db, folder: string, provider: Provider, does: World['does']) {
    this.#db = db;
    this.#folder = folder;
    const seals = sealFolder(join(folder, 'keys'));
    this.#provider = provider;
    const { issuer, clientId } = provider;
    const clientSecretFile = join(folder, 'client-secret');
    const company = { name: 'Marlow', issuer, clientId, clientSecretFile, domains: ['marlow.example'] };
    this.#people = peopleOf({ db, now, work: { N: 1024, r: 8, p: 1 }, seals, company });
    this.does = does;
  }

  run(asked: Asked, name: string, rawInput: object): Promise<Answer> {
    const found = this.#people.operations.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no operation ${name}.`);
    return found.run(asked, found.input.parse(rawInput)) as Promise<Answer>;
  }

  async enter(name: string, rawInput: object, session?: string) {
    const found = this.#people.entrances.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no entrance ${name}.`);
    const { output, session: begun } = await found.run(found.input.parse(rawInput), session);
    return { output: output as Answer, session: typeof begun === 'object' ? begun.secret : '' };
  }

  asked(actor: Actor): Asked {
    return { db: this.#db, actor, now };
  }

  /** Somebody who administers; the first time through the first link. */
  async root(): Promise<Person> {
    const email = 'root@marlow.example';
    const made = await this.#people.firstLink();
    if (made !== undefined)
      await this.enter('accept-link', { link: made.link, email, name: 'Rosa Root', password: PASSWORD });
    return this.#person(email, await this.enter('sign-in', { email, password: PASSWORD }));
  }

  #person(email: string, { output, session }: Awaited<ReturnType<World['enter']>>): Person {
    const id = String(output.person);
    const actor: Actor = { id, account: id, roles: output.roles as Role[], via: 'session' };
    return { id, email, asked: this.asked(actor), session };
  }

  invite(root: Person, roles: readonly Role[] = ['auditor']): Promise<Answer> {
    this.#made += 1;
    const email = `p${at}.${this.#made}@marlow.example`;
    return this.run(root.asked, 'invite-person', { email, name: 'Iris Quint', roles });
  }

  async person(root: Person): Promise<Person> {
    const { link, person } = await this.invite(root);
    const entered = await this.enter('accept-link', { link, password: PASSWORD });
    return this.#person(String((person as Answer).email), entered);
  }

  async passkey(person: Person): Promise<Authenticator> {
    const device = new Authenticator();
    const options = await this.run(person.asked, 'begin-passkey', { password: PASSWORD });
    const credential = device.create(options);
    await this.run(person.asked, 'add-passkey', { name: 'laptop', credential });
    return device;
  }

  async factor({ asked }: Person): Promise<TOTP> {
    const { secret } = await this.run(asked, 'begin-second-factor', { password: PASSWORD });
    return new TOTP({ secret: String(secret) });
  }

  /** Through the provider, up to where it sends the browser back; what is left to do. */
  async throughProvider(email: string): Promise<() => Promise<unknown>> {
    const { company } = this.#people;
    const begun = await company?.begin('http://localhost/sign-in/company/back');
    this.#provider.person = { sub: email, email, email_verified: true };
    const { headers } = await fetch(begun?.address ?? '', { redirect: 'manual' });
    const query = new URL(headers.get('location') ?? '').search.slice(1);
    return async () => company?.finish(query, begun?.ticket);
  }

  /** The data folder's memory of the register is lost; an administrator signs in all the same, and decides. */
  async goOn(person: Person, root: Person): Promise<void> {
    await rm(join(this.#folder, 'register', 'register-head.json'), { force: true });
    await openRecords(this.#db, this.#folder, now);
    await this.enter('sign-out', {}, person.session);
    const { session } = await this.enter('sign-in', { email: root.email, password: PASSWORD });
    await continueRegister(root.asked, 'The folder was lost.');
    await this.#people.recognise({ session });
  }
}

const code = (totp: TOTP) => totp.generate({ timestamp: at });

/** Signs in anew with each: a code counts once, so half a minute passes. */
const later = () => {
  at += 60_000;
};

type Deed = (world: World) => Promise<unknown>;
const withPerson =
  (deed: (world: World, person: Person, root: Person) => Promise<unknown>): Deed =>
  async (world) => {
    const root = await world.root();
    return deed(world, await world.person(root), root);
  };
const own = (name: string, input: object): Deed =>
  withPerson((world, { asked }) => world.does(() => world.run(asked, name, input)));
const about = (name: string, input: object = {}): Deed =>
  withPerson(async (world, { asked, id }, root) => {
    await world.run(asked, 'make-token', { name: 'export', scopes: ['auditor'], days: 1 });
    return world.does(() => world.run(root.asked, name, { person: id, ...input }));
  });

/** Every operation and entrance of people that changes something. */
export const DEEDS: Readonly<Record<string, Deed>> = {
  'invite-person': async (world) => {
    const root = await world.root();
    return world.does(() => world.invite(root));
  },
  'accept-link': async (world) => {
    const { link } = await world.invite(await world.root());
    return world.does(() => world.enter('accept-link', { link, password: PASSWORD }));
  },
  'reset-sign-in': about('reset-sign-in'),
  'accept-reset': withPerson(async (world, person, root) => {
    await world.passkey(person);
    const totp = await world.factor(person);
    await world.run(person.asked, 'confirm-second-factor', { code: code(totp) });
    const { link } = await world.run(root.asked, 'reset-sign-in', { person: person.id });
    return world.does(() => world.enter('accept-link', { link, password: PASSWORD }));
  }),
  'set-roles': about('set-roles', { roles: [] }),
  'sign-person-out': about('sign-person-out'),
  'erase-person': about('erase-person', { reason: 'left' }),
  'make-token': own('make-token', { name: 'export', scopes: ['auditor'] }),
  'revoke-token': withPerson(async (world, { asked }) => {
    const { token } = await world.run(asked, 'make-token', { name: 'export', scopes: ['auditor'] });
    const { id } = token as Answer;
    return world.does(() => world.run(asked, 'revoke-token', { token: id }));
  }),
  'sign-out-everywhere': own('sign-out-everywhere', {}),
  'change-password': own('change-password', { password: PASSWORD, newPassword: 'river candle stamp' }),
  'begin-second-factor': own('begin-second-factor', { password: PASSWORD }),
  'confirm-second-factor': withPerson(async (world, person) => {
    const totp = await world.factor(person);
    return world.does(() => world.run(person.asked, 'confirm-second-factor', { code: code(totp) }));
  }),
  'remove-second-factor': withPerson(async (world, person) => {
    const totp = await world.factor(person);
    await world.run(person.asked, 'confirm-second-factor', { code: code(totp) });
    later();
    const given = { password: PASSWORD, code: code(totp) };
    return world.does(() => world.run(person.asked, 'remove-second-factor', given));
  }),
  'rotate-seal-key': withPerson(async (world, person, root) => {
    const totp = await world.factor(person);
    await world.run(person.asked, 'confirm-second-factor', { code: code(totp) });
    await world.does(() => world.run(root.asked, 'rotate-seal-key', {}));
    later();
    const { email } = person;
    return world.enter('sign-in', { email, password: PASSWORD, code: code(totp) });
  }),
  'begin-passkey': own('begin-passkey', { password: PASSWORD }),
  'add-passkey': withPerson((world, person) => world.does(() => world.passkey(person))),
  'remove-passkey': withPerson(async (world, person) => {
    const { id } = await world.passkey(person);
    const given = { passkey: id.toString('base64url'), password: PASSWORD };
    return world.does(() => world.run(person.asked, 'remove-passkey', given));
  }),
  'sign-in': withPerson((world, { email }) =>
    world.does(() => world.enter('sign-in', { email, password: PASSWORD })),
  ),
  'sign-out': withPerson((world, { session }) => world.does(() => world.enter('sign-out', {}, session))),
  'sign-in-through-company': withPerson(async (world, { email }) =>
    world.does(await world.throughProvider(email)),
  ),
  'begin-passkey-sign-in': (world) => world.does(() => world.enter('begin-passkey-sign-in', {})),
  'sign-in-with-passkey': withPerson(async (world, person) => {
    const device = await world.passkey(person);
    const { output } = await world.enter('begin-passkey-sign-in', {});
    const credential = device.get(output);
    return world.does(() => world.enter('sign-in-with-passkey', { credential }));
  }),
  'continue-register': withPerson((world, person, root) => world.does(() => world.goOn(person, root))),
};

const say = (report: Report): void => {
  if (process.connected) process.send?.(report);
};

/** The index of the latest entry: whatever was acknowledged stands up to there. */
async function latest(db: Db): Promise<number> {
  const [row] = await db.rows<{ last: bigint }>('SELECT max(index) AS last FROM register_entries');
  return Number(row?.last ?? -1);
}

async function obey({ folder, url, at: begin, target, before, acknowledged }: Order): Promise<void> {
  at = begin;
  const db = await (url === undefined
    ? openReady(join(folder, 'records'), schema)
    : openDatabase({ kind: 'server', url, schema }));
  const state = await openRecords(db, folder, now);
  const provider = await Provider.start();
  await writeFile(join(folder, 'client-secret'), provider.clientSecret, { mode: 0o600 });
  const world = new World(db, folder, provider, (work) => work());
  if (state.kind === 'stopped') {
    const id = 'usr_somebody';
    await continueRegister(
      world.asked({ id, account: id, roles: ROLES, via: 'session' }),
      'It was cut short.',
    );
    await world.root();
  }
  const last = await latest(db);
  const lost = acknowledged.filter((index) => index > last);
  const wrong = [
    ...(await checkRegister(db)),
    ...(await strays(db)),
    ...(lost.length === 0 ? [] : [`${lost.length} acknowledged entries are lost`]),
    ...(registerState(db).kind === 'open' ? [] : ['the register is stopped']),
  ];
  say({ say: 'looked', wrong, wasStopped: state.kind === 'stopped' });
  for (const name of [...before, target]) {
    const isTarget = name === target;
    const does = <T>(work: () => Promise<T>): Promise<T> => {
      say({ say: 'doing', name, isTarget });
      return work();
    };
    await DEEDS[name]?.(new World(db, folder, provider, does));
    say({ say: 'done', entry: await latest(db) });
  }
}

// The tests take the deeds' names from here; a listener in their process would keep it from ending.
if (import.meta.main) {
  process.on('message', (rawOrder) => void obey(rawOrder as Order));
  process.on('disconnect', () => process.exit());
}
