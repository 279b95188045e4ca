/** Starts everything that serves, on one data folder; wired by hand. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { assessOperations } from './assess/index.ts';
import type { Serving } from './cli/index.ts';
import { makeServer } from './http/index.ts';
import { incidentOperations } from './incident/index.ts';
import { makePeople, type People } from './people/index.ts';
import { type Db, type Migration, openDatabase } from './platform/db/index.ts';
import type { Log } from './platform/index.ts';
import {
  keyFolder,
  type Operation,
  openRegister,
  type RegisterState,
  registerOperations,
} from './prove/index.ts';

/** Every operation that the server answers, of all stages. */
export const operationsOf = (people: People): readonly Operation[] => [
  ...people.operations,
  ...incidentOperations,
  ...assessOperations,
  ...registerOperations,
];

/** The stages that have tables, in the order of their numbers. */
export const MIGRATIONS = ['prove', 'incident', 'people', 'assess'].map(
  (stage) => new URL(`./${stage}/migrations/`, import.meta.url),
);

export type ServeOptions = Readonly<{
  data: string;
  port: number;
  host: string;
  migrations: readonly Migration[];
  version: string;
  now: () => Date;
  log: Log;
}>;

/**
 * Opens the data folder, listens, and makes the first administrator's link while there is nobody. Refuses as
 * `data-folder-in-use` when another process has the folder, and as `address-unavailable` when another has the port.
 */
export async function startServer(options: ServeOptions): Promise<Serving> {
  const { data, migrations, version, now, log } = options;
  await mkdir(data, { recursive: true, mode: 0o700 }).catch((cause) => {
    const message = `the data folder ${data} can not be made: ${cause.code}`;
    throw new ForthrightError('data-folder-unreadable', message, { cause });
  });
  const schema = { migrations, program: `Forthright ${version}` };
  const db = await openDatabase({ kind: 'embedded', directory: join(data, 'records'), schema });
  try {
    const register = await openRecords(db, data, now);
    if (register.kind === 'stopped') log({ event: 'register-stopped', level: 'error' });
    const people = makePeople({ db, now });
    const app = makeServer({ operations: operationsOf(people), people, db, now, log, version });
    const address = await listen(app, options);
    await db.announce(address);
    const made = await people.firstLink();
    log({ event: 'serving', level: 'info' });
    return {
      address,
      first: made && { url: `${address}/welcome?first=1&link=${made.link}`, expires: made.expires },
      close: async () => {
        await app.close();
        await db.close();
        log({ event: 'ended', level: 'info' });
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** The register of the records in this data folder, with its keys; nothing may be done before it is open. */
export const openRecords = (db: Db, data: string, now: () => Date): Promise<RegisterState> =>
  openRegister({
    db,
    folder: join(data, 'register'),
    origin: 'forthright/register',
    keys: keyFolder(join(data, 'keys')),
    now,
  });

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
