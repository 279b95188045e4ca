import { type Analytics, quoteName } from '../platform/analytics/index.ts';
import { familyOf, type SourceFile, toEngineFile } from '../sources/index.ts';
import type { LogToScan, ScannedLog } from './scan.ts';

/** A shorter run of equal lines happens by chance (a health check every second); a longer one is a repeated stretch. */
const MIN_LINES = 100;

type Repeat = Readonly<{ f: number; from: number; to: number }>;

/**
 * Finds stretches of at least 100 lines that stand in two files of one series (rotation by copying leaves such),
 * and takes them, and files whose content was read already, out of the parsed log, so that views count once.
 */
export async function markRepeats(
  engine: Analytics,
  log: LogToScan,
  scanned: ScannedLog,
): Promise<ScannedLog> {
  const repeats: Repeat[] = [...scanned.sameAs.keys()].map((f) => ({
    f,
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
  }));
  for (const [i, group] of log.groups.entries()) {
    const files = group.files.filter((x) => !scanned.sameAs.has(x.f));
    if (group.format.over !== 'lines' || files.length < 2) continue;
    const pairs =
      log.needles === null
        ? overlappingPairs(files, scanned)
        : await pairsWithEqualLines(engine, `scan_${log.name}_${i}`, files);
    for (const [earlier, later] of pairs) repeats.push(...(await equalStretches(engine, earlier, later)));
  }
  if (repeats.length === 0) return scanned;
  const inRepeat = repeats.map((r) => `(f = ${r.f} AND rn >= ${r.from} AND rn <= ${r.to})`).join(' OR ');
  const once = `once_${log.name}`;
  await engine.run(
    `CREATE VIEW ${quoteName(once)} AS SELECT * FROM ${quoteName(scanned.parsed)} WHERE NOT (${inRepeat})`,
  );
  return { ...scanned, parsed: once, repeats };
}

/** Pairs of files of one series that hold an equal line among those that matter; no other pair can change a view. */
async function pairsWithEqualLines(
  engine: Analytics,
  scan: string,
  files: readonly SourceFile[],
): Promise<[SourceFile, SourceFile][]> {
  const rows = await engine.rows<{ fs: number[] }>(
    `SELECT DISTINCT arraySort(groupUniqArray(f)) AS fs FROM (SELECT f, cityHash64(_line) AS line FROM ${quoteName(scan)} ARRAY JOIN lines_aside AS _line) GROUP BY line HAVING length(fs) > 1 ORDER BY fs`,
  );
  const byNumber = new Map(files.map((x) => [x.f, x]));
  const pairs = new Map<string, [SourceFile, SourceFile]>();
  for (const { fs } of rows) {
    const members = fs.map((f) => byNumber.get(f)).filter((x) => x !== undefined);
    for (const [i, a] of members.entries()) {
      for (const b of members.slice(i + 1))
        if (familyOf(a.series) === familyOf(b.series)) pairs.set(`${a.f}:${b.f}`, [a, b]);
    }
  }
  return [...pairs.values()];
}

function overlappingPairs(files: readonly SourceFile[], scanned: ScannedLog): [SourceFile, SourceFile][] {
  const pairs: [SourceFile, SourceFile][] = [];
  const spans = files.flatMap((file) => {
    const { first = null, last = null } = scanned.readings.get(file.f) ?? {};
    return first === null || last === null ? [] : [{ file, first, last }];
  });
  spans.sort((a, b) => a.first - b.first || a.file.f - b.file.f);
  for (const [i, a] of spans.entries()) {
    for (const b of spans.slice(i + 1)) {
      if (b.first > a.last) break;
      if (familyOf(a.file.series) === familyOf(b.file.series)) pairs.push([a.file, b.file]);
    }
  }
  return pairs;
}

type Hashes = Readonly<{ rn: Float64Array; hash: string[] }>;

async function equalStretches(engine: Analytics, a: SourceFile, b: SourceFile): Promise<Repeat[]> {
  const relation = `pair_${a.f}_${b.f}`;
  await engine.attach(relation, [a, b].map(toEngineFile), { kind: 'lines' });
  const left = await sharedLines(engine, relation, a.f, b.f);
  if (left.hash.length < MIN_LINES) return [];
  const right = await sharedLines(engine, relation, b.f, a.f);
  return contiguous(left, right).map(([from, to]) => ({ f: b.f, from, to }));
}

/** Rows of one file whose line stands in the other, in order. */
async function sharedLines(engine: Analytics, relation: string, f: number, other: number): Promise<Hashes> {
  const rows = await engine.rows<{ rn: number; h: string }>(
    `SELECT rn, hex(cityHash64(line)) AS h FROM ${quoteName(relation)} WHERE f = ${f} AND cityHash64(line) IN (SELECT cityHash64(line) FROM ${quoteName(relation)} WHERE f = ${other}) ORDER BY rn`,
  );
  return { rn: Float64Array.from(rows.map((r) => r.rn)), hash: rows.map((r) => r.h) };
}

/** Stretches of the right file, as row ranges, whose lines stand in the same order and without a break in the left. */
export function contiguous(left: Hashes, right: Hashes): [number, number][] {
  const places = new Map<string, number[]>();
  left.hash.forEach((h, i) => {
    const list = places.get(h);
    if (list === undefined) places.set(h, [i]);
    else list.push(i);
  });
  const found: [number, number][] = [];
  let j = 0;
  while (j < right.hash.length) {
    let best = 0;
    for (const i of places.get(right.hash[j] ?? '') ?? [])
      best = Math.max(best, runLength(left, right, i, j));
    if (best >= MIN_LINES) {
      found.push([right.rn[j] ?? 0, right.rn[j + best - 1] ?? 0]);
      j += best;
    } else j += 1;
  }
  return found;
}

function runLength(left: Hashes, right: Hashes, i: number, j: number): number {
  let n = 0;
  while (
    i + n < left.hash.length &&
    j + n < right.hash.length &&
    left.hash[i + n] === right.hash[j + n] &&
    (n === 0 || (left.rn[i + n] === (left.rn[i] ?? 0) + n && right.rn[j + n] === (right.rn[j] ?? 0) + n))
  )
    n += 1;
  return n;
}
