/** For tests that start a server of their own: its records, made once for all tests, as a first start leaves them. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { schema } from '../../server/src/incident/testing.ts';
import { putReady } from '../../server/src/platform/db/ready.ts';

/** A first start takes some eight seconds of a processor for this; `server/src/serve.test.ts` goes the whole way. */
export async function putRecords(data: string): Promise<void> {
  const records = join(data, 'records');
  if (existsSync(records)) return;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  await putReady(records, schema);
}
