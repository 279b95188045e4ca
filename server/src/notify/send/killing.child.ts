/** For tests: a process that sends, reads its journal at each start, and can be killed at any moment. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { oneAddress } from '../../platform/mail/index.ts';
import { notice } from '../../platform/mail/testing.ts';
import { type Known, learn, lockJournal, nextFor, type Prepared, recover, sendAll } from './index.ts';

export type Order = Readonly<{
  folder: string;
  port: number;
  people: number;
  connections: number;
  keyFile: string;
}>;
export type Report =
  | Readonly<{ say: 'begun'; inDoubt: readonly string[]; attemptedTwice: readonly string[] }>
  | Readonly<{ say: 'accepted'; count: number }>
  | Readonly<{ say: 'finished'; attemptedTwice: readonly string[]; sums: Readonly<Record<string, number>> }>;

/** As it stands in the records: the same at each start. */
export function prepared(n: number, attempt: number): Prepared {
  const text = `Dear person ${n},\n\n${'What happened to your data, in your own words. '.repeat(20)}\n`;
  return {
    id: `ntc_${n}`,
    attempt,
    content: { notice: notice({ to: oneAddress(`person${n}@customer.example`), text }) },
    messageId: `message-${n}-of-the-test@marlow.example`,
    sender: oneAddress(`bounce-${n}@marlow.example`),
    dateMs: 1_795_330_800_000 + n,
  };
}

const tell = (report: Report) => process.send?.(report);

async function run({ folder, port, people, connections, keyFile }: Order): Promise<void> {
  await lockJournal(folder);
  const known = new Map<string, Known>();
  for await (const { records } of recover(folder))
    for (const record of records) known.set(record.id, learn(known.get(record.id), record));
  const listed = (next: string) => [...known].flatMap(([id, k]) => (nextFor(k) === next ? [id] : []));
  tell({ say: 'begun', inDoubt: [...listed('resend')], attemptedTwice: listed('attempted-twice') });
  function* messages() {
    for (let n = 0; n < people; n++) {
      const of = known.get(`ntc_${n}`);
      const next = nextFor(of);
      if (next === 'send' || next === 'resend') yield prepared(n, (of?.attempt ?? 0) + 1);
    }
  }
  let count = 0;
  await sendAll({
    messages: messages(),
    folder,
    fence: 'fence-of-the-test',
    holdsFence: async () => 5000,
    workers: 2,
    onOutcomes: (records) => {
      for (const record of records) known.set(record.id, learn(known.get(record.id), record));
      count += records.filter(({ kind }) => kind === 'accepted').length;
      tell({ say: 'accepted', count });
    },
    settings: {
      from: { name: 'Marlow Market', address: oneAddress('privacy@marlow.example') },
      replyTo: oneAddress('questions@marlow.example'),
      helo: 'out.marlow.example',
      dkim: [
        { domain: 'marlow.example', selector: 's1', privateKey: createPrivateKey(readFileSync(keyFile)) },
      ],
      route: {
        kind: 'relays',
        relays: [{ host: '127.0.0.1', port, security: 'starttls-where-offered', verifies: true }],
      },
      connections,
    },
  });
  const sums: Record<string, number> = {};
  for (const of of known.values()) sums[nextFor(of)] = (sums[nextFor(of)] ?? 0) + 1;
  tell({ say: 'finished', attemptedTwice: listed('attempted-twice'), sums });
}

if (process.send !== undefined && import.meta.main)
  process.once('message', (order: Order) => {
    run(order).then(
      () => process.disconnect?.(),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
