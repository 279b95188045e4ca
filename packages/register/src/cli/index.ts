import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { LARGEST_ENTRY_BYTES, parseVerifierKey, RegisterError } from '../tree/index.ts';
import { type KeyInTime, keyForAllTime, parseKeys, verifyBundle, verifyTlogProof } from '../verify/index.ts';
import { proofText, reportText, USAGE, visible } from './text.ts';

export type Terminal = Readonly<{
  out: (text: string) => void;
  err: (text: string) => void;
  now: () => Date;
}>;

const EXIT = { proved: 0, consistent: 0, failed: 1, unreadable: 2, internal: 70 } as const;
const LARGEST_FILE_BYTES = 4 * 1024 * 1024;

/** Runs the command line and gives the exit code. Whatever is read, nothing is thrown. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(args, terminal);
  } catch (rawError) {
    if (rawError instanceof RegisterError) {
      const hint = rawError.code === 'usage' ? `\n${USAGE}` : '';
      terminal.err(visible(`error[${rawError.code}]: ${rawError.at}: ${rawError.message}\n${hint}`));
      return EXIT.unreadable;
    }
    const said = rawError instanceof Error ? rawError.message : String(rawError);
    terminal.err(visible(`error[internal]: a mistake of this program, please report it: ${said}\n`));
    return EXIT.internal;
  }
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { target, values } = parse(args);
  if (target === undefined) {
    terminal.out(USAGE);
    return EXIT.proved;
  }
  const { key = [], keys, witness = [], earlier, entry, json = false } = values;
  const trusted: KeyInTime[] = [
    ...key.map((vkey) => keyForAllTime(vkey, '--key')),
    ...(keys === undefined ? [] : parseKeys(await readText(keys), keys)),
  ];
  const witnesses = witness.map((vkey) => parseVerifierKey(vkey, '--witness'));
  if (witnesses.some(({ type }) => type !== 'cosignature')) {
    throw new RegisterError('key-invalid', '--witness', 'a witness has a cosigner key (type 4)');
  }
  const question = { keys: trusted, witnesses, now: terminal.now() };
  if (entry !== undefined) {
    if (trusted.length === 0) throw usage('a single proof is checked against a key: give --key or --keys');
    const answer = verifyTlogProof(
      await readText(target),
      await readBytes(entry, LARGEST_ENTRY_BYTES),
      question,
    );
    terminal.out(json ? `${JSON.stringify(answer, ['isProved', 'message', 'index'])}\n` : proofText(answer));
    return answer.isProved ? EXIT.proved : EXIT.failed;
  }
  const kept = earlier === undefined ? {} : { earlier: await readText(earlier) };
  const report = await verifyBundle(target, { ...question, ...kept });
  terminal.out(json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  return EXIT[report.verdict];
}

function parse(args: readonly string[]) {
  const { values, positionals } = readArgs(args);
  const [command, target, ...rest] = positionals;
  const isHelp = values.help === true || command === 'help' || (command === undefined && args.length === 0);
  if (isHelp) return { target: undefined, values };
  if (command !== 'verify') throw usage(`there is no command "${command ?? ''}"`);
  if (target === undefined || rest.length > 0) throw usage('name one bundle');
  return { target, values };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        key: { type: 'string', multiple: true },
        keys: { type: 'string' },
        witness: { type: 'string', multiple: true },
        earlier: { type: 'string' },
        entry: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (rawError) {
    throw usage(rawError instanceof Error ? rawError.message : String(rawError));
  }
}

const usage = (why: string) => new RegisterError('usage', 'command line', why);

async function readText(path: string): Promise<string> {
  return (await readBytes(path, LARGEST_FILE_BYTES)).toString('utf8');
}

/** A file that the reader themselves named. */
async function readBytes(path: string, mostBytes: number): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size <= mostBytes) return await readFile(path);
  } catch (rawError) {
    const code = rawError instanceof Error && 'code' in rawError ? rawError.code : 'unknown';
    if (code === 'ENOENT') throw new RegisterError('file-missing', path, 'is not there');
    throw new RegisterError('file-unreadable', path, `can not be read (${String(code)})`);
  }
  throw new RegisterError('too-large', path, `has more than ${mostBytes} bytes`);
}
