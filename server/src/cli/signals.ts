import { ForthrightError } from '@forthright/contract';

/** Ctrl-C reaches a program once from the terminal and once more from its parent; both are the same wish. */
const SAME_WISH_MS = 100;

type Source = Readonly<{ on: (event: string, listener: () => void) => unknown }>;

/**
 * An AbortSignal that SIGINT, SIGTERM and SIGHUP abort, with `interrupted` as its reason. The second such signal
 * calls `kill`, for those who will not wait for the first to be heeded.
 */
export function abortOnSignals(
  source: Source,
  note: (text: string) => void,
  kill: () => void,
  now: () => number = Date.now,
): AbortSignal {
  const controller = new AbortController();
  let first: number | null = null;
  const onSignal = () => {
    const time = now();
    if (first === null) {
      first = time;
      note('\nstopping; once more to stop at once\n');
      controller.abort(new ForthrightError('interrupted', 'you stopped it; nothing of this run counts'));
    } else if (time - first > SAME_WISH_MS) {
      kill();
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) source.on(name, onSignal);
  return controller.signal;
}
