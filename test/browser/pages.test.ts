/** The public pages as people read them: a real browser, both themes, a telephone and a desk, without script. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { EditionChanged } from '@forthright/contract';
import type { Browser } from 'playwright-core';
import { publishAnswers } from '../../server/src/answer/index.ts';
import { World } from '../../server/src/http/testing.ts';
import { makeCheckpoint } from '../../server/src/prove/index.ts';
import {
  ADDRESS,
  inAll,
  LANGUAGES,
  type PageWorld,
  pageWorld,
  STATEMENT,
  some,
  TEXTS,
} from '../pages/world.ts';
import { openBrowser, whyNoChromium } from '../peers/chromium.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

describe('in a browser', { skip: whyNoChromium() ?? false }, () => {
  let nowMs = Date.parse('2025-11-22T08:00:00Z');
  let records: PageWorld;
  let door: World;
  let browser: Browser;
  let at = '';

  const edition = async (given: object): Promise<void> => {
    const { edition: id, hash, incident } = await records.ask<EditionChanged>('prepare-edition', given);
    await records.ask('publish-edition', { incident, edition: id, hash }, 'bo');
  };

  before(async () => {
    records = await pageWorld(() => new Date(nowMs));
    door = await World.open();
    const { incident, run } = await records.incident();
    const open = {
      section: 'cause',
      because: inAll('We are still reading the change’s history.'),
      until: '2025-11-24',
    };
    const { cause: _, ...known } = STATEMENT.texts;
    const given = { incident, run, address: ADDRESS, texts: TEXTS };
    await edition({
      ...given,
      statement: { ...STATEMENT, texts: known },
      texts: { ...TEXTS, notYet: [open] },
    });
    nowMs += 86_400_000;
    await edition({ ...given, run: await records.run(incident, some(31)), statement: STATEMENT });
    await makeCheckpoint(records.as('program'));
    await publishAnswers({ db: records.db, data: door.folder });
    at = `${await door.app.listen({ host: '127.0.0.1', port: 0 })}/public/incidents`;
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await door?.close();
    await records?.close();
  });

  const look = async (
    path: string,
    { width, colorScheme }: Readonly<{ width: number; colorScheme: 'light' | 'dark' }>,
  ): Promise<void> => {
    // The page runs no script; axe is put into it from outside, past its policy.
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !/favicon/.test(message.location().url))
        complaints.push(message.text());
    });
    page.on('request', (request) => asked.push(request.url()));
    const answer = await page.goto(`${at}/${path}`);
    assert.equal(answer?.status(), 200, path);
    assert.match(
      answer?.headers()['content-security-policy'] ?? '',
      /^default-src 'none'; style-src 'sha256-/,
    );
    assert.equal(await page.evaluate('document.scripts.length'), 0);
    // The style is let in by its hash.
    assert.match(String(await page.evaluate('getComputedStyle(document.body).fontFamily')), /^Charter/);
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    assert.ok(Number(wide) <= width, `${path}: ${wide} pixels`);
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    await page.evaluate(AXE);
    const found = await page.evaluate(
      `axe.run({ runOnly: ${JSON.stringify(LEVELS)} }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' ')))`,
    );
    assert.deepEqual(found, [], `${path}, ${width}, ${colorScheme}`);
    assert.deepEqual(complaints, [], path);
    assert.deepEqual(
      asked.filter((url) => !url.startsWith(at) && !/favicon/.test(url)),
      [],
    );
    await context.close();
  };

  for (const language of LANGUAGES)
    test(`the page in ${language} has no fault that axe finds, fits a telephone and loads nothing`, async () => {
      await look(`${ADDRESS}/${language}.html`, { width: 320, colorScheme: 'light' });
      await look(`${ADDRESS}/${language}.html`, { width: 1280, colorScheme: 'dark' });
    });

  test('so do an edition and the list of incidents', async () => {
    for (const path of [`${ADDRESS}/2/en.html`, `${ADDRESS}/1/ja.html`, 'fr.html', ''])
      for (const colorScheme of ['light', 'dark'] as const)
        for (const width of [320, 1280]) await look(path, { width, colorScheme });
  });

  test('from the list to the page, to an edition, to its proof: every link leads somewhere', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${at}/en.html`);
    await page.getByRole('link', { name: /Marlow Market: personal data/ }).click();
    assert.equal(page.url(), `${at}/${ADDRESS}/en.html`);
    for (const url of [page.url(), `${at}/${ADDRESS}/2/en.html`, `${at}/en.html`]) {
      await page.goto(url);
      const links = await page.locator('a').all();
      for (const link of links) {
        const href = new URL((await link.getAttribute('href')) ?? '', url).href;
        const { status } = await fetch(href);
        assert.equal(status, 200, href);
      }
    }
    await context.close();
  });
});
