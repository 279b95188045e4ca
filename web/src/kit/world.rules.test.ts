import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { CODE_OF, SMALL } from './countries.ts';
import { countriesOf, HEIGHT, labelled, placeOf, type Topology, WIDTH } from './world.rules.ts';

const atlas = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('world-atlas/countries-110m.json'), 'utf8'),
) as Topology & {
  objects: { countries: { geometries: { id?: string; properties: { name: string } }[] } };
};
const names = new Intl.DisplayNames('en', { type: 'region' });

/** How the atlas writes what the browser calls otherwise. */
const OTHERWISE: Readonly<Record<string, string>> = {
  EH: 'W. Sahara',
  CD: 'Dem. Rep. Congo',
  TF: 'Fr. S. Antarctic Lands',
  CG: 'Congo',
  GQ: 'Eq. Guinea',
  SZ: 'eSwatini',
  MM: 'Myanmar',
  MK: 'Macedonia',
  TR: 'Turkey',
  SS: 'S. Sudan',
  PS: 'Palestine',
  CI: "Côte d'Ivoire",
};

test('every country of the atlas has the code of the country whose name it has', () => {
  for (const { id, properties } of atlas.objects.countries.geometries) {
    if (id === undefined) continue;
    const code = CODE_OF.get(id) ?? '';
    const own = names.of(code) ?? '';
    const [first = ''] = properties.name.split(/[ .]/);
    assert.ok(
      OTHERWISE[code] === properties.name || own.startsWith(first),
      `${id} ${properties.name}: ${own}`,
    );
  }
});

test('each country stands within the page, and where it lies', () => {
  const countries = new Map(countriesOf(atlas).map((one) => [one.code, one]));
  for (const { code, x, y } of countries.values())
    assert.ok(x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT, `${code} at ${x}, ${y}`);
  for (const [code, longitude, latitude] of [
    ['DE', 10.4, 51.1],
    ['BR', -53, -10.8],
    ['AU', 134.5, -25.5],
    ['FR', 2.5, 46.5],
    ['MT', 14.4, 35.9],
  ] as const) {
    const [x, y] = placeOf(longitude, latitude);
    const found = countries.get(code);
    assert.ok(found && Math.hypot(found.x - x, found.y - y) < 8, `${code}: ${found?.x}, ${found?.y}`);
  }
  assert.ok(Object.keys(SMALL).every((code) => countries.get(code)?.d === ''));
});

test('a label that would touch a larger mark or another label is left out', () => {
  const mark = { x: 400, y: 200, radius: 20, label: '1,000' };
  const near = { ...mark, code: 'BE', x: 410, radius: 5 };
  const far = { ...mark, code: 'US', x: 100, radius: 5 };
  assert.deepEqual([...labelled([near, { ...mark, code: 'NL' }, far])], ['NL', 'US']);
});
