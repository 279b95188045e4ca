import { access } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';

const NAMES = ['forthright.yaml', 'forthright.yml'];

/**
 * The workspace file to use: beside the file that the command is about, else in the current folder, else in the nearest folder
 * above it. Refuses with the places where it looked, or when that file is not there itself.
 */
export async function findWorkspace(
  cwd: string,
  beside: Readonly<{ what: string; path: string }> | undefined,
): Promise<string> {
  if (beside !== undefined && !(await isThere(resolve(cwd, beside.path)))) {
    throw new ForthrightError(
      'file-missing',
      `there is no ${beside.what} file ${beside.path}; check the path`,
    );
  }
  const folders = beside === undefined ? [] : [dirname(resolve(cwd, beside.path))];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder) break;
  }
  for (const folder of folders) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (await isThere(path)) return nameFrom(cwd, path);
    }
  }
  const looked = [...new Set(folders.slice(0, 2))].join(' and ');
  const message = `there is no forthright.yaml in ${looked}, nor in a folder above; name it with --workspace FILE`;
  throw new ForthrightError('file-missing', message);
}

/** The workspace file of this very folder, if it has one. */
export async function nearWorkspace(cwd: string): Promise<string | undefined> {
  for (const name of NAMES) if (await isThere(join(cwd, name))) return join(cwd, name);
  return undefined;
}

/** As short as a person would write it. */
function nameFrom(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
