/** The one way to the server: a client whose types are made of its OpenAPI document. */
import createClient from 'openapi-fetch';
import type { Problem, paths } from './api.gen.ts';

type Method<P extends keyof paths> = keyof paths[P];
/** What an operation answers with. */
export type Answer<P extends keyof paths, M extends Method<P>> = paths[P][M] extends {
  responses: { 200: { content: { 'application/json': infer T } } };
}
  ? T
  : never;

export const api = createClient<paths>();

/** A refusal of the server's, or that it could not be reached. */
export class Refused extends Error {
  readonly code: Problem['code'] | 'unreachable';
  readonly problems: Problem['problems'];
  /** The request's id, which the server's log has too. */
  readonly request: string | undefined;

  constructor(problem: Problem | undefined) {
    super(problem?.detail ?? 'The server could not be reached.');
    this.code = problem?.code ?? 'unreachable';
    this.problems = problem?.problems ?? [];
    this.request = problem?.instance;
  }
}

type Asked<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

const isProblem = (raw: unknown): raw is Problem =>
  typeof raw === 'object' && raw !== null && 'code' in raw && 'detail' in raw;

/** What was asked for. Throws `Refused`; when nobody is signed in any more, leads to the page for it, and back here. */
export async function answerOf<T>(asked: Asked<T>): Promise<T> {
  const { data, error, response } = await asked.catch(() => {
    throw new Refused(undefined);
  });
  if (data !== undefined) return data;
  if (response.status === 401) {
    signIn();
    return new Promise(() => {});
  }
  throw new Refused(isProblem(error) ? error : undefined);
}

export function signIn(): void {
  const { pathname, search } = window.location;
  const then = new URLSearchParams([['then', pathname + search]]);
  window.location.assign(pathname === '/' ? '/sign-in' : `/sign-in?${then}`);
}
