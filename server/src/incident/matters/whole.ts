/** All matters of an incident, as a bundle shows them. */
import type { Afterwards, IncidentId } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { showConcerned } from '../concerned/show.ts';
import { showDelays } from '../delays/show.ts';
import { showItems } from '../inbox/show.ts';
import { showInquiries } from '../inquiries/show.ts';
import { showRecipients } from '../recipients/show.ts';
import { showSellerBans } from '../sellers/show.ts';
import { listMatters } from './store.ts';
import type { Matter, MatterKind } from './types.ts';

const AT_ONCE = 500;

export async function wholeAfterwards(reads: Reads, incident: IncidentId, now: Date): Promise<Afterwards> {
  const all = async <K extends MatterKind, S>(
    kind: K,
    show: (reads: Reads, matters: readonly Matter<K>[], now: Date) => Promise<S[]>,
  ): Promise<S[]> => {
    const shown: S[] = [];
    for (let after: number | undefined = -1; after !== undefined; ) {
      const found: readonly Matter<K>[] = await listMatters(reads, { kind, incident, most: AT_ONCE, after });
      const page = found.slice(0, AT_ONCE);
      shown.push(...(await show(reads, page, now)));
      after = found.length > page.length ? page.at(-1)?.entry : undefined;
    }
    return shown;
  };
  return {
    recipients: await all('recipient', showRecipients),
    concerned: await all('concerned', showConcerned),
    delays: await all('delay', showDelays),
    sellerBans: await all('ban', showSellerBans),
    items: await all('item', showItems),
    inquiries: await all('inquiry', showInquiries),
  };
}
