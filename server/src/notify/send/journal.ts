/**
 * What was sent, on the disk before it can matter. Append-only files of lines that a person can read:
 *
 *   forthright-journal 1 {"writer":"1","fence":"…"}
 *   #0 <octets> <crc32 of number and records>
 *   ["released",1732258000000,1,"ntc_…",{"date":1732258000000}]
 *   ["accepted",1732258000120,1,"ntc_…",{"host":"mx.example","why":"250 2.0.0 Ok","status":"2.0.0"}]
 *   #1 …
 *
 * What is asked for while the disk is at work shares the next write and its fdatasync (group commit). After a crash only
 * the last group can be torn, and then nobody was told that it is there. A bad group with a good one behind it is
 * therefore no crash but damage, and is refused: a lost `released` would tell somebody twice.
 */
import { createHash, type Hash, hash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ForthrightError } from '@forthright/contract';
import { namesIn, syncFolder } from '../../platform/index.ts';
import type { Stage } from '../../platform/mail/index.ts';
import type { JournalRecord, Segment } from './types.ts';

const MAGIC = 'forthright-journal 1 ';
const SUFFIX = '.journal';
const MOST_BYTES = 16 * 1024 ** 2;
/** What nobody waits for is written after so long. */
const LAZY_MS = 20;
const MOST_WHY = 300;
const GROUP = /^#(\d+) (\d+) ([0-9a-f]{8})$/;

export type JournalOptions = Readonly<{
  folder: string;
  /** A word for the file's name; two that write at once have two. */
  writer: string;
  fence: string;
  /** Where the numbers of this writer's files begin; they are consecutive. */
  from: number;
  /** Outcomes that became durable, in their order. */
  durable?: (records: readonly JournalRecord[]) => void;
  /** Each file that nobody writes any more, as soon as that is so. */
  closed?: (segment: Segment) => void;
  /** A file ends when it is longer, or older, than this. */
  mostBytes?: number;
  mostMs?: number;
}>;

export class Journal {
  readonly #options: JournalOptions;
  readonly #segments: Segment[] = [];
  #file: FileHandle;
  #name: string;
  #number: number;
  #hash: Hash = createHash('sha256');
  #begunMs = performance.now();
  #bytes = 0;
  #records = 0;
  #groups = 0;
  #pending: JournalRecord[] = [];
  #waiters: { resolve: () => void; reject: (cause: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;
  #lazy: NodeJS.Timeout | undefined;
  #failure: unknown;

  private constructor(options: JournalOptions, number: number, name: string, file: FileHandle) {
    this.#options = options;
    this.#number = number;
    this.#name = name;
    this.#file = file;
  }

  /** Begins a new file. Refuses as `no-disk` where there is no room. */
  static async open(options: JournalOptions): Promise<Journal> {
    const { name, file } = await newFile(options, options.from);
    const journal = new Journal(options, options.from, name, file);
    await journal.#begin();
    return journal;
  }

  /** Writes it soon, with what comes next. */
  append(record: JournalRecord): void {
    this.#pending.push(record);
    this.#lazy ??= setTimeout(() => void this.#write(), LAZY_MS);
  }

  /** Resolves when it is on the disk. Rejects as `no-disk`, and from then on always. */
  commit(record: JournalRecord): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#pending.push(record);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      void this.#write();
    });
  }

  /** Everything is on the disk, and nothing can follow. */
  async close(): Promise<readonly Segment[]> {
    while (this.#writing !== undefined || this.#pending.length > 0) await this.#write();
    if (this.#failure !== undefined) {
      await this.#file.close();
      throw this.#failure;
    }
    await this.#end();
    return this.#segments;
  }

  /** One write at a time; what comes meanwhile is one group after it. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      // Somebody may have asked between the last look and now.
      if (this.#pending.length > 0 && this.#failure === undefined) void this.#write();
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    // Whoever is about to ask in this turn shares the group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0 && this.#failure === undefined) {
      clearTimeout(this.#lazy);
      this.#lazy = undefined;
      const records = this.#pending;
      const waiters = this.#waiters;
      this.#pending = [];
      this.#waiters = [];
      try {
        await this.#writeGroup(records);
      } catch (error) {
        this.#failure = asNoDisk(error);
        for (const waiter of [...waiters, ...this.#waiters.splice(0)]) waiter.reject(this.#failure);
        return;
      }
      for (const waiter of waiters) waiter.resolve();
      const outcomes = records.filter(({ kind }) => kind !== 'released');
      if (outcomes.length > 0) this.#options.durable?.(outcomes);
      if (this.#isFull()) await this.#rotate();
    }
    if (this.#failure !== undefined) this.#pending = [];
  }

  #isFull(): boolean {
    const { mostBytes = MOST_BYTES, mostMs = Number.POSITIVE_INFINITY } = this.#options;
    return this.#bytes > mostBytes || performance.now() - this.#begunMs > mostMs;
  }

  async #writeGroup(records: readonly JournalRecord[]): Promise<void> {
    await this.#put(grouped(this.#groups++, records.map(lineOf).join('')));
    this.#records += records.length;
  }

  async #put(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at)).bytesWritten;
    await this.#file.datasync();
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  #begin(): Promise<void> {
    const { writer, fence } = this.#options;
    return this.#put(`${MAGIC}${JSON.stringify({ writer, fence })}\n`);
  }

  async #rotate(): Promise<void> {
    try {
      await this.#end();
      this.#number++;
      const { name, file } = await newFile(this.#options, this.#number);
      this.#name = name;
      this.#file = file;
      this.#hash = createHash('sha256');
      this.#begunMs = performance.now();
      this.#bytes = 0;
      this.#records = 0;
      this.#groups = 0;
      await this.#begin();
    } catch (error) {
      this.#failure = asNoDisk(error);
      for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure);
    }
  }

  async #end(): Promise<void> {
    await this.#put(grouped(this.#groups, closing(this.#records)));
    await this.#file.close();
    const segment: Segment = {
      name: this.#name,
      fence: this.#options.fence,
      bytes: this.#bytes,
      records: this.#records,
      sha256: this.#hash.digest('hex'),
      isTorn: false,
    };
    this.#segments.push(segment);
    this.#options.closed?.(segment);
  }
}

async function newFile(
  { folder, writer }: JournalOptions,
  number: number,
): Promise<{ name: string; file: FileHandle }> {
  const name = `${String(number).padStart(8, '0')}-${writer}${SUFFIX}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(join(folder, name), 'wx', 0o600);
    await syncFolder(folder);
    return { name, file };
  } catch (error) {
    throw asNoDisk(error);
  }
}

function asNoDisk(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EFBIG') return error;
  return new ForthrightError(
    'no-disk',
    'The disk of the sending journal is full. Nothing is sent that can not be written down first.',
    { cause: error },
  );
}

const grouped = (number: number, lines: string): string =>
  `#${number} ${Buffer.byteLength(lines)} ${checksum(number, lines)}\n${lines}`;
const checksum = (number: number, lines: string): string =>
  crc32(`${number}\n${lines}`).toString(16).padStart(8, '0');
const closing = (records: number): string => `${JSON.stringify(['closed', records])}\n`;

function lineOf({
  kind,
  atMs,
  attempt,
  id,
  host,
  why,
  stage,
  status,
  notBeforeMs,
  dateMs,
}: JournalRecord): string {
  const said = why?.slice(0, MOST_WHY).toWellFormed();
  const more = { host, why: said, stage, status, notBefore: notBeforeMs, date: dateMs };
  const isEmpty = Object.values(more).every((value) => value === undefined);
  return `${JSON.stringify(isEmpty ? [kind, atMs, attempt, id] : [kind, atMs, attempt, id, more])}\n`;
}

type Read = Readonly<{
  fence: string;
  records: readonly JournalRecord[];
  /** Up to the end of the last good group. */
  goodBytes: number;
  groups: number;
  isClosed: boolean;
}>;

/** The files of a journal, in order. */
export async function segmentNames(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  return names.filter((name) => /^\d{8,}-[a-z0-9]+\.journal$/.test(name)).sort();
}

/** One file. Tolerates a torn end; refuses anything else that is not as it was written as `journal-damaged`. */
export async function readSegment(folder: string, name: string): Promise<Read & { bytes: Buffer }> {
  const bytes = await readFile(join(folder, name));
  return { ...parsed(name, bytes), bytes };
}

function parsed(name: string, bytes: Buffer): Read {
  const headEnd = bytes.indexOf('\n');
  const head = headerOf(name, bytes, headEnd);
  if (head === undefined) return { fence: '', records: [], goodBytes: 0, groups: 0, isClosed: false };
  const records: JournalRecord[] = [];
  let at = headEnd + 1;
  let groups = 0;
  let isClosed = false;
  while (at < bytes.length) {
    const group = groupAt(bytes, at);
    if (group?.number !== groups || isClosed) {
      if (isClosed || hasGroupBehind(bytes, at)) throw damaged(name, at);
      break;
    }
    for (const line of group.lines.split('\n').slice(0, -1)) {
      const record = recordOf(name, line, at);
      if (record === 'closed') isClosed = true;
      else records.push(record);
    }
    at = group.end;
    groups++;
  }
  return { fence: head.fence, records, goodBytes: at, groups, isClosed };
}

/** Undefined where the crash came before the first line was whole. */
function headerOf(name: string, bytes: Buffer, end: number): { fence: string } | undefined {
  if (end < 0 && bytes.length < 1000) return undefined;
  const line = bytes.toString('utf8', 0, end);
  if (!line.startsWith(MAGIC)) throw damaged(name, 0);
  try {
    const { fence } = JSON.parse(line.slice(MAGIC.length)) as { fence?: unknown };
    if (typeof fence === 'string') return { fence };
  } catch {
    // Said below.
  }
  throw damaged(name, 0);
}

function groupAt(bytes: Buffer, at: number): { number: number; lines: string; end: number } | undefined {
  const lineEnd = bytes.indexOf('\n', at);
  if (lineEnd < 0 || lineEnd - at > 60) return undefined;
  const [, number, length, sum] = GROUP.exec(bytes.toString('latin1', at, lineEnd)) ?? [];
  const end = lineEnd + 1 + Number(length);
  if (number === undefined || !(end <= bytes.length)) return undefined;
  const lines = bytes.toString('utf8', lineEnd + 1, end);
  return checksum(Number(number), lines) === sum ? { number: Number(number), lines, end } : undefined;
}

function hasGroupBehind(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf('\n#', from); at >= 0; at = bytes.indexOf('\n#', at + 1))
    if (groupAt(bytes, at + 1) !== undefined) return true;
  return false;
}

const KINDS: ReadonlySet<string> = new Set<JournalRecord['kind']>([
  'released',
  'accepted',
  'refused',
  'deferred',
  'broken-before-dot',
  'in-doubt',
]);

function recordOf(name: string, line: string, at: number): JournalRecord | 'closed' {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    throw damaged(name, at);
  }
  if (!Array.isArray(fields)) throw damaged(name, at);
  const [kind, atMs, attempt, id, rawMore = {}] = fields;
  if (kind === 'closed') return 'closed';
  if (!KINDS.has(kind) || typeof atMs !== 'number' || typeof attempt !== 'number' || typeof id !== 'string')
    throw damaged(name, at);
  const { host, why, stage, status, notBefore, date } = rawMore as Record<string, unknown>;
  return {
    kind,
    id,
    attempt,
    atMs,
    ...(typeof host === 'string' && { host }),
    ...(typeof why === 'string' && { why }),
    ...(isStage(stage) && { stage }),
    ...(typeof status === 'string' && { status }),
    ...(typeof notBefore === 'number' && { notBeforeMs: notBefore }),
    ...(typeof date === 'number' && { dateMs: date }),
  };
}

const isStage = (raw: unknown): raw is Stage => raw === 'sender' || raw === 'recipient' || raw === 'message';

const damaged = (name: string, at: number) =>
  new ForthrightError(
    'journal-damaged',
    `The sending journal ${name} is not as it was written, from octet ${at} on; nothing is sent until a person has looked.`,
  );

/**
 * After a start, before anything is sent: closes what a crash left open, and gives each file with its records in
 * order. Whoever calls it must be the only one who writes there.
 */
export async function* recover(
  folder: string,
): AsyncGenerator<Readonly<{ segment: Segment; records: readonly JournalRecord[] }>> {
  for (const name of await segmentNames(folder)) {
    const read = await readSegment(folder, name);
    const end = read.isClosed ? undefined : await closeTorn(folder, name, read);
    const whole =
      end === undefined ? read.bytes : Buffer.concat([read.bytes.subarray(0, read.goodBytes), end]);
    const segment: Segment = {
      name,
      fence: read.fence,
      bytes: whole.length,
      records: read.records.length,
      sha256: hash('sha256', whole),
      isTorn: !read.isClosed || read.groups === 0,
    };
    yield { segment, records: read.records };
  }
}

async function closeTorn(folder: string, name: string, read: Read): Promise<Buffer> {
  const head = read.goodBytes === 0 ? `${MAGIC}${JSON.stringify({ writer: 'torn', fence: '' })}\n` : '';
  const end = Buffer.from(`${head}${grouped(read.groups, closing(read.records.length))}`);
  const file = await open(join(folder, name), 'r+');
  try {
    await file.truncate(read.goodBytes);
    await file.write(end, 0, end.length, read.goodBytes);
    await file.sync();
  } catch (error) {
    throw asNoDisk(error);
  } finally {
    await file.close();
  }
  return end;
}

/** The rights under which its files were written, as far as their first line is whole. */
export async function fencesOf(folder: string): Promise<string[]> {
  const heads = (await segmentNames(folder)).map(async (name) => {
    const bytes = await readFile(join(folder, name));
    return headerOf(name, bytes, bytes.indexOf('\n'))?.fence;
  });
  return (await Promise.all(heads)).filter((fence) => fence !== undefined);
}

/** The number for the next file. */
export async function nextNumber(folder: string): Promise<number> {
  const last = (await segmentNames(folder)).at(-1);
  return last === undefined ? 1 : Number.parseInt(last, 10) + 1;
}
