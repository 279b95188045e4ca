import { Lost, SmtpConnection } from './connection.ts';
import type { Target, Timeouts } from './types.ts';

const WAIT_MS = 10_000;
const TIMEOUTS: Timeouts = {
  connect: WAIT_MS,
  greeting: WAIT_MS,
  command: WAIT_MS,
  data: WAIT_MS,
  dot: WAIT_MS,
};

/**
 * Why nothing could be handed over to this server, or undefined: it is greeted, by TLS and with name and password where that is
 * so, and left. Nothing is sent, and nobody is named.
 */
export async function whyNotReached(target: Target, helo: string): Promise<string | undefined> {
  try {
    await (await SmtpConnection.open(target, helo, TIMEOUTS)).quit();
    return undefined;
  } catch (error) {
    if (error instanceof Lost) return error.message;
    throw error;
  }
}
