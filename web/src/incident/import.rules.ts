/** Which records a file holds: one, or a list of them. Pure. */
import type { paths } from '../app/api.gen.ts';

type Body = paths['/api/incidents/from-veris']['post']['requestBody']['content']['application/json'];
export type VerisRecord = Body['record'];
export type Found = Readonly<{
  key: string;
  /** Of the file, and which of its records. */
  name: string;
  /** The first line of what it says happened. */
  title?: string | undefined;
  /** Missing where the file can't be read, or holds something else in this place. */
  record?: VerisRecord | undefined;
}>;

/** What became of a record that was asked for and not taken. */
export type Untaken =
  | Readonly<{ kind: 'held'; incident: string }>
  /** The answer was lost, so nobody knows; asked again, the server says whether it has it. */
  | Readonly<{ kind: 'unknown' }>
  | Readonly<{ kind: 'refused' }>;

type Refusal = Readonly<{ code: string; problems: readonly Readonly<{ at: string }>[] }>;

export function untaken(refusal: Refusal | undefined): Untaken {
  const incident = refusal?.code === 'already-imported' ? refusal.problems[0]?.at : undefined;
  if (incident !== undefined) return { kind: 'held', incident };
  return { kind: refusal?.code === 'unreachable' ? 'unknown' : 'refused' };
}

const isRecord = (raw: unknown): raw is VerisRecord =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is no record is named as such, so that a file is never taken in part without a word. */
export function recordsIn(file: string, text: string): Found[] {
  const whole = parsed(text);
  const isList = Array.isArray(whole) && whole.length > 0;
  return (isList ? (whole as unknown[]) : [whole]).map((raw, at) => {
    const name = isList ? `${file} [${at + 1}]` : file;
    const record = isRecord(raw) ? raw : undefined;
    const summary = record?.summary;
    const [title] = typeof summary === 'string' ? summary.trim().split('\n') : [];
    return { key: name, name, record, ...(title === undefined || title === '' ? {} : { title }) };
  });
}
