/** What is read of the person at the terminal. */
import { ForthrightError } from '@forthright/contract';
import type { Input, Output } from './types.ts';

const LARGEST_BYTES = 1_048_576;
const INTERRUPT = '\u0003';

type Stdin = Pick<NodeJS.ReadStream, 'on' | 'off' | 'pause' | 'resume' | 'setEncoding' | 'unref'> &
  Readonly<{ isTTY?: boolean; setRawMode?: (on: boolean) => unknown }> &
  AsyncIterable<string | Uint8Array>;

/** Reads from a terminal without showing it, or from a pipe: one line for each secret that is asked for. */
export function terminalInput(stdin: Stdin, stderr: Output): Input {
  let rest = '';
  const nextLine = (onPiece: (text: string) => void): Promise<string | undefined> =>
    new Promise((resolve) => {
      const take = (): boolean => {
        const at = endOf(rest);
        if (at < 0 && rest.length < LARGEST_BYTES) return false;
        const line = rest.slice(0, at < 0 ? undefined : at);
        rest = at < 0 ? '' : rest.slice(at + (rest.startsWith('\r\n', at) ? 2 : 1));
        resolve(line);
        return true;
      };
      if (take()) return;
      const done = () => {
        stdin.off('data', onData);
        stdin.off('end', onEnd);
        stdin.pause();
      };
      const onData = (piece: string | Uint8Array) => {
        const text = String(piece);
        onPiece(text);
        rest += text;
        if (take()) done();
      };
      const onEnd = () => {
        done();
        resolve(rest === '' ? undefined : rest);
        rest = '';
      };
      stdin.setEncoding('utf8');
      stdin.on('data', onData);
      stdin.on('end', onEnd);
      stdin.resume();
    });
  return {
    secret: async (prompt) => {
      stderr.write(prompt);
      const isTerminal = stdin.isTTY === true;
      if (isTerminal) stdin.setRawMode?.(true);
      let isInterrupted = false;
      try {
        const line = await nextLine((text) => {
          isInterrupted ||= text.includes(INTERRUPT);
          if (isInterrupted) rest += '\n';
        });
        if (isInterrupted) throw new ForthrightError('interrupted', 'you stopped it');
        if (line === undefined || line === '')
          throw new ForthrightError('usage', `nothing was given for: ${prompt.trim()}`);
        // In raw mode the terminal leaves it to us what the key for going back does.
        return isTerminal ? withoutErased(line) : line;
      } finally {
        if (isTerminal) stdin.setRawMode?.(false);
        stderr.write('\n');
      }
    },
    all: async () => {
      let text = rest;
      rest = '';
      stdin.setEncoding('utf8');
      for await (const piece of stdin) {
        text += String(piece);
        if (text.length > LARGEST_BYTES)
          throw new ForthrightError('body-too-large', 'more than one megabyte was given');
      }
      return text;
    },
  };
}

/** Where the first line ends: with a line break, or with Ctrl-D. */
function endOf(text: string): number {
  const ends = ['\r', '\n', '\u0004'].map((end) => text.indexOf(end)).filter((at) => at >= 0);
  return ends.length === 0 ? -1 : Math.min(...ends);
}

function withoutErased(line: string): string {
  const kept: string[] = [];
  for (const letter of line) {
    if (letter === '\u007f' || letter === '\b') kept.pop();
    else kept.push(letter);
  }
  return kept.join('');
}
