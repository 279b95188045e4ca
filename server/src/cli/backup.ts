/** `forthright backup` and `forthright restore`. */
import { resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { Download } from '../prove/index.ts';
import { ask, originOf } from './client.ts';
import { DATABASE_OPTIONS, type Where, whereOf } from './database.ts';
import { recordText } from './text/record.ts';
import { piecesOf, refuseTaken, saveFile } from './transfer.ts';
import type { Args, Context, Operation } from './types.ts';

export type BackupWiring = Readonly<{
  /** From the environment. */
  database: string | undefined;
  /** Who has the embedded records of this data folder open. */
  ownerOf: (data: string) => Promise<Readonly<{ pid: number }> | undefined>;
  operatorOf: (data: string) => Promise<Readonly<{ address: string; secret: string }> | undefined>;
  /** The backup of records that no other process has to give. */
  open: (where: Where) => Promise<Download>;
  /** Reads a backup whole; refuses one that is not. */
  check: (
    path: string,
  ) => Promise<Readonly<{ manifest: Readonly<{ register: Readonly<{ size: number; root: string }> }> }>>;
  restore: (file: string, where: Where) => Promise<object>;
}>;

async function backupOf(wiring: BackupWiring, where: Where, signal: AbortSignal): Promise<Download> {
  const owner = where.database === undefined ? await wiring.ownerOf(where.data) : undefined;
  if (owner === undefined) return wiring.open(where);
  const operator = await wiring.operatorOf(where.data);
  if (operator === undefined)
    throw new ForthrightError(
      'server-not-found',
      `process ${owner.pid} has the data folder ${where.data} and does not answer yet; try again in a moment`,
    );
  const server = originOf(operator.address);
  const headers = { authorization: `Operator ${operator.secret}` };
  const answer = await ask(
    { server, headers },
    { method: 'POST', path: '/operator/backup', body: {}, signal },
  );
  return { name: '', content: piecesOf(server, answer), close: async () => {} };
}

async function backup(wiring: BackupWiring, context: Context, args: Args): Promise<void> {
  const { cwd, signal } = context;
  const file = args.positional.file ?? '';
  await refuseTaken(cwd, file);
  const { content, close } = await backupOf(wiring, await whereOf(context, args, wiring.database), signal);
  try {
    let register = {};
    // A backup that nobody has read is none: it gets its name when it was found whole.
    const saved = await saveFile(content, cwd, file, async (part) => {
      const { size, root } = (await wiring.check(part)).manifest.register;
      register = { entries: size, root };
    });
    show(context, { file: resolve(cwd, file), ...saved, ...register });
  } finally {
    await close();
  }
}

const show = ({ json, print }: Context, value: object): void =>
  print(json ? `${JSON.stringify(value, null, 2)}\n` : recordText(value));

const FILE = { name: 'FILE', about: 'the backup' };
const common = ['workspace', 'json', 'help'];

export const backupCommands = (wiring: BackupWiring): readonly Operation[] => [
  {
    name: 'backup',
    summary: 'everything in one file, also while the server runs; for who can read the data folder',
    takes: [FILE],
    options: DATABASE_OPTIONS,
    common,
    examples: [
      'forthright backup /backups/2026-11-22.forthright',
      'forthright backup b.forthright --data /srv/forthright',
    ],
    run: (context, args) => backup(wiring, context, args),
  },
  {
    name: 'restore',
    summary: 'a backup into a new place; nothing may be done there until a person decides',
    takes: [FILE],
    options: DATABASE_OPTIONS,
    common,
    examples: ['forthright restore b.forthright --data /srv/restored'],
    run: async (context, args) => {
      const where = await whereOf(context, args, wiring.database);
      const restored = await wiring.restore(resolve(context.cwd, args.positional.file ?? ''), where);
      show(context, { data: where.data, ...restored });
      context.note(
        'The register is stopped: start the server on it, look at it, and let an administrator decide with `forthright continue-register`.',
      );
    },
  },
];
