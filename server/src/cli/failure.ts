import { ANSWER, EXPLAIN, ForthrightError } from '@forthright/contract';
import { visible } from '../kernel/index.ts';

const REPORT = "this is a mistake of ours, not of yours; please report it to Forthright's maintainers";

/** An error as it leaves by the command line: its text for stderr, and its exit code. */
export type Failure = Readonly<{ text: string; exit: number }>;

/**
 * `error[code]: message`, each problem with its place, and a hint; or an RFC 9457 object. What is no
 * ForthrightError is `internal`: its stack is shown only to those who asked for it.
 */
export function failureOf(rawError: unknown, how: Readonly<{ json: boolean; debug: boolean }>): Failure {
  const error = rawError instanceof ForthrightError ? rawError : unexpected(rawError, how.debug);
  const { exit, status } = ANSWER[error.code];
  const { meaning, advice } = EXPLAIN[error.code];
  if (how.json) {
    const problem = {
      type: `urn:forthright:error:${error.code}`,
      title: meaning,
      status,
      detail: error.message,
      code: error.code,
      problems: error.problems,
    };
    return { text: `${JSON.stringify(problem)}\n`, exit };
  }
  const lines = [
    `error[${error.code}]: ${visible(error.message)}`,
    ...error.problems.map((p) => `  ${visible(p.at)}  ${visible(p.message)}`),
    `hint: ${advice}`,
  ];
  const stack = how.debug ? stackOf(error) : '';
  return { text: `${lines.join('\n')}\n${stack}`, exit };
}

function unexpected(rawError: unknown, debug: boolean): ForthrightError {
  const said = rawError instanceof Error ? `${rawError.name}: ${rawError.message}` : String(rawError);
  const first = said.split('\n')[0]?.slice(0, 300) ?? '';
  const message = `something unexpected happened${debug ? ` (${first})` : ''}; ${REPORT}`;
  return new ForthrightError('internal', message, { cause: rawError });
}

function stackOf(error: ForthrightError): string {
  const stacks: string[] = [];
  for (let e: unknown = error; e instanceof Error && stacks.length < 10; e = e.cause)
    stacks.push(e.stack ?? '');
  return `${stacks.join('\ncaused by: ')}\n`;
}
