import { resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { DATABASE_OPTIONS, type Where, whereOf } from './database.ts';
import type { Operation } from './types.ts';

/** A server that was started. */
export type Serving = Readonly<{
  /** `http://127.0.0.1:8600` */
  address: string;
  /** The first administrator's one-time link, while there is nobody. */
  first?: Readonly<{ url: string; expires: Date }> | undefined;
  close: () => Promise<void>;
}>;

export type Start = (
  where: Where &
    Readonly<{
      port: number;
      host: string;
      allowPrivateWebhooks?: boolean | undefined;
      workspace?: string | undefined;
      published?: string | undefined;
    }>,
) => Promise<Serving>;

const PORT = '8600';
const HOST = '127.0.0.1';

/** `forthright serve`: prints where it can be reached, and serves until it is told to end. */
export const serveCommand = (start: Start, database: string | undefined): Operation => ({
  name: 'serve',
  summary: 'the server: records, people and the HTTP interface, from one data folder',
  endsBySignal: true,
  options: {
    ...DATABASE_OPTIONS,
    port: {
      type: 'string',
      value: 'N',
      about: `the port to listen at; by default ${PORT}, 0 for any that is free`,
    },
    host: {
      type: 'string',
      value: 'ADDRESS',
      about: `the address to listen at; by default ${HOST}, which only this machine reaches`,
    },
    published: {
      type: 'string',
      value: 'FILE|URL',
      about: 'the last published checkpoint: nothing may be done when the records do not continue it',
    },
    'allow-private-webhooks': {
      type: 'boolean',
      about: 'let webhooks lead to this machine and into private networks, and be http',
    },
  },
  common: ['workspace', 'json', 'help'],
  examples: [
    'forthright serve',
    'forthright serve --data /var/lib/forthright --port 8700 --workspace shop/forthright.yaml',
    'forthright serve --database-file /etc/forthright/database',
  ],
  run: async (context, args) => {
    const { cwd, json, print, signal, workspace } = context;
    const { options } = args;
    const serving = await start({
      ...(await whereOf(context, args, database)),
      port: portOf(String(options.port ?? PORT)),
      host: String(options.host ?? HOST),
      published: publishedOf(options.published, cwd),
      allowPrivateWebhooks: options['allow-private-webhooks'] === true,
      // Only the one that was named: a server that found one by chance would look into logs that nobody meant.
      workspace: workspace === '' ? undefined : resolve(cwd, workspace),
    });
    try {
      print(json ? asJson(serving) : asText(serving));
      await aborted(signal);
    } finally {
      await serving.close();
    }
  },
});

const publishedOf = (given: unknown, cwd: string): string | undefined => {
  if (typeof given !== 'string') return undefined;
  return /^https?:/i.test(given) ? given : resolve(cwd, given);
};

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new ForthrightError('usage', `\`--port ${text}\` is no port; give a number from 0 to 65535`);
}

const asJson = ({ address, first }: Serving): string =>
  `${JSON.stringify({ address, firstLink: first?.url ?? null, firstLinkExpires: first?.expires.toISOString() ?? null })}\n`;

function asText({ address, first }: Serving): string {
  const lines = [`Forthright serves at ${address}`];
  if (first !== undefined)
    lines.push(
      '',
      'Nobody can administer it yet. Open this link to become its first administrator:',
      '',
      `  ${first.url}`,
      '',
      `It works once, until ${first.expires.toISOString()}; start again for another.`,
    );
  return `${lines.join('\n')}\n`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
