import type { ScopeAnswer } from '@forthright/contract';
import type { ScopeRun } from './run.ts';

type Body = Omit<ScopeAnswer, 'run' | 'cautions' | 'tasks'>;
type Note = { code: string; text: string };

const n = (count: number) => count.toLocaleString('en-GB');

/** What a reader must know beside the figures; each says what follows from it. */
export function cautionsOf(body: Body, run: ScopeRun): Note[] {
  const notes: Note[] = [];
  const add = (when: boolean, code: string, text: string) => when && notes.push({ code, text });
  const { people, recipients, where, rejected, directory } = body;
  const anonymousOnly = people.exposed > 0 && people.possiblySelf === people.exposed;
  const named =
    recipients.byClass.customer +
    recipients.byClass.seller +
    recipients.byClass.employee +
    recipients.byClass.contractor +
    recipients.byClass.thirdParty;
  add(
    body.views > 0 && named === 0 && recipients.byClass.anonymous > 0,
    'no-accounts',
    'The log names no account at all, so own visits are among these views: some of these people may only have looked at their own data.',
  );
  add(
    !anonymousOnly && people.possiblySelf > 0,
    'possibly-self',
    `${n(people.possiblySelf)} of the exposed people were seen only by visitors without an account; these may have been themselves.`,
  );
  add(
    where.itemsWithoutReference > 0,
    'items-without-reference',
    `${n(where.itemsWithoutReference)} viewed items stand in no reference table (deleted since, or never real), so whoever stood on them is not in any figure here.`,
  );
  add(
    people.unidentified > 0,
    'unidentified',
    `${n(people.unidentified)} people stand in the data but not in the customer directory (deleted accounts, perhaps). They are in "max" and in no other figure.`,
  );
  add(
    recipients.unknownAccounts > 0,
    'unknown-accounts',
    `${n(recipients.unknownAccounts)} accounts that viewed are in no directory; they are counted as third parties.`,
  );
  add(
    rejected.lines > 0,
    'rejected-lines',
    `${n(rejected.lines)} log lines could not be read; samples are listed under "rejected".`,
  );
  add(
    directory.duplicateIds > 0,
    'duplicate-ids',
    `${n(directory.duplicateIds)} rows of the directory repeat an id; the first row of each counts.`,
  );
  add(
    directory.brokenRows > 0,
    'broken-rows',
    `${n(directory.brokenRows)} rows of the directory could not be read and were left out, as the workspace asks.`,
  );
  for (const { source, column, rows, example } of run.unreadDates) {
    add(
      true,
      'unread-dates',
      `${n(rows)} ${rows === 1 ? 'row' : 'rows'} of ${source} ${rows === 1 ? 'has a date' : 'have dates'} in "${column}" that can't be read for certain, such as "${example}". Each counts as no bound, so that it clears nobody: people may be counted who were not there at the time. Write them as 2025-12-11.`,
    );
  }
  add(
    run.ownAccounts > 0,
    'own-accounts',
    `${n(run.ownAccounts)} views by accounts came from the organisation's own networks or programs and count as own monitoring, not as exposure. If people (or a proxy) use those networks, narrow organisation.own.`,
  );
  for (const { log, reason } of body.gaps) {
    const kept = run.input.workspace.workspace.sources.logs[log]?.retention;
    const code = 'retention';
    if (reason !== 'before-first-line' || kept === undefined || notes.some((x) => x.code === code)) continue;
    add(
      true,
      code,
      `Log ${log} is kept for ${kept} only and begins after the leak's window does. Save what is left of it now.`,
    );
  }
  for (const name of run.unhashed) {
    add(
      true,
      'unhashed-source',
      `${name} is a table elsewhere: nothing here proves what it held. Keep a copy.`,
    );
  }
  return notes;
}

/** Work that the answer itself asks for. */
export function tasksOf(body: Body): Note[] {
  return body.recipients.crawlers.map((c) => ({
    code: 'remove-crawler-copies',
    text: `Ask the operator of ${c.name} to remove its copies: it fetched pages that show ${n(c.people)} people, and search engines keep what they fetch.`,
  }));
}
