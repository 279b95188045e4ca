/**
 * The modules that the page shares with the server, as browsers run them: types taken out, nothing else. Made by
 * `node server/src/answer/check-page/modules.ts`, which writes `codes/`; a test fails when they differ.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';

const CODES = new URL('../../prove/codes/', import.meta.url);
const HERE = new URL('./', import.meta.url);
const MODULES: Readonly<Record<string, URL>> = {
  address: CODES,
  check: CODES,
  code: CODES,
  commitment: CODES,
  gf32: CODES,
  'prefix-file': CODES,
  marks: HERE,
};
export const MODULE_NAMES = Object.keys(MODULES).map((name) => `${name}.js`);
export const MODULE_FOLDER = new URL('codes/', HERE);

/** By file name. */
export async function strippedModules(): Promise<ReadonlyMap<string, string>> {
  const all = await Promise.all(
    Object.entries(MODULES).map(async ([name, folder]) => {
      const source = await readFile(new URL(`${name}.ts`, folder), 'utf8');
      const bare = stripTypeScriptTypes(source)
        .replaceAll(/from '(\.\/[\w-]+)\.ts'/g, "from '$1.js'")
        .replaceAll(/[ \t]+$/gm, '')
        .replaceAll(/\n{3,}/g, '\n\n');
      return [`${name}.js`, bare] as const;
    }),
  );
  return new Map(all);
}

if (import.meta.main) {
  await mkdir(MODULE_FOLDER, { recursive: true });
  for (const [name, content] of await strippedModules())
    await writeFile(new URL(name, MODULE_FOLDER), content);
}
