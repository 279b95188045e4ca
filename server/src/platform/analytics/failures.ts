import { type ErrorCode, ForthrightError } from '@forthright/contract';

/** An engine's own error, before it has one of our codes. */
export type EngineFailure = Readonly<{ message: string; code?: number | undefined }>;

const MEMORY_LIMIT_EXCEEDED = 241;
const NOT_ENOUGH_SPACE = 243;

function codeOf(failure: EngineFailure): ErrorCode {
  const { code, message } = failure;
  if (code === MEMORY_LIMIT_EXCEEDED || message.includes('(MEMORY_LIMIT_EXCEEDED)')) return 'out-of-memory';
  if (code === NOT_ENOUGH_SPACE || /\(NOT_ENOUGH_SPACE\)|ENOSPC|No space left on device/.test(message))
    return 'no-disk';
  return 'engine-refused';
}

const ADVICE: Partial<Record<ErrorCode, string>> = {
  'out-of-memory':
    'The question needs more memory than the engine may use. Give it more (engines.analytics.memory), ask about a shorter window, or name a ClickHouse server.',
  'no-disk':
    'The disk for intermediate data is full. Free some, or point the data directory to a larger disk.',
};

/** Passwords that have been given to the engine must not come back in its messages. */
export function withoutSecrets(message: string, secrets: Iterable<string>): string {
  let clean = message;
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[hidden]');
  return clean;
}

/** Gives an engine's error one of our codes and says what to do about it. */
export function toForthrightError(failure: EngineFailure, secrets: Iterable<string> = []): ForthrightError {
  const code = codeOf(failure);
  const message = withoutSecrets(failure.message, secrets);
  const advice = ADVICE[code];
  return new ForthrightError(code, advice === undefined ? message : `${advice} (${message})`);
}
