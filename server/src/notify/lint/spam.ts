import { spawn } from 'node:child_process';
import type { Spam } from './types.ts';

const LONGEST_MS = 60_000;
const LARGEST_ANSWER = 20 * 1024 * 1024;

/**
 * SpamAssassin's score of a message, where it is installed: `spamassassin -L`, which asks nobody outside. What is no
 * message is not shown to it, since it would judge headers that are not there.
 */
export function spamScore(message: Uint8Array | undefined, signal: AbortSignal): Promise<Spam> {
  if (message === undefined)
    return Promise.resolve({ asked: false, why: 'SpamAssassin judges messages: hand in an .eml file' });
  return new Promise((resolve) => {
    const child = spawn('spamassassin', ['-L', '-t'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: LONGEST_MS,
      signal,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    child.on('error', () => resolve({ asked: false, why: 'SpamAssassin is not installed here' }));
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= LARGEST_ANSWER) chunks.push(chunk);
    });
    child.on('close', () => resolve(scoreOf(Buffer.concat(chunks).toString('utf8'))));
    child.stdin.end(message);
  });
}

/** Reads the header that SpamAssassin adds. */
export function scoreOf(answer: string): Spam {
  const header = /^X-Spam-Status:(.*(?:\r?\n[ \t].*)*)/im.exec(answer)?.[1]?.replace(/\s+/g, ' ');
  const score = /score=(-?[\d.]+)/.exec(header ?? '')?.[1];
  if (header === undefined || score === undefined) return { asked: false, why: 'SpamAssassin gave no score' };
  const rules = /tests=([\w, ]*)/.exec(header)?.[1] ?? '';
  return {
    asked: true,
    score: Number(score),
    rules: rules
      .replace(/ autolearn.*/, '')
      .split(/[, ]+/)
      .filter((r) => r !== '' && r !== 'none'),
  };
}
