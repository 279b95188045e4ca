import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Boundaries, breaches, withoutComments } from './boundaries.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const law = JSON.parse(readFileSync(join(root, 'boundaries.json'), 'utf8')) as Boundaries;

function filesUnder(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(path);
    return /\.([jt]sx?|json|css)$/.test(entry.name) ? [path] : [];
  });
}

test('nobody in the repository imports what they may not', () => {
  const roots = law.roots.filter((folder) => readdirSync(root).includes(folder.split('/')[0] ?? ''));
  const files = new Map(
    roots.flatMap((folder) => {
      const parent = folder.split('/').slice(0, -1).join('/');
      const isThere = readdirSync(join(root, parent)).includes(folder.split('/').at(-1) ?? '');
      return isThere ? filesUnder(folder).map((p) => [p, readFileSync(join(root, p), 'utf8')] as const) : [];
    }),
  );
  files.set('server/package.json', '{}');
  assert.ok(files.size > 20, 'the files were not found');
  assert.deepEqual(breaches(files, law), []);
});

const S = 'server/src';
/** Files that every case may import. */
const AROUND: readonly (readonly [string, string])[] = [
  [`${S}/kernel/index.ts`, ''],
  [`${S}/platform/index.ts`, ''],
  [`${S}/platform/config.ts`, 'export const x = process.env.X;'],
  [`${S}/platform/analytics/index.ts`, "import { chdb } from 'chdb';"],
  [`${S}/sources/index.ts`, ''],
  [`${S}/sources/types.ts`, ''],
  [`${S}/scope/index.ts`, ''],
  [`${S}/scope/types.ts`, ''],
  [`${S}/scope/store.ts`, ''],
  [`${S}/scope/hash.worker.ts`, ''],
];
const CASES: readonly (readonly [name: string, path: string, text: string, expected: string[]])[] = [
  ['a folder may import those below it', 'scope/a.ts', "import { x } from '../sources/index.ts';", []],
  ['a folder may import its own files', 'scope/a.ts', "import { x } from './store.ts';", []],
  ['main.ts wires everything', 'main.ts', "import { x } from './scope/index.ts';", []],
  ['a test may reach into other folders', 'kernel/a.test.ts', "import { x } from '../scope/store.ts';", []],
  [
    'a door of platform may be deeper',
    'scope/a.ts',
    "import { x } from '../platform/analytics/index.ts';",
    [],
  ],
  [
    'a comment imports nothing',
    'kernel/a.ts',
    "// import { x } from '../scope/index.ts';\n/* process.env */",
    [],
  ],
  [
    'a string with slashes hides nothing',
    'kernel/a.ts',
    "const u = 'http://x'; const e = process.env;",
    ['1 reads the environment'],
  ],
  ['pure files may import types beside them', 'scope/rules.ts', "import type { X } from './types.ts';", []],
  [
    'import upwards',
    'sources/a.ts',
    "\nimport {\n  x,\n} from '../scope/index.ts';",
    ['4 sources may not import scope'],
  ],
  [
    'import of a type upwards',
    'sources/a.ts',
    "import type { X } from '../scope/index.ts';",
    ['1 sources may not import scope'],
  ],
  [
    're-export upwards',
    'sources/a.ts',
    "export * from '../scope/index.ts';",
    ['1 sources may not import scope'],
  ],
  [
    'dynamic import upwards',
    'sources/a.ts',
    "const x = await import('../scope/index.ts');",
    ['1 sources may not import scope'],
  ],
  [
    'import for its effect upwards',
    'sources/a.ts',
    "import '../scope/index.ts';",
    ['1 sources may not import scope'],
  ],
  [
    'a worker of another folder',
    'sources/a.ts',
    "new Worker(new URL('../scope/hash.worker.ts', import.meta.url));",
    [
      '1 sources may not import scope',
      '1 imports scope/hash.worker.ts; scope is entered through its index.ts',
    ],
  ],
  [
    'past the door',
    'scope/a.ts',
    "import type { X } from '../sources/types.ts';",
    ['1 imports sources/types.ts; sources is entered through its index.ts'],
  ],
  [
    'the store of another',
    'flow/a.ts',
    "import { x } from '../scope/store.ts';",
    ["1 imports store.ts of scope, which is scope's own"],
  ],
  [
    'main past the door',
    'main.ts',
    "import { x } from './scope/types.ts';",
    ['1 imports scope/types.ts; scope is entered through its index.ts'],
  ],
  [
    'a folder that the law does not know',
    'extra/a.ts',
    "import { x } from '../scope/index.ts';",
    ['1 boundaries.json does not know the folder server/src/extra'],
  ],
  [
    'an engine away from home',
    'scope/a.ts',
    "import { chdb } from 'chdb';",
    ['1 imports chdb, whose home is server/src/platform/analytics'],
  ],
  [
    'an engine away from home, by a door of its own, in a test',
    'scope/a.test.ts',
    "import { c } from '@clickhouse/client/x';",
    ['1 imports @clickhouse/client/x, whose home is server/src/platform/analytics'],
  ],
  ['the environment', 'scope/a.ts', 'const x = 1;\nconst y = process.env.Y;', ['2 reads the environment']],
  [
    'the environment by import',
    'scope/a.ts',
    "import { env } from 'node:process';",
    ['1 reads the environment'],
  ],
  [
    'the environment by taking it apart',
    'scope/a.ts',
    'const { env } = process;',
    ['1 reads the environment'],
  ],
  [
    'what is pure touches a file',
    'scope/rules.ts',
    "import { readFile } from 'node:fs';\nimport { x } from '../kernel/index.ts';",
    ['1 rules.ts is pure; it may not import node:fs'],
  ],
  [
    'a file that is not there',
    'scope/a.ts',
    "import { x } from './nowhere.ts';",
    ['1 imports ./nowhere.ts, which is not there'],
  ],
];
for (const [name, path, text, expected] of CASES) {
  test(`${expected.length === 0 ? 'allowed' : 'refused'}: ${name}`, () => {
    const file = `${S}/${path}`;
    assert.deepEqual(
      breaches(new Map([...AROUND, [file, text]]), law),
      expected.map((e) => `${file}:${e}`),
    );
  });
}

test('refused: a ring, told once', () => {
  const ring = new Map([
    [`${S}/scope/a.ts`, "import './b.ts';"],
    [`${S}/scope/b.ts`, "import './c.ts';"],
    [`${S}/scope/c.ts`, "import './a.ts';"],
  ]);
  assert.deepEqual(breaches(ring, law), [
    `${S}/scope/a.ts:1 stands in a ring: ${['a', 'b', 'c', 'a'].map((n) => `${S}/scope/${n}.ts`).join(' → ')}`,
  ]);
});

test('refused: what checks the register imports what writes it', () => {
  const at = 'packages/register/src';
  const files = new Map([
    [`${at}/verify/index.ts`, "import { w } from '../write/index.ts';"],
    [`${at}/write/index.ts`, ''],
  ]);
  assert.deepEqual(breaches(files, law), [`${at}/verify/index.ts:1 verify may not import write`]);
});

test('comments go and lines stay', () => {
  assert.equal(withoutComments("a // b\n'//c' /* d\ne */ f"), "a     \n'//c'     \n     f");
});
