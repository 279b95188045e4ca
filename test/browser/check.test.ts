/** Checking a notice as people do it: in a real browser, with a campaign that was really sent; with script and without. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import PostalMime from 'postal-mime';
import { publishAnswers } from '../../server/src/answer/index.ts';
import { makeServer } from '../../server/src/http/index.ts';
import { sealFolder } from '../../server/src/prove/index.ts';
import { peopleOf, questionsOf } from '../../server/src/serve.ts';
import { type SentCampaign, sentCampaign } from '../campaigns/sent.ts';
import { openBrowser, whyNoChromium } from '../peers/chromium.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LANGUAGES = ['de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt', 'sv'];

describe('in a browser', { skip: whyNoChromium() ?? false }, () => {
  const now = () => new Date('2026-11-22T08:00:00Z');
  let sent: SentCampaign;
  let app: ReturnType<typeof makeServer>;
  let browser: Browser;
  let at = '';
  let mail: Buffer;
  let address = '';
  let code = '';
  const complaints: string[] = [];

  before(async () => {
    sent = await sentCampaign(now);
    const { db, folder, workspace, mailing, mails } = sent;
    await publishAnswers({ db, data: folder });
    app = makeServer({
      operations: [],
      questions: questionsOf({ db, data: folder, workspace, mailing, now }),
      people: peopleOf({ db, now, seals: sealFolder(join(folder, 'keys')) }),
      db,
      // The limits count by the minute, and all of this is one client.
      now: (
        (start) => () =>
          new Date(start + 30_000 * ticks++)
      )(now().getTime()),
      log: () => {},
      version: '0.1.0',
      published: join(folder, 'public'),
    });
    at = await app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
    for (const [to, bytes] of mails) {
      const { text = '' } = await PostalMime.parse(bytes);
      if (!/^Content-Language: en/im.test(bytes.toString('latin1'))) continue;
      [mail, address] = [bytes, to];
      code = /[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}/.exec(text)?.[0] ?? '';
    }
    assert.ok(code !== '');
  });
  let ticks = 0;
  after(async () => {
    await browser?.close();
    await app?.close();
    await sent?.close();
    assert.deepEqual(complaints, [], 'the browser complained');
  });

  const open = async (
    language: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !/favicon/.test(message.location().url))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${at}/public/check/${language}.html`);
    return page;
  };
  const axe = async (page: Page, what: string): Promise<void> => {
    // Its own page's policy lets no markup be made of text; axe makes none.
    await page.evaluate(AXE);
    const found = await page.evaluate(
      `axe.run({ runOnly: ${JSON.stringify(LEVELS)} }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' ')))`,
    );
    assert.deepEqual(found, [], what);
    const [wide, width] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [
      number,
      number,
    ];
    assert.ok(wide <= width, `${what}: ${wide} pixels of ${width}`);
  };

  for (const language of LANGUAGES)
    test(`the page in ${language} has no fault that axe finds and fits a telephone; a mistyped code is told so`, async () => {
      const page = await open(language, { viewport: { width: 320, height: 700 } });
      await axe(page, language);
      await page.locator('#by-code input[name=code]').fill('7KQ4-1');
      await page.locator('#by-code input[name=address]').fill('ana@shop.example');
      await page.locator('#by-code button').click();
      await page.locator('.verdict.unsure h2').waitFor();
      await page.emulateMedia({ colorScheme: 'dark' });
      await axe(page, `${language}, with its answer, in the dark`);
      await page.context().close();
    });

  test('a code and its address are shown to belong together, and neither leaves the browser; another address does not', async () => {
    const page = await open('en');
    const asked: string[] = [];
    page.on('request', (request) =>
      asked.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`),
    );
    for (const [to, says] of [
      [address, /✓ [\s\S]*was sent to this address[\s\S]*does not show this batch to everybody yet/],
      ['somebody@else.example', /✗ [\s\S]*was not sent to this address/],
    ] as const) {
      await page.locator('#by-code input[name=code]').fill(code.toLowerCase().replaceAll('-', ' '));
      await page.locator('#by-code input[name=address]').fill(to);
      await page.locator('#by-code button').click();
      await page.locator(`.verdict:has-text("${says.source[0]}")`).waitFor();
      assert.match((await page.locator('#result').textContent()) ?? '', says);
    }
    assert.ok(asked.length >= 3);
    for (const request of asked) {
      assert.match(request, /^GET \S+\/public\/(answer\.json|batches\/\w{3}\/p\/[0-9a-f/]+) $/);
      assert.ok(!request.includes(code.slice(4)) && !request.includes('else.example'));
    }
    await page.context().close();
  });

  const upload = async (page: Page, bytes: Buffer, to = address): Promise<void> => {
    await page.locator('#by-message input[name=address]').fill(to);
    await page
      .locator('#by-message input[name=eml]')
      .setInputFiles({ name: 'notice.eml', mimeType: 'message/rfc822', buffer: bytes });
    await page.locator('#by-message button').click();
  };

  for (const javaScriptEnabled of [true, false])
    test(`an uploaded message is genuine, replayed or changed, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
      const cases = [
        [mail, address, 'good', /Genuine, unchanged/],
        [mail, 'somebody@else.example', 'bad', /Real code, but of another person/],
        [changed(mail), address, 'bad', /Based on ours, text changed/],
        [Buffer.from('From: x@y.example\r\nSubject: hi\r\n\r\nBuy now.\r\n'), address, 'bad', /Not ours/],
      ] as const;
      for (const [bytes, to, tone, says] of cases) {
        const page = await open('en', { javaScriptEnabled });
        await upload(page, bytes, to);
        await page.locator(`.verdict.${tone}`).waitFor();
        assert.match((await page.locator('.verdict h2').textContent()) ?? '', says);
        if (bytes !== mail && /Based/.test(says.source)) {
          const marks = await page.locator('mark').allTextContents();
          assert.ok(
            marks.some((text) => /^⚠ https:\/\/evil\.example\/pay \(link: not ours\)$/.test(text)),
            String(marks),
          );
          assert.equal(await page.locator('.verdict img, .verdict a, .verdict script').count(), 0);
        }
        if (javaScriptEnabled) await axe(page, says.source);
        await page.context().close();
      }
    });

  test('without script a code is checked by the server, which says so before', async () => {
    const page = await open('sv', { javaScriptEnabled: false });
    assert.match((await page.locator('#sent').textContent()) ?? '', /Utan JavaScript skickas/);
    await page.locator('#by-code input[name=code]').fill(code);
    await page.locator('#by-code input[name=address]').fill(address);
    await page.locator('#by-code button').click();
    assert.equal(new URL(page.url()).pathname, '/check');
    assert.match(
      (await page.locator('.verdict.good').textContent()) ?? '',
      /Koden är vår och skickades till denna adress/,
    );
    await page.getByRole('link', { name: 'Kontrollera ett till' }).click();
    assert.equal(new URL(page.url()).pathname, '/public/check/sv.html');
    await page.context().close();
  });

  test('from the static folder alone a code is checked, and a message is said not to be', async () => {
    const page = await open('en');
    await page.route('**/api/**', (route) => route.fulfill({ status: 404, body: '' }));
    complaints.length = 0;
    await page.locator('#by-message textarea').fill('A text.');
    await page.locator('#by-message input[name=address]').fill(address);
    await page.locator('#by-message button').click();
    await page.getByText('Whole messages can’t be checked at this place').waitFor();
    // The console repeats the status.
    complaints.length = 0;
    await page.locator('#by-code input[name=code]').fill(code);
    await page.locator('#by-code input[name=address]').fill(address);
    await page.locator('#by-code button').click();
    await page.locator('.verdict.good').waitFor();
    await page.context().close();
  });
});

/** With a link and markup in its text and in its page. */
function changed(mail: Buffer): Buffer {
  const text = mail.toString('latin1');
  const found = /What Happened/.exec(text);
  assert.ok(found !== null);
  return Buffer.from(
    text.replaceAll('What Happened', 'Pay here: https://evil.example/pay <img src=x onerror=alert(1)>'),
    'latin1',
  );
}
