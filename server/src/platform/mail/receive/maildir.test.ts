import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type Arrived, takeFromMaildir } from './maildir.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maildir-'));
  for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(folder, part));
});
afterEach(() => rmSync(folder, { recursive: true }));
const put = (name: string, text = name) => writeFileSync(join(folder, 'new', name), text);
const names = (part: string) => readdirSync(join(folder, part)).sort();

describe('a Maildir', () => {
  test('each message is handed over once, and is seen then', async () => {
    put('1.a');
    put('2.b');
    const got: string[] = [];
    const keep = async ({ id, bytes }: Arrived) => {
      got.push(`${id}=${Buffer.from(bytes)}`);
      return undefined;
    };
    assert.deepEqual(await takeFromMaildir(folder, { keep, mostBytes: 100 }), { kept: 2, refused: [] });
    assert.deepEqual(await takeFromMaildir(folder, { keep, mostBytes: 100 }), { kept: 0, refused: [] });
    assert.deepEqual(got, ['1.a=1.a', '2.b=2.b']);
    assert.deepEqual([names('new'), names('cur')], [[], ['1.a:2,S', '2.b:2,S']]);
  });

  test('a message that is not kept stays, and the others go on', async () => {
    put('1');
    put('2');
    const keep = async ({ id }: Arrived) => {
      if (id === '1') throw new Error('no disk');
      return undefined;
    };
    const { kept, refused } = await takeFromMaildir(folder, { keep, mostBytes: 100 });
    assert.deepEqual([kept, refused.map(({ id }) => id)], [1, ['1']]);
    assert.deepEqual([names('new'), names('cur')], [['1'], ['2:2,S']]);
  });

  test('after a crash between keeping and moving it comes again under the same id', async () => {
    put('1');
    const ids: string[] = [];
    const keep = async ({ id }: Arrived) => {
      ids.push(id);
      return undefined;
    };
    await takeFromMaildir(folder, { keep, mostBytes: 100 });
    renameSync(join(folder, 'cur/1:2,S'), join(folder, 'new/1'));
    await takeFromMaildir(folder, { keep, mostBytes: 100 });
    assert.deepEqual(ids, ['1', '1']);
  });

  test('of a long message the start', async () => {
    put('1', 'x'.repeat(1000));
    const sizes: number[] = [];
    await takeFromMaildir(folder, {
      keep: async ({ bytes }) => {
        sizes.push(bytes.length);
        return undefined;
      },
      mostBytes: 10,
    });
    assert.deepEqual(sizes, [10]);
  });

  test('a folder that is none is refused', async () => {
    const taking = { keep: async () => undefined, mostBytes: 10 };
    await assert.rejects(takeFromMaildir(join(folder, 'new'), taking), { code: 'file-missing' });
  });
});
