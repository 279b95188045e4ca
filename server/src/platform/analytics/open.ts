import type { Analytics } from './types.ts';

export type AnalyticsOptions =
  | Readonly<{
      kind: 'embedded';
      /** A fresh directory that belongs to this engine alone; it is gone after `close`. */
      directory: string;
      memoryBytes?: number | undefined;
      threads?: number | undefined;
    }>
  | Readonly<{
      kind: 'server';
      /** `http(s)://user:password@host:8123` */
      url: string;
      /** A fresh directory for what files pass through on their way; it is gone after `close`. */
      directory: string;
    }>;

/** Opens the engine for one run; `close` ends it. Refuses when it cannot be started or reached. */
export async function openAnalytics(options: AnalyticsOptions): Promise<Analytics> {
  switch (options.kind) {
    case 'embedded':
      return (await import('./embedded.ts')).openEmbedded(options);
    case 'server':
      return (await import('./server.ts')).openServer(options);
  }
}
