/** The register inside the records, on both engines. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ErrorCode, ForthrightError, Role } from '@forthright/contract';
import {
  EMPTY_ROOT,
  keysOf,
  leafHash,
  parseCheckpoint,
  parseVerifierKey,
  signedBy,
  toBase64,
  verifyBundle,
  writeBundle,
} from '@forthright/register';
import { type Postgres, startPostgres, whyNoPostgres } from '../../../test/peers/postgres.ts';
import { type Db, openDatabase, readMigrations, type Tx } from '../platform/db/index.ts';
import { openReady } from '../platform/db/ready.ts';
import {
  type Actor,
  type Asked,
  checkRegister,
  continueRegister,
  deed,
  ENTRIES_PER_CHECKPOINT,
  erasePerson,
  eraseText,
  keyFolder,
  makeCheckpoint,
  openRegister,
  publishRegister,
  record,
  registerHead,
  registerKeys,
  registerOperations,
  registerState,
  registerTiles,
  removeEndedKeys,
  revokeKey,
  rotateKey,
  signedHead,
  timelineOf,
  wholeEntriesOf,
} from './index.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-prove-'));
after(() => rmSync(work, { recursive: true, force: true }));

const ORIGIN = 'marlow.example/register';
const ADA: Actor = { id: 'usr_ada', account: 'usr_ada', roles: ['privacy-officer'], via: 'session' };
const ADMIN: Actor = { id: 'usr_root', account: 'usr_root', roles: ['administrator'], via: 'session' };
const migrations = [
  ...(await readMigrations(new URL('./migrations/', import.meta.url))),
  { number: 2, name: 'deeds', sql: 'CREATE TABLE deeds (n int8 PRIMARY KEY, entry int8 NOT NULL)' },
];
const schema = { program: 'Forthright test', migrations };

const refuses = (promise: Promise<unknown>, code: ErrorCode, words?: RegExp) =>
  assert.rejects(promise, (error: ForthrightError) => {
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    if (words !== undefined) assert.match(error.message, words);
    return true;
  });

function suite(kind: 'embedded' | 'server', skip: string | undefined): void {
  describe(`register: ${kind}`, { skip: skip ?? false }, () => {
    let postgres: Postgres | undefined;
    let made = 0;
    const open: Db[] = [];
    let at = Date.parse('2026-11-22T10:00:00Z');
    const now = () => new Date(at);

    before(async () => {
      if (kind === 'server') postgres = await startPostgres();
    });
    after(async () => {
      for (const db of open) await db.close();
      await postgres?.stop();
    });

    /** A database of its own and a data folder of its own. */
    const place = () => {
      made += 1;
      const name = `place_${made}`;
      const database = join(work, `${kind}-${name}-db`);
      postgres?.run(`CREATE DATABASE ${name}`);
      return { name, database, folder: join(work, `${kind}-${name}`) };
    };
    type Place = ReturnType<typeof place>;
    const openDb = async ({ name, database }: Place): Promise<Db> => {
      const url = new URL(postgres?.url ?? 'postgres://x');
      url.pathname = `/${name}`;
      const db = await (postgres === undefined
        ? openReady(database, schema)
        : openDatabase({ kind: 'server', url: url.href, schema }));
      open.push(db);
      return db;
    };
    const start = (db: Db, { folder }: Place, published?: string) =>
      openRegister({ db, folder, origin: ORIGIN, keys: keyFolder(join(folder, 'keys')), now, published });
    const fresh = async () => {
      const where = place();
      const db = await openDb(where);
      assert.deepEqual(await start(db, where), { kind: 'open' });
      return { where, db, asked: { db, actor: ADA, now } satisfies Asked };
    };
    const act = (asked: Asked, n: number) =>
      deed(asked, async (tx) => {
        const entry = await record(tx, { kind: 'acted', incident: 'inc_1', facts: { n } });
        await tx.run('INSERT INTO deeds VALUES (:n::int8, :entry::int8)', { n, entry });
        return entry;
      });

    test('deeds asked at once wait for each other; each has its entry, in one chain', async () => {
      const { db, asked } = await fresh();
      const indices = await Promise.all(Array.from({ length: 40 }, (_, n) => act(asked, n)));
      assert.deepEqual(
        indices.toSorted((a, b) => a - b),
        Array.from({ length: 40 }, (_, n) => n + 1),
      );
      assert.deepEqual(await checkRegister(db), []);
      const [wrong] = await db.rows<{ n: number }>(
        `SELECT count(*)::int4 AS n FROM deeds FULL JOIN (SELECT index FROM register_entries WHERE kind = 'acted') e
          ON e.index = deeds.entry WHERE deeds.entry IS NULL OR e.index IS NULL`,
      );
      assert.equal(wrong?.n, 0);
    });

    test('a deed that had to wait is not repeated: it looks only after the one before is done', async () => {
      const { asked } = await fresh();
      let runs = 0;
      const seen = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          deed(asked, async (tx) => {
            runs += 1;
            const [row] = await tx.rows<{ n: number }>('SELECT count(*)::int4 AS n FROM deeds');
            const entry = await record(tx, { kind: 'acted' });
            await tx.run('INSERT INTO deeds VALUES (:n::int8, :entry::int8)', { n, entry });
            return row?.n ?? -1;
          }),
        ),
      );
      assert.equal(runs, 20);
      assert.deepEqual(
        seen.toSorted((a, b) => a - b),
        Array.from({ length: 20 }, (_, n) => n),
      );
    });

    test('what goes wrong leaves neither deed nor entry', async () => {
      const { db, asked } = await fresh();
      await act(asked, 1);
      await assert.rejects(
        deed(asked, async (tx) => {
          await record(tx, { kind: 'acted', incident: 'inc_1' });
          await tx.run('INSERT INTO deeds VALUES (7, 7)');
          throw new Error('no');
        }),
        /no/,
      );
      await refuses(act(asked, 1), 'record-exists');
      assert.equal((await registerHead(db)).size, 2);
      assert.deepEqual(await db.rows('SELECT n FROM deeds'), [{ n: 1n }]);
      assert.deepEqual(await checkRegister(db), []);
    });

    test('one that goes wrong among deeds that share a commit takes nothing of the others with it', async () => {
      const { db, asked } = await fresh();
      const first = act(asked, 0);
      let late: Tx | undefined;
      const wrong = [
        deed(asked, async (tx) => {
          late = tx;
          await record(tx, { kind: 'acted', incident: 'inc_1', texts: { note: { value: 'gone' } } });
          await tx.run('INSERT INTO deeds VALUES (7, 7)');
          throw new Error('no');
        }),
        act(asked, 0),
        deed(asked, (tx) => tx.run('INSERT INTO deeds VALUES (8, 8)')),
        deed(asked, (tx) => tx.run('INSERT INTO nowhere VALUES (8)').catch(() => 0)),
        deed(asked, async (tx) => {
          await record(tx, { kind: 'acted', incident: 'inc_1' });
          await act(asked, 9);
        }),
      ];
      const right = [1, 2, 3].map((n) => act(asked, n));
      const ended = await Promise.allSettled([
        first,
        ...wrong.slice(0, 2),
        right[0],
        ...wrong.slice(2),
        right[1],
        right[2],
      ]);
      assert.deepEqual(
        ended.map(({ status }) => status === 'fulfilled'),
        [true, false, false, true, false, false, false, true, true],
      );
      const words = await Promise.all(wrong.map((one) => one.then(String, (error: Error) => error.message)));
      for (const [i, expected] of [
        /no/,
        /already/,
        /without an entry/,
        /./,
        /Inside a transaction/,
      ].entries())
        assert.match(words[i] ?? '', expected);
      assert.deepEqual(await Promise.all([first, ...right]), [1, 2, 3, 4]);
      assert.deepEqual(await db.rows('SELECT n FROM deeds ORDER BY n'), [
        { n: 0n },
        { n: 1n },
        { n: 2n },
        { n: 3n },
      ]);
      assert.deepEqual(await db.rows('SELECT count(*)::int4 AS n FROM register_texts'), [{ n: 0 }]);
      await assert.rejects(async () => late?.rows('SELECT 1'), /over/);
      assert.equal((await registerHead(db)).size, 5);
      assert.deepEqual(await checkRegister(db), []);
    });

    test('a deed without an entry is refused, and so is an entry without a deed', async () => {
      const { db, asked } = await fresh();
      await assert.rejects(
        deed(asked, (tx) => tx.run('INSERT INTO deeds VALUES (1, 1)')),
        /without an entry/,
      );
      await assert.rejects(
        db.transaction((tx) => record(tx, { kind: 'acted' })),
        /Only a deed records/,
      );
      assert.deepEqual(await db.rows('SELECT n FROM deeds'), []);
    });

    test('entries are never changed or taken out, not even by our own statements', async () => {
      const { db, asked } = await fresh();
      await act(asked, 1);
      for (const statement of [
        "UPDATE register_entries SET kind = 'x'",
        'DELETE FROM register_entries',
        'TRUNCATE register_entries CASCADE',
        "UPDATE register_texts SET value = 'x'",
      ])
        await refuses(
          db.transaction((tx) => tx.run(statement)),
          'database-refused',
        );
      assert.deepEqual(await checkRegister(db), []);
    });

    test('whatever is altered behind the triggers is found', async () => {
      const { db, asked, where } = await fresh();
      await deed(asked, (tx) =>
        record(tx, { kind: 'noted', incident: 'inc_1', texts: { note: { value: 'parcel' } } }),
      );
      const behind = (statement: string) =>
        db.transaction(async (tx) => {
          await tx.run("SET LOCAL session_replication_role = 'replica'");
          await tx.run(statement);
        });
      await behind("UPDATE register_texts SET value = 'other'");
      assert.deepEqual(await checkRegister(db), ['text note is not the one that entry 1 is committed to']);
      await behind("UPDATE register_texts SET value = 'parcel'");
      await behind("UPDATE register_entries SET entry = convert_to('{}', 'UTF8') WHERE index = 0");
      assert.match((await checkRegister(db)).join(), /another root.*tile 0\/0/);
      await behind('UPDATE register_tiles SET hashes = substring(hashes FROM 1 FOR 32)');
      await refuses(act(asked, 9), 'register-damaged', /tile 0\/0/i);
      await refuses(start(db, where), 'register-damaged');
    });

    test('no register was opened: nothing may be done', async () => {
      const { where } = await fresh();
      const closed = open.pop();
      await closed?.close();
      const db = await openDb(where);
      await refuses(act({ db, actor: ADA, now }, 1), 'register-stopped', /not opened/);
      assert.deepEqual(await start(db, where), { kind: 'open' }, 'it goes on where it was');
      await act({ db, actor: ADA, now }, 1);
    });

    test('erasing a person deletes salts and texts, and every proof stays valid', async () => {
      const { db, asked } = await fresh();
      const entry = await deed(asked, (tx) =>
        record(tx, {
          kind: 'told',
          incident: 'inc_1',
          facts: { campaign: 'c1' },
          texts: { email: { value: 'ada@people.example', person: 'per_1' }, note: { value: 'by post' } },
        }),
      );
      await act(asked, 2);
      const shown = async (name: string) => {
        const directory = join(work, `${kind}-erase-${name}-${made}`);
        await writeBundle(directory, {
          checkpoint: await signedHead(asked, await registerHead(db)),
          keys: await registerKeys(asked),
          proofs: 'each',
          entries: await wholeEntriesOf(db, 'inc_1'),
          readTiles: registerTiles(db),
        });
        const keys = keysOf(
          (await registerKeys(asked)).map((term) => ({ ...term })),
          'keys',
        );
        return verifyBundle(directory, { keys, now: now() });
      };
      const before = await shown('before');
      assert.equal(before.verdict, 'proved');
      assert.match(JSON.stringify(before.findings), /opening/);
      const head = await signedHead(asked, await registerHead(db));

      assert.equal(await deed(asked, (tx) => erasePerson(tx, 'per_1')), 1);
      assert.deepEqual(await db.rows("SELECT 1 FROM register_texts WHERE value LIKE '%ada@%'"), []);
      const [row] = await db.rows<{ entry: Uint8Array }>(
        'SELECT entry FROM register_entries WHERE index = :entry::int8',
        { entry },
      );
      assert.doesNotMatch(Buffer.from(row?.entry ?? []).toString(), /ada@|people\.example|per_1|by post/);
      assert.equal((await shown('after')).verdict, 'proved');
      assert.deepEqual(await checkRegister(db), []);
      const [told] = await timelineOf(db, 'inc_1', { most: 1 });
      assert.deepEqual(told?.texts, { email: null, note: 'by post' });
      assert.ok(parseCheckpoint(head, 'head').size < (await registerHead(db)).size);

      await deed(asked, (tx) => eraseText(tx, { index: entry, name: 'note', incident: 'inc_1' }));
      assert.deepEqual((await timelineOf(db, 'inc_1', { most: 1 }))[0]?.texts, { email: null, note: null });
      for (const gone of [
        { index: entry, name: 'note', incident: 'inc_1' },
        { index: entry, name: 'email', incident: 'inc_2' },
        { index: 999, name: 'note', incident: 'inc_1' },
      ])
        await refuses(
          deed(asked, (tx) => eraseText(tx, gone)),
          'text-not-found',
        );
      assert.equal((await shown('both')).verdict, 'proved');
    });

    test('the same deed twice has two hashes, so nobody finds one by guessing', async () => {
      const { db, asked } = await fresh();
      await deed(asked, async (tx) => {
        await record(tx, { kind: 'x' });
        await record(tx, { kind: 'x' });
      });
      const rows = await db.rows<{ entry: Uint8Array }>('SELECT entry FROM register_entries WHERE index > 0');
      assert.equal(new Set(rows.map(({ entry }) => leafHash(entry).toString())).size, 2);
    });

    describe('checkpoints', () => {
      const sizeOf = (note: string) => parseCheckpoint(note, 'c').size;

      test('what is published grows by the same number in each interval, whatever happened', async () => {
        const { db, asked, where } = await fresh();
        const directory = join(where.folder, 'public');
        const sizes: number[] = [];
        for (const deeds of [0, 3, 100, 0, 0, 0]) {
          for (let n = 0; n < deeds; n += 1)
            await deed(asked, (tx) => record(tx, { kind: 'acted', facts: { n } }));
          sizes.push(sizeOf((await makeCheckpoint(asked)).note));
          const again = await makeCheckpoint(asked);
          assert.equal(sizeOf(again.note), sizes.at(-1), 'one in each interval');
          await publishRegister(asked, directory);
          at += 3_600_000;
        }
        assert.deepEqual(
          sizes,
          [1, 2, 3, 4, 5, 6].map((n) => n * ENTRIES_PER_CHECKPOINT),
        );
        const note = parseCheckpoint(readFileSync(join(directory, 'checkpoint'), 'utf8'), 'checkpoint');
        const key = parseVerifierKey((await registerKeys(asked))[0]?.vkey ?? '', 'key');
        assert.equal(signedBy(note.note, key).kind, 'signed');
        assert.equal(note.size, sizes.at(-1));
        const files = readdirSync(directory, { recursive: true }).map(String);
        assert.ok(!files.some((file) => file.includes('entries')), 'only hashes are published');
        assert.equal(statSync(join(directory, 'tile/0/000.p/192')).size, 192 * 32);
        assert.deepEqual(await checkRegister(db), []);
      });

      test('two processes that make the same checkpoint make one', async () => {
        const { db, asked } = await fresh();
        const [a, b] = await Promise.all([makeCheckpoint(asked), makeCheckpoint(asked)]);
        assert.equal(a.size, b.size);
        assert.deepEqual(await db.rows('SELECT count(*)::int4 AS n FROM register_checkpoints'), [{ n: 1 }]);
      });
    });

    describe('at start', () => {
      test('a data folder that never saw this register is a second instance: it may not act, the first may', async () => {
        const { db, asked, where } = await fresh();
        await act(asked, 1);
        if (kind === 'embedded') await open.pop()?.close();
        const second = await openDb(where);
        const elsewhere = { ...where, folder: `${where.folder}-second` };
        const state = await start(second, elsewhere);
        assert.equal(state.kind, 'stopped');
        const other: Asked = { db: second, actor: ADMIN, now };
        await refuses(act(other, 2), 'register-stopped', /second instance/);
        await refuses(makeCheckpoint(other), 'register-stopped');
        await refuses(publishRegister(other, join(elsewhere.folder, 'public')), 'register-stopped');
        await refuses(rotateKey(other, 0), 'register-stopped');
        assert.deepEqual(readdirSync(join(elsewhere.folder, 'keys')), [], 'no key is left that nobody knows');
        if (kind === 'server') await act(asked, 3);

        await refuses(
          continueRegister(
            { ...other, actor: { id: 'program', account: 'program', roles: [], via: 'program' } },
            'x',
          ),
          'not-permitted',
        );
        await continueRegister(other, 'The first machine is lost; this one takes over.');
        await act(other, 4);
        assert.deepEqual(await checkRegister(second), []);
        if (kind === 'server') {
          await refuses(act(asked, 5), 'register-stopped', /epoch 2/);
          assert.equal((await start(db, where)).kind, 'stopped', 'and after its next start');
        }
        await refuses(continueRegister(other, 'again'), 'register-not-stopped');
      });

      test('a snapshot that was put back is stopped until a person decides, whose reason is recorded', {
        skip: kind === 'server' ? 'a folder is put back; the server’s own tools do that there' : false,
      }, async () => {
        const { asked, where } = await fresh();
        await act(asked, 1);
        await open.pop()?.close();
        cpSync(where.database, `${where.database}-snapshot`, { recursive: true });
        const db = await openDb(where);
        assert.equal((await start(db, where)).kind, 'open');
        await act({ db, actor: ADA, now }, 2);
        await open.pop()?.close();
        rmSync(where.database, { recursive: true });
        cpSync(`${where.database}-snapshot`, where.database, { recursive: true });

        const restored = await openDb(where);
        const state = await start(restored, where);
        assert.match(state.kind === 'stopped' ? state.why : '', /older state was put back/);
        const admin: Asked = { db: restored, actor: ADMIN, now };
        await refuses(act(admin, 3), 'register-stopped');
        const operation = registerOperations.find(({ name }) => name === 'continue-register');
        await refuses(
          operation?.run({ ...admin, actor: ADA }, { reason: 'x' }) as Promise<unknown>,
          'not-permitted',
        );
        await operation?.run(admin, { reason: 'The disk failed; the backup of Friday counts.' });
        assert.equal(registerState(restored).kind, 'open');
        await act(admin, 3);
        const [entry] = await restored.rows<{ entry: Uint8Array; actor: string }>(
          "SELECT entry, actor FROM register_entries WHERE kind = 'register-continued'",
        );
        assert.equal(entry?.actor, 'usr_root');
        assert.match(Buffer.from(entry?.entry ?? []).toString(), /"epoch":2.*"lastSeen":\{"epoch":1/);
        assert.deepEqual(await checkRegister(restored), []);
        await open.pop()?.close();
        const after = await openDb(where);
        assert.equal((await start(after, where)).kind, 'open', 'decided once');
      });

      test('a deed that never ends is given up, keeps nothing, and holds up nobody', async () => {
        const where = place();
        const db = await openDb(where);
        const keys = keyFolder(join(where.folder, 'keys'));
        await openRegister({ db, folder: where.folder, origin: ORIGIN, keys, now, mostDeedMs: 300 });
        const asked = { db, actor: ADA, now };
        const insert = (n: number) => async (tx: Tx) => {
          const entry = await record(tx, { kind: 'deed' });
          await tx.run('INSERT INTO deeds VALUES (:n::int8, :entry::int8)', { n, entry });
        };
        let late: Tx | undefined;
        const endless = () =>
          deed(asked, async (tx) => {
            late = tx;
            await insert(1)(tx);
            await new Promise(() => {});
          });
        await refuses(endless(), 'deed-too-long', /0.3 seconds/);
        await assert.rejects(async () => late?.rows('SELECT 1'), /is over/);
        const together = [endless(), deed(asked, insert(2)), deed(asked, insert(3))];
        const ended = await Promise.allSettled(together);
        assert.deepEqual(
          ended.map(({ status }) => status),
          ['rejected', 'fulfilled', 'fulfilled'],
        );
        if (kind === 'server')
          await refuses(
            deed(asked, async (tx) => {
              await insert(4)(tx);
              await tx.rows('SELECT pg_sleep(30)');
            }),
            'deed-too-long',
          );
        const rows = await db.rows<{ n: bigint }>('SELECT n FROM deeds ORDER BY n');
        assert.deepEqual(
          rows.map(({ n }) => n),
          [2n, 3n],
        );
        assert.deepEqual(await checkRegister(db), []);
      });

      test('a checkpoint of another register is refused by its name', async () => {
        const where = place();
        const db = await openDb(where);
        await start(db, where);
        const note = `other.example/register\n1\n${'A'.repeat(43)}=\n\n— other.example/register ${'A'.repeat(96)}\n`;
        await refuses(start(db, where, note), 'register-other', /other\.example/);
      });

      test('a copy that was made with its data folder is found by the published checkpoint', {
        skip: kind === 'server' ? 'a folder is copied' : false,
      }, async () => {
        const { asked, where } = await fresh();
        await open.pop()?.close();
        const copy = { ...where, database: `${where.database}-copy`, folder: `${where.folder}-copy` };
        cpSync(where.database, copy.database, { recursive: true });
        cpSync(where.folder, copy.folder, { recursive: true });
        const db = await openDb(where);
        await start(db, where);
        const { note } = await makeCheckpoint({ ...asked, db });
        const second = await openDb(copy);
        assert.equal((await start(second, copy)).kind, 'open', 'nothing here tells them apart');
        const state = await start(second, copy, note);
        assert.match(state.kind === 'stopped' ? state.why : '', /published checkpoint names/);
        assert.equal((await start(db, where, note)).kind, 'open', 'the first one is the published one');
      });

      test('a first start that was cut short, before or after the register was made, goes on by itself', async () => {
        const where = place();
        const db = await openDb(where);
        mkdirSync(where.folder);
        const head = { origin: ORIGIN, epoch: 1, size: 0, root: toBase64(EMPTY_ROOT) };
        const cutShort = () =>
          writeFileSync(join(where.folder, 'register-head.json'), `${JSON.stringify(head)}\n`);
        cutShort();
        assert.equal((await start(db, where)).kind, 'open', 'before');
        cutShort();
        assert.equal((await start(db, where)).kind, 'open', 'after');
        writeFileSync(join(where.folder, 'register-head.json'), '');
        const state = await start(db, where);
        assert.match(state.kind === 'stopped' ? state.why : '', /can not be read/);
      });

      test('another past of the same length is found', async () => {
        const { db, asked, where } = await fresh();
        await act(asked, 1);
        const twin = await fresh();
        await act(twin.asked, 1);
        const state = await start(db, { ...where, folder: twin.where.folder });
        assert.match(state.kind === 'stopped' ? state.why : '', /another past/);
      });

      test('a register keeps its name, and a database that is gone is missed', async () => {
        const { db, where } = await fresh();
        await refuses(
          openRegister({
            db,
            folder: where.folder,
            origin: 'other.example/x',
            keys: keyFolder(where.folder),
            now,
          }),
          'register-other',
        );
        const empty = await openDb(place());
        const state = await start(empty, where);
        assert.match(state.kind === 'stopped' ? state.why : '', /known here before/);
        await refuses(continueRegister({ db: empty, actor: ADMIN, now }, 'x'), 'register-damaged');
      });
    });

    describe('keys', () => {
      const keyFiles = (where: Place) => readdirSync(join(where.folder, 'keys'));

      test('a private key is for its owner alone, and refused when others can read it', {
        skip: process.platform === 'win32' ? 'Windows has no such rights' : false,
      }, async () => {
        const { db, where } = await fresh();
        const [file = ''] = keyFiles(where);
        const path = join(where.folder, 'keys', file);
        assert.equal(statSync(path).mode & 0o777, 0o600);
        assert.equal(statSync(join(where.folder, 'keys')).mode & 0o777, 0o700);
        chmodSync(path, 0o640);
        await refuses(start(db, where), 'key-unusable', /mode 640/);
      });

      test('rotation overlaps: both keys sign, then only the new one, and the old private key is destroyed', async () => {
        const { db, asked, where } = await fresh();
        const signers = async () => {
          const { note } = parseCheckpoint((await makeCheckpoint(asked)).note, 'c');
          const terms = await registerKeys(asked);
          return terms.map(({ vkey }) => signedBy(note, parseVerifierKey(vkey, 'k')).kind);
        };
        assert.deepEqual(await signers(), ['signed']);
        at += 3_600_000;
        await rotateKey(asked, 48);
        assert.deepEqual(await signers(), ['signed', 'signed']);
        await removeEndedKeys(asked);
        assert.equal(keyFiles(where).length, 2);
        at += 50 * 3_600_000;
        assert.deepEqual(await signers(), ['unsigned', 'signed']);
        await removeEndedKeys(asked);
        assert.equal(keyFiles(where).length, 1);
        assert.equal((await registerKeys(asked)).length, 2, 'the public key is kept with its time');
        assert.deepEqual(await checkRegister(db), []);
      });

      test('a key that leaked makes no forgery genuine', async () => {
        const { db, asked, where } = await fresh();
        await act(asked, 1);
        at += 3_600_000;
        const leaked = (await registerKeys(asked))[0]?.vkey ?? '';
        const { keyId } = parseVerifierKey(leaked, 'k');
        const stolen = await keyFolder(join(where.folder, 'keys')).load(parseVerifierKey(leaked, 'k'));
        const safeUntil = new Date(at - 1_800_000);
        await refuses(revokeKey(asked, { keyId: '00000000', safeUntil, reason: 'x' }), 'key-not-found');
        await revokeKey(asked, { keyId, safeUntil, reason: 'A laptop was stolen.' });
        const terms = await registerKeys(asked);
        assert.equal(terms.length, 2, 'a new key was made, since no other was left');
        await revokeKey(asked, { keyId, safeUntil: now(), reason: 'Found again.' });
        assert.deepEqual(await registerKeys(asked), terms, 'a time is never made longer');
        assert.ok(!keyFiles(where).some((file) => file.includes(keyId)));
        assert.ok(stolen !== undefined);
        const forge = async (sign: () => Promise<string>, name: string) => {
          const directory = join(work, `${kind}-forged-${name}-${made}`);
          await writeBundle(directory, {
            checkpoint: await sign(),
            keys: terms,
            proofs: 'together',
            entries: [],
            readTiles: registerTiles(db),
          });
          return verifyBundle(directory, {
            keys: keysOf(
              terms.map((t) => ({ ...t })),
              'keys',
            ),
            now: now(),
          });
        };
        const head = await registerHead(db);
        const { signCheckpoint } = await import('@forthright/register');
        assert.equal((await forge(() => signCheckpoint(head, stolen), 'stolen')).verdict, 'failed');
        assert.equal((await forge(() => signedHead(asked, head), 'own')).verdict, 'proved');
      });

      test('operations on keys are the administrator’s', async () => {
        const { asked } = await fresh();
        for (const name of ['rotate-register-key', 'revoke-register-key', 'continue-register']) {
          const found = registerOperations.find((one) => one.name === name);
          assert.deepEqual(found?.may, ['administrator'] satisfies Role[]);
          await refuses(found?.run(asked, {}) as Promise<unknown>, 'not-permitted');
        }
        const show = registerOperations.find(({ name }) => name === 'show-register');
        const shown = await show?.run(asked, {});
        show?.output.parse(shown);
      });
    });
  });
}
suite('embedded', undefined);
suite('server', whyNoPostgres());
