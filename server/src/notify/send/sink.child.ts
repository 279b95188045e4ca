/**
 * For tests: an SMTP server in a process of its own, that keeps its own truth. What it took stands on the disk before it
 * says so: one line for each message, the envelope's recipient and the hash of the bytes.
 */
import { hash } from 'node:crypto';
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sink } from '../../platform/mail/testing.ts';

const truth = openSync(process.argv[2] ?? '', 'a');
/** Before it takes a message. */
const thinkMs = Number(process.argv[3] ?? 0);
const sink = await Sink.open({
  message: async ({ to, bytes }) => {
    if (thinkMs > 0) await sleep(thinkMs);
    writeSync(truth, `${to} ${hash('sha256', bytes)}\n`);
    fdatasyncSync(truth);
    return undefined;
  },
});
process.send?.(sink.port);
process.on('disconnect', () => process.exit());
