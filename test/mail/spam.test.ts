/** What filters of spam say of our own notice, as it is sent, in each language. They ask no server but ours. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { compose, ownLanguages } from '../../server/src/notify/compose/index.ts';
import { incidentSample, LANGUAGES, personSample, TODAY } from '../../server/src/notify/compose/testing.ts';
import { spamScore } from '../../server/src/notify/lint/spam.ts';
import { dkimKey, dkimRecord, oneAddress, signed, writeMail } from '../../server/src/platform/mail/index.ts';
import { startDns } from '../peers/dns.ts';
import { startRspamd, whyNoRspamd } from '../peers/rspamd.ts';

const MOST_SPAMASSASSIN = 0.1;
const MOST_RSPAMD = 2.5;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = dkimKey({ domain: 'marlow.example', selector: 's1', privateKey });
const languages = await ownLanguages();
const letterhead = {
  messageId: '3f1c5a0e9d7b4c6e8f20a1b2c3d4e5f6@marlow.example',
  // A filter finds a date that is not of today strange.
  dateMs: Math.floor(Date.now() / 1000) * 1000,
  from: { name: 'Marlow Market', address: oneAddress('privacy@marlow.example') },
  replyTo: oneAddress('privacy@marlow.example'),
};
const notices = LANGUAGES.map((language) => {
  const person = personSample({ language });
  const code = 'K7QM-2XPAC-9RTVW-4HJ8N';
  const asked = { incident: incidentSample(), person, languages, fallback: 'en', code, today: TODAY };
  const { notice } = compose(asked);
  const { bytes } = writeMail(notice, letterhead);
  return { language, to: notice.to, message: signed(bytes, [key], letterhead.dateMs / 1000) };
});

const signal = new AbortController().signal;
const tried = await spamScore(notices[0]?.message, signal);

test(`SpamAssassin scores our notice at most ${MOST_SPAMASSASSIN} in each language`, {
  skip: tried.asked ? false : `${tried.why} (Debian: apt-get install spamassassin)`,
}, async (t) => {
  for (const { language, message } of notices) {
    const spam = await spamScore(message, signal);
    assert.ok(spam.asked, spam.asked ? '' : spam.why);
    if (spam.asked) {
      t.diagnostic(`${language}: ${spam.score} (${spam.rules.join(', ')})`);
      assert.ok(spam.score <= MOST_SPAMASSASSIN, `${language}: ${spam.score}, ${spam.rules.join(', ')}`);
    }
  }
});

test(`rspamd scores our notice at most ${MOST_RSPAMD} in each language`, {
  skip: whyNoRspamd() ?? false,
}, async (t) => {
  const { name, text } = dkimRecord(key);
  const dns = await startDns({
    [`TXT ${name}`]: [text],
    'TXT _dmarc.marlow.example': ['v=DMARC1; p=reject; adkim=s'],
    'TXT returns.marlow.example': ['v=spf1 ip4:192.0.2.25 -all'],
    'A out.marlow.example': ['192.0.2.25'],
    'PTR 25.2.0.192.in-addr.arpa': ['out.marlow.example'],
    'A marlow.example': ['192.0.2.26'],
    'MX marlow.example': ['out.marlow.example'],
    'A returns.marlow.example': ['192.0.2.25'],
    'MX returns.marlow.example': ['out.marlow.example'],
  });
  const rspamd = await startRspamd(dns.address);
  try {
    for (const { language, message, to } of notices) {
      const { score, symbols } = await rspamd.judge(message, to);
      t.diagnostic(`${language}: ${score.toFixed(2)} ${JSON.stringify(symbols)}`);
      assert.ok(score <= MOST_RSPAMD, `${language}: ${score} ${JSON.stringify(symbols)}`);
    }
  } finally {
    await rspamd.stop();
    dns.stop();
  }
});
