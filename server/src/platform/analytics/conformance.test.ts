/** One table of cases for both engines: whoever asks need not know which one answers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ErrorCode, ForthrightError } from '@forthright/contract';
import { type Cluster, startCluster, whyNoCluster } from '../../../../test/cluster/cluster.ts';
import {
  type Analytics,
  type AttachAs,
  columnsOf,
  type EngineFile,
  openAnalytics,
  quoteColumn,
  quoteName,
  quoteText,
} from './index.ts';

const HOSTILE = [
  "'",
  "\\'",
  '\\',
  '`',
  '\t\r\n',
  '\0',
  '',
  "'); DROP TABLE t; --",
  '{x:String}',
  '\\N',
  'é🙂',
  '\u2028',
  '%',
  '"',
  '$$',
];
const COMPRESSIONS = ['none', 'gzip', 'zstd', 'bzip2', 'xz'] as const;
type Compression = EngineFile['compression'];

const work = mkdtempSync(join(tmpdir(), 'forthright-conformance-'));
after(() => rmSync(work, { recursive: true, force: true }));

let made = 0;
const fresh = (suffix = '') => join(work, `${++made}${suffix}`);

function refuses(
  promise: Promise<unknown>,
  code: ErrorCode,
  also: (error: ForthrightError) => void = () => {},
) {
  return assert.rejects(promise, (error: ForthrightError) => {
    assert.equal(error.code, code, error.message);
    also(error);
    return true;
  });
}

function compress(content: Buffer, how: Compression): Buffer {
  if (how === 'none') return content;
  if (how === 'gzip') return gzipSync(content);
  if (how === 'zstd') return zstdCompressSync(content);
  return spawnSync(how, ['-c'], { input: content, maxBuffer: 1 << 30 }).stdout;
}

const missing = (how: Compression) =>
  (how === 'bzip2' || how === 'xz') && spawnSync(how, ['--version']).status !== 0
    ? `${how} is not installed`
    : false;

/** Old enough to be linked and not copied, under a name that says nothing and would be a pattern. */
function put(
  f: number,
  content: string | Buffer,
  compression: Compression = 'none',
  path = fresh(" {a,b}*?['].log.gz"),
): EngineFile {
  const bytes = compress(Buffer.from(content), compression);
  writeFileSync(path, bytes);
  utimesSync(path, 1e9, 1e9);
  return { f, path, bytes: bytes.length, compression };
}

const csv = (columns: string[], onBrokenRow: 'stop' | 'count' = 'stop'): AttachAs => ({
  kind: 'csv',
  columns,
  onBrokenRow,
});

function suite(kind: 'embedded' | 'server', skip: string | undefined): void {
  describe(`analytics: ${kind}`, { skip: skip ?? false }, () => {
    let cluster: Cluster | undefined;
    let engine: Analytics;
    const open = () =>
      openAnalytics(
        kind === 'embedded'
          ? { kind, directory: fresh(), memoryBytes: 1 << 30 }
          : { kind, directory: fresh(), url: cluster?.url ?? '' },
      );
    before(async () => {
      if (kind === 'server') cluster = await startCluster();
      engine = await open();
    });
    after(async () => {
      await engine?.close();
      await cluster?.stop();
    });

    test('it says what it is', () => {
      assert.equal(engine.kind, kind);
      assert.match(engine.name, kind === 'embedded' ? /^chDB 26\./ : /^ClickHouse 26\.\S+ at http:\/\/127/);
    });

    test('64-bit integers are numbers, nulls are nulls, no row is no row', async () => {
      const sql =
        'SELECT toUInt64(9007199254740991) AS big, toInt64(-5) AS i, NULL AS n, 1.5 AS d, nan AS q, [toUInt64(1)] AS a, true AS b';
      assert.deepEqual(await engine.rows(sql), [
        { big: 9007199254740991, i: -5, n: null, d: 1.5, q: null, a: [1], b: true },
      ]);
      assert.deepEqual(await engine.rows('SELECT 1 AS a WHERE 0'), []);
      assert.deepEqual(await engine.rows('SELECT 1 AS a; '), [{ a: 1 }]);
    });

    test('parameters arrive as they are, hostile ones too', async () => {
      for (const s of HOSTILE) assert.deepEqual(await engine.rows('SELECT {s:String} AS s', { s }), [{ s }]);
      assert.deepEqual(await engine.rows('SELECT {a:Array(String)} AS a', { a: HOSTILE }), [{ a: HOSTILE }]);
      assert.deepEqual(
        await engine.rows('SELECT {a:Array(UInt32)} AS a, {n:Int64} AS n, {d:Float64} AS d', {
          a: [1, 2],
          n: -7,
          d: 0.25,
        }),
        [{ a: [1, 2], n: -7, d: 0.25 }],
      );
      assert.deepEqual(await engine.rows('SELECT {a:Array(String)} AS a', { a: [] }), [{ a: [] }]);
    });

    test('a parameter may be a long list, in a question and in a statement', async () => {
      const a = Array.from({ length: 60_000 }, (_, i) => `customer-${i}`);
      assert.deepEqual(await engine.rows('SELECT length({a:Array(String)}) AS n', { a }), [{ n: 60_000 }]);
      await engine.run(
        'CREATE TABLE long_list ENGINE = MergeTree ORDER BY tuple() AS SELECT arrayJoin({a:Array(String)}) AS id',
        { a },
      );
      assert.deepEqual(await engine.rows('SELECT count() AS n FROM long_list'), [{ n: 60_000 }]);
    });

    test('names and texts are quoted so that nothing gets out', async () => {
      for (const name of HOSTILE.filter((s) => s !== '')) {
        const [row] = await engine.rows<Record<string, string>>(
          `SELECT ${quoteText(name)} AS ${quoteName(name)}`,
        );
        assert.deepEqual(row, { [name]: name });
      }
    });

    for (const compression of COMPRESSIONS) {
      const skipThis = { skip: missing(compression) };
      test(`lines, ${compression}: bytes as they stand, numbered in file order`, skipThis, async () => {
        const many = Array.from({ length: 120_000 }, (_, i) => `${i} some words to fill the line`).join('\n');
        const name = `lines_${compression}`;
        await engine.attach(name, [put(7, 'a\r\n\nb\0c\nlast', compression), put(12, many, compression)], {
          kind: 'lines',
        });
        assert.deepEqual(
          await engine.rows(`SELECT f, rn, hex(line) AS h FROM ${name} WHERE f = 7 ORDER BY rn`),
          [
            { f: 7, rn: 0, h: '610D' },
            { f: 7, rn: 1, h: '' },
            { f: 7, rn: 2, h: '620063' },
            { f: 7, rn: 3, h: '6C617374' },
          ],
        );
        assert.deepEqual(
          await engine.rows(
            `SELECT count() AS n, countIf(toUInt64(splitByChar(' ', line)[1]) = rn) AS same FROM ${name} WHERE f = 12`,
          ),
          [{ n: 120_000, same: 120_000 }],
        );
        assert.deepEqual(await engine.describe(name), [
          { name: 'f', type: 'UInt32' },
          { name: 'rn', type: 'UInt64' },
          { name: 'line', type: 'String' },
        ]);
      });

      test(`CSV, ${compression}: quoted newlines, byte order mark, CRLF`, skipThis, async () => {
        const text = '\ufeffid,"na""me",,_file\r\n1,"A, ""B""\r\n\r\nC",x,\\N\r\n 2 ,,x,NULL\r\n\r\n';
        const name = `csv_${compression}`;
        await engine.attach(name, [put(3, text, compression)], csv(['id', 'na"me', '', '_file']));
        assert.deepEqual(await engine.rows(`SELECT * FROM ${name} ORDER BY rn`), [
          { f: 3, rn: 0, id: '1', 'na"me': 'A, "B"\r\n\r\nC', _file: '\\N' },
          { f: 3, rn: 1, id: '2', 'na"me': '', _file: 'NULL' },
        ]);
      });

      test(
        `JSON lines, ${compression}: a broken line is a row of empty values and harms no other`,
        skipThis,
        async () => {
          const text =
            '{"a":1,"b":{"x":[1,"z"]}}\n{"a":2\n{"a":"q\\n","c":null}\n\n[1]\n{"a":true,"o\'`\\\\k":"odd"}\n{"a":18446744073709551615}';
          const name = `jsonl_${compression}`;
          await engine.attach(name, [put(1, text, compression)], {
            kind: 'jsonl',
            columns: ['a', 'b', 'c', "o'`\\k"],
          });
          const rows = await engine.rows<{ a: string; b: string; c: string }>(
            `SELECT * FROM ${name} ORDER BY rn`,
          );
          assert.deepEqual(
            rows.map((row) => row.a),
            ['1', '', 'q\n', '', '', 'true', '18446744073709551615'],
          );
          assert.deepEqual(rows[0], { f: 1, rn: 0, a: '1', b: '{"x":[1,"z"]}', c: '', "o'`\\k": '' });
          assert.deepEqual(rows[5], { f: 1, rn: 5, a: 'true', b: '', c: '', "o'`\\k": 'odd' });
        },
      );

      test(`Parquet, ${compression}: own columns with own types`, skipThis, async () => {
        const path = fresh('.parquet');
        await engine.writeParquet(
          path,
          'SELECT number AS id, toString(number) AS s, [number] AS a FROM numbers(300000) ORDER BY id',
        );
        const name = `parquet_${compression}`;
        await engine.attach(name, [put(4, readFileSync(path), compression)], { kind: 'parquet' });
        assert.deepEqual(
          (await engine.describe(name)).map((c) => `${c.name} ${c.type}`),
          ['f UInt32', 'rn UInt64', 'id UInt64', 's String', 'a Array(UInt64)'],
        );
        assert.deepEqual(
          await engine.rows(
            `SELECT count() AS n, countIf(id = rn AND toUInt64(s) = rn AND a = [rn]) AS same, any(f) AS f FROM ${name}`,
          ),
          [{ n: 300_000, same: 300_000, f: 4 }],
        );
      });
    }

    test('no files and empty files make an empty relation', async () => {
      await engine.attach('none', [], { kind: 'lines' });
      await engine.attach('empty', [put(1, '')], csv(['a', 'b']));
      assert.deepEqual(await engine.rows('SELECT * FROM none'), []);
      assert.deepEqual(await engine.rows('SELECT a, b FROM empty'), []);
    });

    test('what is appended to a file after the run began does not count', async () => {
      const young = put(1, 'one\ntwo\n');
      appendFileSync(young.path, 'three\n');
      const old = put(2, 'one\ntwo\n');
      await engine.attach('grown', [young, old], { kind: 'lines' });
      appendFileSync(old.path, 'three\n');
      assert.deepEqual(await engine.rows('SELECT f, count() AS n FROM grown GROUP BY f ORDER BY f'), [
        { f: 1, n: 2 },
        { f: 2, n: 2 },
      ]);
    });

    test('a file that has lost bytes, or has gone, is refused', async () => {
      const file = put(1, 'one\ntwo\n');
      await refuses(
        engine.attach('shrunk', [{ ...file, bytes: file.bytes + 1 }], { kind: 'lines' }),
        'evidence-changed',
      );
      await refuses(engine.attach('gone', [{ ...file, path: fresh() }], { kind: 'lines' }), 'file-missing');
    });

    test('a broken CSV row stops the run with file and line, and without its content', async () => {
      const rows = Array.from({ length: 100_000 }, (_, i) => `${i},"a\nb"`).join('\n');
      const file = put(1, `id,t\n${rows}\nsecret\n1,2\n`);
      const broken = async () => {
        await engine.attach('broken', [put(2, 'id,t\n1,2\n'), file], csv(['id', 't']));
        await engine.rows('SELECT count() AS n FROM broken');
      };
      await refuses(broken(), 'directory-broken-row', (error) => {
        assert.equal(error.problems[0]?.at, `${file.path}:200002`);
        assert.doesNotMatch(error.message, /secret/);
      });
    });

    test('broken CSV rows can be left out, and how many lines they are is known', async () => {
      await engine.attach(
        'counted',
        [put(1, 'id,t\n1,"x\n\ny"\n2\n3,4\n5,6,7\n8,9\n'), put(2, 'id,t\n1,2\n')],
        csv(['id', 't'], 'count'),
      );
      assert.deepEqual(await engine.rows('SELECT f, id FROM counted ORDER BY f, rn'), [
        { f: 1, id: '1' },
        { f: 1, id: '3' },
        { f: 1, id: '8' },
        { f: 2, id: '1' },
      ]);
      assert.equal(await engine.brokenLines('counted'), 2);
    });

    test('columns may be separated by semicolons, tabs or bars', async () => {
      for (const [i, separator] of [';', '\t', '|'].entries()) {
        const rows = [
          ['id', 'na,me'],
          ['1', `"a${separator}""b""\r\nc"`],
          ['2', 'd,e'],
          ['3', 'f'],
        ];
        const text = rows.map((row) => `${row.join(separator)}\r\n`).join('');
        const columns = ['id', 'na,me'];
        const as = { kind: 'csv', columns, onBrokenRow: 'stop', separator } as const;
        await engine.attach(`sep_${i}`, [put(1, text)], as);
        assert.deepEqual(await engine.rows(`SELECT rn, id, \`na,me\` AS name FROM sep_${i} ORDER BY rn`), [
          { rn: 0, id: '1', name: `a${separator}"b"\r\nc` },
          { rn: 1, id: '2', name: 'd,e' },
          { rn: 2, id: '3', name: 'f' },
        ]);
        const broken = `${text}4\r\n5${separator}g\r\n`;
        await engine.attach(`skip_${i}`, [put(1, broken)], { ...as, onBrokenRow: 'count' });
        assert.equal(await engine.brokenLines(`skip_${i}`), 1);
        const told = put(1, broken);
        await refuses(
          engine
            .attach(`stop_${i}`, [told], as)
            .then(() => engine.rows(`SELECT count() FROM stop_${i} WHERE id != ''`)),
          'directory-broken-row',
          (error) => assert.match(error.message, /:6: this row/),
        );
        const first = put(1, `${columns.join(separator)}\n1\n`);
        await refuses(
          engine
            .attach(`first_${i}`, [first], as)
            .then(() => engine.rows(`SELECT count() FROM first_${i} WHERE id != ''`)),
          'directory-broken-row',
          (error) => assert.match(error.message, /:2: this row/),
        );
        await refuses(engine.attach(`other_${i}`, [put(1, 'id,na\n1,2\n')], as), 'column-unknown');
      }
    });

    test('columns may have the names that every relation has', async () => {
      await engine.attach('own_csv', [put(3, 'rn,f,a\nx,y,z\n')], csv(['rn', 'f', 'a']));
      const jsonl = put(3, '{"f":"y","rn":"x","a":"z"}\n');
      await engine.attach('own_jsonl', [jsonl], { kind: 'jsonl', columns: ['rn', 'f', 'a'] });
      const path = fresh('.parquet');
      await engine.writeParquet(path, "SELECT 'x' AS rn, 'y' AS f, 'z' AS a");
      await engine.attach('own_parquet', [put(3, readFileSync(path))], { kind: 'parquet' });
      for (const name of ['own_csv', 'own_jsonl', 'own_parquet']) {
        assert.deepEqual(
          await engine.rows(
            `SELECT f, rn, ${quoteColumn('f')} AS own_f, ${quoteColumn('rn')} AS own_rn, a FROM ${name}`,
          ),
          [{ f: 3, rn: 0, own_f: 'y', own_rn: 'x', a: 'z' }],
          name,
        );
        assert.deepEqual((await columnsOf(engine, name)).map((c) => c.name).sort(), ['a', 'f', 'rn']);
      }
    });

    test('a file whose header differs, and columns that stand twice or hide the engine’s own, are refused', async () => {
      await refuses(
        engine.attach('h1', [put(1, 'a,b\n1,2\n'), put(2, 'b,a\n1,2\n')], csv(['a', 'b'])),
        'column-unknown',
      );
      const twice = put(1, 'a,a\n1,2\n');
      await refuses(engine.attach('h3', [twice], csv(['a', 'a'])), 'column-unknown', (error) =>
        assert.ok(error.message.startsWith(`${twice.path} has two columns called "a"`), error.message),
      );
      const path = fresh('.parquet');
      await engine.writeParquet(path, 'SELECT 1 AS a, 2 AS _file');
      const hiding = put(1, readFileSync(path));
      await refuses(engine.attach('h4', [hiding], { kind: 'parquet' }), 'column-unknown', (error) =>
        assert.ok(error.message.startsWith(`${hiding.path} has a column called "_file"`), error.message),
      );
    });

    test('a damaged compressed file is an error, not fewer rows', async () => {
      for (const compression of COMPRESSIONS) {
        if (compression === 'none' || missing(compression) !== false) continue;
        const whole = put(1, Array.from({ length: 50_000 }, (_, i) => `${i * 7919}`).join('\n'), compression);
        const cut = { ...whole, bytes: whole.bytes - 1000 };
        const read = async () => {
          await engine.attach(`cut_${compression}`, [cut], { kind: 'lines' });
          await engine.rows(`SELECT count() FROM cut_${compression}`);
        };
        await refuses(read(), 'file-unreadable', (error) => assert.ok(error.message.includes(whole.path)));
      }
    });

    test('pages give every row once, in order, and other questions may come between', async () => {
      let next = 0;
      for await (const page of engine.pages<{ n: number }>(
        'SELECT number AS n FROM numbers(300000) ORDER BY n',
      )) {
        for (const row of page) assert.equal(row.n, next++);
        await engine.rows('SELECT 1');
      }
      assert.equal(next, 300_000);
      for await (const page of engine.pages('SELECT number FROM numbers(3000000)')) {
        assert.ok(page.length > 0);
        break;
      }
      assert.deepEqual(await engine.rows('SELECT 2 AS a'), [{ a: 2 }]);
    });

    test('questions asked at once are all answered', async () => {
      const asked = Array.from({ length: 20 }, (_, i) => engine.rows('SELECT {i:UInt32} AS i', { i }));
      assert.deepEqual(
        (await Promise.all(asked)).flat(),
        Array.from({ length: 20 }, (_, i) => ({ i })),
      );
    });

    test('a result may be longer than the longest string', async () => {
      let bytes = 0;
      for await (const page of engine.pages<{ s: string }>(
        "SELECT repeat('x', 1000) AS s FROM numbers(600000)",
      ))
        for (const row of page) bytes += row.s.length;
      assert.equal(bytes, 600_000_000);
    });

    test('same rows, same bytes of Parquet', async () => {
      const hash = async (threads: number) => {
        const path = fresh('.parquet');
        const sql = `SELECT number % {m:UInt32} AS k, number, toString(cityHash64(number)) AS s FROM numbers_mt(400000) ORDER BY k, number SETTINGS max_threads = ${threads}`;
        await engine.writeParquet(path, sql, { m: 1000 });
        return createHash('sha256').update(readFileSync(path)).digest('hex');
      };
      assert.equal(await hash(1), await hash(4));
    });

    test('a statement that fails late leaves no rows, no file, and nothing for the next one', async () => {
      const late = 'SELECT number AS leftover, throwIf(number = 190000) FROM numbers(200000)';
      await refuses(engine.rows(late), 'engine-refused');
      assert.deepEqual(await engine.rows('SELECT 1 AS a'), [{ a: 1 }]);
      const path = fresh('.parquet');
      await refuses(engine.writeParquet(path, late), 'engine-refused');
      assert.ok(!existsSync(path) && !existsSync(`${path}.part`));
      assert.deepEqual(await engine.rows('SELECT 1 AS a'), [{ a: 1 }]);
    });

    test('errors have codes and say what to do', async () => {
      await refuses(engine.rows('SELECT nope'), 'engine-refused', (error) =>
        assert.match(error.message, /nope/),
      );
      await refuses(engine.run('SELECT FROM WHERE'), 'engine-refused');
      await refuses(
        engine.rows('SELECT uniqExact(number) FROM numbers(100000000) SETTINGS max_memory_usage = 50000000'),
        'out-of-memory',
        (error) => assert.match(error.message, /more memory/),
      );
    });

    test('GROUP BY, ORDER BY and JOIN spill to disk instead of failing', async () => {
      const low =
        'max_memory_usage = 400000000, max_bytes_before_external_group_by = 100000000, max_bytes_before_external_sort = 100000000, max_bytes_before_external_join = 100000000';
      assert.deepEqual(
        await engine.rows(
          `SELECT count() AS n FROM (SELECT number AS k, count() FROM numbers(5000000) GROUP BY k) SETTINGS ${low}`,
        ),
        [{ n: 5_000_000 }],
      );
      assert.deepEqual(
        await engine.rows(
          `SELECT count() AS n FROM numbers(4000000) AS a JOIN (SELECT number, toString(number) AS s FROM numbers(4000000)) AS b ON a.number = b.number WHERE b.s != '' SETTINGS ${low}`,
        ),
        [{ n: 4_000_000 }],
      );
    });

    test('a table elsewhere: secrets stay hidden, wrong addresses are explained', async () => {
      const at = 'postgres://u:s3cr%27et@127.0.0.1:1/db#t';
      await refuses(engine.attachTable('pg', at), 'engine-refused', (error) =>
        assert.doesNotMatch(error.message, /s3cr/),
      );
      await refuses(engine.attachTable('pg', 'postgres://127.0.0.1/db'), 'workspace-invalid');
      if (kind === 'embedded')
        await refuses(engine.attachTable('ch', 'clickhouse:d.t'), 'workspace-invalid', (error) =>
          assert.match(error.message, /engines\.analytics\.clickhouse/),
        );
    });

    test('closing twice, and in the middle of a statement, leaves nothing', async () => {
      const other = await open();
      await other.attach('l', [put(1, 'a\n')], { kind: 'lines' });
      const sleeping = refuses(
        other.rows('SELECT sum(sleepEachRow(0.5)) FROM numbers(100) SETTINGS max_block_size = 1'),
        'interrupted',
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      await Promise.all([other.close(), other.close(), sleeping]);
      await refuses(other.rows('SELECT 1'), 'interrupted');
      if (kind === 'server')
        assert.deepEqual(
          await engine.rows("SELECT count() AS n FROM system.databases WHERE name LIKE 'forthright%'"),
          [{ n: 1 }],
        );
    });

    if (kind === 'embedded') embeddedOnly(open);
    else serverOnly(() => ({ engine, cluster: cluster as Cluster }));
  });
}

function embeddedOnly(open: () => Promise<Analytics>): void {
  test('the engine process killed in the middle is an error and not the end; its directory goes', async () => {
    const { openEmbedded } = await import('./embedded.ts');
    const directory = fresh();
    const engine = await openEmbedded({ directory });
    const asked = refuses(
      engine.rows('SELECT sum(sleepEachRow(0.5)) FROM numbers(100) SETTINGS max_block_size = 1'),
      'engine-crashed',
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(engine.pid ?? 0, 'SIGKILL');
    await asked;
    await refuses(engine.rows('SELECT 1'), 'engine-crashed');
    await engine.close();
    assert.ok(!existsSync(directory));
    const next = await open();
    assert.deepEqual(await next.rows('SELECT 1 AS a'), [{ a: 1 }]);
    await next.close();
  });

  test('when the program dies the engine ends and its directory goes', {
    skip: process.platform !== 'linux',
  }, async () => {
    const directory = fresh();
    const door = new URL('./embedded.ts', import.meta.url).href;
    const program = `const { openEmbedded } = await import(${JSON.stringify(door)});
      const e = await openEmbedded({ directory: ${JSON.stringify(directory)} });
      void e.rows('SELECT sum(sleepEachRow(0.5)) FROM numbers(100) SETTINGS max_block_size = 1');
      process.stdout.write(String(e.pid)); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);`;
    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    const pid = Number(ended.stdout);
    assert.ok(pid > 0, ended.stderr);
    for (let i = 0; i < 100 && (existsSync(`/proc/${pid}`) || existsSync(directory)); i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(!existsSync(directory), 'the directory is still there');
  });

  test('a statement tells how much it has read', { skip: process.platform !== 'linux' }, async () => {
    const engine = await open();
    await engine.attach('l', [put(1, 'some line\n'.repeat(500_000))], { kind: 'lines' });
    await engine.rows('SELECT count() FROM l WHERE line LIKE {x:String}', { x: '%q%' });
    assert.ok((engine.bytesRead() ?? 0) >= 0);
    await engine.close();
  });
}

function serverOnly(here: () => { engine: Analytics; cluster: Cluster }): void {
  test('a table over two shards gives the answers of one', async () => {
    const { engine, cluster } = here();
    const on = async (url: string, sql: string) => {
      const answer = await fetch(url, { method: 'POST', body: sql });
      assert.ok(answer.ok, await answer.text());
    };
    const columns = '(id UInt64, page String, viewer String, at Int64)';
    for (const url of cluster.shardUrls) {
      await on(url, 'CREATE DATABASE logs');
      await on(url, `CREATE TABLE logs.part ${columns} ENGINE = MergeTree ORDER BY id`);
      await on(
        url,
        `CREATE TABLE logs.whole ${columns} ENGINE = Distributed(${cluster.name}, logs, part, cityHash64(id))`,
      );
    }
    await on(cluster.url, `CREATE TABLE logs.one ${columns} ENGINE = MergeTree ORDER BY id`);
    const rows =
      "SELECT number, concat('/p/', toString(number % 17)), concat('v', toString(number % 101)), number * 13 % 1000 FROM numbers(20000)";
    await on(
      cluster.url,
      `INSERT INTO logs.whole SELECT * FROM (${rows}) SETTINGS distributed_foreground_insert = 1`,
    );
    await on(cluster.url, `INSERT INTO logs.one ${rows}`);
    await engine.attachTable('whole', 'clickhouse:logs.whole');
    await engine.attachTable('one', 'clickhouse:logs.one');
    await engine.run(
      "CREATE TABLE few ENGINE = MergeTree ORDER BY page AS SELECT concat('/p/', toString(number)) AS page FROM numbers(3)",
    );
    const questions = (t: string) => [
      `SELECT page, count() AS n, arraySort(groupUniqArray(viewer)) AS v FROM ${t} GROUP BY page ORDER BY page`,
      `SELECT count() AS n, uniqExact(viewer) AS v FROM ${t} WHERE page GLOBAL IN (SELECT page FROM few)`,
      `SELECT few.page AS page, count() AS n FROM ${t} AS t GLOBAL JOIN few ON t.page = few.page GROUP BY page ORDER BY page`,
      `SELECT id, lag FROM (SELECT id, lagInFrame(id) OVER (PARTITION BY viewer ORDER BY at, id) AS lag FROM ${t}) ORDER BY id LIMIT 500`,
      `SELECT DISTINCT f, rn FROM ${t}`,
    ];
    const single = questions('one');
    for (const [i, sql] of questions('whole').entries())
      assert.deepEqual(await engine.rows(sql), await engine.rows(single[i] ?? ''), sql);
  });

  test('more than five million lines keep their numbers', async () => {
    const { engine } = here();
    const many = Array.from({ length: 5_500_000 }, (_, i) => i).join('\n');
    await engine.attach('many', [put(1, many, 'zstd')], { kind: 'lines' });
    assert.deepEqual(
      await engine.rows('SELECT count() AS n, countIf(toUInt64(line) = rn) AS same FROM many'),
      [{ n: 5_500_000, same: 5_500_000 }],
    );
  });

  test('a server that does not answer, and one that refuses the password, are named without it', async () => {
    const { cluster } = here();
    const away = openAnalytics({ kind: 'server', url: 'http://me:s3cret@127.0.0.1:1', directory: fresh() });
    await refuses(away, 'engine-unreachable', (error) => {
      assert.match(error.message, /127\.0\.0\.1:1/);
      assert.doesNotMatch(error.message, /s3cret/);
    });
    const url = cluster.url.replace('http://', 'http://me:s3cret@');
    await refuses(openAnalytics({ kind: 'server', url, directory: fresh() }), 'engine-refused', (error) =>
      assert.doesNotMatch(error.message, /s3cret/),
    );
  });
}

suite('embedded', undefined);
suite('server', whyNoCluster());

test('the door loads no engine', () => {
  const door = new URL('./index.ts', import.meta.url).href;
  const program = `const { registerHooks } = await import('node:module');
    registerHooks({ resolve(name, context, next) { if (/chdb|clickhouse/.test(name)) throw new Error(name); return next(name, context); } });
    await import(${JSON.stringify(door)});`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stderr);
});
