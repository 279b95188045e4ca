import type { Output, Progress } from './types.ts';

const REDRAW_MS = 100;
/** Without a terminal the lines stay, in a log of some job; few of them do. */
const PLAIN_EVERY_MS = 15_000;

/** One line that is redrawn on a terminal; elsewhere a plain line every 15 seconds. */
export function createProgress(output: Output, now: () => number = Date.now): Progress {
  const isTerminal = output.isTTY === true;
  let last = isTerminal ? Number.NEGATIVE_INFINITY : now();
  let drawn = false;
  return {
    update(label, done, total) {
      const time = now();
      if (time - last < (isTerminal ? REDRAW_MS : PLAIN_EVERY_MS)) return;
      last = time;
      const text = `${label}${share(done, total)}`;
      if (!isTerminal) {
        output.write(`${text}\n`);
        return;
      }
      const width = (output.columns ?? 80) - 1;
      const line = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
      output.write(`\r\u001b[2K${line}`);
      drawn = true;
    },
    clear() {
      if (drawn) output.write('\r\u001b[2K');
      drawn = false;
      if (isTerminal) last = Number.NEGATIVE_INFINITY;
    },
  };
}

function share(done: number | undefined, total: number | undefined): string {
  if (done === undefined) return ' …';
  if (total === undefined || total === 0) return ` ${done.toLocaleString('en')}`;
  return ` ${Math.min(100, Math.floor((100 * done) / total))} %`;
}
