/** What may be asked of reports. Nobody reads here who reported; a trace counts them. */
import {
  EraseReport,
  ListReportGroups,
  ReportErased,
  type ReportGroup,
  ReportGroupsListed,
  ReportHeard,
  ReportMail,
} from '@forthright/contract';
import { guarded, OFFICERS, READERS } from '../../incident/index.ts';
import { getDomain } from '../../notify/index.ts';
import type { Asked, Operation } from '../../prove/index.ts';
import { type DeskOptions, toolsFor } from '../desk/tools.ts';
import { heardOf } from './entrances.ts';
import { groupReports } from './group.rules.ts';
import { eraseReport, keptReports } from './take.ts';
import type { KeptReport } from './types.ts';

/** So many of each are shown. */
const MOST_SHOWN = 8;

const topOf = (values: readonly string[]): string[] => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, MOST_SHOWN)
    .map(([value]) => value);
};

function shown(reports: readonly KeptReport[]): ReportGroup {
  const times = reports.map(({ at }) => at.toISOString());
  const all = reports.map(({ read }) => read);
  return {
    group: reports[0]?.id ?? '',
    reports: reports.length,
    proved: new Set(reports.filter((x) => x.proved).map((x) => x.reporter)).size,
    first: times[0] ?? '',
    last: times.at(-1) ?? '',
    senders: topOf(all.flatMap(({ sender }) => (sender === null ? [] : [sender.address || sender.name]))),
    links: topOf(all.flatMap(({ links }) => links)),
    phones: topOf(all.flatMap(({ phones }) => phones)),
    names: topOf(all.flatMap(({ names }) => names)),
    withoutRecipient: all.filter(({ to }) => to === null).length,
  };
}

async function list({ db }: Asked, { from, to, most }: ListReportGroups): Promise<ReportGroupsListed> {
  const reports = await keptReports(db, {
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  });
  const groups = groupReports(reports, getDomain);
  return {
    reports: reports.length,
    groups: groups.slice(0, most).map(shown),
    more: Math.max(0, groups.length - most),
  };
}

export function reportOperations(options: DeskOptions): readonly Operation[] {
  const tools = toolsFor(options);
  return [
    guarded(ReportMail, ReportHeard, {
      name: 'report-mail-for',
      summary:
        'Reports a mail for a customer whose address an app of ours, or who speaks with them, vouches for.',
      method: 'POST',
      path: '/reports',
      may: ['customer-app', 'support-agent', 'investigator', 'privacy-officer'],
      argument: { field: 'text', file: 'eml' },
      run: async (asked, given) =>
        heardOf(given, {
          asked,
          proved: true,
          way: 'app',
          truth: await tools(asked.db).truth(),
          options: { data: options.data, mailing: options.mailing },
        }),
    }),
    guarded(ListReportGroups, ReportGroupsListed, {
      name: 'list-report-groups',
      summary:
        'Reports in groups of one campaign each, the largest first: who sent it, where its links lead, how many reported.',
      method: 'GET',
      path: '/reports/groups',
      may: READERS,
      run: list,
    }),
    guarded(EraseReport, ReportErased, {
      name: 'erase-report',
      summary: 'Erases a report, as its reporter may ask; its entry stays.',
      method: 'POST',
      path: '/reports/:report/erase',
      may: OFFICERS,
      run: eraseReport,
    }),
  ];
}
