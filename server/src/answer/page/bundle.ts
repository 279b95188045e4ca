/** What a bundle shows of the public page: each edition that was published, in each language, as everybody read it. */
import type { IncidentId } from '@forthright/contract';
import type { BundlePart } from '../../incident/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import { EDITION_FILE, TEXT_FILE } from './edition.ts';
import { editionsOf, filesOf } from './store.ts';

/** The oldest first. `edition.json` has the hash of every file, and its own stands in the entry of the publication. */
export async function editionParts(reads: Reads, incident: IncidentId): Promise<BundlePart[]> {
  const parts: BundlePart[] = [];
  for (const { id, number, address, approvedBy, publishedAt } of await editionsOf(reads, {
    incident,
    state: 'published',
  })) {
    const title = `Public page ${address}, edition ${number}`;
    const said = { by: approvedBy ?? '', at: publishedAt?.toISOString() ?? '' };
    for (const [path, content] of await filesOf(reads, id))
      if (path.endsWith('.html') || path === EDITION_FILE || path === TEXT_FILE)
        parts.push({
          ...said,
          path: `attachments/pages/${address}-${number}/${path}`,
          title: `${title}: ${path}`,
          content,
        });
  }
  return parts;
}
