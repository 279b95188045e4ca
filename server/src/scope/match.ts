import type { RecipientClass } from '@forthright/contract';
import { type Params, quoteName, quoteText } from '../platform/analytics/index.ts';
import type { Sql } from '../sources/index.ts';
import { matchCache } from './cache.ts';
import {
  ALWAYS,
  classNumber,
  conditions,
  lines,
  MATCH_COLUMNS,
  type MatchContext,
  NO_FILE,
  type PlannedLeak,
} from './leaks.ts';

/** Lines of one log that a leak is about, in the columns of `matches`, then holders of what they showed. */
export async function matchLeak(planned: PlannedLeak, context: MatchContext): Promise<void> {
  const { leak } = planned;
  switch (leak.kind) {
    case 'page':
      await matchPath(planned, context);
      return holdByKey(planned, context);
    case 'shared-cache':
      await matchCache(planned, context);
      return holdThemselves(planned, context, 'id');
    case 'access':
      if (context.namesPersons(leak.log)) await matchPersons(planned, context);
      else await matchPath(planned, context);
      return context.namesPersons(leak.log)
        ? holdThemselves(planned, context, 'id')
        : holdByKey(planned, context);
    case 'export':
      if (planned.path !== null) await matchPath(planned, context);
      await stateRecipients(planned, context, leak.recipients ?? []);
      await holdList(planned, context, '*');
      return leak.recipients === undefined ? undefined : exposeListed(planned, context);
    case 'mailing':
      return matchMailing(planned, context);
    case 'url':
      await matchPath(planned, context);
      return holdByKey(planned, context);
    case 'list':
      await stateRecipients(planned, context, leak.recipients ?? []);
      await holdList(planned, context, '*');
      return exposeListed(planned, context);
  }
}

/** Everyone listed is exposed, whoever received the list. */
function exposeListed(planned: PlannedLeak, context: MatchContext): Promise<void> {
  return context.engine.run('INSERT INTO stated SELECT leak, person FROM holders WHERE leak = {leak:UInt8}', {
    leak: planned.n,
  });
}

/** Which directory is asked first for an account; `stated` apart, because such a name is no account of a log. */
const NAMESPACE = { shop: 0, staff: 1, stated: 2 };

async function matchPath(planned: PlannedLeak, context: MatchContext): Promise<void> {
  const { leak, path } = planned;
  if (path === null || !('log' in leak) || leak.log === undefined) return;
  const { ok, served } = conditions(planned);
  const key = path.key('path');
  const item = path.binds === 'customers.email' ? `if(${key} = '', '', ${context.address(key)})` : key;
  // Staff look people up, and fetch exports, from the office.
  const own = leak.kind === 'access' || leak.kind === 'export' ? "own AND who = ''" : 'own';
  const accounts = leak.kind === 'access' ? NAMESPACE.staff : NAMESPACE.shop;
  const extra: Sql[] = [];
  if (leak.kind === 'access') {
    if (leak.viewers !== undefined) extra.push(`who IN (${leak.viewers.map(quoteText).join(', ')})`);
    if (leak.actions !== undefined) extra.push(`action IN (${leak.actions.map(quoteText).join(', ')})`);
  }
  const okAll = [ok, ...extra].join(' AND ');
  const from = `(SELECT *, ${item} AS item FROM ${lines(leak.log, context, '1')} WHERE item != '')`;
  if (leak.kind !== 'url') {
    return context.engine.run(
      `INSERT INTO matches SELECT {leak:UInt8}, ${okAll}, ${served}, ${own}, ${accounts}, t, host, item, who, client, ua, f, rn FROM ${from}`,
      { leak: planned.n },
    );
  }
  const to =
    leak.passedTo === undefined
      ? "arrayFilter(x -> x != '', [recipient])"
      : `[${[...new Set(leak.passedTo)].map(quoteText).join(', ')}]`;
  const ns = 10 + classNumber('thirdParty');
  await context.engine.run(
    `INSERT INTO matches SELECT {leak:UInt8}, ${okAll} AND NOT own, ${served}, 0, ${ns}, t, host, item, receiver, '', '', f, rn FROM ${from} ARRAY JOIN ${to} AS receiver`,
    { leak: planned.n },
  );
}

async function matchPersons(planned: PlannedLeak, context: MatchContext): Promise<void> {
  const { leak, path } = planned;
  if (leak.kind !== 'access') return;
  const { ok, served } = conditions(planned);
  const extra: Sql[] = [];
  if (leak.viewers !== undefined) extra.push(`who IN (${leak.viewers.map(quoteText).join(', ')})`);
  if (leak.actions !== undefined) extra.push(`action IN (${leak.actions.map(quoteText).join(', ')})`);
  await context.engine.run(
    `INSERT INTO matches (${MATCH_COLUMNS}) SELECT {leak:UInt8}, ${[ok, ...extra].join(' AND ')}, ${served}, own AND who = '', ${NAMESPACE.staff}, t, host, item, who, client, ua, f, rn
     FROM ${lines(leak.log, context, path === null ? 'notEmpty(person)' : `notEmpty(person) AND ${path.key('path')} != ''`)} ARRAY JOIN arrayDistinct(person) AS item WHERE item != ''`,
    { leak: planned.n },
  );
}

/**
 * Everybody whom the key of a path stands for: who stands on it in a reference, with the dates between which they did;
 * else the person themselves. A person's own visit to an address that was passed on counts as any other's.
 */
async function holdByKey(planned: PlannedLeak, context: MatchContext): Promise<void> {
  const name = planned.path?.binds;
  if (name === null || name === undefined) return;
  if (name === 'customers' || name === 'customers.email') return holdThemselves(planned, context);
  await context.engine.run(
    `INSERT INTO holders SELECT DISTINCT {leak:UInt8}, key, person, ${ownOf(planned)}, vfrom, vto FROM ${quoteName(context.reference(name))}
     WHERE person != '' AND key GLOBAL IN (SELECT item FROM matches WHERE leak = {leak:UInt8} AND ok)`,
    { leak: planned.n },
  );
}

const ownOf = ({ leak }: PlannedLeak): Sql => (leak.kind === 'url' ? "''" : 'person');

/** The item is the person: an id, or an address that one or more accounts have. */
async function holdThemselves(
  planned: PlannedLeak,
  context: MatchContext,
  as: 'id' | 'address' = planned.path?.binds === 'customers.email' ? 'address' : 'id',
): Promise<void> {
  const items = `(SELECT DISTINCT item FROM matches WHERE leak = {leak:UInt8} AND ok)`;
  const people =
    as === 'address' ? personsOfAddresses(items, context) : `SELECT item, item AS person FROM ${items}`;
  await context.engine.run(
    `INSERT INTO holders SELECT DISTINCT {leak:UInt8}, item, person, ${ownOf(planned)}, ${ALWAYS.from}, ${ALWAYS.to} FROM (${people})`,
    { leak: planned.n },
  );
}

/** Addresses → accounts; an address that several accounts share is all of them, one that nobody has is itself. */
function personsOfAddresses(items: Sql, context: MatchContext): Sql {
  return `SELECT i.item AS item, if(d.person = '', i.item, d.person) AS person FROM ${items} AS i
    LEFT JOIN (SELECT person, ${context.address('email')} AS address FROM directory WHERE address GLOBAL IN ${items}) AS d ON i.item = d.address`;
}

async function holdList(planned: PlannedLeak, context: MatchContext, item: string): Promise<void> {
  const list = context.people(planned);
  const people =
    list.by === 'id'
      ? `SELECT DISTINCT value AS person FROM ${quoteName(list.relation)} WHERE value != ''`
      : `SELECT person FROM (${personsOfAddresses(`(SELECT DISTINCT ${context.address('value')} AS item FROM ${quoteName(list.relation)} WHERE value != '')`, context)})`;
  await context.engine.run(
    `INSERT INTO holders SELECT DISTINCT {leak:UInt8}, {item:String}, person, person, ${ALWAYS.from}, ${ALWAYS.to} FROM (${people})`,
    { leak: planned.n, item },
  );
}

type Stated = string | Readonly<{ id: string; class: RecipientClass }>;

/** Recipients whom no log shows, so that no time is known: a plain name is a third party unless a directory knows it. */
async function stateRecipients(
  planned: PlannedLeak,
  context: MatchContext,
  recipients: readonly Stated[],
): Promise<void> {
  for (const recipient of recipients) {
    const [id, ns] =
      typeof recipient === 'string'
        ? [recipient, NAMESPACE.stated]
        : [recipient.id, 10 + classNumber(recipient.class)];
    const params: Params = { leak: planned.n, ns, id };
    await context.engine.run(
      `INSERT INTO matches (${MATCH_COLUMNS}) SELECT {leak:UInt8}, 1, 1, 0, {ns:UInt8}, -1, '', '*', {id:String}, '', '', ${NO_FILE}, 0`,
      params,
    );
  }
}

/** Everyone in the open To and Cc saw everyone else in it. */
async function matchMailing(planned: PlannedLeak, context: MatchContext): Promise<void> {
  const { leak } = planned;
  if (leak.kind !== 'mailing') return;
  const list = context.people(planned);
  const items =
    list.by === 'id'
      ? `SELECT if(email = '', person, ${context.address('email')}) AS item, person FROM directory WHERE person GLOBAL IN (SELECT value FROM ${quoteName(list.relation)})
       UNION ALL SELECT value AS item, value AS person FROM ${quoteName(list.relation)} WHERE value != '' AND value GLOBAL NOT IN (SELECT person FROM directory)`
      : personsOfAddresses(
          `(SELECT DISTINCT ${context.address('value')} AS item FROM ${quoteName(list.relation)} WHERE value != '')`,
          context,
        );
  await context.engine.run(
    `INSERT INTO holders SELECT DISTINCT {leak:UInt8}, '*', person, item, ${ALWAYS.from}, ${ALWAYS.to} FROM (${items})`,
    { leak: planned.n },
  );
  await context.engine.run(
    `INSERT INTO matches (${MATCH_COLUMNS}) SELECT DISTINCT {leak:UInt8}, 1, 1, 0, if(person GLOBAL IN (SELECT person FROM directory), 10, ${10 + classNumber('thirdParty')}), -1, '', '*', own, '', '', ${NO_FILE}, 0
     FROM holders WHERE leak = {leak:UInt8}`,
    { leak: planned.n },
  );
}
