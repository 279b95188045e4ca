/** The first start of an installation to the six answers, as people see it: the sample, and one's own logs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { generateMarketplace, type Truth } from '../../marketplace/index.ts';
import { whyNoChromium } from '../../peers/chromium.ts';
import { readSample, SAMPLE_MARKET } from './sample.ts';
import {
  PASSWORD,
  picture,
  refuseBarriers,
  refuseSideways,
  type Served,
  serveWeb,
  Watched,
} from './world.ts';

const EMAIL = 'rosa@marlow.example';

describe('the first start, in a browser', { skip: whyNoChromium() ?? false }, () => {
  const shop = mkdtempSync(join(tmpdir(), 'forthright-web-shop-'));
  let truth: Truth;
  let served: Served;
  let browser: Watched;
  let context: BrowserContext;
  let page: Page;

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
    assert.deepEqual(browser?.complaints, [], 'the browser complained');
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
    const { answer } = { answer: JSON.parse(readSample().text) };
    await page.getByRole('link', { name: 'Look at the sample incident' }).click();
    await page.getByRole('heading', { name: 'How many people?' }).waitFor();
    for (const count of [answer.people.exposed, answer.people.unknown, answer.people.max])
      await page.getByText(count.toLocaleString('en-GB')).first().waitFor();
    await page.locator('.drawing svg').waitFor();
    await picture(page, 'sample-light');
    await refuseBarriers(page, 'sample');
    await page
      .getByRole('link', { name: `${answer.people.exposed.toLocaleString('en-GB')} , evidence` })
      .click();
    await page.getByText('Your browser has checked it.').waitFor();
    await picture(page, 'evidence-light');
    await refuseBarriers(page, 'evidence');
  });
});
