import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ForthrightError } from '@forthright/contract';
import type { Analytics } from '../platform/analytics/index.ts';
import { writeOutputs } from './outputs.ts';
import { type Answered, withRun } from './session.ts';

const NAMES = ['answer.json', 'evidence.json', 'people.parquet', 'recipients.parquet'];
const ROOM_KIB = 64;
const PAGE_KIB = 4;

describe('the files of an answer', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'forthright-test-'));
    const put = (name: string, text: string) => writeFile(join(directory, name), text);
    await put('customers.csv', 'id\nann\n');
    const sources = { customers: { at: 'customers.csv', columns: { id: 'id' } } };
    await put('forthright.yaml', JSON.stringify({ organisation: { name: 'M', country: 'LU' }, sources }));
    const leak = { id: 'l', kind: 'list', fields: ['name'], people: { at: 'customers.csv', id: 'id' } };
    await put('incident.yaml', JSON.stringify({ title: 't', leaks: [leak], gaps: [] }));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const answered = <T>(use: (answered: Answered) => Promise<T>): Promise<T> =>
    withRun(
      { incident: join(directory, 'incident.yaml'), workspace: join(directory, 'forthright.yaml') },
      { step: () => {}, signal: new AbortController().signal },
      use,
    );

  /** A folder with an older set in it. */
  async function older(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const name of NAMES) await writeFile(join(folder, name), 'older');
  }
  async function isOlderSet(folder: string, others: readonly string[] = []): Promise<void> {
    assert.deepEqual((await readdir(folder)).sort(), [...NAMES, ...others].sort());
    for (const name of NAMES) assert.equal(await readFile(join(folder, name), 'utf8'), 'older', name);
  }

  it('replace an older set, all four', async () => {
    const folder = join(directory, 'good');
    await older(folder);
    await answered(({ run, answer }) => writeOutputs(run, answer, folder));
    assert.deepEqual((await readdir(folder)).sort(), NAMES);
    for (const name of NAMES) assert.notEqual(await readFile(join(folder, name), 'utf8'), 'older', name);
  });

  it('leave an older set whole when one of them can not be written', async () => {
    const folder = join(directory, 'failing');
    await older(folder);
    await answered(async ({ run, answer }) => {
      const { engine } = run.input;
      const failing = {
        rows: engine.rows.bind(engine),
        run: engine.run.bind(engine),
        writeParquet: async (path: string) => {
          if (path.includes('recipients')) throw new ForthrightError('no-disk', 'The disk is full.');
          await writeFile(path, 'newer');
        },
      } as unknown as Analytics;
      const input = { ...run.input, engine: failing };
      await assert.rejects(writeOutputs({ ...run, input }, answer, folder), { code: 'no-disk' });
    });
    await isOlderSet(folder);
  });

  it('leave the others alone when a folder has the name of one', async () => {
    const folder = join(directory, 'taken');
    await mkdir(join(folder, 'answer.json'), { recursive: true });
    await answered(({ run, answer }) =>
      assert.rejects(writeOutputs(run, answer, folder), /answer\.json is a folder/),
    );
    assert.deepEqual(await readdir(folder), ['answer.json']);
  });

  it('leave an older set whole on a disk that gets full', async (t) => {
    const folder = join(directory, 'small');
    await mkdir(folder);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOM_KIB}k`, 'forthright-test', folder]);
    if (mounted.status !== 0) return t.skip('a small disk can be mounted by root alone, on Linux');
    try {
      await older(folder);
      // Room for two of the four.
      const room = ROOM_KIB - (NAMES.length + 2) * PAGE_KIB;
      await writeFile(join(folder, 'filler'), Buffer.alloc(room * 1024));
      await answered(({ run, answer }) =>
        assert.rejects(writeOutputs(run, answer, folder), { code: 'no-disk' }),
      );
      await isOlderSet(folder, ['filler']);
    } finally {
      spawnSync('umount', [folder]);
    }
  });
});
