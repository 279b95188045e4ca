import { FileRegistry, loadWorkspace } from '../sources/index.ts';
import { addressSql } from './addresses.ts';
import { prepareDirectory } from './prepare.ts';
import { withEngine } from './session.ts';

/** Which of these normalised addresses stand in the directory of the workspace at this path; read once for all of them. */
export async function addressesInDirectory(
  path: string,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const loaded = await loadWorkspace(path);
  const { workspace, directory } = loaded;
  return withEngine(loaded, signal, async (engine) => {
    await prepareDirectory({ engine, workspace, directory, registry: new FileRegistry() });
    const address = await addressSql(engine, 'directory');
    const rows = await engine.rows<{ address: string }>(
      `SELECT DISTINCT address FROM (SELECT ${address('email')} AS address FROM directory) WHERE address IN {addresses:Array(String)}`,
      { addresses: [...addresses] },
    );
    return new Set(rows.map((row) => row.address));
  });
}
