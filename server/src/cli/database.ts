/** Which database the records are in: the embedded one of the data folder, or a PostgreSQL server that is named. */
import { resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { loadWorkspace } from '../sources/index.ts';
import { readTight } from './credentials.ts';
import type { Args, Context, OptionSpec } from './types.ts';
import { nearWorkspace } from './workspace.ts';

export const DATA = 'forthright-data';

export const DATABASE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  data: { type: 'string', value: 'DIR', about: `the data folder; by default ${DATA}` },
  'database-file': {
    type: 'string',
    value: 'FILE',
    about:
      'a file with the address of a PostgreSQL server, which nobody else may read; by default FORTHRIGHT_DATABASE, else `engines.database` of the workspace, else the embedded database',
  },
};

/** Where the records are. */
export type Where = Readonly<{
  data: string;
  /** `postgres://…`; undefined for the embedded database in the data folder. */
  database: string | undefined;
}>;

/** A password in the command line would be seen by everybody on the machine, so no option takes the address itself. */
export async function whereOf(
  context: Pick<Context, 'cwd' | 'workspace'>,
  { options }: Args,
  fromEnvironment: string | undefined,
): Promise<Where> {
  const data = resolve(context.cwd, String(options.data ?? DATA));
  const file = options['database-file'];
  if (file !== undefined) return { data, database: await addressIn(resolve(context.cwd, String(file))) };
  if (fromEnvironment !== undefined) return { data, database: fromEnvironment };
  const path =
    context.workspace === '' ? await nearWorkspace(context.cwd) : resolve(context.cwd, context.workspace);
  if (path === undefined) return { data, database: undefined };
  const { workspace } = await loadWorkspace(path);
  return { data, database: workspace.engines.database?.postgres };
}

async function addressIn(path: string): Promise<string> {
  const text = await readTight(path);
  if (text === undefined) throw new ForthrightError('file-missing', `there is no file ${path}`);
  const address = text.trim();
  if (/^postgres(ql)?:\/\/\S+$/.test(address)) return address;
  throw new ForthrightError(
    'usage',
    `${path} holds no address such as postgres://user:password@host:5432/database`,
  );
}
