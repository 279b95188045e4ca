/** One table of cases for both engines: whoever asks need not know which one answers. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { ErrorCode, ForthrightError } from '@forthright/contract';
import { type Postgres, startPostgres, whyNoPostgres } from '../../../../test/peers/postgres.ts';
import {
  constraintOf,
  type Db,
  type Generated,
  type JSONColumnType,
  json,
  openDatabase,
  type Param,
  quoteName,
  type Schema,
  type Tx,
} from './index.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-db-'));
after(() => rmSync(work, { recursive: true, force: true }));

const SECRET = 'ada@marlow.example';
const ONE_AT_A_TIME = 'NOT_SUPPORTED by the embedded engine: one transaction at a time';
const NO_CONNECTION = 'NOT_SUPPORTED by the embedded engine: no connection that could be lost';

const schema: Schema = {
  program: 'Forthright test',
  migrations: [
    {
      number: 1,
      name: 'tables',
      sql: `
CREATE TABLE counters (name text PRIMARY KEY, n int8 NOT NULL);
CREATE TABLE people (id int4 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL CONSTRAINT people_email UNIQUE,
  note jsonb, made timestamptz(3) NOT NULL DEFAULT now());
CREATE TABLE visits (person int4 NOT NULL CONSTRAINT visits_person REFERENCES people);
CREATE TABLE later (person int4 NOT NULL REFERENCES people DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE mortal (n int4);
CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER mortal AFTER INSERT ON mortal DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION end_connection();`,
    },
  ],
};

type Tables = {
  people: {
    id: Generated<number>;
    email: string;
    note: JSONColumnType<{ tags: string[] }> | null;
    made: Generated<Date>;
  };
};

function refuses(
  promise: Promise<unknown>,
  code: ErrorCode,
  also: (error: ForthrightError) => void = () => {},
) {
  return assert.rejects(promise, (error: ForthrightError) => {
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    also(error);
    return true;
  });
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => i % 256);
const planes = (): string[] =>
  Array.from({ length: 17 }, (_, plane) => {
    let text = '';
    for (let c = plane << 16; c < (plane + 1) << 16; c++)
      if (c !== 0 && !(c >= 0xd800 && c <= 0xdfff)) text += String.fromCodePoint(c);
    return text;
  });

/** Type, value, and what comes back where it is not the value. */
const VALUES: readonly (readonly [type: string, value: Param, back?: unknown])[] = [
  ['int8', 9_223_372_036_854_775_807n],
  ['int8', -9_223_372_036_854_775_808n],
  ['int8', 5, 5n],
  ['int4', -2_147_483_648],
  ['int2', 32_767],
  ['float8', 0.1],
  ['float8', -0],
  ['float8', 5e-324],
  ['float8', Number.NaN],
  ['float8', Number.NEGATIVE_INFINITY],
  ['float4', 1.5],
  ['numeric', '123456789012345678901234567890.12345678901234567890'],
  ['bool', true],
  ['bool', false],
  ['text', ''],
  ['text', 'NULL'],
  ['text', "'); DROP TABLE people; --"],
  ['text', '\\x41 \\ \u2028 \u{1f642} e\u0301 \t\r\n $1 :a::text {"a"}'],
  ['varchar', 'x'],
  ['uuid', '0197f0c5-6b1e-7c3a-9d6e-2f1a3b4c5d6e'],
  ['timestamptz', new Date('2018-11-21T09:30:00.123Z')],
  ['timestamptz', new Date('0001-01-01T00:00:00.000Z')],
  ['timestamptz', new Date('9999-12-31T23:59:59.999Z')],
  ['timestamptz', '2026-03-29 02:30:00.5+02:00', new Date('2026-03-29T00:30:00.500Z')],
  ['date', '2026-02-28'],
  ['timestamp', '2026-02-28 23:59:59.123456'],
  ['interval', 'P1Y2M3DT4H5M6S'],
  ['bytea', bytes(256)],
  ['bytea', new Uint8Array()],
  [
    'jsonb',
    json({ a: [1, null, 'x', { é: '\u{1f642}' }], b: {} }),
    { a: [1, null, 'x', { é: '\u{1f642}' }], b: {} },
  ],
  ['jsonb', json([1, 'a']), [1, 'a']],
  ['jsonb', json('text'), 'text'],
  ['json', json(null), null],
  ['text', null],
  ['text[]', []],
  ['text[]', ['a', null, 'NULL', '', '"', '\\', ',', '{}', ' x ', 'é\u{1f642}\n']],
  [
    'text[]',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['int8[]', [1n, -1n]],
  ['int4[]', [1, null, 3]],
  ['float8[]', [0.5, Number.NaN]],
  ['bool[]', [true, false, null]],
  ['timestamptz[]', [new Date('2018-11-21T09:30:00.123Z'), null]],
  ['bytea[]', [bytes(3), new Uint8Array()]],
  ['uuid[]', ['0197f0c5-6b1e-7c3a-9d6e-2f1a3b4c5d6e']],
  ['jsonb[]', [json({ a: '"\\' }), json([1])], [{ a: '"\\' }, [1]]],
  ['inet[]', ['10.0.0.1'], '{10.0.0.1}'],
];

const HOSTILE_NAMES = [
  'a"b',
  '"',
  '""',
  "'",
  '\\',
  'a; DROP TABLE people; --',
  'a"; DROP TABLE people; --',
  '"."',
  'select',
  'Größe\u{1f642}',
  ' ',
  'a\nb',
  ':a::text',
  '$1',
  '/*',
  '--',
  '__proto__x',
];

function suite(kind: 'embedded' | 'server', skip: string | undefined): void {
  describe(`database: ${kind}`, { skip: skip ?? false }, () => {
    let postgres: Postgres | undefined;
    let db: Db;
    let made = 0;
    const options = (directory = join(work, `${kind}-${++made}`)) =>
      postgres === undefined
        ? ({ kind: 'embedded', directory, schema } as const)
        : ({ kind: 'server', url: postgres.url, schema } as const);
    const onServer = (reason: string) => ({ skip: kind === 'server' ? false : reason });
    const set = (name: string, n: number) => (tx: Tx) =>
      tx.run(
        'INSERT INTO counters VALUES (:name::text, :n::int8) ON CONFLICT (name) DO UPDATE SET n = excluded.n',
        { name, n },
      );
    const counter = async (name: string) =>
      (await db.rows<{ n: bigint }>('SELECT n FROM counters WHERE name = :name::text', { name }))[0]?.n;

    before(async () => {
      if (kind === 'server') {
        postgres = await startPostgres();
        // What an administrator may have set must change nothing.
        postgres.run(`ALTER ROLE postgres SET TimeZone = 'Asia/Kolkata'; ALTER ROLE postgres SET DateStyle = 'German';
          ALTER ROLE postgres SET bytea_output = 'escape'; ALTER ROLE postgres SET extra_float_digits = -5;
          ALTER ROLE postgres SET search_path = nowhere; ALTER ROLE postgres SET IntervalStyle = 'sql_standard';
          ALTER ROLE postgres SET default_transaction_read_only = off;`);
      }
      db = await openDatabase(options());
    });
    after(async () => {
      await db?.close();
      await postgres?.stop();
    });
    // Nothing may be left open: a transaction that is would hold its locks, or all of the embedded engine.
    afterEach(async () => {
      assert.deepEqual(
        await db.rows("SELECT 1 AS open FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"),
        [],
      );
    });

    test('it says what it is, and no password', () => {
      assert.equal(db.kind, kind);
      assert.match(
        db.name,
        kind === 'embedded'
          ? /^PGlite \(PostgreSQL 18\.\d+\) in \//
          : /^PostgreSQL \d+\.\S+ at 127\.0\.0\.1:\d+\/postgres$/,
      );
      assert.doesNotMatch(db.name, /strange/);
    });

    describe('values', () => {
      for (const [type, value, back = value] of VALUES) {
        test(`${type} ${inspect(value, { breakLength: Number.POSITIVE_INFINITY }).slice(0, 60)} comes back`, async () => {
          assert.deepEqual(await db.rows(`SELECT :v::${type} AS v`, { v: value }), [{ v: back }]);
          await db.transaction(async (tx) => {
            await tx.run(`CREATE TEMP TABLE kept (v ${type}) ON COMMIT DROP`);
            await tx.run(`INSERT INTO kept VALUES (:v::${type})`, { v: value });
            assert.deepEqual(await tx.rows('SELECT v FROM kept'), [{ v: back }]);
          });
        });
      }

      test('every character there is comes back, but for U+0000 and halves, which are refused', async () => {
        const texts = planes();
        assert.deepEqual(await db.rows('SELECT :texts::text[] AS texts', { texts }), [{ texts }]);
        for (const text of ['\0', 'a\0b', '\ud83d', '\ude00'])
          await refuses(db.rows('SELECT :text::text', { text }), 'text-not-storable');
        await refuses(db.rows('SELECT :j::jsonb', { j: json('\0') }), 'text-not-storable');
        await refuses(db.rows("SELECT convert_from('\\xff'::bytea, 'UTF8')"), 'text-not-storable');
      });

      test('a point in time that nothing here can hold is refused', async () => {
        await refuses(db.rows("SELECT 'infinity'::timestamptz AS t"), 'database-refused');
        assert.deepEqual(await db.rows('SELECT 1 AS one'), [{ one: 1 }]);
      });

      test('long lists: 65,535 arguments, and arrays beyond', async () => {
        const params = Object.fromEntries(Array.from({ length: 65_535 }, (_, i) => [`a${i}`, i]));
        const sql = `SELECT sum(n)::float8 AS sum FROM unnest(ARRAY[${Object.keys(params)
          .map((name) => `:${name}::int4`)
          .join(',')}]) AS n`;
        assert.deepEqual(await db.rows(sql, params), [{ sum: (65_534 * 65_535) / 2 }]);
        await assert.rejects(
          db.rows(sql.replace(']', ',:more::int4]'), { ...params, more: 1 }),
          /65535 are possible/,
        );
        const list = Array.from({ length: 300_000 }, (_, i) => i);
        assert.deepEqual(
          await db.rows('SELECT sum(n)::float8 AS sum FROM unnest(:list::int4[]) AS n', { list }),
          [{ sum: (299_999 * 300_000) / 2 }],
        );
      });

      test('a text and bytes of 16 MB come back', async () => {
        const [row] = await db.rows<{ t: string; b: Uint8Array }>('SELECT :t::text AS t, :b::bytea AS b', {
          t: 'é'.repeat(8e6),
          b: bytes(16e6),
        });
        assert.ok(row?.t === 'é'.repeat(8e6));
        assert.ok(Buffer.from(row.b).equals(bytes(16e6)));
      });
    });

    test('names are quoted whatever they are', async () => {
      for (const name of HOSTILE_NAMES) {
        await db.transaction(async (tx) => {
          await tx.run(`CREATE TABLE ${quoteName(name)} (${quoteName(name)} int4)`);
          await tx.run(`INSERT INTO ${quoteName(name)} (${quoteName(name)}) VALUES (:n::int4)`, { n: 7 });
          assert.deepEqual(await tx.rows(`SELECT ${quoteName(name)} FROM ${quoteName(name)}`), [
            { [name]: 7 },
          ]);
          assert.equal(
            (await tx.rows('SELECT 1 FROM pg_tables WHERE tablename = :name::text', { name })).length,
            1,
          );
          await tx.run(`DROP TABLE ${quoteName(name)}`);
        });
      }
      assert.equal((await db.rows("SELECT 1 FROM pg_tables WHERE tablename = 'people'")).length, 1);
    });

    test('Kysely asks and changes over the same transaction', async () => {
      const email = `kysely@marlow.example`;
      await db.transaction(async (tx) => {
        const note = json({ tags: ['a'] });
        const { id } = await tx
          .kysely<Tables>()
          .insertInto('people')
          .values({ email, note })
          .returning('id')
          .executeTakeFirstOrThrow();
        assert.equal(await tx.run('UPDATE people SET email = email WHERE id = :id::int4', { id }), 1);
      });
      const found = await db
        .kysely<Tables>()
        .selectFrom('people')
        .selectAll()
        .where('email', '=', email)
        .executeTakeFirstOrThrow();
      assert.deepEqual(found.note, { tags: ['a'] });
      assert.ok(found.made instanceof Date && typeof found.id === 'number');
    });

    test('a change outside of a transaction is refused by the database itself', async () => {
      await refuses(db.rows("INSERT INTO counters VALUES ('outside', 1)"), 'database-refused');
      const sneaky = db.kysely<Tables>() as unknown as ReturnType<Tx['kysely']>;
      await refuses(sneaky.deleteFrom('counters' as never).execute(), 'database-refused');
      assert.equal(await counter('outside'), undefined);
    });

    test('what throws keeps nothing, and its error comes out as it is', async () => {
      await db.transaction(set('kept', 1));
      const why = new Error('no');
      const failing = db.transaction(async (tx) => {
        await set('kept', 2)(tx);
        throw why;
      });
      await assert.rejects(failing, (error) => error === why);
      await refuses(
        db.transaction(async (tx) => {
          await set('kept', 3)(tx);
          await tx.run('SELECT 1/0');
        }),
        'database-refused',
      );
      assert.equal(await counter('kept'), 1n);
    });

    test('a failed statement that is passed over keeps nothing, and says so', async () => {
      await db.transaction(set('passed over', 1));
      const passing = db.transaction(async (tx) => {
        await set('passed over', 2)(tx);
        await tx.rows('SELECT 1/0').catch(() => {});
      });
      await assert.rejects(passing, /passed over; nothing was kept/);
      assert.equal(await counter('passed over'), 1n);
    });

    test('inside a transaction only its tx may be asked, and only until it is over', async () => {
      let late: Tx | undefined;
      const stored = db.kysely<Tables>();
      await db.transaction(async (tx) => {
        await assert.rejects(db.rows('SELECT 1'), /only its tx/);
        await assert.rejects(
          db.transaction(async () => {}),
          /only its tx/,
        );
        await assert.rejects(
          db.listen('inside', () => {}),
          /only its tx/,
        );
        await assert.rejects(stored.selectFrom('people').selectAll().execute(), /only its tx/);
        late = tx;
      });
      await assert.rejects(async () => late?.rows('SELECT 1'), /is over/);
      await assert.rejects(
        async () => late?.kysely<Tables>().selectFrom('people').selectAll().execute(),
        /is over/,
      );
    });

    test('nobody sees what is not committed', async () => {
      await db.transaction(set('seen', 1));
      const { promise: written, resolve } = Promise.withResolvers<void>();
      const writing = db.transaction(async (tx) => {
        await set('seen', 2)(tx);
        resolve();
        await new Promise(setImmediate);
      });
      await written;
      const reading = counter('seen');
      await writing;
      assert.ok([1n, 2n].includes((await reading) ?? 0n));
      assert.equal(await counter('seen'), 2n);
    });

    test('ten writers of one record lose no change', async () => {
      await db.transaction(set('sum', 0));
      const add = () =>
        db.transaction(async (tx) => {
          const [row] = await tx.rows<{ n: bigint }>("SELECT n FROM counters WHERE name = 'sum'");
          await set('sum', Number(row?.n) + 1)(tx);
        });
      const writer = async () => {
        for (let i = 0; i < 10; i++) await add();
      };
      await Promise.all(Array.from({ length: 10 }, writer));
      assert.equal(await counter('sum'), 100n);
    });

    test('two who each look before they leap do not both leap', async () => {
      for (let round = 0; round < 20; round++) {
        await db.transaction(async (tx) => {
          await set('left', 1)(tx);
          await set('right', 1)(tx);
        });
        const leave = (name: string) =>
          db.transaction(async (tx) => {
            const [row] = await tx.rows<{ n: number }>(
              "SELECT sum(n)::int4 AS n FROM counters WHERE name IN ('left', 'right')",
            );
            if ((row?.n ?? 0) > 1) await set(name, 0)(tx);
          });
        await Promise.all([leave('left'), leave('right')]);
        assert.equal(
          ((await counter('left')) ?? 0n) + ((await counter('right')) ?? 0n),
          1n,
          'nobody is left',
        );
      }
    });

    test('who was overtaken is repeated and sees what the other did', onServer(ONE_AT_A_TIME), async () => {
      await db.transaction(set('overtaken', 0));
      const seen: bigint[] = [];
      await db.transaction(async (tx) => {
        const [row] = await tx.rows<{ n: bigint }>("SELECT n FROM counters WHERE name = 'overtaken'");
        seen.push(row?.n ?? -1n);
        if (seen.length === 1) {
          const other = await openDatabase(options());
          await other.transaction(set('overtaken', 10));
          await other.close();
        }
        await set('overtaken', Number(row?.n) + 1)(tx);
      });
      assert.deepEqual(seen, [0n, 10n]);
      assert.equal(await counter('overtaken'), 11n);
    });

    test('what ended the transaction and was passed over is repeated, in a part, too', async () => {
      const ending = (tx: Tx) =>
        tx.run("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$").catch(() => 0);
      for (const isPart of [false, true]) {
        let times = 0;
        await db.transaction(async (tx) => {
          times += 1;
          const work = async (inner: Tx) => {
            if (times === 1) await ending(inner);
          };
          await (isPart ? tx.part(work) : work(tx));
          if (times > 1) await set(`passed over ${isPart}`, 1)(tx);
        });
        assert.equal(times, 2, isPart ? 'in a part' : 'in the transaction');
        assert.equal(await counter(`passed over ${isPart}`), 1n);
      }
    });

    test('a part ends with what it is a part of', async () => {
      let late: Tx | undefined;
      let go = () => {};
      const waiting = new Promise<void>((resolve) => {
        go = resolve;
      });
      let part: Promise<void> | undefined;
      await assert.rejects(
        db.transaction(async (tx) => {
          await new Promise<void>((begun) => {
            part = tx.part(async (inner) => {
              late = inner;
              begun();
              await waiting;
            });
            part.catch(() => {});
          });
          throw new Error('not waited for');
        }),
        /not waited for/,
      );
      await assert.rejects(async () => late?.rows('SELECT 1'), /is over/);
      go();
      await assert.rejects(part ?? Promise.resolve(), /is over/);
    });

    for (const state of ['40001', '40P01']) {
      test(`SQLSTATE ${state} is repeated ten times and no more`, async () => {
        let times = 0;
        const failing = db.transaction(async (tx) => {
          times += 1;
          await tx.run(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '${state}'; END $$`);
        });
        await refuses(failing, 'database-busy');
        assert.equal(times, 10);
      });
    }

    test('errors have codes, and no values in their words', async () => {
      const insert = (email: string) =>
        db.transaction((tx) => tx.run('INSERT INTO people (email) VALUES (:email::text)', { email }));
      await insert(SECRET);
      const clean = (error: ForthrightError) =>
        assert.ok(!inspect(error, { depth: 9 }).includes(SECRET), inspect(error));
      await refuses(insert(SECRET), 'record-exists', (error) => {
        assert.equal(constraintOf(error), 'people_email');
        clean(error);
      });
      await refuses(
        db.transaction((tx) => tx.run('INSERT INTO visits VALUES (:n::int4)', { n: -5 })),
        'record-linked',
        (error) => assert.equal(constraintOf(error), 'visits_person'),
      );
      await refuses(
        db.transaction((tx) => tx.run('INSERT INTO later VALUES (-5)')),
        'record-linked',
        (error) => assert.equal(constraintOf(error), 'later_person_fkey', 'refused at COMMIT'),
      );
      await refuses(db.rows('SELECT :s::int4', { s: SECRET }), 'database-refused', (error) =>
        assert.ok(!error.message.includes(SECRET)),
      );
      await refuses(
        db.transaction((tx) => tx.run('INSERT INTO people (email) VALUES (NULL)')),
        'database-refused',
      );
      await refuses(db.rows('SELEC 1'), 'database-refused', ({ message }) => assert.match(message, /42601/));
      for (const [state, code] of [
        ['53100', 'no-disk'],
        ['53200', 'out-of-memory'],
        ['57014', 'interrupted'],
        ['42501', 'database-unsuitable'],
      ] as const)
        await refuses(
          db.transaction((tx) =>
            tx.run(`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${state}'; END $$`),
          ),
          code,
        );
    });

    test('what was committed is told, and what was rolled back is not', async () => {
      const heard: (string | undefined)[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = await db.listen('Some "channel"', (payload) => {
        heard.push(payload);
        if (payload === 'last') resolve();
      });
      const tell = (payload: string) => (tx: Tx) =>
        tx.rows('SELECT pg_notify(:channel::text, :payload::text)', { channel: 'Some "channel"', payload });
      await db.transaction(tell('é'));
      await db
        .transaction(async (tx) => {
          await tell('rolled back')(tx);
          throw new Error('no');
        })
        .catch(() => {});
      await db.transaction(tell('last'));
      await promise;
      assert.deepEqual(heard, ['é', 'last']);
      stop();
      await db.transaction(tell('to nobody'));
      assert.equal(heard.length, 2);
    });

    test('a listener hears again after its connection was lost', onServer(NO_CONNECTION), async () => {
      const own = await openDatabase(options());
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      await Promise.all([own.listen('other', () => {}), own.listen('lost', resolve)]);
      await db.transaction((tx) =>
        tx.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE \'LISTEN "lost"%\''),
      );
      assert.equal(await promise, undefined);
      await own.close();
    });

    test(
      'a connection that is lost is said to be, and the next is a new one',
      onServer(NO_CONNECTION),
      async () => {
        const lost = db.transaction(async (tx) => {
          await set('lost', 1)(tx);
          await tx.rows('SELECT pg_terminate_backend(pg_backend_pid())');
        });
        await refuses(lost, 'database-unreachable');
        assert.equal(await counter('lost'), undefined);
        await refuses(
          db.transaction((tx) => tx.run('INSERT INTO mortal VALUES (1)')),
          'outcome-unknown',
        );
        assert.deepEqual(await db.rows('SELECT * FROM mortal'), []);
      },
    );

    test('close waits for what ends, ends what does not, and refuses the rest', async () => {
      const own = await openDatabase(options());
      const { promise: begun, resolve } = Promise.withResolvers<void>();
      const hanging = own.transaction(async (tx) => {
        await set('hanging', 1)(tx);
        resolve();
        await new Promise(() => {});
      });
      await begun;
      const refused = refuses(hanging, 'interrupted');
      await Promise.all([own.close(), own.close()]);
      await refused;
      await refuses(own.rows('SELECT 1'), 'interrupted');
      await refuses(
        own.transaction(async () => {}),
        'interrupted',
      );
      if (kind === 'server') assert.equal(await counter('hanging'), undefined);
    });

    test('close ends a statement on the server, too', onServer(NO_CONNECTION), async () => {
      const own = await openDatabase(options());
      const sleeping = refuses(own.rows("SELECT pg_sleep(600), 'mark'"), 'interrupted');
      const slow = own
        .kysely<Tables>()
        .selectFrom('people')
        .select(({ fn, val }) => fn('pg_sleep', [val(600)]).as('mark'));
      const untracked = refuses(slow.execute(), 'interrupted');
      await own.close();
      await sleeping;
      await untracked;
      const left = () =>
        db.rows("SELECT pid FROM pg_stat_activity WHERE query LIKE '%mark%' AND pid <> pg_backend_pid()");
      // A server's process that was told to end needs a moment; its statement would need ten minutes.
      for (let n = 0; n < 100 && (await left()).length > 0; n += 1) await sleep(100);
      assert.deepEqual(await left(), []);
    });

    test(
      'a server that is not there, not ours or not fit is said to be so',
      onServer(NO_CONNECTION),
      async () => {
        const url = new URL(postgres?.url ?? '');
        const opening = (change: (url: URL) => void) => {
          const changed = new URL(url);
          change(changed);
          return openDatabase({ kind: 'server', url: changed.href, schema });
        };
        const clean = ({ message }: ForthrightError) => assert.doesNotMatch(message, /strange|p@ss|p%40ss/);
        await refuses(
          opening((u) => {
            u.port = '1';
          }),
          'database-unreachable',
          clean,
        );
        await refuses(
          opening((u) => {
            u.password = 'wrong';
          }),
          'database-unreachable',
          clean,
        );
        await refuses(
          opening((u) => {
            u.pathname = '/nowhere';
          }),
          'database-unreachable',
          clean,
        );
        await refuses(openDatabase({ kind: 'server', url: 'mysql://x', schema }), 'workspace-invalid');
        postgres?.run(
          `CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'; CREATE ROLE guest LOGIN PASSWORD 'guest';`,
        );
        await refuses(
          opening((u) => {
            u.pathname = '/latin';
          }),
          'database-unsuitable',
          ({ message }) => assert.match(message, /LATIN1/),
        );
        await refuses(
          opening((u) => {
            u.username = 'guest';
            u.password = 'guest';
          }),
          'database-unsuitable',
          ({ message }) => assert.match(message, /owner/),
        );
      },
    );
  });
}
suite('embedded', undefined);
suite('server', whyNoPostgres());
