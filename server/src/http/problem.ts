import { ANSWER, type ErrorCode, EXPLAIN, ForthrightError, type Problem } from '@forthright/contract';
import type { Wait } from '../platform/index.ts';

/** An RFC 9457 problem document. */
export type ProblemDocument = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  problems: readonly Problem[];
  /** The request, as the log names it. */
  instance: string;
}>;

/** What Fastify refuses by itself. Whatever else it throws is a mistake of ours. */
const FRAMEWORK: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_BAD_URL: ['request-malformed', 'The path holds an escape that is none.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'The body is larger than one megabyte.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'content-type-unsupported',
    'The body must be `Content-Type: application/json`.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['body-malformed', 'The body is not as long as Content-Length says.'],
  FST_ERR_MAX_PARAM_LENGTH: ['request-malformed', 'A part of the path is too long.'],
  ECONNRESET: ['interrupted', 'The connection ended before the request did.'],
};

/** Every error as a coded one. What is no ForthrightError is `internal`, whatever it says. */
export function coded(rawError: unknown): ForthrightError {
  if (rawError instanceof ForthrightError) return rawError;
  const name = rawError instanceof Error && 'code' in rawError ? String(rawError.code) : '';
  const known = Object.hasOwn(FRAMEWORK, name) ? FRAMEWORK[name] : undefined;
  if (known !== undefined) return new ForthrightError(known[0], known[1], { cause: rawError });
  return new ForthrightError('internal', 'Something unexpected happened.', { cause: rawError });
}

/**
 * The error as it leaves. Of what went wrong inside of us (5xx) only the meaning of the code is told: messages of
 * engines name hosts, folders and statements.
 */
export function problemOf(error: ForthrightError, requestId: string): ProblemDocument {
  const { status, show } = ANSWER[error.code];
  const { meaning, advice } = EXPLAIN[error.code];
  const isOurs = status >= 500 || !show;
  return {
    type: `urn:forthright:error:${error.code}`,
    title: meaning,
    status,
    detail: isOurs ? `${meaning} ${advice}` : error.message,
    code: error.code,
    problems: isOurs ? [] : error.problems,
    instance: `urn:uuid:${requestId}`,
  };
}

export function waitSecondsOf(error: ForthrightError): number | undefined {
  const cause = error.cause as Wait | undefined;
  return error.code === 'too-many-requests' && typeof cause?.waitSeconds === 'number'
    ? cause.waitSeconds
    : undefined;
}

export function tooMany(waitSeconds: number): ForthrightError {
  const wait: Wait = { waitSeconds };
  return new ForthrightError(
    'too-many-requests',
    `Too many requests; wait ${waitSeconds} second${waitSeconds === 1 ? '' : 's'}.`,
    { cause: wait },
  );
}
