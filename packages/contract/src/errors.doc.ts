import { ANSWER, type ErrorCode } from './errors.ts';
import { EXPLAIN } from './explain.ts';

/** The text of `docs/errors.md`. */
export function errorsPage(): string {
  const codes = Object.keys(ANSWER) as ErrorCode[];
  const entries = codes.map((code) => {
    const { exit, status, show } = ANSWER[code];
    const { meaning, advice } = EXPLAIN[code];
    const hidden = show ? '' : ' Its message is not shown to users of the HTTP interface.';
    return `## ${code}\n\n${meaning}${hidden} ${advice}\n\nExit code ${exit}, HTTP status ${status}.`;
  });
  return `# Errors

Every error has a code from this closed set. The command line prints \`error[code]: message\`, then each problem
with its place, then a hint, and ends with the exit code; with \`--json\`, and over HTTP, an error is a problem
object (RFC 9457) whose \`code\` is the code below.

This page is made from \`packages/contract/src/\`: run \`node packages/contract/src/errors.doc.ts > docs/errors.md\`
after a change there. A test fails when they differ.

${entries.join('\n\n')}
`;
}

if (import.meta.main) process.stdout.write(errorsPage());
