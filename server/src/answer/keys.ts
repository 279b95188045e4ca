/**
 * The archive of public keys that notices are signed with, each with the time for which it counts: a notice is asked about
 * years later, when its key has long left the domain system.
 */
import { createHash } from 'node:crypto';
import { committedBatches, livingMailKeys, type Mailing } from '../notify/index.ts';
import type { Reads } from '../platform/db/index.ts';
import { dkimRecord } from '../platform/mail/index.ts';
import { type Asked, deed, record } from '../prove/index.ts';
import { addKey, allKeys, endKey, type StoredKey } from './store.ts';
import type { ArchivedKey } from './types.ts';

type Key = Pick<StoredKey, 'domain' | 'selector' | 'record'>;

/**
 * Brings the archive to what `mail.yaml` names now and the keys that Forthright made itself and has not destroyed, as one deed, or does nothing when it is so already. The first keys count
 * from the first batch on, since nothing else can have signed it; later ones from now on.
 */
export async function archiveKeys(asked: Asked, mailing: Mailing | undefined): Promise<void> {
  const named = (mailing?.dkim ?? []).map((key): Key => {
    const { text } = dkimRecord(key);
    return { domain: key.domain.toLowerCase(), selector: key.selector.toLowerCase(), record: text };
  });
  const wanted = [...named, ...(await livingMailKeys(asked.db))];
  if (isNothing(changesTo(await allKeys(asked.db), wanted))) return;
  await deed(asked, async (tx, at) => {
    const stored = await allKeys(tx);
    const changes = changesTo(stored, wanted);
    if (isNothing(changes)) throw DONE_ALREADY;
    const { added, ended } = changes;
    const [first] = stored.length === 0 ? await committedBatches(tx) : [];
    const from = first?.madeAt ?? at;
    const entry = await record(tx, {
      kind: 'mail-keys-changed',
      facts: { added: added.map(factsOf), ended: ended.map(factsOf), from: from.toISOString() },
    });
    for (const { domain, selector } of ended) await endKey(tx, { domain, selector, until: at, entry });
    for (const key of added) await addKey(tx, { ...key, from, entry });
  }).catch((error: unknown) => {
    if (error !== DONE_ALREADY) throw error;
  });
}

/** Another process on the same records was faster; a deed without an entry is none. */
const DONE_ALREADY = new Error('The archive of keys is as it should be.');

function changesTo(
  stored: readonly StoredKey[],
  wanted: readonly Key[],
): Readonly<{ added: readonly Key[]; ended: readonly Key[] }> {
  const current = stored.filter(({ counts_until }) => counts_until === null);
  const isIn = (list: readonly Key[], key: Key) =>
    list.some(
      ({ domain, selector, record: text }) =>
        domain === key.domain && selector === key.selector && text === key.record,
    );
  return {
    added: wanted.filter((key) => !isIn(current, key)),
    ended: current.filter((key) => !isIn(wanted, key)),
  };
}

const isNothing = ({ added, ended }: ReturnType<typeof changesTo>): boolean =>
  added.length === 0 && ended.length === 0;

const factsOf = ({ domain, selector, record: text }: Key) => ({
  domain,
  selector,
  sha256: createHash('sha256').update(text).digest('hex'),
});

/** All keys that ever counted, with their times. */
export const archivedKeys = async (reads: Reads): Promise<readonly ArchivedKey[]> =>
  (await allKeys(reads)).map(({ domain, selector, record: text, counts_from, counts_until }) => ({
    domain,
    selector,
    record: text,
    from: counts_from.getTime(),
    until: counts_until?.getTime(),
  }));
