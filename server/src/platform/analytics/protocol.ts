import type { Params } from './types.ts';

/** What the parent asks of the child. One statement at a time; `more` answers each last `page`. */
export type Order =
  | Readonly<{ do: 'open'; directory: string; options: readonly string[] }>
  | Readonly<{ do: 'run'; id: number; sql: string; params: Params }>
  | Readonly<{ do: 'stream'; id: number; sql: string; format: string }>
  | Readonly<{ do: 'unpack'; id: number; from: string; to: string; bytes: number }>
  | Readonly<{ do: 'check'; id: number; path: string; bytes: number }>
  | Readonly<{ do: 'more'; id: number; goOn: boolean }>;

/** What the child says. */
export type Report =
  | Readonly<{ say: 'ready'; version: string }>
  | Readonly<{ say: 'page'; id: number; bytes: Uint8Array; last: boolean }>
  | Readonly<{ say: 'done'; id: number }>
  | Readonly<{ say: 'failed'; id: number; message: string; code: number | undefined }>;
