import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingBetween, orderText, rotationOrder, seriesOf } from './series.ts';

const ALB = '123456789012_elasticloadbalancing_eu-west-1_app.lb.abc';
const NAMES: readonly (readonly [path: string, series: string, order: string | null])[] = [
  ['access.log', 'access.log', null],
  ['access.log.1', 'access.log', '1'],
  ['access.log.2.gz', 'access.log', '2'],
  ['access.log.1000.zst', 'access.log', '1000'],
  ['access.1.log', 'access.log', '1'],
  ['access-20251118.log.gz', 'access.log', '2025-11-18'],
  ['access.log-20251118', 'access.log', '2025-11-18'],
  ['access.log-20251118.xz', 'access.log', '2025-11-18'],
  ['access.log-2025111806.gz', 'access.log', '2025-11-18T06'],
  ['access.log.2025-11-18', 'access.log', '2025-11-18'],
  ['access_log.1763424000', 'access_log', '2025-11-18T00'],
  ['access_log.1763424300', 'access_log', '2025-11-18T00:05'],
  ['access_2025_11_18.log', 'access.log', '2025-11-18'],
  ['access.2025.11.18.log', 'access.log', '2025-11-18'],
  ['access-18-Nov-2025.log', 'access.log', '2025-11-18'],
  ['access-18nov2025.log', 'access.log', '2025-11-18'],
  ['access-2025-11.log', 'access.log', '2025-11'],
  ['access-202511.log', 'access.log', '2025-11'],
  ['web-2025-11-18T06.log', 'web.log', '2025-11-18T06'],
  ['web-2025-11-18T06:05:00Z.log', 'web.log', '2025-11-18T06:05'],
  ['web-2025-11-18_06-05-00.log', 'web.log', '2025-11-18T06:05'],
  ['web-2025-11-18-06.log', 'web.log', '2025-11-18T06'],
  ['2025-11-18-web.log', 'web.log', '2025-11-18'],
  ['web-20251118-eu.log', 'web-eu.log', '2025-11-18'],
  ['web.20251118.eu.log', 'web.eu.log', '2025-11-18'],
  ['20251118.log', '*.log', '2025-11-18'],
  ['log20251118_001.txt', 'log.txt', '2025-11-18'],
  ['app-2025-11-18.3.log', 'app.log', '2025-11-18'],
  ['app-2025-11-18-3.log.gz', 'app.log', '2025-11-18'],
  ['app-20251118.log.3', 'app.log', '2025-11-18'],
  ['localhost_access_log.2025-11-18.txt', 'localhost_access_log.txt', '2025-11-18'],
  ['u_ex251118.log', 'u_ex.log', '2025-11-18'],
  ['u_ex25111806.log', 'u_ex.log', '2025-11-18T06'],
  ['W3SVC1/u_ex251118_x.log', 'W3SVC1/u_ex_x.log', '2025-11-18'],
  ['E123.2025-11-18-06.abcd1234.gz', 'E123', '2025-11-18T06'],
  ['cdn/E2ABCDEFGHIJKL.2025-11-18-07.0f9e8d7c.gz', 'cdn/E2ABCDEFGHIJKL', '2025-11-18T07'],
  [`${ALB}_20251118T0605Z_1.2.3.4_20sg8hgm.log.gz`, `${ALB}.log`, '2025-11-18T06:05'],
  [`lb/2025/11/18/${ALB}_20251118T0610Z_10.20.30.40_zzzzzzzz.log.gz`, `lb/${ALB}.log`, '2025-11-18T06:10'],
  ['s3/2025-11-18-06-05-12-0123456789ABCDEF', 's3/*', '2025-11-18T06:05'],
  ['logs/2025/11/18/access.log', 'logs/access.log', '2025-11-18'],
  ['logs/2025/11/18/06/access.log.gz', 'logs/access.log', '2025-11-18T06'],
  ['logs/2025/11/18/06.log', 'logs/*.log', '2025-11-18T06'],
  ['logs/2025-11-18/web1.log', 'logs/web1.log', '2025-11-18'],
  ['logs/dt=2025-11-18/hour=06/part.log', 'logs/part.log', '2025-11-18T06'],
  ['logs/year=2025/month=11/day=8/a.log', 'logs/a.log', '2025-11-08'],
  ['/var/log/nginx/access.log.1', '/var/log/nginx/access.log', '1'],
  // What stays, so that no server covers for another's silence.
  ['web1/access.log', 'web1/access.log', null],
  ['web2.log', 'web2.log', null],
  ['web-01.log', 'web-01.log', null],
  ['web-20251118-eu-01.log', 'web-eu-01.log', '2025-11-18'],
  ['web_2-20251118.log', 'web_2.log', '2025-11-18'],
  ['logs/1/access.log', 'logs/1/access.log', null],
  ['logs/11/18/access.log', 'logs/11/18/access.log', null],
  ['app.8080.log', 'app.8080.log', null],
  ['access-10.0.0.1.log', 'access-10.0.0.1.log', null],
  ['app-1.2.3.log', 'app-1.2.3.log', null],
  ['api.v2.log', 'api.v2.log', null],
  ['shop-20251399.log', 'shop-20251399.log', null],
  ['shop-20250230.log', 'shop-20250230.log', null],
  ['order-4020251118.log', 'order-4020251118.log', null],
  ['app.2025-11-18-06.frontend.gz', 'app.frontend', '2025-11-18T06'],
  ['app.2025-11-18-06.checkout.gz', 'app.checkout', '2025-11-18T06'],
];
for (const [path, series, order] of NAMES) {
  test(`${path} belongs to ${series}${order === null ? '' : ` at ${order}`}`, () => {
    const found = seriesOf(path);
    assert.deepEqual({ series: found.series, order: orderText(found.order) }, { series, order });
  });
}

const missing = (...paths: string[]) => missingBetween(paths.map(rotationOrder));

test('a missing number is found, also between the current file and the first numbered one', () => {
  assert.deepEqual(missing('a.log', 'a.log.1', 'a.log.2.gz', 'a.log.5.gz'), ['3', '4']);
  assert.deepEqual(missing('a.log', 'a.log.2'), ['1']);
  assert.deepEqual(missing('a.log.3', 'a.log.4'), []);
  assert.deepEqual(missing('a.log'), []);
});

test('missing days, hours and months are found across the ends of months and years', () => {
  assert.deepEqual(missing('a-20251230.log', 'a-20260102.log'), ['2025-12-31', '2026-01-01']);
  assert.deepEqual(missing('a-2024-02-28.log', 'a-2024-03-01.log'), ['2024-02-29']);
  assert.deepEqual(missing('a-2025-11-18T22.log', 'a-2025-11-19T01.log'), ['2025-11-18T23', '2025-11-19T00']);
  assert.deepEqual(missing('a-202511.log', 'a-202601.log'), ['2025-12']);
  assert.deepEqual(missing('a-20251118.log', 'a-20251118.log.gz', 'a-20251119.log'), []);
});

test('a missing part of a day is found', () => {
  assert.deepEqual(missing('a-20251118.1.log', 'a-20251118.3.log'), ['2025-11-18 part 2']);
  assert.deepEqual(
    missing('a-20251118-8.log', 'a-20251118-9.log', 'a-20251118-10.log', 'a-20251120-11.log'),
    ['2025-11-19'],
  );
});

test('a weekly or six-hourly series is held to its own beat, two files are not enough to see one', () => {
  assert.deepEqual(missing('a-20251102.gz', 'a-20251109.gz', 'a-20251123.gz'), ['2025-11-16']);
  assert.deepEqual(missing('a-2025111800', 'a-2025111806', 'a-2025111812'), []);
  assert.equal(missing('a-20251102.gz', 'a-20251109.gz').length, 6);
});

test('a name with a century in it costs no century', () => {
  assert.equal(missing('a-1990010100.log', 'a-2099123123.log').length, 10_000);
});
