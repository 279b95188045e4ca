import { RegisterError } from './errors.ts';
import { EMPTY_ROOT, type Hash, isEqual } from './hash.ts';
import { type Note, parseNote } from './note.ts';
import { decimal, hashFromBase64, toBase64 } from './text.ts';

/** What a log says of itself at one moment: it has so many entries, and this is their root (C2SP tlog-checkpoint). */
export type TreeHead = Readonly<{ origin: string; size: number; root: Hash }>;

/** A tree head as it was signed. `raw` is the whole note; nothing is verified yet. */
export type Checkpoint = TreeHead & Readonly<{ note: Note; raw: string }>;

/** The text that is signed: three lines, and no extension. */
export function treeHeadText({ origin, size, root }: TreeHead): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (origin === '' || /[\0-\x1f]/.test(origin) || !origin.isWellFormed()) {
    throw new RegisterError('checkpoint-invalid', 'origin', 'an origin is one line of text and not empty');
  }
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Reads a checkpoint without believing it. Extension lines are permitted and mean nothing here. */
export function parseCheckpoint(raw: string, at: string): Checkpoint {
  const note = parseNote(raw, at);
  const [origin, size, root, ...extensions] = note.text.slice(0, -1).split('\n');
  if (!origin || size === undefined || root === undefined || extensions.includes('')) {
    const message = 'a checkpoint is an origin, a size and a root, each on its line, none empty';
    throw new RegisterError('checkpoint-invalid', at, message);
  }
  const head = { origin, size: decimal(size, `${at}, size`), root: hashFromBase64(root, `${at}, root`) };
  if (head.size === 0 && !isEqual(head.root, EMPTY_ROOT)) {
    throw new RegisterError('checkpoint-invalid', at, 'a tree without entries has another root');
  }
  return { ...head, note, raw };
}
