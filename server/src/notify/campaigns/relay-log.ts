/** What a relay's log (Postfix's form) says of messages by their Message-ID. Pure. */

/** What became of a message at the relay; `taken`: it is in its queue, and nothing more is known. */
export type AtRelay = Readonly<{ kind: 'taken' | 'bounced'; queueId: string; status: string; said: string }>;

const LINE = /\bpostfix[\w/-]*\[\d+\]: ([0-9A-Za-z]{5,20}): (.*)$/;

/**
 * Of those messages that the log shows to be in the relay's responsibility. The Message-ID alone shows nothing: Postfix logs
 * it while the message still comes. That it was queued (`qmgr … queue active`) comes only after its end was received.
 */
export function foundInLog(text: string, messageIds: ReadonlySet<string>): ReadonlyMap<string, AtRelay> {
  const ids = new Map<string, string>();
  const found = new Map<string, AtRelay>();
  for (const line of text.split('\n')) {
    const [, queueId, words = ''] = LINE.exec(line) ?? [];
    if (queueId === undefined) continue;
    const named = /^message-id=<([^<>\s]{3,250})>/.exec(words)?.[1];
    if (named !== undefined) {
      // Queue ids are used again: what follows is about this message.
      ids.delete(queueId);
      if (messageIds.has(named)) ids.set(queueId, named);
      continue;
    }
    const id = ids.get(queueId);
    if (id === undefined) continue;
    const [, dsn = '', state, said = ''] = /\bdsn=(\d\.\d+\.\d+), status=(\w+) \((.*)\)/.exec(words) ?? [];
    if (state === 'bounced') found.set(id, { kind: 'bounced', queueId, status: dsn, said });
    else if (/\(queue active\)/.test(words) || state === 'sent')
      if (found.get(id)?.kind !== 'bounced')
        found.set(id, { kind: 'taken', queueId, status: state === 'sent' ? dsn : '', said });
  }
  return found;
}
