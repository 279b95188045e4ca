/** Scope, in a browser: what leaked, with help from the logs; runs beside each other; single views; charts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Leak } from '@forthright/contract';
import type { BrowserContext, Page } from 'playwright-core';
import { parse } from 'yaml';
import { generateMarketplace, type Truth } from '../../marketplace/index.ts';
import { whyNoChromium } from '../../peers/chromium.ts';
import { signInFirst } from './people.ts';
import { picture, refuseBarriers, refuseSideways, type Served, serveWeb, Watched } from './world.ts';

describe('scope, in a browser', { skip: whyNoChromium() ?? false }, () => {
  const shop = mkdtempSync(join(tmpdir(), 'forthright-web-scope-'));
  let truth: Truth;
  let served: Served;
  let browser: Watched;
  let context: BrowserContext;
  let page: Page;
  let incident = '';
  let runs: string[] = [];

  const looked = async (name: string, on = page) => {
    await picture(on, `scope-${name}`);
    await refuseSideways(on, name);
    await refuseBarriers(on, name);
  };
  const asked = async <T>(method: string, path: string, data?: object): Promise<T> => {
    const headers = { origin: served.address };
    const answer = await page.request.fetch(`${served.address}/api${path}`, {
      method,
      headers,
      ...(data === undefined ? {} : { data }),
    });
    assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const run = async (version: number, leaks: readonly Leak[]): Promise<string> => {
    await asked('PUT', `/incidents/${incident}/leaks`, { version, leaks });
    const { id } = await asked<{ id: string }>('POST', `/incidents/${incident}/runs`);
    for (let n = 0; n < 240; n += 1) {
      const { state } = await asked<{ state: string }>('GET', `/jobs/${id}`);
      if (state === 'done') return id;
      assert.ok(state === 'waiting' || state === 'running', state);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error('The run did not end.');
  };

  before(async () => {
    truth = await generateMarketplace({ directory: shop, customers: 3000, lines: 40_000, seed: 9 });
    served = await serveWeb({ workspace: join(shop, 'forthright.yaml') });
    browser = await Watched.open();
    context = await browser.context();
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await signInFirst(page, served, ['administrator', 'investigator', 'privacy-officer']);
    const times = {
      occurred: { at: '2025-11-18T06:00:00Z', saidBy: 'Rosa' },
      aware: { at: '2025-11-20T15:00:00Z', saidBy: 'Rosa' },
      contained: { at: '2025-11-20T15:30:00Z', saidBy: 'Rosa' },
    };
    ({ incident } = await asked<{ incident: string }>('POST', '/incidents', {
      title: 'Review pages showed names',
      kind: 'technical-error',
      times,
    }));
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    rmSync(shop, { recursive: true, force: true });
    assert.deepEqual(
      // What can't be taken yet is refused while it is typed.
      browser?.complaints.filter((one) => !/status of 422/.test(one)),
      [],
      'the browser complained',
    );
  });

  test('a page is found among the paths of the log, and its lines are shown, masked and then not', async () => {
    await page.goto(`${served.address}/incidents/${incident}/leaks`);
    await page.getByRole('button', { name: /^\/reviews\/\{reviews\} \d/ }).click();
    assert.equal(await page.getByLabel('Address of the page').inputValue(), '/reviews/{reviews}');
    // A busy machine may not read so far in time.
    const again = page.getByRole('button', { name: 'Look again' });
    const fit = page.getByText(/lines fit/);
    await again.or(fit).first().waitFor();
    while ((await fit.count()) === 0) {
      await again.click();
      await again.or(fit).first().waitFor();
    }
    await page.getByText('/reviews/●●●').first().waitFor();
    await looked('leaks-masked');
    await page.getByRole('button', { name: 'Show what is hidden' }).click();
    await page.getByText(/Recorded as entry \d+/).waitFor();
    assert.equal(await page.getByText('●●●').count(), 0);
    await looked('leaks-shown');
  });

  test('what the server finds wrong stands at its field', async () => {
    await page.getByLabel('Address of the page').fill('/reviews/{revews}');
    await page.getByRole('button', { name: 'Add this' }).click();
    await page.getByText('the workspace has no reference').waitFor();
    await looked('leaks-wrong');
    await page.getByLabel('Address of the page').fill('/reviews/{reviews}');
    await page.getByRole('button', { name: 'Add this' }).click();
    await page.getByText('Not saved yet.').waitFor();
  });

  test('the columns of a list are suggested, without one value of it', async () => {
    await page.getByLabel('What happened').selectOption('list');
    await page.getByLabel('File with the people').fill('data/offered-list.csv');
    await page.getByRole('button', { name: 'Take it' }).click();
    assert.equal(await page.getByLabel('Column that says who they are').inputValue(), 'customer_id');
    await page.getByLabel('Who received it').fill('S2007, seller');
    await looked('leaks-list');
    await page.getByRole('button', { name: 'Add this' }).click();
    await page.locator('.rows li').nth(1).waitFor();
    assert.match((await page.locator('.rows').textContent()) ?? '', /offered-list\.csv/);
  });

  test('each kind of leak has its form', async () => {
    for (const kind of ['shared-cache', 'access', 'export', 'mailing', 'url']) {
      await page.getByLabel('What happened').selectOption(kind);
      await looked(`leaks-${kind}`);
    }
  });

  test('two runs: who left and why, and from there to a person, to a viewer, and back', async () => {
    const text = readFileSync(join(shop, truth.leaks.page?.incident ?? ''), 'utf8');
    const { leaks } = parse(text) as { leaks: [Leak & { kind: 'page' }] };
    await page.goto(`${served.address}/incidents/${incident}/compare`);
    await page.getByText('There are not two runs to compare.').waitFor();
    await looked('compare-empty');
    const first = await run(0, leaks);
    const second = await run(1, [{ ...leaks[0], from: '2025-11-19T18:00:00Z' }]);
    await page.goto(`${served.address}/incidents/${incident}/compare?run=${second}&against=${first}`);
    await page.getByRole('heading', { name: 'Who came in, who left' }).waitFor();
    await page.getByRole('link', { name: 'Show them' }).first().click();
    await page.getByText(/Recorded as entry/).waitFor();
    assert.match(new URL(page.url()).search, /was=exposed/);
    await looked('compare');
    const person = page.locator('.moved .suggestion').first();
    const id = (await person.textContent()) ?? '';
    await person.click();
    await page.locator('.log-line pre').first().waitFor();
    await looked('compare-person');
    assert.ok(!page.url().includes(id), 'nobody stands in an address');
    await page.locator('.single-views .line-who .suggestion').first().click();
    await page.getByRole('heading', { name: 'Who was seen by' }).waitFor();
    await looked('compare-viewer');
    await page.getByRole('button', { name: `Back to ${id}` }).click();
    await page.getByRole('heading', { name: 'Who saw', exact: false }).waitFor();
  });

  test('a person is asked for by their address, and nobody is found who is in no run', async () => {
    await page.goto(`${served.address}/incidents/${incident}/views`);
    await page.getByLabel('Person', { exact: true }).fill('nobody@people.example');
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByText('Nobody of this run has the id or address').waitFor();
    await looked('views-nobody');
    browser.complaints.splice(
      0,
      browser.complaints.length,
      ...browser.complaints.filter((one) => !/status of 404/.test(one)),
    );
  });

  test('the charts of a run, with their figures beside them', async () => {
    const answer = await asked<{ runs: { job: string; state: string }[] }>(
      'GET',
      `/incidents/${incident}/runs`,
    );
    runs = answer.runs.filter(({ state }) => state === 'done').map(({ job }) => job);
    await page.goto(`${served.address}/incidents/${incident}/charts?run=${runs[1]}`);
    await page.locator('.world circle').first().waitFor();
    await page.locator('.column').first().waitFor();
    await looked('charts');
    for (const table of await page.getByText('As a table').all()) await table.click();
    const leak = truth.leaks.page;
    assert.ok(leak);
    const sums = await page.evaluate<number[]>(
      "[...document.querySelectorAll('.chart details table')].map((table) => [...table.querySelectorAll('tbody td:nth-of-type(1)')].reduce((sum, { textContent }) => sum + Number(textContent.replaceAll(',', '')), 0))",
    );
    assert.deepEqual(sums, [leak.exposed, leak.exposed], 'nobody is lost on the way into a drawing');
    await looked('charts-tables');
  });

  for (const [colorScheme, width, locale] of [
    ['dark', 1280, 'en-GB'],
    ['light', 360, 'de-DE'],
  ] as const)
    test(`every view of scope can be read in the ${colorScheme}, at ${width} pixels, in ${locale}`, async () => {
      const size = { colorScheme, locale, viewport: { width, height: 800 } };
      const other = await browser.context({ ...size, storageState: await context.storageState() });
      const on = await other.newPage();
      on.setDefaultTimeout(60_000);
      const of = `/incidents/${incident}`;
      for (const [name, path, selector] of [
        ['leaks', `${of}/leaks?leak=review-pages`, '.preview table, .preview .suggestion'],
        ['compare', `${of}/compare?run=${runs[0]}&against=${runs[1]}&was=exposed&now=clear`, '.moved'],
        ['views', `${of}/views`, '.form'],
        ['charts', `${of}/charts?run=${runs[1]}`, '.column'],
        ['duties-map', `${of}/duties`, '.land-unknown'],
      ] as const) {
        await on.goto(served.address + path);
        await on.locator(selector).first().waitFor();
        if (name === 'charts') await on.locator('.world circle').first().waitFor();
        assert.equal(await on.locator('html').getAttribute('lang'), locale.slice(0, 2));
        await looked(`${name}-${colorScheme}-${width}-${locale.slice(0, 2)}`, on);
      }
      await other.close();
    });
});
