/**
 * Kinds of leak × formats × engines: each cell writes one fixed world in one format, asks the engine through its
 * ordinary door, and compares the whole answer with the oracle's, and the server's byte for byte with the embedded
 * engine's. Only what passed here may stand in docs/coverage.md.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LEAK_KINDS } from '@forthright/contract';
import { openAnalytics } from '../../server/src/platform/analytics/index.ts';
import { startCluster, whyNoCluster } from '../cluster/cluster.ts';
import { askEngine } from '../oracle/engine.ts';
import { assertEqualsOracle, type EngineResult } from '../oracle/properties.ts';
import type { World } from '../oracle/world.ts';
import { startPostgres, whyNoPostgres } from '../peers/postgres.ts';
import { isSoak } from '../peers/soak.ts';
import {
  COMPRESSED,
  ENGINES,
  type Engine,
  LIST_FORMATS,
  LIST_KINDS,
  type ListFormat,
  type ListKind,
  LOG_KINDS,
  nameOf,
  type Results,
  type State,
  TABLES,
  whyNever,
  whyNotOn,
} from './cells.ts';
import { COMPRESSIONS, type Compression, whyNoCompression } from './compressions.ts';
import { FIELDS, FORMATS, type Format, seenThrough } from './formats.ts';
import { type Peers, placeCompressed, placeLists, placeWorld, workspaceFile } from './place.ts';
import { compareClaims, pageOf } from './report.ts';
import { richnessOf, worldOf } from './worlds.ts';

const OUT = new URL('../.out/', import.meta.url);
const PAGE = new URL('../../docs/coverage.md', import.meta.url);

const results: Record<string, State> = {};
const noCluster = whyNoCluster();
const noPostgres = whyNoPostgres();

let work = '';
let peers: Peers;
before(async () => {
  work = await mkdtemp(join(tmpdir(), 'forthright-coverage-'));
  const [maker, cluster, postgres] = await Promise.all([
    openAnalytics({ kind: 'embedded', directory: join(work, 'maker'), threads: 1 }),
    noCluster === undefined ? startCluster() : undefined,
    noPostgres === undefined ? startPostgres() : undefined,
  ]);
  peers = { maker, cluster, postgres };
});
after(async () => {
  await peers?.maker.close();
  await peers?.cluster?.stop();
  await peers?.postgres?.stop();
  await rm(work, { recursive: true, force: true });
});

/** One world, written once and asked on each engine. It stands for one cell of the page or for several. */
type Cell = Readonly<{
  title: string;
  /** Names of the results on an engine; none where there can be none. */
  names: (engine: Engine) => readonly string[];
  /** Why this machine can't run it, whatever the engine. */
  skip: string | undefined;
  /** Whether `npm test` has time to ask a server, too; `npm run soak` asks it of every cell. */
  isOnServer: boolean;
  world: () => World;
  place: (world: World, directory: string) => Promise<void>;
}>;

let made = 0;

/** Where two engines read the same evidence, nothing of their answers may differ. */
function assertSameBytes(server: EngineResult, embedded: EngineResult): void {
  assert.equal(JSON.stringify(server.answer, null, 1), JSON.stringify(embedded.answer, null, 1));
  const rows = (result: EngineResult) => ({
    people: result.people.map((row) => JSON.stringify(row)).sort(),
    recipients: result.recipients.map((row) => JSON.stringify(row)).sort(),
  });
  assert.deepEqual(rows(server), rows(embedded));
}

/** One test an engine; the second compares with what the first got. */
function testCell(cell: Cell): void {
  describe(cell.title, { concurrency: 1 }, () => {
    const world = cell.world();
    const answers = new Map<Engine, EngineResult>();
    let directory = '';
    before(async () => {
      if (cell.skip !== undefined) return;
      directory = join(work, String(++made));
      mkdirSync(directory);
      await cell.place(world, directory);
    });
    after(() => rm(directory, { recursive: true, force: true }));
    for (const engine of ENGINES) {
      const names = cell.names(engine);
      if (names.length === 0) continue;
      const skip = cell.skip ?? (engine === 'server' ? noCluster : undefined);
      const mark = (state: State) => {
        for (const name of names) results[name] = state;
      };
      if (engine === 'server' && !cell.isOnServer && !isSoak) {
        mark('skipped');
        continue;
      }
      mark(skip === undefined ? 'failed' : 'skipped');
      it(engine, { skip: skip ?? false }, async () => {
        const answer = await askEngine(directory, workspaceFile(engine));
        assertEqualsOracle(answer, world);
        answers.set(engine, answer);
        if (engine === 'server' && cell.names('embedded').length > 0)
          assertSameBytes(
            answer,
            answers.get('embedded') ?? assert.fail('the embedded engine has no answer'),
          );
        mark('passed');
      });
    }
  });
}

function whyNoPeer(format: Format): string | undefined {
  if (format === 'postgres') return noPostgres;
  return format.startsWith('clickhouse') ? noCluster : undefined;
}

describe('worlds', () => {
  for (const kind of LEAK_KINDS) {
    it(`${kind}: the world says something`, () => {
      const { exposed, clear, unknown, recipients } = richnessOf(worldOf([kind]));
      assert.ok((exposed ?? 0) > 5 && (clear ?? 0) + (unknown ?? 0) > 5 && (recipients ?? 0) > 1);
    });
  }
});

/** All kinds of a format in one incident: an engine takes its time to start. */
function logCell(format: Format): Cell {
  const kinds = LOG_KINDS.filter((kind) => whyNever(kind, format) === null);
  return {
    title: `${kinds.join(', ')} in ${format}`,
    names: (engine) =>
      whyNotOn(engine, format) === null ? kinds.map((kind) => nameOf(engine, 'log', format, kind)) : [],
    skip: whyNoPeer(format),
    isOnServer: format.startsWith('clickhouse') || format === 'postgres' || format === 'jsonl',
    world: () => seenThrough(worldOf(kinds, { byPath: !FIELDS[format].includes('person') }), format),
    place: (world, directory) => placeWorld(world, format, format, directory, peers),
  };
}

function listCell(format: ListFormat): Cell {
  const kinds: readonly ListKind[] = format === 'eml' ? ['mailing'] : LIST_KINDS;
  return {
    title: `${kinds.join(', ')} by ${format}`,
    names: (engine) => kinds.map((kind) => nameOf(engine, 'list', format, kind)),
    skip: undefined,
    isOnServer: format === 'csv',
    world: () => worldOf(kinds, { by: format === 'eml' ? 'mail' : 'list' }),
    place: (world, directory) => placeLists(world, format, directory, peers),
  };
}

function compressedCell(compression: Compression): Cell {
  const formats = { web: 'combined', admin: 'csv' } as const;
  return {
    title: `everything as ${compression}`,
    names: (engine) => COMPRESSED.map((what) => nameOf(engine, 'compression', compression, what)),
    skip: whyNoCompression(compression),
    isOnServer: compression === 'gz',
    world: () => seenThrough(worldOf(['page', 'access']), formats),
    place: (world, directory) => placeCompressed(world, formats, compression, directory, peers),
  };
}

describe('cells', { concurrency: 2 }, () => {
  for (const format of FORMATS) testCell(logCell(format));
  for (const format of LIST_FORMATS) testCell(listCell(format));
  for (const compression of COMPRESSIONS) testCell(compressedCell(compression));
});

describe('docs/coverage.md', () => {
  before(() => {
    mkdirSync(OUT, { recursive: true });
    writeFileSync(new URL('coverage.json', OUT), `${JSON.stringify(results, null, 1)}\n`);
  });

  it('every cell of the page has a test', () => {
    const cells = TABLES.flatMap((table) =>
      table.rows.flatMap(([row]) => table.columns.map(([column]) => table.cell(row, column))),
    );
    const named = new Set(cells.flatMap((cell) => ('name' in cell ? [cell.name] : [])));
    assert.deepEqual(Object.keys(results).sort(), [...named].sort());
  });

  it('claims nothing that did not pass', (t) => {
    const compared = compareClaims(readFileSync(PAGE, 'utf8'), results);
    if (compared.unseen.length > 0)
      t.diagnostic(
        `${compared.unseen.length} claims could not be looked at here (${compared.unseen[0]} is the first): npm run soak looks at all`,
      );
    assert.deepEqual(compared.false, [], 'claimed, and did not pass');
  });

  it('says all that passed', () => {
    const page = readFileSync(PAGE, 'utf8');
    const unseen = compareClaims(page, results).unseen.map((name) => [name, 'passed'] as const);
    const known: Results = { ...results, ...Object.fromEntries(unseen) };
    assert.equal(page, pageOf(known), 'run node test/coverage/write.ts');
  });
});
