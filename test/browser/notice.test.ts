import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import {
  incidentSample,
  LANGUAGES,
  personSample,
  TODAY,
  unknownSample,
} from '../../server/src/notify/compose/testing.ts';
import { compose, ownLanguages } from '../../server/src/notify/index.ts';
import { openBrowser, whyNoChromium } from '../peers/chromium.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test('the HTML of a notice has no fault that axe finds, light and dark, in every language, and fits a telephone', {
  skip: whyNoChromium() ?? false,
}, async () => {
  const languages = await ownLanguages();
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const source = await readFile(axe, 'utf8');
    for (const language of LANGUAGES)
      for (const person of [personSample({ language }), unknownSample({ language })])
        for (const colorScheme of ['light', 'dark'] as const) {
          const { html } = compose({
            incident: incidentSample(),
            person,
            languages,
            fallback: 'en',
            code: 'K7QM-2XPA',
            today: TODAY,
          }).notice;
          await page.emulateMedia({ colorScheme });
          await page.setContent(html);
          const wide = await page.evaluate('document.documentElement.scrollWidth');
          assert.ok(Number(wide) <= 320, `${language}: ${wide} pixels`);
          await page.evaluate(source);
          const found = await page.evaluate(
            `axe.run({ runOnly: ${JSON.stringify(LEVELS)} }).then((r) => r.violations.map((v) => v.id + ': ' + v.help))`,
          );
          assert.deepEqual(found, [], `${language}, ${colorScheme}`);
        }
    assert.deepEqual(
      asked.filter((url) => !url.startsWith('about:') && !url.startsWith('data:')),
      [],
    );
  } finally {
    await browser.close();
  }
});
