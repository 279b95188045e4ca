/** For tests: a server on loopback that is told of things, and what it checks. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Got = Readonly<{ path: string; headers: IncomingHttpHeaders; body: string }>;

export class Receiver {
  readonly got: Got[] = [];
  /** By path; 204 otherwise. */
  readonly answers = new Map<string, number>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, answer) => {
      let body = '';
      request.setEncoding('utf8').on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => {
        const path = request.url ?? '';
        this.got.push({ path, headers: request.headers, body });
        answer.writeHead(this.answers.get(path) ?? 204, { location: '/elsewhere' }).end();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  at(path: string): { type: string; data: Record<string, string> }[] {
    return this.got.filter((one) => one.path === path).map(({ body }) => JSON.parse(body));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export async function until(what: () => boolean | Promise<boolean>, why: string): Promise<void> {
  for (let n = 0; !(await what()); n++) {
    assert.ok(n < 2400, why);
    await sleep(25);
  }
}

/** As docs/webhooks.md has it, without our code: HMAC-SHA256 over id, time and body. */
export function isSignedWith(secret: string, { headers, body }: Got): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
