/**
 * For tests: a new embedded database without the seconds that making one takes. One of each schema is made, kept
 * beside the packages, and copied.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DATA } from './embedded.ts';
import { type Db, openDatabase, type Schema } from './index.ts';

const KEPT = fileURLToPath(new URL('../../../../node_modules/.cache/forthright/', import.meta.url));

function nameOf(schema: Schema): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 24);
}

async function templateOf(schema: Schema): Promise<string> {
  const template = join(KEPT, nameOf(schema));
  if (existsSync(template)) return template;
  mkdirSync(KEPT, { recursive: true });
  const own = mkdtempSync(join(KEPT, 'new-'));
  await (await openDatabase({ kind: 'embedded', directory: own, schema })).close();
  // Hundreds of them are opened, and each touches all of its buffers at once: 0.2 s for the 160 MB of its own choice.
  appendFileSync(join(own, DATA, 'postgresql.auto.conf'), "shared_buffers = '16MB'\n");
  try {
    renameSync(own, template);
  } catch (error) {
    // Another process was quicker.
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  }
  return template;
}

/** Puts a new database into a folder that does not exist yet. */
export async function putReady(directory: string, schema: Schema): Promise<void> {
  cpSync(await templateOf(schema), directory, { recursive: true });
}

/** Opens a database that is new if the folder does not exist yet. */
export async function openReady(directory: string, schema: Schema): Promise<Db> {
  if (!existsSync(directory)) await putReady(directory, schema);
  return openDatabase({ kind: 'embedded', directory, schema });
}
