/**
 * A whole incident, as people go through it: the logs answer, somebody decides, the authority is told; a notice is written,
 * refused by the check, mended, approved by somebody else on a phone, started by typing the number of people, sent over SMTP, and
 * one comes back; the public page is published, a recipient checks their notice, the incident is closed, and its bundle is
 * verified by a program that knows nothing of us.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DutiesShown } from '@forthright/contract';
import type { BrowserContext, Page } from 'playwright-core';
import { parse } from 'yaml';
import { Sink } from '../../../server/src/platform/mail/smtp/testing.ts';
import { generateMarketplace, type Truth } from '../../marketplace/index.ts';
import { ADDRESS, inAll, STATEMENT, TEXTS } from '../../pages/world.ts';
import { whyNoChromium } from '../../peers/chromium.ts';
import { signInFirst, signInInvited } from './people.ts';
import {
  PASSWORD,
  picture,
  refuseBarriers,
  refuseSideways,
  type Served,
  serveHere,
  Watched,
} from './world.ts';

const CAUSE = 'A template printed the record of the author in full.';
const VAGUE = 'It happened due to a technical error.';

const words: object = JSON.parse(
  readFileSync(new URL('../../../web/src/words/en.json', import.meta.url), 'utf8'),
);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** What keeps an incident open until a job has been done. */
const AWAITED = ['duties-not-assessed', 'open-campaign'];

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Hands a message to the receiver of returned mail, as a mail server would. */
async function deliver(port: number, to: string, message: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const replies: string[] = [];
  socket.setEncoding('utf8').on('data', (piece: string) => replies.push(piece));
  const answered = async (code: string) => {
    for (let n = 0; !(replies.at(-1) ?? '').startsWith(code); n += 1) {
      if (n > 200) throw new Error(`${code} never came: ${replies.join('')}`);
      await sleep(25);
    }
    replies.length = 0;
  };
  await answered('220');
  for (const [line, code] of [
    ['HELO mx.people.example', '250'],
    ['MAIL FROM:<>', '250'],
    [`RCPT TO:<${to}>`, '250'],
    ['DATA', '354'],
    [`${message.replace(/\r?\n/g, '\r\n')}\r\n.`, '250'],
    ['QUIT', '221'],
  ] as const) {
    socket.write(`${line}\r\n`);
    await answered(code);
  }
  socket.destroy();
}

/** A delivery report as Postfix writes it. */
const report = (
  to: string,
  address: string,
): string => `From: MAILER-DAEMON@mx.people.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ${to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
Message-Id: <one@mx.people.example>

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered to one or more recipients.

<${address}>: host mx2.people.example[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command)

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.people.example

Final-Recipient: rfc822; ${address}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx2.people.example
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--B--
`;

describe('an incident from the logs to a bundle that a stranger verifies, in a browser', {
  skip: whyNoChromium() ?? false,
}, () => {
  const shop = mkdtempSync(join(tmpdir(), 'forthright-web-notices-'));
  let truth: Truth;
  let sink: Sink;
  let served: Served;
  let browser: Watched;
  let context: BrowserContext;
  let rosa: Page;
  let bo: Page;
  /** The server's clock is ahead of the true one by so much: five days must pass without a return. */
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  let returns = 0;
  let incident = '';
  let campaign = '';
  let people = 0;

  const ask = async <T>(method: 'get' | 'post' | 'put', path: string, data?: object): Promise<T> => {
    const headers = { origin: served.address };
    const answer = await rosa.request[method](`${served.address}/api${path}`, {
      headers,
      ...(data === undefined ? {} : { data }),
    });
    assert.equal(answer.status(), 200, `${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const until = async <T>(look: () => Promise<T>, isEnough: (found: T) => boolean): Promise<T> => {
    let found: T | undefined;
    for (let n = 0; n < 900; n += 1) {
      found = await look();
      if (isEnough(found)) return found;
      await sleep(100);
    }
    throw new Error(`It never came; the last was ${JSON.stringify(found)?.slice(0, 3000)}`);
  };
  const looked = async (page: Page, name: string) => {
    await picture(page, name);
    await refuseSideways(page, name);
    await refuseBarriers(page, name);
  };

  before(async () => {
    truth = await generateMarketplace({ directory: shop, customers: 1000, lines: 20_000, seed: 5 });
    sink = await Sink.open();
    returns = await freePort();
    served = await serveHere({
      now,
      workspace: join(shop, 'forthright.yaml'),
      mail: `from: { name: Marlow Market, address: privacy@marlow.example }
returns: returns.marlow.example
relays: [{ host: 127.0.0.1, port: ${sink.port}, verifies: false }]
connections: 4
receive: { smtp: { host: 127.0.0.1, port: ${returns} } }
`,
    });
    browser = await Watched.open();
    context = await browser.context();
    rosa = await context.newPage();
    bo = await (await browser.context({ viewport: { width: 390, height: 844 } })).newPage();
    await signInFirst(rosa, served, ['administrator', 'investigator', 'privacy-officer', 'auditor']);
    const approver = { name: 'Bo Approver', email: 'bo@marlow.example', roles: ['approver'] } as const;
    await signInInvited(bo, rosa, served, approver);
    const leak = truth.leaks.page;
    assert.ok(leak);
    const { leaks } = parse(readFileSync(join(shop, leak.incident), 'utf8')) as { leaks: object[] };
    ({ incident } = await ask<{ incident: string }>('post', '/incidents', {
      title: 'Review pages showed names',
      kind: 'technical-error',
      times: { aware: { at: '2025-11-20T15:05:00+01:00', saidBy: 'Rosa' } },
    }));
    await ask('put', `/incidents/${incident}/leaks`, { version: 0, leaks });
    await rosa.goto(`${served.address}/incidents/${incident}/notify`);
    await rosa.getByText('A notice needs an answer of the logs.').waitFor();
    await looked(rosa, 'notify-no-run-light');
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    await sink?.close();
    rmSync(shop, { recursive: true, force: true });
    assert.deepEqual(browser?.complaints, [], 'the browser complained');
  });

  /** What went wrong, in every language in which somebody is written to. */
  const typeCause = async (english: string): Promise<void> => {
    const languages = rosa.getByRole('navigation', { name: 'Languages in which people are written to' });
    const count = await languages.getByRole('link').count();
    assert.ok(count > 1, 'people of several languages');
    for (let n = count - 1; n >= 0; n -= 1) {
      const link = languages.getByRole('link').nth(n);
      await link.click();
      const isEnglish = /English/.test((await link.textContent()) ?? '');
      await rosa.getByLabel('What went wrong').fill(isEnglish ? english : CAUSE);
    }
    await languages.getByRole('link', { name: /English/ }).click();
  };

  test('the logs answer with what was planted', async () => {
    await rosa.goto(`${served.address}/incidents/${incident}`);
    await rosa.getByRole('button', { name: 'Ask the logs' }).click();
    await rosa.getByRole('heading', { name: 'How many people?' }).waitFor({ timeout: 90_000 });
    const exposed = truth.leaks.page?.exposed.toLocaleString('en-GB');
    await rosa
      .getByRole('link', { name: new RegExp(`^${exposed}\\W+evidence$`) })
      .first()
      .waitFor();
  });

  test('somebody decides to tell the people concerned, which is a task with a name and a time', async () => {
    await rosa.getByRole('link', { name: 'Record', exact: true }).click();
    await rosa.getByLabel('tell the people concerned').check();
    await rosa.getByLabel('Why').fill('Names and addresses stood on pages that anybody could read.');
    await rosa.getByRole('button', { name: 'Decide: tell the people concerned' }).click();
    await rosa.getByText('Decided: tell the people concerned').waitFor();
    await rosa.getByRole('link', { name: 'do what was decided' }).waitFor();
    await looked(rosa, 'decided-light');
  });

  test('the report to the authority is kept and filed, late with its reasons', async () => {
    await until(
      () => ask<{ version: number | null }>('get', `/incidents/${incident}/duties`).catch(() => undefined),
      (found) => found !== undefined,
    );
    await rosa.getByRole('link', { name: 'Law', exact: true }).click();
    await rosa.getByRole('link', { name: 'Report', exact: true }).click();
    await rosa.getByRole('button', { name: 'Keep this version' }).click();
    await rosa.getByRole('link', { name: 'Version 1' }).waitFor();
    await rosa.getByText('Record that it was filed').first().click();
    await rosa.getByLabel('When it was filed').fill('2025-11-25T14:00');
    await rosa.getByLabel('The authority’s number').fill('LU-2025-17');
    await rosa.getByLabel('Authority: European Union').check();
    await rosa.getByLabel('Why it is late').fill('The logs were at a supplier.');
    await rosa.getByRole('button', { name: 'Record that it was filed' }).click();
    await rosa.getByText('number LU-2025-17').waitFor();
  });

  test('a question of the law is answered where it is asked', async () => {
    await rosa.goto(`${served.address}/incidents/${incident}/duties`);
    const question = rosa
      .locator('section[aria-labelledby=questions] li', { has: rosa.getByText('Answer it') })
      .first();
    await question.getByText('Answer it').click();
    await looked(rosa, 'duties-question-light');
    const choice = question.getByLabel('Answer', { exact: true });
    if ((await choice.locator('option[value=no]').count()) > 0) await choice.selectOption('no');
    await question.getByRole('button', { name: 'Answer it' }).click();
    type Facts = Readonly<{ version: number }>;
    const { version } = await until(
      () => ask<Facts>('get', `/incidents/${incident}/law-facts`),
      (found) => found.version > 0,
    );
    assert.equal(version, 1);
  });

  test('what is typed is checked while it is typed, and everything else is a value with its evidence', async () => {
    await rosa.goto(`${served.address}/incidents/${incident}/notify`);
    await rosa.getByText('Nobody has been written to.').waitFor();
    await looked(rosa, 'notify-empty-light');
    await rosa.getByRole('link', { name: 'Write a notice' }).click();
    await rosa.getByText('Type what went wrong, and the notice stands here.').waitFor();
    await looked(rosa, 'notice-nothing-light');
    await typeCause(VAGUE);
    await rosa.getByLabel('By when you write again to those of whom you can’t tell').fill('2027-01-15');
    await rosa
      .getByText(/^\d+ errors?|^One error/)
      .first()
      .waitFor();
    await rosa.locator('mark.found.error').first().waitFor();
    assert.match((await rosa.locator('mark.found.error').first().textContent()) ?? '', /technical error/);
    const exposed = truth.leaks.page?.exposed.toLocaleString('en-GB') ?? '';
    const chip = rosa.locator('.sheet a.fact', { hasText: new RegExp(`^${exposed}\\W`) }).first();
    assert.match((await chip.getAttribute('href')) ?? '', /evidence=people$/);
    await looked(rosa, 'notice-faulty-light');
  });

  test('a draft is kept on the server: nothing stays in the browser, and it is there after a reload', async () => {
    // What is not saved yet would be lost, so whoever leaves is asked.
    await rosa.getByLabel('What went wrong').fill(`${VAGUE} More.`);
    let said = '';
    rosa.once('dialog', (dialog) => {
      said = dialog.message();
      void dialog.dismiss();
    });
    await rosa.getByRole('link', { name: 'Home' }).click();
    assert.match(said, /kept nowhere/);
    assert.match(rosa.url(), /notify\/new/);
    await rosa.getByLabel('What went wrong').fill(VAGUE);
    await rosa.getByRole('button', { name: 'Save the draft' }).click();
    await rosa.getByText(/^Saved as version \d+\.$/).waitFor();
    await rosa.waitForURL(/draft=drf_/);
    const kept = await rosa.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    assert.ok(!kept.includes(VAGUE), 'no word of it is in the browser');
    assert.ok(!rosa.url().includes('technical'), 'nor in the address');
    await rosa.reload();
    await rosa.getByLabel('What went wrong').waitFor();
    await rosa
      .getByRole('navigation', { name: 'Languages in which people are written to' })
      .getByRole('link', { name: /English/ })
      .click();
    assert.equal(await rosa.getByLabel('What went wrong').inputValue(), VAGUE);
  });

  test('two who write at one draft are shown both, and nobody’s words are lost', async () => {
    const other = await context.newPage();
    await other.goto(rosa.url());
    await other.getByLabel('What went wrong').fill('Another says it so.');
    await other.getByRole('button', { name: 'Save the draft' }).click();
    await other.getByText(/^Saved as version \d+\.$/).waitFor();
    await rosa.getByLabel('What went wrong').fill(`${VAGUE} Indeed.`);
    await rosa.getByRole('button', { name: 'Save the draft' }).click();
    const both = rosa.getByRole('alert').filter({ hasText: 'while you were writing' });
    await both.getByText('Another says it so.').waitFor();
    await both.getByText(`${VAGUE} Indeed.`).waitFor();
    await looked(rosa, 'notice-conflict-light');
    await both.getByRole('button', { name: /^Save it so/ }).click();
    await both.waitFor({ state: 'detached' });
    await rosa.getByText(/earlier version/).click();
    await rosa
      .getByRole('button', { name: /^Take the words of version/ })
      .first()
      .click();
    await rosa.locator('textarea', { hasText: 'Another says it so.' }).waitFor();
    await rosa.getByLabel('What went wrong').fill(VAGUE);
    await rosa.getByRole('button', { name: 'Save the draft' }).click();
    await rosa.getByText(/^Saved as version \d+\.$/).waitFor();
    await other.goto(`${served.address}/incidents/${incident}/notify`);
    await other.getByRole('link', { name: /^Go on with the draft/ }).waitFor();
    await looked(other, 'notify-drafts-light');
    await other.close();
  });

  test('whoever is to approve it sees the errors, and can’t approve it without a reason', async () => {
    await rosa.getByRole('button', { name: 'Prepare it for approval' }).click();
    await rosa.getByText('You made this notice. Somebody else approves it').waitFor({ timeout: 60_000 });
    await looked(rosa, 'campaign-prepared-light');
    await bo.goto(served.address);
    await bo.getByRole('link', { name: /^Approve: a notice to/ }).click();
    await bo.getByRole('heading', { name: 'What you approve' }).waitFor();
    await bo.getByLabel('Why it goes out in spite of the errors').waitFor();
    await bo.getByRole('button', { name: /^Approve the notice to/ }).click();
    assert.equal(await bo.getByRole('heading', { name: 'What you approve' }).count(), 1, 'it was not');
    await looked(bo, 'approval-faulty-phone');
  });

  test('it is mended, which discards the one before', async () => {
    await rosa.getByRole('link', { name: 'Say it better' }).click();
    await rosa.getByLabel('What went wrong').waitFor();
    await rosa
      .getByRole('navigation', { name: 'Languages in which people are written to' })
      .getByRole('link', { name: /English/ })
      .click();
    assert.equal(await rosa.getByLabel('What went wrong').inputValue(), VAGUE);
    await rosa.getByLabel('What went wrong').fill(CAUSE);
    await rosa.getByText('No error, no warning.').waitFor();
    await looked(rosa, 'notice-mended-light');
    // What fails after it was made is gone on with, and nothing is made twice.
    const refusal = { status: 409, json: { code: 'database-busy', detail: 'Busy.', problems: [] } };
    await rosa.route('**/campaigns/*/discard', (route) => route.fulfill(refusal), { times: 1 });
    await rosa.getByRole('button', { name: 'Prepare it for approval' }).click();
    await rosa.getByRole('heading', { name: 'That did not work' }).waitFor();
    await rosa.getByRole('button', { name: 'Prepare it for approval' }).click();
    await rosa.getByText('You made this notice. Somebody else approves it').waitFor({ timeout: 60_000 });
    campaign = new URL(rosa.url()).pathname.split('/').at(-1) ?? '';
    ({ people } = await ask<{ people: number }>('get', `/incidents/${incident}/campaigns/${campaign}`));
    assert.ok(people > 20, `${people} people`);
    const all = `/incidents/${incident}/campaigns`;
    const { campaigns } = await ask<{ campaigns: { state: string }[] }>('get', all);
    assert.deepEqual(campaigns.map(({ state }) => state).sort(), ['discarded', 'prepared']);
    await rosa.goto(`${served.address}/incidents/${incident}/notify`);
    await rosa.getByText('discarded').waitFor();
    await looked(rosa, 'notify-light');
  });

  test('the second person approves on a phone exactly what is shown', async () => {
    await bo.goto(served.address);
    await bo.getByRole('link', { name: /^Approve: a notice to/ }).click();
    await bo.getByText('Nothing was approved before in this incident: all of it is new.').waitFor();
    await bo.getByText(`${people} people are written to.`).waitFor();
    assert.equal(await bo.getByLabel('Why it goes out in spite of the errors').count(), 0);
    await looked(bo, 'approval-phone');
    await bo.getByRole('button', { name: `Approve the notice to ${people} people` }).click();
    await bo.getByText('Who approved it does not send it').waitFor();
    await looked(bo, 'campaign-approved-phone');
  });

  test('it starts when the number of people is typed, and stands still after the first messages', async () => {
    await rosa.goto(`${served.address}`);
    await rosa.getByRole('link', { name: /^Start: an approved notice/ }).click();
    const start = rosa.getByRole('button', { name: 'Start sending' });
    await start.waitFor();
    await rosa.getByLabel('How many messages first').fill('5');
    await rosa.getByLabel('Type the number of people').fill(String(people + 1));
    assert.equal(await start.isDisabled(), true, 'another number');
    await rosa.getByLabel('Type the number of people').fill(String(people));
    await looked(rosa, 'campaign-start-light');
    await start.click();
    await rosa.getByText('The first messages are out.').waitFor({ timeout: 60_000 });
    assert.equal(sink.taken.length, 5);
    await looked(rosa, 'campaign-slice-light');
    const [dead] = sink.taken;
    assert.ok(dead);
    await deliver(returns, dead.from, report(dead.from, dead.to));
    // What came in is taken once a minute.
    aheadMs += MINUTE_MS;
    await rosa.getByRole('button', { name: 'Go on with all that is left' }).click();
    await rosa.getByText('Every message has been handed over.').waitFor({ timeout: 60_000 });
    const all = rosa.locator('.states tfoot .amount');
    assert.equal(await all.textContent(), `${people.toLocaleString('en-GB')}, evidence`);
    const counts = await rosa.locator('.states tbody .amount').allTextContents();
    assert.equal(
      counts.reduce((sum, one) => sum + Number(one.replaceAll(',', '')), 0),
      people,
    );
  });

  test('the notice of anybody, in any language, is a view of its own', async () => {
    const { people: listed } = await ask<{ people: { person: string }[] }>(
      'get',
      `/incidents/${incident}/campaigns/${campaign}/people?state=accepted&most=1`,
    );
    await rosa.goto(
      `${served.address}/incidents/${incident}/notify/${campaign}?person=${listed[0]?.person}&language=de`,
    );
    await rosa.locator('.panel .sheet[lang=de]').waitFor();
    await looked(rosa, 'campaign-notice-light');
    await rosa.keyboard.press('Escape');
    await rosa.waitForURL((url) => url.search === '');
  });

  test('the register tells it in plain words, and the browser proves an entry', async () => {
    await rosa.goto(`${served.address}/register?incident=${incident}`);
    await rosa.locator('.entries').getByText('A notice was approved').waitFor();
    await looked(rosa, 'register-light');
    type Entries = Readonly<{ entries: readonly { facts: object; texts: object }[] }>;
    const { entries } = await ask<Entries>('get', `/register/entries?incident=${incident}&most=100`);
    const kept = entries.flatMap(({ facts, texts }) =>
      Object.keys({ ...facts, ...texts }).map((name) => name.split('.')[0]),
    );
    const unnamed = kept.filter((name) => !Object.hasOwn(words, `entry-fact.${name}`));
    assert.deepEqual([...new Set(unnamed)], [], 'each fact stands under a name');
    await rosa.getByLabel('By whom').selectOption({ label: 'Bo Approver' });
    await rosa.waitForURL(/by=usr_/);
    await rosa.locator('.entries').getByText('A notice was written').first().waitFor({ state: 'detached' });
    await rosa.locator('.entries').getByText('A notice was approved').waitFor();
    const titles = await rosa.locator('.entries .row-title').allTextContents();
    assert.deepEqual(titles, ['A batch of codes entered the register', 'A notice was approved']);
    await rosa
      .getByRole('link', { name: /^Entry \d+: proof$/ })
      .last()
      .click();
    await rosa.getByText('Your browser has checked it: this entry stands in the register').waitFor();
    await looked(rosa, 'register-proof-light');
  });

  test('a key for signing mail is made, and its record is there to be published', async () => {
    await rosa.goto(`${served.address}/mail-keys`);
    await rosa.getByText('No key was made here.').waitFor();
    await rosa.getByRole('button', { name: 'Make a key' }).click();
    await rosa
      .getByText(/_domainkey\.marlow\.example\. TXT "v=DKIM1/)
      .first()
      .waitFor();
    await looked(rosa, 'mail-keys-light');
  });

  test('whoever approves sees no more of the register than their role', async () => {
    await bo.goto(`${served.address}/register`);
    await bo.locator('.entries').getByText('A notice was approved').waitFor();
    assert.equal(await bo.locator('.entries').getByText('Somebody signed in').count(), 0);
    await looked(bo, 'register-phone');
  });

  const views = (): readonly (readonly [name: string, path: string, selector: string])[] => {
    const of = `/incidents/${incident}/notify`;
    return [
      ['notify', of, '.campaigns'],
      ['notice', `${of}/new?from=${campaign}`, '.sheet'],
      ['notice-unknown', `${of}/new?from=${campaign}&language=de&reader=unknown`, '.sheet[lang=de]'],
      ['campaign', `${of}/${campaign}?state=accepted`, '.people-table'],
      ['approval', `${of}/${campaign}/approval`, '.sheet'],
      ['register', `/register?incident=${incident}`, '.entries'],
      ['mail-keys', '/mail-keys', '.rows'],
      ['register-nothing', '/register?kind=seller-banned', '.empty'],
    ];
  };
  for (const [colorScheme, width, locale] of [
    ['light', 360, 'de-DE'],
    ['dark', 1280, 'de-DE'],
  ] as const)
    test(`every view can be read in the ${colorScheme}, at ${width} pixels, in ${locale}`, async () => {
      const size = { colorScheme, locale, viewport: { width, height: 800 } };
      const other = await browser.context({ ...size, storageState: await context.storageState() });
      const page = await other.newPage();
      for (const [name, path, selector] of views()) {
        await page.goto(served.address + path);
        await page.locator(selector).first().waitFor();
        await looked(page, `${name}-${colorScheme}-${width}-${locale.slice(0, 2)}`);
      }
      await other.close();
    });

  test('what came back is shown with its reason, and an officer decides what becomes of the person', async () => {
    const [dead] = sink.taken;
    assert.ok(dead);
    const of = `/incidents/${incident}/campaigns/${campaign}`;
    await until(
      () => ask<{ sums: Record<string, number> }>('get', of),
      ({ sums }) => (sums['other-channel'] ?? 0) > 0,
    );
    await rosa.goto(`${served.address}/incidents/${incident}/notify/${campaign}`);
    await rosa.getByRole('link', { name: 'to be told otherwise' }).click();
    await rosa.getByRole('heading', { name: 'People: to be told otherwise' }).waitFor();
    await rosa.getByText(dead.to).waitFor();
    await rosa.getByText(/User unknown/).waitFor();
    await looked(rosa, 'campaign-bounced-light');
    // That letters went out can't be taken back, so it is asked once more.
    await rosa.getByRole('button', { name: 'Make letters' }).click();
    await rosa.locator('summary', { hasText: 'They went out' }).click();
    let asked = '';
    rosa.once('dialog', (dialog) => {
      asked = dialog.message();
      void dialog.dismiss();
    });
    await rosa.getByRole('button', { name: 'They went out' }).click();
    assert.match(asked, /counts? as told/);
    await looked(rosa, 'copies-light');
    await rosa.locator('summary', { hasText: 'They went out' }).click();
    await rosa.getByLabel('Choose all on this page').check();
    await rosa.getByLabel('They were told otherwise').check();
    await rosa.getByLabel('telephone').check();
    await rosa.getByRole('button', { name: 'Record it for' }).click();
    await rosa.getByRole('link', { name: 'told', exact: true }).waitFor();
  });

  test('the next notice shows whoever approves what is not as in the one before', async () => {
    await rosa.goto(`${served.address}/incidents/${incident}/notify/new?from=${campaign}&language=en`);
    await rosa.getByLabel('What went wrong').fill('Each review page printed the whole record of its author.');
    await rosa.getByLabel('Only those to whom the campaign before did not say the same').uncheck();
    await rosa.getByRole('button', { name: 'Prepare it for approval' }).click();
    await rosa.getByText('You made this notice. Somebody else approves it').waitFor({ timeout: 60_000 });
    await bo.goto(served.address);
    await bo.getByRole('link', { name: /^Approve: a notice to/ }).click();
    await bo.getByText('as in the notice that was approved by you before').waitFor();
    const texts = bo.locator('.typed-texts');
    assert.deepEqual(await texts.locator('del').allTextContents(), [CAUSE]);
    assert.deepEqual(await texts.locator('ins').allTextContents(), [
      'Each review page printed the whole record of its author.',
    ]);
    await bo.locator('.sheet-block.gone').first().waitFor();
    await bo.locator('.sheet-block.new').first().waitFor();
    await looked(bo, 'approval-changed-phone');
  });

  test('the public page says the same as the notice, and another person publishes it', async () => {
    const of = `/incidents/${incident}/campaigns`;
    const { campaigns } = await ask<{ campaigns: { campaign: string; state: string }[] }>('get', of);
    for (const { campaign: prepared } of campaigns.filter(({ state }) => state === 'prepared'))
      await ask('post', `${of}/${prepared}/discard`, { reason: 'Said well enough the first time.' });
    // Meanwhile it was stopped, which the page says.
    await rosa.goto(`${served.address}/incidents/${incident}/times`);
    await rosa.getByLabel('Contained', { exact: true }).fill('2025-11-20T16:30');
    await rosa.getByRole('button', { name: 'Record these times' }).click();
    await rosa.getByRole('button', { name: 'Record these times' }).and(rosa.locator(':disabled')).waitFor();
    await looked(rosa, 'times-light');
    const { runs } = await ask<{ runs: { job: string }[] }>('get', `/incidents/${incident}/runs`);
    const places = { 'review-pages': inAll('the review pages of the shop') };
    await ask('post', `/incidents/${incident}/editions`, {
      run: runs[0]?.job,
      address: ADDRESS,
      statement: { ...STATEMENT, texts: { ...STATEMENT.texts, places } },
      texts: TEXTS,
    });
    await rosa.goto(`${served.address}/incidents/${incident}/page`);
    await rosa.getByText('You prepared it. Another person approves it.').waitFor();
    await bo.goto(`${served.address}/incidents/${incident}/page`);
    await bo.getByRole('button', { name: 'Approve and publish' }).click();
    await bo.getByRole('button', { name: 'Publish it' }).click();
    await bo.getByRole('heading', { name: 'Edition 1 published' }).waitFor();
    await looked(bo, 'page-published-phone');
  });

  test('a recipient holds their notice against the public check, without signing in', async () => {
    const [, genuine] = sink.taken;
    assert.ok(genuine);
    const stranger = await (await browser.context({ viewport: { width: 390, height: 844 } })).newPage();
    await stranger.goto(`${served.address}/public/check/en.html`);
    await stranger.locator('#by-message input[name=address]').fill(String(genuine.to));
    const eml = { name: 'notice.eml', mimeType: 'message/rfc822', buffer: genuine.bytes };
    await stranger.locator('#by-message input[name=eml]').setInputFiles(eml);
    await stranger.locator('#by-message button').click();
    await stranger.locator('.verdict.good').waitFor();
    await picture(stranger, 'checked-phone');
    await stranger.context().close();
  });

  test('what is left is done or excused, the incident is closed, and its bundle is verified offline', async () => {
    type Open = Readonly<{
      tasks: readonly { state: string }[];
      blockers: readonly { blocker: string }[];
    }>;
    await rosa.goto(`${served.address}/incidents/${incident}/tasks`);
    await rosa.getByText('Finish it').first().click();
    await rosa.getByLabel('What was done').fill('Everybody was written to or told otherwise.');
    await rosa.getByRole('button', { name: 'Record it' }).click();
    await until(
      async () => (await ask<Open>('get', `/incidents/${incident}`)).tasks,
      (tasks) => tasks.every(({ state }) => state !== 'open'),
    );
    // Whoever's message did not come back by then is told; sessions have ended meanwhile.
    aheadMs += 5 * DAY_MS + MINUTE_MS;
    await rosa.request.post(`${served.address}/api/sign-in`, {
      headers: { origin: served.address },
      data: { email: 'rosa@marlow.example', password: PASSWORD },
    });
    await until(
      async () => (await ask<Open>('get', `/incidents/${incident}`)).blockers,
      (blockers) => blockers.every(({ blocker }) => !AWAITED.includes(blocker)),
    );
    // Counsel's word on many duties at once; one by one is what `first-start.test.ts` does in the browser.
    const { duties } = await ask<DutiesShown>('get', `/incidents/${incident}/duties`);
    const left = (duties ?? []).filter(
      ({ status, settled, max, duty }) =>
        status !== 'not-due' &&
        settled === null &&
        !duty.endsWith('/record') &&
        !(status === 'unverified' && max === 0),
    );
    await ask('post', `/incidents/${incident}/duties/excuse`, {
      duties: left.map(({ duty }) => duty),
      reason: 'Counsel: opinion of today.',
    });
    await until(
      async () => (await ask<Open>('get', `/incidents/${incident}`)).blockers,
      (blockers) => blockers.length === 0,
    );
    await rosa.goto(`${served.address}/incidents/${incident}/decide`);
    await rosa.getByLabel('What happened in the end').fill('A template was mended, and everybody was told.');
    await rosa.getByRole('button', { name: 'Close the incident' }).click();
    await rosa.getByText('This incident is closed.').waitFor();
    await looked(rosa, 'closed-light');

    await rosa.getByRole('link', { name: 'Register' }).last().click();
    const saving = rosa.waitForEvent('download');
    await rosa.getByRole('button', { name: 'Make the bundle' }).click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), `${incident}.tar`);
    const bundle = join(shop, 'bundle');
    mkdirSync(bundle);
    assert.equal(spawnSync('tar', ['xf', await saved.path(), '-C', bundle]).status, 0);
    const { keys } = await ask<{ keys: { vkey: string }[] }>('get', '/register');
    const verify = ['--no-install', '@forthright/register', 'verify', bundle, '--key', keys[0]?.vkey ?? ''];
    const { status, stdout, stderr } = spawnSync('npx', verify, { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });
});
