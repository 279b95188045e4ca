/** Who may see what, out of the formats in which it is kept elsewhere. Pure: texts and parsed JSON become grants and members. */
import { GRANT_KEYS, type Grant, type GrantsSource, type Member, type Problem } from '@forthright/contract';
import * as z from 'zod';

export type GrantsRead = Readonly<{
  grants: readonly Grant[];
  members: readonly Member[];
  problems: readonly Problem[];
  /** What this format does not say. */
  cautions: readonly string[];
  /** Roles that are one employee's own: who that is. An answer calls them by a pseudonym. */
  own?: ReadonlyMap<string, string>;
}>;

export type GrantRow = Readonly<{ role: string; tool: string; field: string; customers: string }>;

const ALL = {};
const MOST_PROBLEMS = 50;

/** `*`, or `region=R1|R2; country=DE`; undefined when it is neither. */
export function customersOf(text: string): Grant['customers'] | undefined {
  if (text.trim() === '*') return ALL;
  const customers: Record<string, string[]> = {};
  for (const part of text.split(';')) {
    const [key = '', value, ...rest] = part.split('=').map((one) => one.trim());
    const values = (value ?? '')
      .split('|')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    if (!isKey(key) || values.length === 0 || rest.length > 0 || customers[key] !== undefined)
      return undefined;
    customers[key] = values;
  }
  // Single customers and all of a kind are two grants.
  return customers.id !== undefined && Object.keys(customers).length > 1 ? undefined : customers;
}

const isKey = (key: string): boolean => GRANT_KEYS.some((one) => one === key);

const NOT_CUSTOMERS = `customers must be * or such as region=R1|R2; country=DE, by ${GRANT_KEYS.join(', ')} (id by itself)`;

/** The table `role, tool, field, customers`, the header being row 1. */
export function grantsOf(rows: readonly GrantRow[], at: string): Pick<GrantsRead, 'grants' | 'problems'> {
  const grants: Grant[] = [];
  const problems: Problem[] = [];
  for (const [n, { role, tool, field, customers: text }] of rows.entries()) {
    const customers = customersOf(text);
    if (customers !== undefined && role !== '' && tool !== '' && field !== '')
      grants.push({ role, tool, field, customers });
    else if (problems.length < MOST_PROBLEMS)
      problems.push({
        at: `${at}:${n + 2}`,
        message: customers === undefined ? NOT_CUSTOMERS : 'role, tool and field are needed',
      });
  }
  return { grants, problems };
}

const Json = z.strictObject({
  roles: z.array(
    z.strictObject({
      name: z.string().min(1),
      grants: z.array(
        z.strictObject({
          tool: z.string().min(1),
          fields: z.array(z.string().min(1)).min(1),
          customers: z.union([
            z.literal('all'),
            z.partialRecord(z.enum(GRANT_KEYS), z.array(z.string().min(1)).min(1)),
          ]),
        }),
      ),
    }),
  ),
  members: z.array(z.strictObject({ employee: z.string().min(1), roles: z.array(z.string().min(1)) })),
});

export function readJson(raw: unknown, at: string): GrantsRead {
  const parsed = Json.safeParse(raw);
  if (!parsed.success) return broken(parsed.error, at);
  const { roles, members } = parsed.data;
  const mixed = roles.findIndex(({ grants }) =>
    grants.some(({ customers: c }) => c !== 'all' && c.id !== undefined && Object.keys(c).length > 1),
  );
  if (mixed >= 0)
    return {
      ...NOTHING,
      problems: [{ at: `${at}: roles.${mixed}`, message: 'customers by id stand by themselves' }],
    };
  return {
    ...NOTHING,
    grants: roles.flatMap(({ name, grants }) =>
      grants.flatMap(({ tool, fields, customers }) =>
        fields.map((field) => ({
          role: name,
          tool,
          field,
          customers: customers === 'all' ? ALL : customers,
        })),
      ),
    ),
    members: members.flatMap(({ employee, roles: all }) => all.map((role) => ({ employee, role }))),
  };
}

const NOTHING: GrantsRead = { grants: [], members: [], problems: [], cautions: [] };

const broken = (error: z.ZodError, at: string): GrantsRead => ({
  ...NOTHING,
  problems: error.issues
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => ({ at: `${at}: ${path.join('.')}`, message })),
});

const Group = z.object({
  displayName: z.string().min(1),
  members: z.array(z.object({ value: z.string().min(1) })).default([]),
});
const Groups = z.union([z.object({ Resources: z.array(Group) }), z.array(Group)]);

/** Groups of a SCIM server; a member's `value` is the employee. */
export function readScim(
  raw: unknown,
  rows: readonly GrantRow[],
  names: Readonly<{ groups: string; grants: string }>,
): GrantsRead {
  const parsed = Groups.safeParse(raw);
  if (!parsed.success) return broken(parsed.error, names.groups);
  const groups = 'Resources' in parsed.data ? parsed.data.Resources : parsed.data;
  const ids = new Set(groups.map(({ displayName }) => displayName));
  const { grants, problems } = grantsOf(rows, names.grants);
  const roles = new Set(grants.map(({ role }) => role));
  const without = [...ids].filter((id) => !roles.has(id)).length;
  return {
    grants,
    problems,
    members: groups.flatMap(({ displayName: role, members }) =>
      members.map(({ value }) => ({ employee: value, role })),
    ),
    cautions:
      without === 0
        ? []
        : [`${without} groups stand in no row of ${names.grants}: they let nobody see anything here.`],
  };
}

export type ColumnPrivilege = Readonly<{
  grantee: string;
  table_schema: string;
  table_name: string;
  column_name: string;
  privilege_type: string;
}>;
export type RoleMember = Readonly<{ role: string; member: string }>;

/** Of a role: itself and what it is a member of, however far. */
export function closureOf(start: string, parents: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set([start]);
  for (const one of found) for (const parent of parents.get(one) ?? []) found.add(parent);
  return [...found];
}

const PUBLIC = 'PUBLIC';

/** A database's own grants of reading. `PUBLIC` is everybody. */
export function readPostgres(
  columns: readonly ColumnPrivilege[],
  roleMembers: readonly RoleMember[],
  { tables, tool }: Pick<Extract<GrantsSource, { format: 'postgres' }>, 'tables' | 'tool'>,
): GrantsRead {
  const grants = columns.flatMap(({ grantee, table_schema, table_name, column_name, privilege_type }) => {
    const field = (tables[`${table_schema}.${table_name}`] ?? tables[table_name])?.[column_name];
    return privilege_type.toUpperCase() === 'SELECT' && field !== undefined
      ? [{ role: grantee, tool, field, customers: ALL }]
      : [];
  });
  const parents = new Map<string, string[]>();
  for (const { role, member } of roleMembers) parents.set(member, [...(parents.get(member) ?? []), role]);
  const everybody = new Set([
    ...roleMembers.map(({ member }) => member),
    ...columns.map(({ grantee }) => grantee),
  ]);
  // Roles that others have are groups, and PUBLIC is everybody.
  for (const group of [PUBLIC, ...roleMembers.map(({ role }) => role)]) everybody.delete(group);
  return {
    ...NOTHING,
    grants,
    members: [...everybody].flatMap((employee) =>
      [...closureOf(employee, parents), PUBLIC].map((role) => ({ employee, role })),
    ),
    own: new Map([...everybody].map((employee) => [employee, employee])),
    cautions: [
      'Row security, views, functions and superusers are in none of the tables from which a database’s grants were read: who has these sees more or less than is counted.',
    ],
  };
}

const Key = z.object({ user: z.string().min(1), relation: z.string().min(1), object: z.string().min(1) });
const Tuple = z.union([z.object({ key: Key }).transform(({ key }) => key), Key]);
const Tuples = z.union([
  z.object({ tuples: z.array(Tuple) }).transform(({ tuples }) => tuples),
  z.array(Tuple),
]);

/** `region:R1` as the customers that it stands for; undefined when it is none of these. */
function objectOf(object: string): Grant['customers'] | undefined {
  const at = object.indexOf(':');
  const [type, id] = [object.slice(0, at), object.slice(at + 1)];
  if (type === 'customers') return ALL;
  if (type === 'customer') return { id: [id] };
  return isKey(type) && type !== 'id' ? { [type]: [id] } : undefined;
}

const idOf = (entity: string): string => entity.slice(entity.indexOf(':') + 1);

/** Relationship tuples. Whoever is in `team:x#member` by a tuple has what is granted to it. */
export function readOpenFga(
  raw: unknown,
  { relations, tuples: at }: Pick<Extract<GrantsSource, { format: 'openfga' }>, 'relations' | 'tuples'>,
): GrantsRead {
  const parsed = Tuples.safeParse(raw);
  if (!parsed.success) return broken(parsed.error, at);
  const tuples = parsed.data;
  const grants: Grant[] = [];
  const sets = new Map<string, string[]>();
  const users = new Set<string>();
  for (const { user, relation, object } of tuples) {
    if (!user.includes('#') && !user.endsWith(':*')) users.add(user);
    const known = relations[relation];
    const customers = objectOf(object);
    if (known !== undefined && customers !== undefined)
      for (const field of known.fields) grants.push({ role: user, tool: known.tool, field, customers });
    else sets.set(user, [...(sets.get(user) ?? []), `${object}#${relation}`]);
  }
  const types = new Set(grants.map(({ role }) => role).filter((role) => role.endsWith(':*')));
  const members = [...users].flatMap((user) => {
    const mine = new Set(closureOf(user, sets));
    for (const type of types) if (user.startsWith(type.slice(0, -1))) mine.add(type);
    return [...mine].map((role) => ({ employee: idOf(user), role }));
  });
  return {
    ...NOTHING,
    grants,
    members,
    own: new Map([...users].map((user) => [user, idOf(user)])),
    cautions: [
      'Only what tuples say is counted: relations that the model derives from others must be written out (`fga query list-objects`) to be.',
    ],
  };
}

const Uid = z.union([
  z.object({ __entity: z.object({ type: z.string(), id: z.string() }) }).transform((x) => x.__entity),
  z.object({ type: z.string(), id: z.string() }),
]);
const Head = z.object({
  op: z.enum(['All', '==', 'in', 'is']),
  entity: Uid.optional(),
  entities: z.array(Uid).optional(),
});
const Policy = z.object({
  effect: z.enum(['permit', 'forbid']),
  principal: Head,
  action: Head,
  resource: Head,
  conditions: z.array(z.unknown()).default([]),
});
const Policies = z.union([
  z
    .object({ staticPolicies: z.record(z.string(), Policy) })
    .transform((x) => Object.values(x.staticPolicies)),
  z.array(Policy),
]);
const Entities = z.array(z.object({ uid: Uid, parents: z.array(Uid).default([]) }));

const nameOf = ({ type, id }: z.infer<typeof Uid>): string => `${type}::${id}`;
const EVERYBODY = '*';

/** Cedar's policies in JSON. What can't be told from them without a request is taken to be permitted, so that nobody sees more than is counted. */
export function readCedar(
  rawPolicies: unknown,
  rawEntities: unknown,
  {
    actions,
    policies: at,
    entities: atEntities,
    people,
  }: Pick<Extract<GrantsSource, { format: 'cedar' }>, 'actions' | 'policies' | 'entities' | 'people'>,
): GrantsRead {
  const [policies, entities] = [Policies.safeParse(rawPolicies), Entities.safeParse(rawEntities)];
  if (!policies.success) return broken(policies.error, at);
  if (!entities.success) return broken(entities.error, atEntities);
  const permits = policies.data.filter(({ effect }) => effect === 'permit');
  const grants: Grant[] = [];
  let unread = 0;
  for (const { principal, action, resource } of permits) {
    const customers = customersIn(resource);
    if (customers === undefined || principal.op === 'is') {
      unread += 1;
      continue;
    }
    const role = principal.entity === undefined ? EVERYBODY : nameOf(principal.entity);
    const named = [...(action.entity === undefined ? [] : [action.entity]), ...(action.entities ?? [])];
    const known = action.op === 'All' ? Object.values(actions) : named.flatMap(({ id }) => actions[id] ?? []);
    for (const { tool, fields } of known)
      for (const field of fields) grants.push({ role, tool, field, customers });
  }
  const parents = new Map(entities.data.map(({ uid, parents: all }) => [nameOf(uid), all.map(nameOf)]));
  const employees = entities.data.filter(({ uid }) => uid.type === people);
  const conditional = permits.filter(({ conditions }) => conditions.length > 0).length;
  const forbids = policies.data.length - permits.length;
  return {
    ...NOTHING,
    grants,
    members: employees.flatMap(({ uid }) =>
      [...closureOf(nameOf(uid), parents), EVERYBODY].map((role) => ({ employee: uid.id, role })),
    ),
    own: new Map(employees.map(({ uid }) => [nameOf(uid), uid.id])),
    cautions: [
      ...(conditional + forbids > 0
        ? [
            `${conditional} policies with conditions count as if these held, and ${forbids} that forbid are left out: fewer may see what is counted.`,
          ]
        : []),
      ...(unread > 0
        ? [
            `${unread} policies are for resources or principals that stand for no customers here, and are left out.`,
          ]
        : []),
    ],
  };
}

function customersIn({ op, entity }: z.infer<typeof Head>): Grant['customers'] | undefined {
  if (op === 'All') return ALL;
  return entity === undefined || op === 'is'
    ? undefined
    : objectOf(`${entity.type.toLowerCase()}:${entity.id}`);
}
