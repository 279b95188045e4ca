import { CustomerNotices, NoticesOfCustomer } from '@forthright/contract';
import { guarded } from '../../incident/index.ts';
import { findAddressees, noticeFor } from '../../notify/index.ts';
import type { Asked, Operation } from '../../prove/index.ts';
import { toldOf } from '../desk/told.ts';
import { type DeskOptions, toolsFor } from '../desk/tools.ts';
import { undefinedIfGone } from '../record.ts';

const MOST_NOTICES = 20;

/** What the organisation's own apps ask for the customer who is signed in there; they vouch for who that is. */
export function customerOperations(options: DeskOptions): readonly Operation[] {
  const tools = toolsFor(options);
  return [
    guarded(NoticesOfCustomer, CustomerNotices, {
      name: 'list-customer-notices',
      summary: 'What one customer was told, for an app of ours in which they are signed in.',
      method: 'GET',
      path: '/customers/:customer/notices',
      may: ['customer-app'],
      run: async ({ db }: Asked, { customer }) => {
        const { writers } = tools(db);
        const found = await findAddressees(
          db,
          { by: 'customer', key: customer },
          { incidents: undefined, most: MOST_NOTICES },
        );
        const notices: CustomerNotices['notices'] = [];
        for (const one of found) {
          const told = toldOf(one);
          // What is not handed over yet may still be stopped; what was decided not to be told is not told here.
          if (told === 'on-its-way' || told === 'not-told') continue;
          const notice = await noticeFor({ reads: db, writers }, one).catch(undefinedIfGone);
          if (notice === undefined) continue;
          const sentAt = one.message?.date?.toISOString();
          notices.push({ told, ...notice, ...(sentAt === undefined ? {} : { sentAt }) });
        }
        return { notices };
      },
    }),
  ];
}
