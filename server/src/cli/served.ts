/** The commands that ask a server: one for each of its operations, and signing in and out. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ClocksListed, ForthrightError } from '@forthright/contract';
import { headersOf } from '../kernel/index.ts';
import type { Operation as Asking } from '../prove/index.ts';
import { ask, jsonOf, originOf, type Place, type Request, unreachable } from './client.ts';
import { readKept, readToken, writeKept } from './credentials.ts';
import { DATA } from './database.ts';
import { atOption, type Form, formOf, inputOf } from './inputs.ts';
import { clocksText } from './text/clocks.ts';
import { recordText } from './text/record.ts';
import { fileToSend, piecesOf, refuseTaken, type Sent, saveFile, saveFolder, textOf } from './transfer.ts';
import type { Args, Context, Operation, OptionSpec } from './types.ts';
import { watch } from './watch.ts';

export type Wiring = Readonly<{
  /** Where sessions are kept: `~/.config/forthright/credentials.json` */
  credentials: string;
  /** From the environment, for those who give no option. */
  server: string | undefined;
  tokenFile: string | undefined;
  /** Where the program that holds this folder's records can be reached. */
  ownerOf: (records: string) => Promise<Readonly<{ address?: string; pid: number }> | undefined>;
  now: () => Date;
}>;

const LONGEST_WAIT_MS = 120_000;

export const SERVER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  server: {
    type: 'string',
    value: 'URL',
    about:
      'the server to ask; by default the one that runs on the data folder, else the last one signed in to',
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    about:
      'a file with an API token, which nobody else may read; by default the session of `forthright login`',
  },
  data: { type: 'string', value: 'DIR', about: `the data folder of the server; by default ${DATA}` },
};

/** Which server: the one that is named, else the one that runs here, else the last one signed in to. */
export async function serverOf(
  wiring: Wiring,
  { cwd }: Pick<Context, 'cwd'>,
  { options }: Args,
): Promise<string> {
  const named = options.server ?? (options.data === undefined ? wiring.server : undefined);
  if (named !== undefined) return originOf(String(named));
  const folder = resolve(cwd, String(options.data ?? DATA));
  const owner = await wiring.ownerOf(join(folder, 'records'));
  if (owner?.address !== undefined) return originOf(owner.address);
  if (owner !== undefined)
    throw new ForthrightError(
      'server-not-found',
      `process ${owner.pid} has the data folder ${folder} and does not answer yet; try again in a moment`,
    );
  const { last } = options.data === undefined ? await readKept(wiring.credentials) : {};
  if (last !== undefined) return originOf(last);
  throw new ForthrightError('server-not-found', `no server runs on the data folder ${folder}`);
}

async function placeOf(wiring: Wiring, context: Context, args: Args): Promise<Place> {
  const server = await serverOf(wiring, context, args);
  const named = args.options['token-file'];
  const tokenFile = named === undefined ? wiring.tokenFile : resolve(context.cwd, String(named));
  if (tokenFile !== undefined)
    return { server, headers: { authorization: `Bearer ${await readToken(tokenFile)}` } };
  const session = (await readKept(wiring.credentials)).servers[server];
  if (session === undefined)
    throw new ForthrightError(
      'not-signed-in',
      `nobody is signed in at ${server}; sign in with \`forthright login\`, or give --token-file`,
    );
  return { server, headers: { cookie: session.cookie } };
}

const withTimeout = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(LONGEST_WAIT_MS)]);

/** Headings in the order in which the help shows them, by the first part of an operation's address. */
const GROUPS: Readonly<Record<string, string>> = {
  incidents: 'the record of incidents (through the server)',
  inbox: 'the record of incidents (through the server)',
  register: 'the register (through the server)',
  people: 'people (through the server)',
  tokens: 'API tokens (through the server)',
  me: 'your own account (through the server)',
};
const groupOf = (path: string): string => {
  const [, first = ''] = path.split('/');
  return GROUPS[first] ?? (path.includes('sign') ? (GROUPS.me ?? first) : `${first} (through the server)`);
};

/** A command for each operation, with the same name. */
export function servedCommands(operations: readonly Asking[], wiring: Wiring): Operation[] {
  const order = Object.values(GROUPS);
  const rank = ({ group }: Operation) => (order.indexOf(group ?? '') + order.length + 1) % (order.length + 1);
  return operations.map((one) => commandOf(one, wiring)).sort((a, b) => rank(a) - rank(b));
}

/** What is read often is told in words of its own. */
const TEXTS: Readonly<Record<string, (value: unknown) => string>> = {
  'list-clocks': (value) => clocksText(value as ClocksListed),
};
const wordsOf = (name: string, value: unknown): string => (TEXTS[name] ?? recordText)(value);

const FILE = { name: 'FILE', about: 'the file to hand in' };

const JSON_FILE = { name: 'FILE', about: 'a file of JSON, `-` for stdin' };

/** The field that a file is, which is then no option. */
const fieldOf = ({ jsonFile }: Asking): string | undefined =>
  typeof jsonFile === 'object' ? jsonFile.field : undefined;

function formFor(asking: Asking): Form {
  const form = formOf(asking);
  const { argument } = asking;
  const fields = [fieldOf(asking), argument?.field, argument?.file].filter((field) => field !== undefined);
  if (fields.length === 0) return form;
  const options = Object.fromEntries(Object.entries(form.options).filter(([name]) => !fields.includes(name)));
  return { ...form, options, leaves: form.leaves.filter(({ option }) => !fields.includes(option)) };
}

/** A word, or the file of that name. */
async function argumentFrom(
  { cwd }: Context,
  word: string,
  { field, file }: NonNullable<Asking['argument']>,
): Promise<Record<string, string>> {
  const bytes = await readFile(resolve(cwd, word)).catch(() => undefined);
  return bytes === undefined ? { [field]: word } : { [file]: bytes.toString('base64') };
}

function commandOf(asking: Asking, wiring: Wiring): Operation {
  const form = formFor(asking);
  const takesInput = form.leaves.length > 0;
  const taken = ['input', 'json', 'help', ...Object.keys(SERVER_OPTIONS)].find((name) =>
    Object.hasOwn(form.options, name),
  );
  if (taken !== undefined)
    throw new Error(`${asking.name} has a field that would hide the option --${taken}.`);
  const gives =
    asking.streams?.startsWith('gives') === true ||
    asking.documents !== undefined ||
    asking.jsonFile === 'the answer';
  const takes = [
    ...(asking.streams === 'takes a file' ? [FILE] : []),
    ...(fieldOf(asking) === undefined ? [] : [JSON_FILE]),
    ...(asking.argument === undefined
      ? []
      : [{ name: asking.argument.field.toUpperCase(), about: 'a word, or a file' }]),
  ];
  return {
    name: asking.name,
    summary: asking.summary.replace(/\.$/, ''),
    group: groupOf(asking.path),
    takes: [...form.takes, ...takes],
    options: {
      ...form.options,
      ...(takesInput
        ? {
            input: {
              type: 'string',
              value: 'FILE',
              about: 'fields as JSON, `-` from stdin; options are laid over it',
            },
          }
        : {}),
      ...SERVER_OPTIONS,
    },
    common: gives ? ['json', 'out', 'help'] : ['json', 'help'],
    run: async (context, args) => {
      try {
        const value = await answerOf(asking, form, context, args, wiring);
        if (value === PRINTED) return;
        context.print(context.json ? `${JSON.stringify(value, null, 2)}\n` : wordsOf(asking.name, value));
      } catch (error) {
        throw named(error, asking, form);
      }
    },
  };
}

async function answerOf(
  asking: Asking,
  form: Form,
  context: Context,
  args: Args,
  wiring: Wiring,
): Promise<unknown> {
  const { out, cwd, signal } = context;
  const sent =
    asking.streams === 'takes a file' ? await fileToSend(cwd, args.positional.file ?? '') : undefined;
  if (asking.streams?.startsWith('gives') && out === undefined)
    throw new ForthrightError(
      'usage',
      `say with --out where ${asking.streams.slice('gives '.length)} is to be written`,
    );
  if (out !== undefined) await refuseTaken(cwd, out);
  const place = await placeOf(wiring, context, args);
  const field = fieldOf(asking);
  const given =
    field !== undefined
      ? { [field]: await readObject(context, String(args.positional.file), String(args.positional.file)) }
      : sent === undefined
        ? asking.argument === undefined
          ? {}
          : await argumentFrom(context, String(args.positional[asking.argument.field]), asking.argument)
        : nameFor(form, sent);
  const input = await readInput(asking, form, context, args, { given, now: wiring.now() });
  const request = requestOf(asking, input);
  if (asking.events !== undefined) {
    await watch(place, { ...request, signal }, context);
    return PRINTED;
  }
  if (asking.documents !== undefined) return documentOf(place, { ...request, signal }, context);
  if (asking.streams === undefined) {
    const value = await jsonOf(place.server, await ask(place, { ...request, signal: withTimeout(signal) }));
    return asking.jsonFile === 'the answer' ? fileOf(value, context) : value;
  }
  // A file takes as long as it takes.
  const answer = await ask(place, { ...request, content: sent?.content, signal });
  if (asking.streams === 'takes a file' || out === undefined) return jsonOf(place.server, answer);
  if (asking.streams === 'gives a folder')
    return { out: resolve(cwd, out), files: await saveFolder(place.server, answer, cwd, out) };
  return { out: resolve(cwd, out), ...(await saveFile(piecesOf(place.server, answer), cwd, out)) };
}

/** JSON for another program: into the file that is named, else to the terminal, and never as words for people. */
async function fileOf(value: unknown, { out, cwd, print }: Context): Promise<unknown> {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (out === undefined) {
    print(text);
    return PRINTED;
  }
  await saveFile(piecesOfText(text), cwd, out);
  return { out: resolve(cwd, out) };
}

async function* piecesOfText(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** What was printed as it came. */
const PRINTED = Symbol('printed');

/** A page, a text or a table: into the file that is named, else to the terminal as it is. JSON is printed like all JSON. */
async function documentOf(place: Place, request: Request, { out, cwd, print }: Context): Promise<unknown> {
  const answer = await ask(place, request);
  if (out !== undefined) {
    await saveFile(piecesOf(place.server, answer), cwd, out);
    return { out: resolve(cwd, out) };
  }
  if (answer.headers.get('content-type')?.startsWith('application/json')) return jsonOf(place.server, answer);
  for await (const text of textOf(place.server, answer)) print(text);
  return PRINTED;
}

/** A file is called what it is called here, unless an option says otherwise. */
const nameFor = ({ options }: Form, { name }: Sent): Record<string, unknown> =>
  Object.hasOwn(options, 'name') ? { name } : {};

/** The server speaks of fields; whoever sits here wrote options. */
function named(error: unknown, { path }: Asking, form: Form): unknown {
  if (!(error instanceof ForthrightError) || error.problems.length === 0) return error;
  const problems = error.problems.map((problem) => atOption(form, path, problem));
  return new ForthrightError(error.code, error.message, { problems, cause: error });
}

async function readInput(
  asking: Asking,
  form: Form,
  context: Context,
  args: Args,
  { given: usual, now }: Readonly<{ given: Record<string, unknown>; now: Date }>,
): Promise<Record<string, unknown>> {
  const given = { ...usual, ...(await readGiven(context, args.options.input)) };
  const input = inputOf(form, asking.path, args, { given, now });
  for (const secret of form.secrets)
    if (input[nameOf(form, secret)] === undefined)
      input[nameOf(form, secret)] = await context.input.secret(`${secret.replaceAll('-', ' ')}: `);
  const parsed = asking.input.safeParse(input);
  if (parsed.success) return input;
  // Told here, all at once, before anything goes out.
  const problems = parsed.error.issues.map(({ path, message }) =>
    atOption(form, asking.path, { at: path.map(String).join('.'), message: lacks(message) }),
  );
  throw new ForthrightError(
    'request-invalid',
    `\`${asking.name}\` can't be asked like this; see \`forthright help ${asking.name}\``,
    { problems },
  );
}

const lacks = (message: string): string => (/received undefined$/.test(message) ? 'is missing' : message);

const nameOf = ({ leaves }: Form, option: string): string =>
  leaves.find((leaf) => leaf.option === option)?.path[0] ?? option;

async function readGiven(context: Context, file: unknown): Promise<Record<string, unknown>> {
  return typeof file === 'string' ? readObject(context, file, `--input ${file}`) : {};
}

/** One JSON object from a file, or `-` from stdin; `called` is what it is called where it can't be read. */
async function readObject(
  { cwd, input }: Context,
  file: string,
  called: string,
): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(file === '-' ? await input.all() : await readFile(resolve(cwd, file), 'utf8'));
  } catch (cause) {
    if (cause instanceof ForthrightError) throw cause;
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new ForthrightError(
      isMissing ? 'file-missing' : 'body-malformed',
      `${called} is ${isMissing ? 'not there' : 'no JSON'}`,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new ForthrightError('body-malformed', `${called} is not one JSON object`);
}

/** Fields of the path stand in the path, the others in the body, for GET and DELETE in the query, beside a file in headers. */
export function requestOf(
  { method, path, streams }: Pick<Asking, 'method' | 'path' | 'streams'>,
  input: Readonly<Record<string, unknown>>,
) {
  const rest = { ...input };
  const filled = path.replaceAll(/:([A-Za-z]\w*)/g, (_, name: string) => {
    const value = encodeURIComponent(String(rest[name] ?? ''));
    delete rest[name];
    return value;
  });
  if (streams === 'takes a file') return { method, path: `/api${filled}`, headers: headersOf(rest) };
  if (method !== 'GET' && method !== 'DELETE') return { method, path: `/api${filled}`, body: rest };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest))
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  return { method, path: `/api${filled}${query.size === 0 ? '' : `?${query}`}` };
}

type SignedIn = Readonly<{ person: string; name: string; roles: readonly string[]; expires: string }>;

async function begin(
  wiring: Wiring,
  server: string,
  request: Readonly<{ path: string; body: object; signal: AbortSignal }>,
): Promise<SignedIn> {
  const answer = await ask({ server, headers: {} }, { method: 'POST', ...request });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  const { person, name, roles, expires } = (await jsonOf(server, answer)) as Partial<SignedIn>;
  if (cookie === undefined || person === undefined || name === undefined || expires === undefined)
    throw unreachable(server, 'did not answer as Forthright does; is it another program?');
  const { servers } = await readKept(wiring.credentials);
  const now = wiring.now().toISOString();
  const others = Object.entries(servers).filter(([, session]) => session.expires > now);
  await writeKept(wiring.credentials, {
    last: server,
    servers: { ...Object.fromEntries(others), [server]: { cookie, person, name, expires } },
  });
  return { person, name, roles: roles ?? [], expires };
}

const ACCOUNT = GROUPS.me ?? '';
const { 'token-file': _, ...LOGIN_OPTIONS } = SERVER_OPTIONS;

/** `login` and `logout`: a person's session, kept in a file that only they can read. */
export const signingCommands = (wiring: Wiring): readonly Operation[] => [
  {
    name: 'login',
    summary: 'sign in; what is done from then on is done by you',
    group: ACCOUNT,
    options: {
      email: { type: 'string', value: 'ADDRESS', about: 'of your account' },
      link: {
        type: 'string',
        value: 'LINK',
        about: 'a one-time link `fwl_…`, to choose your first or a new password',
      },
      name: { type: 'string', value: 'TEXT', about: 'with the very first link: who you are' },
      ...LOGIN_OPTIONS,
    },
    common: ['json', 'help'],
    examples: ['forthright login --email rosa@marlow.example', 'forthright login --link fwl_…'],
    run: async (context, args) => {
      const server = await serverOf(wiring, context, args);
      const { email, link, name } = args.options;
      if (email === undefined && link === undefined)
        throw new ForthrightError('usage', 'say who you are with --email, or give a one-time --link');
      const password = await context.input.secret(link === undefined ? 'password: ' : 'new password: ');
      const signal = withTimeout(context.signal);
      const session =
        link === undefined
          ? await signIn(wiring, server, context, { email: String(email), password })
          : await begin(wiring, server, {
              path: '/api/accept-link',
              body: {
                link: linkOf(String(link)),
                password,
                ...(email === undefined ? {} : { email }),
                ...(name === undefined ? {} : { name }),
              },
              signal,
            });
      context.print(
        context.json
          ? `${JSON.stringify({ server, ...session }, null, 2)}\n`
          : recordText({ server, ...session }),
      );
    },
  },
  {
    name: 'logout',
    summary: 'end the session of `login`',
    group: ACCOUNT,
    options: LOGIN_OPTIONS,
    common: ['json', 'help'],
    run: async (context, args) => {
      const server = await serverOf(wiring, context, args);
      const kept = await readKept(wiring.credentials);
      const { [server]: session, ...servers } = kept.servers;
      if (session !== undefined) {
        const place = { server, headers: { cookie: session.cookie } };
        await ask(place, {
          method: 'POST',
          path: '/api/sign-out',
          body: {},
          signal: withTimeout(context.signal),
        });
        await writeKept(wiring.credentials, { ...kept, servers });
      }
      context.print(
        context.json ? `${JSON.stringify({ server, signedOut: true })}\n` : `Signed out at ${server}\n`,
      );
    },
  },
];

/** The secret alone, or the address of the page as the terminal shows it. */
const linkOf = (given: string): string =>
  (URL.canParse(given) ? new URL(given).searchParams.get('link') : null) ?? given;

async function signIn(
  wiring: Wiring,
  server: string,
  { signal, input }: Context,
  who: Readonly<{ email: string; password: string }>,
): Promise<SignedIn> {
  const path = '/api/sign-in';
  try {
    return await begin(wiring, server, { path, body: who, signal: withTimeout(signal) });
  } catch (error) {
    if (!(error instanceof ForthrightError) || error.code !== 'second-factor-needed') throw error;
    const code = await input.secret('code of your authenticator app: ');
    return begin(wiring, server, { path, body: { ...who, code }, signal: withTimeout(signal) });
  }
}
