import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeakTruth, PeopleLists, Truth } from './types.ts';

export { ANSWER_FOLDER } from './files.ts';
export { generateMarketplace, settingsOf } from './generate.ts';
export * from './types.ts';

/** The truth of a folder that `generateMarketplace` filled. */
export function readTruth(directory: string): Truth {
  return JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8')) as Truth;
}

/** Who is exposed, unknown and unidentified in one leak, as sorted ids. */
export function readPeople(directory: string, leak: LeakTruth): PeopleLists {
  return JSON.parse(readFileSync(join(directory, leak.people), 'utf8')) as PeopleLists;
}
