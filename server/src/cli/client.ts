/** What the command line says to a server, and what it makes of the answers. */
import { ANSWER, type ErrorCode, ForthrightError, type Problem } from '@forthright/contract';

/** Whom to ask, and as whom. */
export type Place = Readonly<{
  /** `http://127.0.0.1:8600` */
  server: string;
  headers: Readonly<Record<string, string>>;
}>;

export type Request = Readonly<{
  method: string;
  /** With its query: `/api/incidents?state=open` */
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Instead of `body`: bytes as they are. */
  content?: ReadableStream<Uint8Array> | undefined;
  signal: AbortSignal;
}>;

const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The address of a server, as browsers name an origin. Refuses one to which a secret would travel in the clear. */
export function originOf(rawServer: string): string {
  const url = URL.canParse(rawServer) ? new URL(rawServer) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/')
    throw new ForthrightError(
      'usage',
      `\`${rawServer}\` is no server; give its address, such as https://forthright.marlow.example`,
    );
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    throw new ForthrightError(
      'usage',
      `\`${rawServer}\` is not on this machine, so it must be asked by https: who you are would travel in the clear`,
    );
  return url.origin;
}

export function unreachable(server: string, why: string, cause?: unknown): ForthrightError {
  return new ForthrightError('server-unreachable', `the server at ${server} ${why}`, { cause });
}

/** Asks; an answer that is no success is thrown as the error that the server names. */
export async function ask({ server, headers }: Place, request: Request): Promise<Response> {
  const { method, path, body, headers: own, content, signal } = request;
  const type = content !== undefined ? 'application/octet-stream' : 'application/json';
  let answer: Response;
  try {
    answer = await fetch(`${server}${path}`, {
      method,
      // What a page of this server would say: it refuses changes that come from elsewhere.
      headers: {
        origin: server,
        accept: 'application/json',
        ...headers,
        ...own,
        ...(body === undefined && content === undefined ? {} : { 'content-type': type }),
      },
      redirect: 'error',
      signal,
      ...(content !== undefined
        ? { body: content, duplex: 'half' as const }
        : body === undefined
          ? {}
          : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw unreachable(server, `does not answer${code}`, error);
  }
  if (answer.ok) return answer;
  throw refusal(server, await jsonOf(server, answer), answer.status);
}

/** The answer as JSON. Refuses what is too long, or none: then something else stands at this address. */
export async function jsonOf(server: string, answer: Response): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of answer.body ?? []) {
      bytes += piece.length;
      if (bytes > LARGEST_ANSWER_BYTES) throw new Error('it is too long');
      pieces.push(piece);
    }
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch (error) {
    throw unreachable(server, 'did not answer as Forthright does; is it another program?', error);
  }
}

function refusal(server: string, raw: unknown, status: number): ForthrightError {
  const { code, detail, problems } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<
    string,
    unknown
  >;
  if (typeof code !== 'string' || typeof detail !== 'string' || !Object.hasOwn(ANSWER, code))
    return unreachable(server, `refused with status ${status}, in words that this version does not know`);
  return new ForthrightError(code as ErrorCode, detail, {
    problems: Array.isArray(problems) ? problems.filter(isProblem) : [],
  });
}

const isProblem = (raw: unknown): raw is Problem =>
  typeof raw === 'object' &&
  raw !== null &&
  'at' in raw &&
  typeof raw.at === 'string' &&
  'message' in raw &&
  typeof raw.message === 'string';
