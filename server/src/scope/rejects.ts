import { type Analytics, quoteName } from '../platform/analytics/index.ts';
import { withDrafts } from '../sources/index.ts';
import { type LogGroup, type LogToScan, linesAside, type ScannedLog } from './scan.ts';

const SAMPLES_A_FILE = 3;
const SAMPLE_BYTES = 400;

type Late = { f: number; lines: number; rows: number[]; texts: string[] };

/**
 * Completes what a reading says of the lines that it could not read: lines that looked right at a glance, may matter,
 * and turn out not to be right when read exactly.
 */
export async function withLateRejects(
  engine: Analytics,
  log: LogToScan,
  scanned: ScannedLog,
): Promise<ScannedLog> {
  const late: Late[] = [];
  for (const [i, group] of log.groups.entries()) {
    if (group.format.over === 'lines' && (await isAnyLost(engine, log, scanned))) {
      late.push(...(await lateRejects(engine, linesOf(log, group, i, scanned.parsed), group)));
    }
  }
  const samples = [...scanned.samples];
  const readings = new Map(scanned.readings);
  const reasons = new Map(scanned.rejectedByReason);
  for (const { f, lines, rows, texts } of late) {
    const reading = readings.get(f);
    if (reading !== undefined) readings.set(f, { ...reading, rejected: reading.rejected + lines });
    reasons.set('shape', (reasons.get('shape') ?? 0) + lines);
    for (const [n, rn] of rows.entries())
      samples.push({ f, line: rn + 1, reason: 'shape', text: texts[n] ?? '' });
  }
  samples.sort((a, b) => a.f - b.f || a.line - b.line);
  return { ...scanned, readings, rejectedByReason: reasons, samples };
}

/** Among the lines set aside, only those that are not among the parsed ones need a closer look. */
const linesOf = (log: LogToScan, group: LogGroup, i: number, parsed: string): string =>
  log.needles === null
    ? quoteName(group.relation)
    : `(SELECT * FROM ${linesAside(`scan_${log.name}_${i}`)} WHERE (f, rn) NOT IN (SELECT f, rn FROM ${quoteName(parsed)}))`;

/** Two counts spare the exact reading of all lines set aside in the ordinary case that none was lost. */
async function isAnyLost(engine: Analytics, log: LogToScan, scanned: ScannedLog): Promise<boolean> {
  if (log.needles === null) return true;
  const sums = log.groups.map((group, i) =>
    group.format.over === 'lines'
      ? `(SELECT sumIf(length(rows_aside), minute IS NOT NULL) FROM ${quoteName(`scan_${log.name}_${i}`)})`
      : '0',
  );
  const [row] = await engine.rows<{ lost: number }>(
    `SELECT toInt64(${sums.join(' + ')}) - toInt64((SELECT count() FROM ${quoteName(scanned.parsed)})) AS lost`,
  );
  return row === undefined || row.lost !== 0;
}

const lateRejects = (engine: Analytics, from: string, { format }: LogGroup): Promise<Late[]> =>
  engine.rows<Late>(
    `SELECT f, count() AS lines, arraySlice(arraySort(groupArray(1000)(rn)), 1, ${SAMPLES_A_FILE}) AS rows,
       arrayMap(x -> x.2, arraySlice(arraySort(groupArray(1000)((rn, toValidUTF8(substring(line, 1, ${SAMPLE_BYTES}))))), 1, ${SAMPLES_A_FILE})) AS texts
     FROM ${withDrafts(format.cheapDrafts, from)} WHERE ${format.isDirective === '0' ? '1' : `NOT (${format.isDirective})`} AND (${format.looksRight}) AND NOT (${format.isRight}) GROUP BY f ORDER BY f`,
  );
