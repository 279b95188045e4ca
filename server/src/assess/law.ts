import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Authorities, type BrokenLaw, ForthrightError, Regime, UnverifiedRegime } from '@forthright/contract';
import type * as z from 'zod';
import { type Document, readDocument } from '../platform/index.ts';
import type { Law } from './duties.ts';
import { type Problem, problemsOf } from './lint.ts';

/** The law that comes with Forthright. */
export const OWN_LAW = fileURLToPath(new URL('../../../duties/', import.meta.url));

/**
 * Reads a folder of the law. A file that can't be used is named with what is wrong at which line, and left out; the
 * others hold, and whoever asks is told that the law is incomplete. Refuses a folder that is not there or has no file.
 */
export async function loadLaw(folder: string): Promise<Law> {
  const files = await filesIn(folder);
  const broken: BrokenLaw[] = [];
  const hash = createHash('sha256');
  const regimes: Regime[] = [];
  const unverified: UnverifiedRegime[] = [];
  const codes = new Map<string, string>();
  const doubted = new Set<string>();
  let authorities: Authorities | null = null;
  for (const file of files) {
    const path = join(folder, file);
    hash.update(`${file}\0`).update(await readFile(path).catch(() => ''));
    try {
      if (file === 'authorities.yaml') {
        authorities = (await readDocument<Authorities>(path, Authorities, 'law-invalid')).value;
      } else if (file.startsWith('unverified/')) {
        unverified.push((await checked(path, file, UnverifiedRegime, { codes, doubted }, () => [])).value);
      } else {
        regimes.push((await checked(path, file, Regime, { codes, doubted }, problemsOf)).value);
      }
    } catch (rawError) {
      if (!(rawError instanceof ForthrightError)) throw rawError;
      broken.push({ file, problems: brokenBy(rawError, path) });
    }
  }
  // The file that was read first is no more right than the one that contradicts it.
  const isDoubted = ({ code }: Readonly<{ code: string }>) => doubted.has(code);
  for (const { code } of [...regimes, ...unverified].filter(isDoubted)) {
    const file = codes.get(code) ?? code;
    const message = `\`${code}\` stands in another file too: two files contradict each other`;
    broken.push({ file, problems: [{ at: `${join(folder, file)}:1:1`, message }] });
  }
  return {
    regimes: regimes.filter((r) => !isDoubted(r)),
    unverified: unverified.filter((r) => !isDoubted(r)),
    authorities,
    broken,
    sha256: hash.digest('hex'),
  };
}

let own: Promise<Law> | undefined;
/** The law that comes with the program: read once, since it changes with the program only. */
export function ownLaw(): Promise<Law> {
  own ??= loadLaw(OWN_LAW).catch((error) => {
    own = undefined;
    throw error;
  });
  return own;
}

const brokenBy = (error: ForthrightError, path: string): BrokenLaw['problems'] =>
  error.problems.length > 0 ? [...error.problems] : [{ at: path, message: error.message }];

async function filesIn(folder: string): Promise<string[]> {
  const listed = await readdir(folder, { recursive: true }).catch((rawError: unknown) => {
    throw new ForthrightError('law-missing', `there is no folder of the law at ${folder}`, {
      cause: rawError,
    });
  });
  const files = listed.map((name) => name.replaceAll('\\', '/')).filter((name) => name.endsWith('.yaml'));
  if (files.length === 0)
    throw new ForthrightError('law-missing', `the folder ${folder} holds no file of the law`);
  return files.sort();
}

/** One file, held to its schema, to its name, to the codes of the others, and to what only the linter knows. */
async function checked<T extends Readonly<{ code: string }>>(
  path: string,
  file: string,
  schema: z.ZodType<T>,
  { codes, doubted }: Readonly<{ codes: Map<string, string>; doubted: Set<string> }>,
  lint: (value: T) => readonly Problem[],
): Promise<Document<T>> {
  const document = await readDocument<T>(path, schema, 'law-invalid');
  const { code } = document.value;
  const problems = [...lint(document.value)];
  const other = codes.get(code);
  if (other !== undefined) doubted.add(code);
  if (other !== undefined)
    problems.push({
      path: ['code'],
      message: `\`${code}\` stands in ${other} already: two files contradict each other`,
    });
  if (file.split('/').at(-1) !== `${code}.yaml`)
    problems.push({ path: ['code'], message: `the file of \`${code}\` is called ${code}.yaml` });
  if (problems.length > 0) {
    const told = problems.map((p) => ({ at: document.where(p.path), message: p.message }));
    throw new ForthrightError('law-invalid', `${file} can't be used`, { problems: told });
  }
  codes.set(code, file);
  return document;
}
