/** The tests of letters and other copies once more, with their records on a real PostgreSQL. */
import { after, before, test } from 'node:test';
import { records } from '../../server/src/notify/campaigns/testing.ts';
import { type Postgres, startPostgres, whyNoPostgres } from '../peers/postgres.ts';

const why = whyNoPostgres();
if (why !== undefined) test('copies on PostgreSQL', { skip: why }, () => {});
else {
  let postgres: Postgres | undefined;
  let databases = 0;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres?.stop());
  records.url = () => {
    databases += 1;
    const name = `copies${databases}`;
    postgres?.run(`CREATE DATABASE ${name} ENCODING UTF8 TEMPLATE template0`);
    const url = new URL(postgres?.url ?? '');
    url.pathname = `/${name}`;
    return url.href;
  };
  await import('../../server/src/notify/campaigns/copies.test.ts');
}
