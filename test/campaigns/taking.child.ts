/** For tests: takes what lies in the Maildir of a data folder, as the worker does, and tells each message that it has noted. */
import { openRecord } from '../../server/src/incident/testing.ts';
import { takeReturnedHandler } from '../../server/src/notify/campaigns/receive.ts';
import { mailingTo } from '../../server/src/notify/campaigns/testing.ts';

const [folder = '', at = ''] = process.argv.slice(2);
const now = () => new Date(at);
const db = await openRecord({ folder, now });
const mailing = {
  ...mailingTo(1),
  receive: { maildirs: [], imap: [], smtp: { host: '127.0.0.1', port: 0 } },
};
const log = (entry: object) => process.stderr.write(`${JSON.stringify(entry)}\n`);
const handler = takeReturnedHandler({ db, now, log, data: folder, mailing });
const job = { id: 'job', kind: 'x', subject: undefined, input: {}, attempt: 1, mostAttempts: 1 };
await handler.run(job, {
  signal: new AbortController().signal,
  progress: (_step, done) => process.send?.(done ?? 0),
});
await db.close();
process.disconnect?.();
