/** Decoys that a trace file names: the rows that `get-decoys --as csv` gave, and the mails to them. */
import {
  DECOY_PLACES,
  type DecoyPlace,
  FEWEST_NOWHERE,
  type FiledDecoys,
  ForthrightError,
  type Problem,
  type Workspace,
} from '@forthright/contract';
import type { Analytics } from '../../platform/analytics/index.ts';
import { attachTable, type FileRegistry, instantOf, type Sql, textOf } from '../../sources/index.ts';
import type { CountedDecoy, DecoysAsked } from './types.ts';

export type FiledContext = Readonly<{
  engine: Analytics;
  workspace: Workspace;
  directory: string;
  registry: FileRegistry;
  /** SQL of a normalised address. */
  address: (text: Sql) => Sql;
  /** When mails without a time count as arrived (ms). */
  end: number;
}>;

export type Filed = Readonly<{
  asked: DecoysAsked;
  /** Mails that show nothing: from us, to none of the decoys, or from before these stood anywhere. */
  left: Readonly<{ fromUs: number; toNone: number; early: number; untimed: number }>;
}>;

const DECOY_COLUMNS = ['place', 'at', 'email', 'country', 'region', 'language'] as const;

/** Reads both files. Refuses (`trace-invalid`) rows that are no decoys, addresses that stand in two places, and too few of no place. */
export async function decoysOfFile(filed: FiledDecoys, context: FiledContext): Promise<Filed> {
  const since = Date.parse(filed.since);
  const decoys = await readDecoys(filed, context);
  const byAddress = new Map(decoys.map((decoy) => [decoy.email, decoy]));
  const own = context.workspace.organisation.domains.map((domain) => domain.toLowerCase());
  const isOurs = (from: string): boolean => {
    const domain = from
      .slice(from.lastIndexOf('@') + 1)
      .replace(/[>\s]+$/, '')
      .toLowerCase();
    return own.some((one) => domain === one || domain.endsWith(`.${one}`));
  };
  const left = { fromUs: 0, toNone: 0, early: 0, untimed: 0 };
  const taken = (rows: readonly MailRow[]) =>
    rows.flatMap(({ email, t, isTimed, sender, rn }) => {
      const decoy = byAddress.get(email);
      if (decoy === undefined) left.toNone += 1;
      else if (isOurs(sender)) left.fromUs += 1;
      else if (t < since) left.early += 1;
      else {
        if (!isTimed) left.untimed += 1;
        return [{ decoy, mail: `row-${rn + 1}`, arrived: new Date(t).toISOString() }];
      }
      return [];
    });
  const mails = taken(await readMails('decoys.mails', filed.mails, context));
  const others =
    filed.others === undefined ? [] : taken(await readMails('decoys.others', filed.others, context));
  const nowhere = [...mails, ...others].filter(({ decoy }) => decoy.place === 'nowhere');
  const asked: DecoysAsked = {
    decoys,
    mails: mails
      .map(({ mail, decoy, arrived }) => ({ mail, decoy: decoy.id, arrived }))
      .sort((a, b) => a.arrived.localeCompare(b.arrived)),
    aliases: { viewers: [], mails: [] },
    nowhereHit: new Set(nowhere.map(({ decoy }) => decoy.id)).size,
  };
  return { asked, left };
}

async function readDecoys(
  { at, since }: FiledDecoys,
  { engine, directory, registry, address }: FiledContext,
): Promise<CountedDecoy[]> {
  const { columns } = await attachTable(engine, 'decoys_raw', {
    source: 'decoys.at',
    at,
    directory,
    columns: DECOY_COLUMNS,
    onBrokenRow: 'stop',
    registry,
  });
  const text = (column: string) => textOf(column, columns);
  const rows = await engine.rows<Record<(typeof DECOY_COLUMNS)[number], string> & Readonly<{ rn: number }>>(
    `SELECT trim(forthright_1) AS place, forthright_2 AS at, ${address('forthright_3')} AS email, forthright_4 AS country, forthright_5 AS region, forthright_6 AS language, toUInt32(rn) AS rn
     FROM (SELECT ${DECOY_COLUMNS.map((column, i) => `${text(column)} AS forthright_${i + 1}`).join(', ')}, f, rn FROM decoys_raw) ORDER BY f, rn`,
  );
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const decoys = rows.map(({ place: rawPlace, at: name, email, rn, ...like }, n): CountedDecoy => {
    const place = DECOY_PLACES.find((one) => one === rawPlace);
    const where = `decoys.at, row ${rn + 1}`;
    if (place === undefined)
      problems.push({ at: where, message: `\`place\` is one of ${DECOY_PLACES.join(', ')}` });
    else if (place !== 'nowhere' && name === '')
      problems.push({ at: where, message: 'the place has no name in `at`' });
    if (email === '') problems.push({ at: where, message: 'no address in `email`' });
    else if (seen.has(email))
      problems.push({ at: where, message: 'this address stands here twice: a decoy stands in one place' });
    seen.add(email);
    return decoyOf(place ?? 'nowhere', { id: `decoy-${n + 1}`, at: name, email, like, since });
  });
  const nowhere = decoys.filter(({ place }) => place === 'nowhere').length;
  if (nowhere < FEWEST_NOWHERE)
    problems.push({
      at: 'decoys.at',
      message: `${nowhere} decoys stand in no place (\`nowhere\`); at least ${FEWEST_NOWHERE} must, to show whether addresses leave by another way`,
    });
  if (problems.length > 0)
    throw new ForthrightError('trace-invalid', 'These decoys can not be used.', {
      problems: problems.slice(0, MOST_PROBLEMS),
    });
  return decoys;
}

const MOST_PROBLEMS = 20;

const decoyOf = (
  place: DecoyPlace,
  {
    id,
    at,
    email,
    like: { country, region, language },
    since,
  }: Readonly<{
    id: string;
    at: string;
    email: string;
    like: Readonly<Record<'country' | 'region' | 'language', string>>;
    since: string;
  }>,
): CountedDecoy => ({
  id,
  name: '',
  email,
  place,
  at: place === 'nowhere' ? null : at,
  like: { country, region, language },
  since: new Date(since).toISOString(),
});

type MailRow = Readonly<{ rn: number; email: string; sender: string; t: number; isTimed: boolean }>;

async function readMails(
  source: string,
  { at, email, time, from }: FiledDecoys['mails'],
  { engine, workspace, directory, registry, address, end }: FiledContext,
): Promise<MailRow[]> {
  const relation = source.replace('.', '_');
  const { columns } = await attachTable(engine, relation, {
    source,
    at,
    directory,
    columns: [email, time, from].filter((x) => x !== undefined),
    onBrokenRow: 'stop',
    registry,
  });
  const instant = instantOf(time, columns, workspace.timezone ?? 'UTC');
  const rows = await engine.rows<{ email: string; sender: string; t: number | null; rn: number }>(
    `SELECT ${address('forthright_to')} AS email, forthright_from AS sender, forthright_at AS t, toUInt32(rn) AS rn
     FROM (SELECT ${textOf(email, columns)} AS forthright_to, ${textOf(from, columns)} AS forthright_from, ${instant} AS forthright_at, f, rn FROM ${relation}) ORDER BY f, rn`,
  );
  return rows.map(({ t, ...row }) => ({ ...row, t: t ?? end, isTimed: t !== null }));
}
