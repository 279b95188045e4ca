import type { SealPlace } from '../prove/index.ts';

/** Reads each key once: where thousands of texts are opened by the same one. */
export function readingOnce(seals: SealPlace): SealPlace {
  const keys = new Map<string, Promise<Uint8Array>>();
  return {
    ...seals,
    load: (id) => {
      const key = keys.get(id) ?? seals.load(id);
      keys.set(id, key);
      return key;
    },
  };
}
