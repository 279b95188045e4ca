/** Errors of PostgreSQL and of the way to it, as our codes. */
import { type ErrorCode, ForthrightError } from '@forthright/contract';

/** What may be known of a statement's failure. Without its values: those are personal data. */
export class SqlFailure extends Error {
  override readonly name = 'SqlFailure';
  readonly state: string;
  readonly constraint: string | undefined;
  constructor(message: string, state: string, constraint: string | undefined) {
    super(message);
    this.state = state;
    this.constraint = constraint;
  }
}

const STATES: Readonly<Record<string, ErrorCode>> = {
  '23505': 'record-exists',
  '23P01': 'record-exists',
  '23503': 'record-linked',
  '23001': 'record-linked',
  '22021': 'text-not-storable',
  '22P05': 'text-not-storable',
  '40001': 'database-busy',
  '40P01': 'database-busy',
  '55P03': 'database-busy',
  '42501': 'database-unsuitable',
  '53100': 'no-disk',
  '53200': 'out-of-memory',
  '53300': 'database-unreachable',
  '57014': 'interrupted',
  '57P01': 'database-unreachable',
  '57P02': 'database-unreachable',
  '57P03': 'database-unreachable',
  '57P04': 'database-unreachable',
  '57P05': 'database-unreachable',
  '3D000': 'database-unreachable',
};
const CLASSES: Readonly<Record<string, ErrorCode>> = {
  '08': 'database-unreachable',
  '28': 'database-unreachable',
};

function codeOf(state: string, message: string): ErrorCode {
  if (/No space left on device|ENOSPC|Disk quota exceeded/.test(message)) return 'no-disk';
  if (state === '57014' && /statement timeout/.test(message)) return 'deed-too-long';
  return STATES[state] ?? CLASSES[state.slice(0, 2)] ?? 'database-refused';
}

/** Only messages that name no values of ours are shown. */
function words(code: ErrorCode, { message, state, constraint }: SqlFailure): string {
  switch (code) {
    case 'record-exists':
      return `There is already a record like this one (${constraint ?? state}).`;
    case 'record-linked':
      return `This record refers to one that is not there, or another one still refers to it (${constraint ?? state}).`;
    case 'text-not-storable':
      return 'A text holds a character that the database cannot keep, such as U+0000. Take it out.';
    case 'database-busy':
      return 'Others changed the same records at the same time, again and again. Try once more.';
    case 'database-unsuitable':
      return `The database's role may not do what is needed: ${message}. Make it the owner of the database.`;
    case 'database-unreachable':
      return `The database does not answer: ${message}.`;
    case 'no-disk':
      return 'The disk that holds the database is full. Nothing of this change was kept; make room and try again.';
    case 'out-of-memory':
      return 'The database has no memory left for this.';
    case 'deed-too-long':
      return 'A statement took too long, and all others wait meanwhile. Nothing of this was kept.';
    case 'interrupted':
      return 'The database was closed, or a statement ended, while it was under way.';
    default:
      return `The database refused a statement of ours (SQLSTATE ${state}).`;
  }
}

function failureOf(rawError: object): SqlFailure | undefined {
  const raw = rawError as { code?: unknown; message?: unknown; constraint?: unknown };
  if (typeof raw.code !== 'string' || !/^[0-9A-Z]{5}$/.test(raw.code) || !('severity' in rawError))
    return undefined;
  const constraint = typeof raw.constraint === 'string' ? raw.constraint : undefined;
  return new SqlFailure(String(raw.message), raw.code, constraint);
}

/** Gives an error of either client one of our codes. `whenLost` is for one that did not come from the database. */
export function toForthrightError(
  rawError: unknown,
  whenLost: (why: string) => ForthrightError,
): ForthrightError {
  if (rawError instanceof ForthrightError) return rawError;
  const failure = rawError instanceof Error ? failureOf(rawError) : undefined;
  if (failure === undefined) return whenLost(whyLost(rawError));
  const code = codeOf(failure.state, failure.message);
  return new ForthrightError(code, words(code, failure), { cause: failure });
}

function whyLost(rawError: unknown): string {
  const inner = rawError instanceof AggregateError ? rawError.errors[0] : rawError;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}

/** The SQLSTATE behind an error of ours. */
export function stateOf(error: unknown): string | undefined {
  return error instanceof ForthrightError && error.cause instanceof SqlFailure
    ? error.cause.state
    : undefined;
}

/** The name of the constraint that refused a record, so that a stage can say what it means there. */
export function constraintOf(error: unknown): string | undefined {
  return error instanceof ForthrightError && error.cause instanceof SqlFailure
    ? error.cause.constraint
    : undefined;
}

/** Serialization failure and deadlock: PostgreSQL has rolled all of it back and asks to begin again. */
export const REPEATABLE: ReadonlySet<string | undefined> = new Set(['40001', '40P01']);

/** Whether an error has ended the whole transaction, and not only the part of it that met the error. */
export const endsAll = (error: unknown): boolean =>
  REPEATABLE.has(stateOf(error)) ||
  (error instanceof ForthrightError && ['database-unreachable', 'interrupted'].includes(error.code));
