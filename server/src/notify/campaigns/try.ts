/** One message as it would be, to whoever asks for it: to their own address and nobody else's. */
import { randomBytes } from 'node:crypto';
import { ForthrightError, type SendTest, type TestSent } from '@forthright/contract';
import { deedUpon } from '../../incident/index.ts';
import { emailOf } from '../../people/index.ts';
import {
  keysAt,
  type Mail,
  Mailer,
  type OneAddress,
  type Outcome,
  oneAddress,
  signed,
} from '../../platform/mail/index.ts';
import type { Asked } from '../../prove/index.ts';
import { type MailKey, mailKeysNow } from './mail-keys.ts';
import { canSend, mailRoutes } from './settings.ts';
import { addresseeOf } from './show.ts';
import { insertCampaignMove } from './store.ts';
import type { Campaign, Mailing } from './types.ts';
import type { Writer } from './writer.ts';

const WAIT_MS = 60_000;

/**
 * Sends what this person would read, with a code that is none, to the asker's own address. The entry that says so is there before
 * the message leaves, and another one says what became of it. Refuses as
 * `mail-missing` where no relay is named, and as `address-unusable` an asker without an address.
 */
export async function sendTest(
  asked: Asked,
  given: SendTest,
  {
    campaign,
    writer,
    mailing,
    data,
  }: Readonly<{ campaign: Campaign; writer: Writer; mailing: Mailing | undefined; data: string }>,
): Promise<TestSent> {
  if (!canSend(mailing))
    throw new ForthrightError('mail-missing', 'This server has no relay in mail.yaml, so it sends nothing.');
  const person = await addresseeOf(asked.db, campaign, given.person);
  const to = oneAddress((await emailOf(asked.db, asked.actor.account)) ?? '');
  const { composed, bytes, utf8 } = writer.look(person.facts, to, given.language);
  const nowMs = asked.now().getTime();
  const signers: readonly MailKey[] = [...mailing.dkim, ...(await mailKeysNow(asked.db, data))];
  const keys = keysAt(signers, nowMs);
  const message = keys.length === 0 ? bytes : signed(bytes, keys, Math.floor(nowMs / 1000));
  const { language } = composed.notice;
  const note = (kind: string, facts: Readonly<Record<string, string | number>>) =>
    deedUpon(
      asked,
      given.incident,
      { kind, act: 'campaign' },
      async () => ({ facts: { campaign: campaign.id, ...facts } }),
      ({ tx }, entry) => insertCampaignMove(tx, campaign.id, entry, 'test'),
    );
  const { entry } = await note('campaign-tested', { person: person.id, language });
  const outcome = await sendOne({ to, mail: { bytes: message, utf8 } }, mailing);
  await note('campaign-test-ended', { tested: entry, outcome: outcome.kind });
  const said =
    'reply' in outcome && outcome.reply !== undefined
      ? outcome.reply.text
      : 'why' in outcome
        ? outcome.why
        : '';
  const kind = outcome.kind === 'broken-before-dot' ? 'broken' : outcome.kind;
  return { person: person.id, language, to, outcome: kind, said };
}

async function sendOne(
  { to, mail }: Readonly<{ to: OneAddress; mail: Mail }>,
  mailing: Mailing,
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const mailer = new Mailer({
    routes: mailRoutes(mailing),
    helo: mailing.helo,
    connections: 1,
    patienceMs: WAIT_MS,
    released: async () => {},
    settled: (_, outcome) => resolve(outcome),
  });
  // What comes back to it belongs to nobody of the campaign.
  const sender = oneAddress(`test-${randomBytes(8).toString('hex')}@${mailing.returns}`);
  await mailer.add({ id: 'test', attempt: 1, sender, recipient: to, mail: () => mail });
  await mailer.finish();
  return promise;
}
