/** The desk in a browser, by somebody who never saw it: a genuine, an altered and a foreign message, and what is done for a customer. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BrowserContext, BrowserContextOptions, Page, Route } from 'playwright-core';
import { addInboxItemWithin } from '../../../server/src/incident/index.ts';
import { person } from '../../../server/src/notify/campaigns/testing.ts';
import { deed, PROGRAM } from '../../../server/src/prove/index.ts';
import { buildWeb } from '../../../web/build.ts';
import { DeskHouse } from '../../desk/house.ts';
import { whyNoChromium } from '../../peers/chromium.ts';
import { picture, refuseBarriers, refuseSideways, Watched } from './world.ts';

const AT = (n: number) => `person-${n}@people.example`;

describe('the desk, in a browser', { skip: whyNoChromium() ?? false }, () => {
  let desk: DeskHouse;
  let address = '';
  let incident = '';
  let campaign = '';
  let browser: Watched;
  let page: Page;

  before(async () => {
    desk = await DeskHouse.open({}, undefined, await buildWeb());
    desk.deed = ({ to }) => (String(to) === AT(3) ? { say: '550 5.1.1 No such user\r\n' } : undefined);
    ({ incident, campaign } = await desk.sent(
      [0, 1, 2, 3].map((n) => person(n, { language: n % 2 === 0 ? 'de' : 'en' })),
    ));
    address = await desk.house.world.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await Watched.open();
    page = await (await asAgent()).newPage();
  });
  after(async () => {
    await browser?.close();
    await desk?.close();
    assert.deepEqual(browser?.complaints, [], 'the browser complained');
  });

  const as = async (who: string, options: BrowserContextOptions = {}): Promise<BrowserContext> => {
    const context = await browser.context(options);
    await context.addCookies([{ ...desk.house.cookieOf(who), url: address }]);
    return context;
  };
  const asAgent = (options: BrowserContextOptions = {}) => as('support-agent', options);
  const looked = async (name: string, of: Page = page) => {
    await picture(of, name);
    await refuseSideways(of, name);
    await refuseBarriers(of, name);
  };
  const field = (of: Page = page) => of.getByLabel('Code, e-mail address, customer id or message');
  /** The server refuses to be asked again for what stands on the page, as if somebody came back to it a while later; until it is back. */
  const away = async (path: string, meanwhile: () => Promise<void>, of: Page = page) => {
    const busy = { status: 409, json: { code: 'database-busy', detail: 'Busy.', problems: [] } };
    const refuse = (route: Route) =>
      route.request().method() === 'GET' ? route.fulfill(busy) : route.fallback();
    await of.route(path, refuse);
    await of.evaluate(
      "{ const now = Date.now; Date.now = () => now() + 6000; dispatchEvent(new Event('visibilitychange')); }",
    );
    const again = of.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    await meanwhile();
    await of.unroute(path, refuse);
    await again.click();
    await again.waitFor({ state: 'detached' });
    await meanwhile();
  };
  const messageTo = (n: number): Buffer => {
    const [mail] = desk.takenTo(AT(n));
    assert.ok(mail);
    return mail.bytes;
  };
  const hand = async (eml: Buffer, to: string) => {
    await page.getByRole('button', { name: 'Next customer' }).click();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'message.eml', mimeType: 'message/rfc822', buffer: eml });
    await page.getByText('message.eml').waitFor();
    await page.getByLabel('E-mail address to which it came').fill(to);
    await page.getByRole('button', { name: 'Look up' }).click();
  };

  test('a support agent who signs in stands at the field, finds a customer, and reads what to say', async () => {
    await page.goto(address);
    await page.waitForURL(`${address}/desk`);
    await field().waitFor();
    await looked('desk-empty-light');
    assert.deepEqual(await page.locator('.ways a').allTextContents(), ['Desk', 'Settings']);
    // The cursor is in the field already.
    await page.keyboard.type(AT(0));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Notice sent, accepted by the receiving server' }).waitFor();
    await page.getByText('hat sie angenommen').waitFor();
    await page.getByText('the receiving server accepted it').waitFor();
    await page.getByText('Questions and answers, as published').click();
    await page.getByText('Nothing is published yet.').waitFor();
    assert.equal(new URL(page.url()).search, '', 'nothing personal in the address');
    await looked('desk-person-light');
  });

  test('what one person wrote stands at the desk, with its clock; what they write next and its answer are recorded there', async () => {
    await page.getByText('What this person wrote').click();
    await page.getByText('They have written nothing that was recorded.').waitFor();
    const { db, now } = desk.house.world;
    const reads = { db, now, actor: PROGRAM };
    const found = await desk.house.ask<{ people: { person: string }[] }>('support-agent', 'POST', '/desk', {
      asked: AT(2),
      language: 'en',
    });
    const writer = found.people[0]?.person ?? '';
    // As a reply to the notice is taken in.
    await deed(reads, (tx, at) =>
      addInboxItemWithin(
        reads,
        { tx, at },
        {
          incident,
          kind: 'access',
          person: writer,
          received: { at: now().toISOString(), zone: 'Europe/Luxembourg' },
          text: 'What do you know of me?',
        },
      ),
    );
    await page.getByRole('button', { name: 'Next customer' }).click();
    await field().fill(AT(2));
    await page.keyboard.press('Enter');
    await page.getByText('What this person wrote').click();
    const row = page.locator('.desk-person .rows > li', { hasText: 'What do you know of me?' });
    await row.getByText('GDPR Art. 12(3)').waitFor();
    await page.getByText('Record what they write').click();
    await page.getByLabel('Received').fill('2025-11-20T09:00');
    await page.getByLabel('What they write').fill('You have not answered me.');
    await looked('desk-wrote-light');
    await away('**/api/inbox/*', async () => {
      assert.equal(await page.getByLabel('What they write').inputValue(), 'You have not answered me.');
      await row.getByText('GDPR Art. 12(3)').waitFor();
    });
    await page.getByRole('button', { name: 'Record what they write' }).click();
    await page.getByText('You have not answered me.').waitFor();
    await row.getByText('Record the answer').click();
    await row.getByLabel('When').fill('2025-11-20T15:00');
    await row.getByLabel('What they were answered').fill('Sent to you by post.');
    await row.getByRole('button', { name: 'Record the answer' }).click();
    await row.getByText('answered', { exact: true }).waitFor();
  });

  test('of an incident about which nobody was told yet the desk says what was issued, and nothing before', async () => {
    desk.house.world.pass(0.05);
    await page.getByRole('button', { name: 'Next customer' }).click();
    await page.getByText('Nothing was issued for the desk.').waitFor();
    const fresh = await desk.house.incident({ brand: 'Marlow Home', contactPoint: 'privacy@marlow.example' });
    await desk.house.ask('privacy-officer', 'POST', `${fresh}/papers/holding-statement`, { version: 1 });
    await field().fill('stranger@people.example');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'No notice to this person is known' }).waitFor();
    await page.reload();
    await page.locator('.paper').getByText('We know of an incident with Marlow Home').waitFor();
    await page.getByText('to privacy@marlow.example').first().waitFor();
    await looked('desk-statement-light');
    const issue = async () =>
      desk.house.ask('investigator', 'POST', `${await desk.house.incident()}/papers/holding-statement`, {
        version: 1,
      });
    // What is read aloud stays open, and what is typed stays, though nothing newer comes, and then something does.
    await field().pressSequentially('stran');
    await issue();
    await away('**/api/holding-statements', async () => {
      assert.equal(await field().inputValue(), 'stran');
      await page.locator('.paper').getByText('We know of an incident with Marlow Home').waitFor();
    });
    await page.locator('#statements ~ details').nth(1).waitFor();
    assert.ok(await page.locator('.paper').getByText('We know of an incident with Marlow Home').isVisible());
    await looked('desk-statement-newer-light');
    await page.reload();
    await page.locator('summary', { hasText: 'Marlow Home' }).click();
    await page.getByText('to privacy@marlow.example').first().waitFor();
    await field().fill('stranger@people.example');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'No notice to this person is known' }).waitFor();
    await page.getByText('What may be said without a notice').waitFor();
    await looked('desk-statements-light');
    for (let more = 0; more < 4; more++) await issue();
    await page.reload();
    await page.getByRole('button', { name: 'One older' }).waitFor();
    assert.equal(await page.locator('#statements ~ details').count(), 5);
    assert.equal(await page.getByText('Marlow Home').count(), 0);
    await page.getByRole('button', { name: 'One older' }).click();
    await page.locator('summary', { hasText: 'Marlow Home' }).waitFor();
    await page.getByRole('button', { name: 'One older' }).waitFor({ state: 'detached' });
    await field().fill('stranger@people.example');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'No notice to this person is known' }).waitFor();
  });

  test('a genuine message is told to be ours, an altered one altered, a foreign one foreign', async () => {
    desk.house.world.pass(0.05);
    await hand(messageTo(1), AT(1));
    await page.getByRole('heading', { name: 'From us, unchanged' }).waitFor();
    await looked('desk-genuine-light');

    const altered = messageTo(1).toString('latin1').replaceAll('mistake', 'message');
    await hand(Buffer.from(altered, 'latin1'), AT(1));
    await page.getByRole('heading', { name: 'Made of one of ours, and altered' }).waitFor();
    await page.getByRole('row', { name: /^Text/ }).first().waitFor();
    await looked('desk-altered-light');

    await page.getByRole('button', { name: 'Next customer' }).click();
    await field().fill(
      'Dear customer,\nyour account is blocked.\nOpen http://marlow.example.evil.example to keep it.',
    );
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('heading', { name: 'Not from us' }).waitFor();
    await looked('desk-foreign-light');
  });

  test('a code alone is not enough: the address is asked for, and then it counts', async () => {
    desk.house.world.pass(0.05);
    const text = messageTo(1).toString('latin1').replace(/=\r\n/g, '');
    const code = /[0-9A-Z]{4}(?:-[0-9A-Z]{5}){3}/.exec(text)?.[0] ?? '';
    await page.getByRole('button', { name: 'Next customer' }).click();
    await field().fill(code);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ask for the address, too' }).waitFor();
    await page.getByLabel('E-mail address to which it came').fill(AT(1));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Code sent to this address' }).waitFor();
  });

  test('with the keyboard alone: the next customer, a copy that takes their wish, and a dispute', async () => {
    desk.house.world.pass(0.05);
    await page.locator('.desk-verdict').focus();
    await page.keyboard.press('n');
    await page.keyboard.type(AT(1));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Send again' }).waitFor();
    await page.keyboard.press('s');
    await page.getByText('so they may have it').waitFor();
    await looked('desk-send-again-light');
    await page.keyboard.type('Deleted it by mistake.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('A copy leaves within minutes.').waitFor();
    await looked('desk-sent-again-light');

    await page.locator('.desk-verdict').focus();
    await page.keyboard.press('n');
    await page.keyboard.type(AT(2));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Record a dispute' }).waitFor();
    await page.keyboard.press('d');
    await page.getByText('It becomes a task').waitFor();
    await page.keyboard.type('I never was a customer.');
    await page.getByRole('button', { name: 'Record it' }).click();
    await page.getByText('Somebody looks into it.').waitFor();
  });

  test('what came back is tried again, and said to wait for the campaign', async () => {
    desk.house.world.pass(0.05);
    await page.getByRole('button', { name: 'Next customer' }).click();
    await field().fill('c000003');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Notice came back or was refused' }).first().waitFor();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('button', { name: 'Send it again' }).click();
    await page.getByText('when it is resumed').waitFor();
  });

  test('an auditor reads who was looked up, by page and by person; an officer erases somebody in the notice', async () => {
    desk.house.world.pass(0.05);
    const at = `${address}/incidents/${incident}`;
    const auditor = await (
      await as('auditor', { viewport: { width: 360, height: 740 }, locale: 'de-DE' })
    ).newPage();
    await auditor.goto(`${at}/look-ups`);
    await auditor.getByRole('heading', { name: 'Wer am Kundendienst abgefragt wurde' }).waitFor();
    const rows = auditor.locator('.look-ups > li');
    await rows.first().waitFor();
    const all = await rows.count();
    await looked('look-ups-german-phone', auditor);
    await rows.first().getByRole('link', { name: 'Alle Abfragen zu dieser Person' }).click();
    await auditor.getByText('Nur zu einer Person.').waitFor();
    const [, whom = ''] = /person=(per_\w+)/.exec(auditor.url()) ?? [];
    await auditor.getByRole('link', { name: 'Abfragen zu allen' }).waitFor();
    assert.ok((await rows.count()) < all);
    await auditor.goto(`${address}${await desk.house.incident()}/look-ups`);
    await auditor.getByText('Niemand aus diesem Vorfall wurde abgefragt.').waitFor();
    await auditor.context().close();

    const officer = await (await as('privacy-officer', { colorScheme: 'dark' })).newPage();
    officer.on('dialog', (dialog) => void dialog.accept());
    await officer.goto(`${at}/look-ups?person=${whom}`);
    await officer.getByRole('link', { name: 'What they were told' }).first().click();
    await officer.getByText('Erase them in this notice').click();
    await officer.getByRole('button', { name: 'Erase them in this notice' }).click();
    // The message may still come back.
    await officer.getByText('In the state of the notice this is not done.').waitFor();
    await looked('addressee-erase-dark', officer);

    const { people } = await desk.house.ask<{ people: { person: string }[] }>(
      'support-agent',
      'POST',
      '/desk',
      {
        asked: AT(3),
        language: 'en',
      },
    );
    const settled = people[0]?.person ?? '';
    const path = `/incidents/${incident}/campaigns/${campaign}`;
    await desk.house.ask('privacy-officer', 'POST', `${path}/settled`, {
      people: [settled],
      outcome: 'excused',
      reason: 'They have moved, nobody knows where to.',
    });
    await officer.goto(`${at}/notify/${campaign}?person=${settled}`);
    await officer.getByText('Erase them in this notice').click();
    await officer.getByRole('button', { name: 'Erase them in this notice' }).click();
    await officer.getByText(/^They were erased in this notice: entry \d+/).waitFor();
    await looked('addressee-erased-dark', officer);
    assert.match(
      await desk.house.refusal('privacy-officer', 'POST', `${path}/people/${settled}/erase`),
      /nobody of this id in the campaign/,
    );
    await officer.context().close();
  });

  for (const [colorScheme, width, locale] of [
    ['light', 360, 'de-DE'],
    ['dark', 1280, 'de-DE'],
  ] as const)
    test(`it can be used in the ${colorScheme}, at ${width} pixels, in ${locale}`, async () => {
      desk.house.world.pass(0.05);
      const where = `desk-${colorScheme}-${width}-${locale.slice(0, 2)}`;
      const other = await (
        await asAgent({ colorScheme, locale, viewport: { width, height: 740 } })
      ).newPage();
      await other.goto(`${address}/desk`);
      await other.locator('.desk-field').waitFor();
      await looked(`${where}-empty`, other);
      await other.locator('.desk-field').fill(AT(0));
      await other.keyboard.press('Enter');
      await other.locator('.desk-person').waitFor();
      await looked(where, other);
      await other.locator('.desk-field').fill('Nobody, nowhere,\nhas ever written this.');
      await other.keyboard.press('Enter');
      await other.locator('.desk-verdict').waitFor();
      await looked(`${where}-foreign`, other);
      await other.context().close();
    });
});
