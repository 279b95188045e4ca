/** Who may ask what, found out by asking: every operation as everybody, through the real HTTP door. */
import { ROLES, type Role } from '@forthright/contract';
import { type As, PASSWORD, World } from '../../server/src/http/testing.ts';
import type { Operation } from '../../server/src/prove/index.ts';
import { operationsOf } from '../../server/src/serve.ts';

export type Cell = 'may' | 'may not';
export type Row = Readonly<{
  operation: Operation;
  nobody: string;
  expiredToken: string;
  wrongSession: string;
  roles: Readonly<Record<Role, Cell>>;
  /** Whether it refused a token of a role that may, and asked for a person who is signed in. */
  needsSession: boolean;
}>;

/** What stands for each parameter of a path: an id that is nobody's. */
const PARAMETERS: Readonly<Record<string, string>> = {
  person: 'usr_00000000000000000000',
  token: 'tok_00000000000000000000',
  customer: 'c-0',
  incident: `inc_${'0'.repeat(32)}`,
  file: `evi_${'0'.repeat(32)}`,
  inquiry: `inq_${'0'.repeat(32)}`,
  item: `itm_${'0'.repeat(32)}`,
  ban: `ban_${'0'.repeat(32)}`,
  delay: `dly_${'0'.repeat(32)}`,
  concerned: `con_${'0'.repeat(32)}`,
  recipient: `rcp_${'0'.repeat(32)}`,
  task: `tsk_${'0'.repeat(32)}`,
  paper: 'board-brief',
  issued: `pap_${'0'.repeat(32)}`,
  job: `job_${'0'.repeat(32)}`,
  webhook: `whk_${'0'.repeat(32)}`,
  key: '00000000',
  template: 'edpb',
  version: '1',
  handOver: `hov_${'0'.repeat(32)}`,
  campaign: `cmp_${'0'.repeat(32)}`,
  run: `job_${'0'.repeat(32)}`,
  entry: '0',
  edition: `edn_${'0'.repeat(32)}`,
  selector: 'f202611220000',
  draft: `drf_${'0'.repeat(32)}`,
  copies: `cpy_${'0'.repeat(32)}`,
  report: `rpt_${'0'.repeat(32)}`,
  trace: `trc_${'0'.repeat(32)}`,
  planting: `dcp_${'0'.repeat(32)}`,
  review: `arv_${'0'.repeat(32)}`,
  book: `alb_${'0'.repeat(32)}`,
  unlock: `unl_${'0'.repeat(32)}`,
};

/** What is sent to those operations that look at who asks only after their input. */
const PASSWORDS = { password: 'not the password' };
const BODIES: Readonly<Record<string, object>> = {
  'invite-person': { email: 'new@marlow.example', name: 'New', roles: ['auditor'] },
  'set-roles': { roles: ['auditor'] },
  'erase-person': { reason: 'left' },
  'make-token': { name: 'other', scopes: ['auditor'] },
  'change-password': { ...PASSWORDS, newPassword: PASSWORD },
  'begin-second-factor': PASSWORDS,
  'confirm-second-factor': { code: '123456' },
  'begin-passkey': PASSWORDS,
  'remove-passkey': { ...PASSWORDS, passkey: 'AAAA' },
  'add-webhook': { url: 'https://hooks.marlow.example/', events: ['incident-opened'] },
  'ask-hand-over': { from: 'usr_gone', to: 'usr_new', reason: 'x' },
  'confirm-hand-over': { reason: 'x' },
  'remove-second-factor': { ...PASSWORDS, code: '123456' },
};

export type Found = Readonly<{ rows: readonly Row[]; entrances: readonly string[]; openApi: Described }>;
type Described = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>>;
}>;

export async function askEverything(): Promise<Found> {
  const world = await World.open();
  try {
    const root = await world.first();
    for (const role of ROLES) await world.person(root, `${role}@marlow.example`, [role]);
    const { token: expired } = await tokenOf(world, 'auditor');
    world.pass(25);
    const rows: Row[] = [];
    for (const operation of operationsOf(world.people)) rows.push(await rowOf(world, operation, expired));
    const entrances = [...world.people.entrances, ...world.questions].map(
      ({ method, path }) => `${method} /api${path}`,
    );
    const { body } = await world.ask('GET', '/api/openapi.json');
    return { rows, entrances, openApi: body as Described };
  } finally {
    await world.close();
  }
}

async function rowOf(world: World, operation: Operation, expired: string | undefined): Promise<Row> {
  const cells: [Role, Cell][] = [];
  // Anew for each: some of the operations end the session that asks.
  for (const role of ROLES)
    cells.push([role, cellOf(await ask(world, operation, await signIn(world, role)))]);
  const [role = 'auditor'] = operation.may;
  return {
    operation,
    nobody: await ask(world, operation, {}),
    expiredToken: await ask(world, operation, { token: expired ?? '' }),
    wrongSession: await ask(world, operation, { cookie: `forthright-session=fws_${'A'.repeat(43)}` }),
    roles: Object.fromEntries(cells) as Record<Role, Cell>,
    needsSession: (await ask(world, operation, await tokenOf(world, role))) === 'session-required',
  };
}

const REFUSALS = ['not-permitted', 'session-required', 'not-signed-in', 'token-expired', 'session-expired'];

function cellOf(code: string): Cell {
  return REFUSALS.includes(code) ? 'may not' : 'may';
}

/** The code of the answer, or `ok`. */
async function ask(world: World, { name, method, path }: Operation, as: As): Promise<string> {
  const url = path.replaceAll(/:(\w+)/g, (_, parameter: string) => {
    const value = PARAMETERS[parameter];
    if (value === undefined) throw new Error(`Say in PARAMETERS what stands for :${parameter}.`);
    return value;
  });
  const payload = method === 'GET' || method === 'DELETE' ? undefined : (BODIES[name] ?? {});
  const { body } = await world.ask(method, `/api${url}`, as, payload);
  return typeof body.code === 'string' ? body.code : 'ok';
}

async function signIn(world: World, who: string): Promise<As> {
  const given = { email: `${who}@marlow.example`, password: PASSWORD };
  const { cookie, status, body } = await world.ask('POST', '/api/sign-in', {}, given);
  if (status !== 200) throw new Error(`${who} can't sign in: ${JSON.stringify(body)}`);
  return { cookie };
}

async function tokenOf(world: World, role: Role): Promise<As> {
  const given = { name: 'matrix', scopes: [role], days: 1 };
  const { body } = await world.ask('POST', '/api/tokens', await signIn(world, role), given);
  return { token: String(body.secret) };
}

/** The text of `docs/permissions.md`. */
export function permissionsPage({ rows, entrances }: Found): string {
  const mark = (cell: Cell) => (cell === 'may' ? 'yes' : '·');
  const lines = rows.map(({ operation: { name, method, path }, roles }) => {
    const cells = ROLES.map((role) => mark(roles[role]));
    return `| ${name} | \`${method} /api${path}\` | ${cells.join(' | ')} |`;
  });
  return `# Who may ask what

Made by asking: each operation as each role, as nobody and with an expired token, through the HTTP door. Run
\`node test/permissions/write.ts\` after a change; a test fails when this page says something else than the server does.

Whoever has several roles may do what any of them may. An API token has those of its maker's roles that stand in its
scopes, but these need a person who is signed in: ${rows
    .filter(({ needsSession }) => needsSession)
    .map(({ operation: { name } }) => name)
    .join(', ')}.
Nobody who is not signed in may ask any of these; without a role nobody is let in at all. Which records somebody sees
may be narrower still: one's own tokens, for instance, unless one is an administrator.

| operation | address | ${ROLES.join(' | ')} |
|---|---|${'---|'.repeat(ROLES.length)}
${lines.join('\n')}

Open to everybody, with tight limits on how often:

${entrances.map((e) => `- \`${e}\``).join('\n')}

and, without anything of anybody's in them, \`/healthz\`, \`/readyz\`, \`/metrics\`, \`/api\`, \`/api/openapi.json\`, \`/api/style.css\`, \`/welcome\`, \`/sign-in\`, \`/sign-in.js\`, \`/account\` (which leads there), the files of the web application, and the way to the company's identity provider and back.
`;
}
