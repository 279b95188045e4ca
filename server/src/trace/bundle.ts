/** What a bundle of the incident shows of its traces: each answer that is not erased, with pseudonyms, as it was hashed. */
import type { BundlePart } from '../incident/index.ts';
import type { Reads } from '../platform/db/index.ts';
import { runsOfTrace, tracesOf } from './store.ts';

export async function traceParts(reads: Reads, incident: string): Promise<BundlePart[]> {
  const parts: BundlePart[] = [];
  for (const { id } of await tracesOf(reads, incident))
    for (const { job, what, evidence, answer, askedBy, askedAt } of await runsOfTrace(reads, id))
      if (answer !== undefined)
        parts.push({
          path: `attachments/traces/${evidence ?? job}.json`,
          title: what === 'trace' ? `The answer of a trace (${id})` : `What everybody can see (${id})`,
          by: askedBy,
          at: askedAt.toISOString(),
          content: answer,
        });
  return parts;
}
