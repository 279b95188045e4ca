import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameOf, type Results, type State, TABLES } from './cells.ts';
import { claimsOf, compareClaims, pageOf } from './report.ts';

const names = TABLES.flatMap((table) =>
  table.rows.flatMap(([row]) =>
    table.columns.flatMap(([column]) => {
      const cell = table.cell(row, column);
      return 'name' in cell ? [cell.name] : [];
    }),
  ),
);
const all = (state: State): Results => Object.fromEntries(names.map((name) => [name, state]));
const PAGE_IN_CSV = nameOf('embedded', 'log', 'csv', 'page');

describe('what docs/coverage.md claims', () => {
  it('a page claims exactly the cells that passed', () => {
    assert.deepEqual(claimsOf(pageOf(all('passed'))).sort(), [...names].sort());
    assert.deepEqual(claimsOf(pageOf(all('failed'))), []);
    assert.deepEqual(claimsOf(pageOf({ ...all('failed'), [PAGE_IN_CSV]: 'passed' })), [PAGE_IN_CSV]);
  });
  it('a claim that failed, or that no test looked at, is false', () => {
    const page = pageOf(all('passed'));
    assert.deepEqual(compareClaims(page, { ...all('passed'), [PAGE_IN_CSV]: 'failed' }).false, [PAGE_IN_CSV]);
    const { [PAGE_IN_CSV]: _, ...others } = all('passed');
    assert.deepEqual(compareClaims(page, others).false, [PAGE_IN_CSV]);
  });
  it('a claim whose peer is missing here is unseen, not false', () => {
    const told = compareClaims(pageOf(all('passed')), { ...all('passed'), [PAGE_IN_CSV]: 'skipped' });
    assert.deepEqual(told, { false: [], unseen: [PAGE_IN_CSV] });
  });
  it('a yes written by hand where there can be none is false', () => {
    const page = pageOf(all('passed')).replace(/– \(\d\)/, 'yes');
    assert.match(compareClaims(page, all('passed')).false[0] ?? '', /cannot be/);
  });
  it('a row that is missing is refused', () => {
    const page = pageOf(all('passed')).replace(/^\| CSV .*\n/m, '');
    assert.throws(() => claimsOf(page), /no row "CSV"/);
  });
});
