/** The first start of an installation to the six answers, as people see it: the sample, and one's own logs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ScopeAnswer } from '@forthright/contract';
import type { BrowserContext, Page } from 'playwright-core';
import { differencesOf } from '../../marketplace/compare.ts';
import { generateMarketplace, type Truth } from '../../marketplace/index.ts';
import { whyNoChromium } from '../../peers/chromium.ts';
import { readSample, SAMPLE_MARKET } from './sample.ts';
import {
  PASSWORD,
  PICTURES,
  picture,
  refuseBarriers,
  refuseSideways,
  type Served,
  serveWeb,
  Watched,
} from './world.ts';

const EMAIL = 'rosa@marlow.example';

/** A figure with its mark of evidence, by what is read out. */
const figure = (count: number) => ({ name: new RegExp(`^${count.toLocaleString('en-GB')}\\W+evidence$`) });

describe('the first start, in a browser', { skip: whyNoChromium() ?? false }, () => {
  const shop = mkdtempSync(join(tmpdir(), 'forthright-web-shop-'));
  let truth: Truth;
  let served: Served;
  let browser: Watched;
  let context: BrowserContext;
  let page: Page;
  /** The path of the incident that these tests open. */
  let incident = '';

  before(async () => {
    truth = await generateMarketplace({ directory: shop, ...SAMPLE_MARKET });
    served = await serveWeb({ workspace: join(shop, 'forthright.yaml') });
    browser = await Watched.open();
    context = await browser.context();
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    rmSync(shop, { recursive: true, force: true });
    // The server judges a leak's form while it is filled in, and refuses what is not whole yet.
    const others = browser?.complaints.filter((one) => !/status of 422/.test(one));
    assert.deepEqual(others, [], 'the browser complained');
  });

  test('the link of the terminal leads to two ways in', async () => {
    await page.goto(served.firstLink);
    await page.getByLabel('Your name').fill('Rosa Root');
    await page.getByLabel('Your e-mail address').fill(EMAIL);
    await page.getByLabel('A new password').fill(PASSWORD);
    await page.getByRole('button').click();
    await page.getByRole('link', { name: 'Go on to Forthright' }).click();
    await page.getByRole('heading', { name: 'Six answers, from your logs' }).waitFor();
    await picture(page, 'first-visit-light');
    await refuseBarriers(page, 'first visit');
  });

  test('the sample shows six answers, with their evidence', async () => {
    const answer = ScopeAnswer.parse(JSON.parse(readSample().text));
    assert.ok(truth.leaks.page);
    assert.deepEqual(
      differencesOf(truth, truth.leaks.page, answer),
      [],
      'write the sample anew: node test/browser/web/sample.ts',
    );
    await page.getByRole('link', { name: 'Look at the sample incident' }).click();
    await page.getByRole('heading', { name: 'How many people?' }).waitFor();
    for (const count of [answer.people.exposed, answer.people.unknown, answer.people.max])
      await page.getByText(count.toLocaleString('en-GB')).first().waitFor();
    await page.locator('.drawing svg').waitFor();
    await picture(page, 'sample-light');
    await page.screenshot({
      path: join(PICTURES, 'six-answers.png'),
      clip: { x: 0, y: 0, width: 1280, height: 2240 },
      fullPage: true,
    });
    await refuseBarriers(page, 'sample');
    await page.getByRole('link', figure(answer.people.exposed)).click();
    await page.getByText('Your browser has checked it.').waitFor();
    await picture(page, 'evidence-light');
    await refuseBarriers(page, 'evidence');
  });

  test('whoever set the server up may take a role, and sees which logs are connected', async () => {
    await page.goto(served.address);
    await page.getByRole('button', { name: 'Give me these roles, too' }).click();
    await page.getByRole('link', { name: 'Connect your own logs' }).click();
    await page.getByText('The logs of Marlow Market are connected.').waitFor();
    await page.getByRole('button', { name: 'Check customers' }).click();
    await page.getByText(`${SAMPLE_MARKET.customers.toLocaleString('en-GB')} rows`).waitFor();
    await picture(page, 'connect-light');
    await refuseBarriers(page, 'connect');
  });

  test('an incident is opened, it is said what leaked, and the logs answer as was planted', async () => {
    const leak = truth.leaks.page;
    assert.ok(leak);
    await page.getByRole('link', { name: 'Open an incident' }).click();
    await page.getByLabel('What happened, in one line').fill("Review pages showed reviewers' names");
    await page.getByLabel('When did the organisation become aware of it?').fill('2025-11-20T15:05');
    await picture(page, 'open-incident-light');
    await refuseBarriers(page, 'open an incident');
    await page.getByRole('button', { name: 'Record it' }).click();
    await page.getByText('what has leaked?').waitFor();
    incident = new URL(page.url()).pathname;
    await picture(page, 'no-leaks-light');
    await refuseBarriers(page, 'an incident without leaks');
    await page.getByRole('link', { name: 'Say what has leaked' }).click();
    await page.getByLabel('Log that shows it').selectOption('web');
    await page.getByLabel('Address of the page').fill('/reviews/{reviews}');
    await page.getByLabel('From').fill('2025-11-18T07:00');
    await page.getByLabel('To', { exact: true }).fill('2025-11-20T16:30');
    await page.getByText('Only some answers or hosts').click();
    await page.getByLabel('Status of the answers').fill('200');
    await page.getByRole('button', { name: 'Add this' }).click();
    await page.getByText('Not saved yet.').waitFor();
    await picture(page, 'leaks-light');
    await refuseBarriers(page, 'what leaked');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Ask the logs' }).click();
    await page.getByRole('heading', { name: 'The logs are being read' }).waitFor();
    await page.getByRole('heading', { name: 'How many people?' }).waitFor({ timeout: 60_000 });
    await picture(page, 'incident-light');
    for (const count of [leak.exposed, leak.unknown])
      await page.getByRole('link', figure(count)).first().waitFor();
    await picture(page, 'incident-light');
    await refuseBarriers(page, 'the six answers');
  });

  test('home shows the clock that ends first, and the incident', async () => {
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByRole('link', { name: "Review pages showed reviewers' names" }).first().waitFor();
    await page.locator('.nearest-time').waitFor();
    await picture(page, 'home-light');
    await refuseBarriers(page, 'home');
  });

  /** Every view, with what shows that it is there. */
  const views = (incident: string): readonly (readonly [name: string, path: string, selector: string])[] => [
    ['home', '/', '.nearest-time'],
    ['incidents', '/incidents', '.rows'],
    ['incident', incident, '.drawing svg'],
    ['evidence', `${incident}?evidence=gaps`, '.panel .files'],
    ['leaks', `${incident}/leaks`, 'form'],
    ['duties', `${incident}/duties`, '.table'],
    ['duties-unknown', `${incident}/duties?status=cannot-tell`, '.filters a[aria-current=page]'],
    ['duty', `${incident}/duties?duty=EU%2Fauthority`, '.panel form'],
    ['decide', `${incident}/decide`, 'form'],
    ['open-incident', '/incidents/new', 'form'],
    ['sample', '/sample', '.drawing svg'],
    ['connect', '/connect', '.rows'],
    ['nothing', '/incidents/inc_none', '.failed'],
  ];

  for (const [colorScheme, width, locale] of [
    ['light', 1280, 'de-DE'],
    ['light', 360, 'de-DE'],
    ['dark', 1280, 'en-GB'],
    ['dark', 360, 'en-GB'],
  ] as const)
    test(`every view can be read in the ${colorScheme}, at ${width} pixels, in ${locale}`, async () => {
      const size = { colorScheme, locale, viewport: { width, height: 800 } };
      const other = await browser.context({ ...size, storageState: await context.storageState() });
      const looked = await other.newPage();
      for (const [name, path, selector] of views(incident)) {
        const where = `${name}-${colorScheme}-${width}-${locale.slice(0, 2)}`;
        await looked.goto(served.address + path);
        await looked.locator(selector).first().waitFor();
        // In the reader's words and zone, as the clocks on the first page are.
        if (name === 'duties-unknown') await looked.locator('.table time').first().waitFor();
        assert.equal(await looked.locator('html').getAttribute('lang'), locale.slice(0, 2));
        await picture(looked, where);
        await refuseSideways(looked, where);
        await refuseBarriers(looked, where);
      }
      await other.close();
    });

  test('the six answers take at most 250 KB of JavaScript, compressed, and nothing of another server', async () => {
    const other = await browser.context({ storageState: await context.storageState() });
    const fresh = await other.newPage();
    const sizes: Promise<number>[] = [];
    const hosts = new Set<string>();
    fresh.on('requestfinished', (request) => {
      hosts.add(new URL(request.url()).origin);
      if (request.url().endsWith('.js'))
        sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    await fresh.goto(served.address + incident);
    await fresh.locator('.drawing svg').waitFor();
    const bytes = (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0);
    assert.ok(bytes > 50_000 && bytes <= 250_000, `${bytes} bytes`);
    assert.deepEqual([...hosts], [served.address]);
    const kept = await fresh.evaluate<string[]>(
      '[...Object.keys(localStorage), ...Object.keys(sessionStorage)]',
    );
    assert.deepEqual(
      kept.filter((key) => !key.startsWith('tsr-scroll')),
      [],
      'the browser keeps nothing but places on the page',
    );
    await other.close();
  });

  test('with the keyboard alone: from the first key to the evidence of a figure, and back', async () => {
    await page.goto(served.address + incident);
    await page.getByRole('heading', { name: 'How many people?' }).waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').textContent(), 'Skip to the content');
    await page.keyboard.press('Enter');
    // Past the parts of the incident.
    const parts = await page.locator('.incident-head nav a').allTextContents();
    assert.ok(parts.includes('Law') && parts.includes('Charts'), String(parts));
    for (const part of parts) {
      await page.keyboard.press('Tab');
      assert.equal(await page.locator(':focus').textContent(), part);
    }
    await page.keyboard.press('Tab');
    assert.match((await page.locator(':focus').textContent()) ?? '', /evidence/);
    await page.keyboard.press('Enter');
    await page.getByText('Your browser has checked it.').waitFor();
    await page.waitForURL(/evidence=people/);
    await page.keyboard.press('Escape');
    await page.getByText('Your browser has checked it.').waitFor({ state: 'hidden' });
    assert.match((await page.locator(':focus').textContent()) ?? '', /evidence/, 'where one was');
  });

  test('a duty that was done late is recorded with the reasons, and its clock is gone from home', async () => {
    await page.goto(`${served.address}${incident}/duties?status=cannot-tell&duty=EU%2Fauthority`);
    await page.getByLabel('When it was done').fill('2025-11-25T10:00');
    await page.getByLabel('How, and to whom').fill('By the form of the authority.');
    await page.getByLabel('Why it was late').fill('The logs were at a supplier.');
    await page.getByRole('button', { name: 'Record it' }).click();
    await page.getByRole('heading', { name: 'Done' }).waitFor();
    await refuseBarriers(page, 'a duty that is done');
    await page.goto(served.address);
    await page.getByText('Authority: Türkiye and United Kingdom').waitFor();
  });

  test('a session that has ended leads to signing in, and back to the same view', async () => {
    await context.clearCookies();
    await page.goto(`${served.address}${incident}?evidence=gaps`);
    await page.getByLabel('Your e-mail address').fill(EMAIL);
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Your browser has checked it.').waitFor();
    assert.equal(new URL(page.url()).search, '?evidence=gaps');
  });
});
