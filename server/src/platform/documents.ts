import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ForthrightError, type Problem } from '@forthright/contract';
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document as Yaml,
} from 'yaml';
import type * as z from 'zod';
import { describeIssues } from './document-issues.ts';

export type DocumentCode =
  | 'workspace-invalid'
  | 'incident-invalid'
  | 'law-invalid'
  | 'settings-invalid'
  | 'risk-invalid'
  | 'report-invalid'
  | 'notice-invalid'
  | 'template-invalid'
  | 'trace-invalid';

/** Where in a document: keys and positions from the top, such as `['leaks', 0, 'path']`. */
export type DocumentPath = readonly PropertyKey[];

/** A file that a person wrote, read and found right. */
export type Document<T> = Readonly<{
  value: T;
  /** As the caller named it; every problem is told with this name. */
  path: string;
  /** Absolute folder of the file; what the file names is relative to it. */
  directory: string;
  /** Of the file's bytes. */
  sha256: string;
  /** `file:line:column` of the value at `path`, of its key, or of the nearest thing around it that exists. */
  where: (path: DocumentPath, on?: 'key' | 'value') => string;
}>;

export const LARGEST_DOCUMENT_BYTES = 5 * 1024 * 1024;
/** `yaml` multiplies aliases out: past this many the file is taken for a billion-laughs attack. */
const MOST_ALIASES = 100;
const MOST_PROBLEMS = 100;

/**
 * Reads a YAML file and holds it against a schema. Refuses with every problem at once, each at its
 * `file:line:column`; whatever the file's bytes are, nothing but a ForthrightError is thrown.
 */
export async function readDocument<T>(
  path: string,
  schema: z.ZodType<T>,
  code: DocumentCode,
): Promise<Document<T>> {
  const bytes = await readBytes(path, code);
  const lines = new LineCounter();
  const text = decode(bytes, path, code);
  const yaml = parse(text, path, code, lines);
  const where = (at: DocumentPath, on: 'key' | 'value' = 'value') =>
    place(path, lines, offsetOf(yaml, at, on));
  const raw = toPlain(yaml, path, code, where);
  if (raw === null || raw === undefined) {
    const message = 'the file is empty; see `forthright help` for an example';
    throw refuse(code, path, [{ at: `${path}:1:1`, message }]);
  }
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    const what = Array.isArray(raw) ? 'a list' : 'a single value';
    const message = `the file is ${what}; it must be a mapping (\`key: value\` lines)`;
    throw refuse(code, path, [{ at: where([]), message }]);
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const issues = describeIssues(schema, raw, parsed.error.issues);
    throw refuse(
      code,
      path,
      issues.map((issue) => ({ at: where(issue.path, issue.on), message: issue.message })),
    );
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { value: parsed.data, path, directory: dirname(resolve(path)), sha256, where };
}

/** The error for a document with problems, told in the order of the file. */
export function refuse(code: DocumentCode, path: string, problems: readonly Problem[]): ForthrightError {
  const position = (p: Problem) => (/:(\d+):(\d+)$/.exec(p.at) ?? []).slice(1).map(Number);
  const sorted = [...problems].sort((a, b) => {
    const [lineA = 0, columnA = 0] = position(a);
    const [lineB = 0, columnB = 0] = position(b);
    return lineA - lineB || columnA - columnB;
  });
  const count = sorted.length === 1 ? 'one problem' : `${sorted.length} problems`;
  const shown = sorted.slice(0, MOST_PROBLEMS);
  if (sorted.length > MOST_PROBLEMS) {
    shown.push({ at: path, message: `and ${sorted.length - MOST_PROBLEMS} more; put these right first` });
  }
  return new ForthrightError(code, `${code.replace('-invalid', '')} file ${path} has ${count}`, {
    problems: shown,
  });
}

async function readBytes(path: string, code: DocumentCode): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Counted while reading: a pipe or a device says nothing of its size.
    while (bytes <= LARGEST_DOCUMENT_BYTES) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(1 << 16), 0, 1 << 16, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } catch (rawError) {
    throw unreadable(path, rawError);
  }
  const message = 'the file is over 5 MB; that is no file a person wrote. Is it a log or a table?';
  throw refuse(code, path, [{ at: `${path}:1:1`, message }]);
}

function unreadable(path: string, rawError: unknown): ForthrightError {
  const { code, message } = rawError as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ForthrightError('file-missing', `there is no file ${path}; check the path`, {
      cause: rawError,
    });
  }
  const why: Record<string, string> = {
    EISDIR: 'it is a folder; name the file in it',
    EACCES: 'you may not read it; change its permissions or your account',
    EPERM: 'you may not read it; change its permissions or your account',
    ERR_INVALID_ARG_VALUE: 'its name holds a zero byte',
  };
  const reason = why[code ?? ''] ?? message;
  return new ForthrightError('file-unreadable', `can't read ${path}: ${reason}`, { cause: rawError });
}

function decode(bytes: Buffer, path: string, code: DocumentCode): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const line = wide ? 1 : firstBadLine(bytes);
    const is = wide ? 'the file is UTF-16' : 'this line is not UTF-8';
    throw refuse(code, path, [{ at: `${path}:${line}:1`, message: `${is}; save the file as UTF-8` }]);
  }
}

function firstBadLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return 1;
}

const SYNTAX: Partial<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands here twice; keep one of the two',
  MULTIPLE_DOCS: 'a second document begins here (`---`); one file holds one',
  TAB_AS_INDENT: 'a tab stands where spaces must; indent with spaces',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
  NON_STRING_KEY: 'a key must be a word, not a list or a mapping',
};

function parse(text: string, path: string, code: DocumentCode, lines: LineCounter): Yaml.Parsed {
  let yaml: Yaml.Parsed;
  try {
    yaml = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      // Not `silent`, which would swallow a second document.
      logLevel: 'error',
    });
  } catch (rawError) {
    throw refuse(code, path, [{ at: `${path}:1:1`, message: `can't be read as YAML: ${textOf(rawError)}` }]);
  }
  const found = [...yaml.errors, ...yaml.warnings];
  // Where the parser gave up, what it says of the rest is only that it gave up.
  const deep = found.find((e) => e.code === 'RESOURCE_EXHAUSTION');
  const problems = (deep === undefined ? found : [deep]).map((e) => ({
    at: place(path, lines, e.pos[0]),
    message: SYNTAX[e.code] ?? `not right as YAML: ${e.message}`,
  }));
  if (problems.length === 0) {
    visit(yaml, {
      Pair(_, pair) {
        if (!isScalar(pair.key) || (pair.key.value !== '__proto__' && pair.key.value !== '<<')) return;
        const message =
          pair.key.value === '<<'
            ? 'merge keys (`<<`) are not part of YAML 1.2; write the keys out'
            : '`__proto__` can be no key here';
        problems.push({ at: place(path, lines, pair.key.range?.[0] ?? 0), message });
      },
    });
  }
  if (problems.length > 0) throw refuse(code, path, problems);
  return yaml;
}

function toPlain(
  yaml: Yaml.Parsed,
  path: string,
  code: DocumentCode,
  where: (at: DocumentPath) => string,
): unknown {
  try {
    return yaml.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (rawError) {
    const message = /alias count/i.test(textOf(rawError))
      ? 'the file repeats itself through aliases (`*name`) without end; write the values out'
      : `can't be read as YAML: ${textOf(rawError)}`;
    throw refuse(code, path, [{ at: where([]), message }]);
  }
}

function textOf(rawError: unknown): string {
  return rawError instanceof Error ? rawError.message : String(rawError);
}

function place(path: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${path}:${Math.max(1, line)}:${Math.max(1, col)}`;
}

/** Offset of the node at `path`; of the innermost node on the way that exists, when it doesn't. */
function offsetOf(yaml: Yaml.Parsed, path: DocumentPath, on: 'key' | 'value'): number {
  let node: unknown = yaml.contents;
  let offset = startOf(node) ?? 0;
  for (const [i, segment] of path.entries()) {
    if (isAlias(node)) node = node.resolve(yaml);
    if (isMap(node)) {
      const pair = node.items.find((p) => (isScalar(p.key) ? p.key.value : p.key) === segment);
      if (pair === undefined) return offset;
      const key = startOf(pair.key);
      const isEmpty = isScalar(pair.value) && pair.value.value === null && pair.value.source === '';
      const wanted = isEmpty || (on === 'key' && i === path.length - 1) ? key : startOf(pair.value);
      offset = wanted ?? key ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(segment)];
      if (node === undefined) return offset;
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
