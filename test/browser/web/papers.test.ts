/** What people sign, in a browser: the risk, the report to the authority, the public page; and the way there by keys. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Changed, type EditionChanged, ROLES } from '@forthright/contract';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { actor, ask as askRecord } from '../../../server/src/incident/testing.ts';
import { finishedRun, LEAKS, person, writeWorkspace } from '../../../server/src/notify/campaigns/testing.ts';
import { buildWeb } from '../../../web/build.ts';
import { ADDRESS, STATEMENT, some, TEXTS } from '../../pages/world.ts';
import { whyNoChromium } from '../../peers/chromium.ts';
import { House } from '../../peers/house.ts';
import { picture, refuseBarriers, refuseSideways, Watched } from './world.ts';

describe('risk, report and public page, in a browser', { skip: whyNoChromium() ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-papers-'));
  let house: House;
  let address = '';
  /** The path of the incident. */
  let at = '';
  let run = '';
  let browser: Watched;
  let officer: Page;

  before(async () => {
    house = await House.open(undefined, await writeWorkspace(folder), undefined, await buildWeb());
    const { db, now } = house.world;
    const ada = { db, now, actor: actor('usr_ada', ...ROLES) };
    const { incident } = await askRecord<Changed>(ada, 'open-incident', {
      title: 'Review pages showed names',
      kind: 'technical-error',
      times: {
        occurred: { at: '2025-11-14T08:00:00+01:00', saidBy: 'Ada' },
        aware: { at: '2025-11-15T10:00:00+01:00', saidBy: 'Ada' },
        contained: { at: '2025-11-20T12:30:00+01:00', saidBy: 'Ada' },
      },
    });
    await askRecord(ada, 'set-leaks', { incident, version: 0, leaks: LEAKS });
    const people = [...some(30), person(90, { status: 'unknown', fields: [], perhaps: ['email', 'name'] })];
    const groups = ['DE', 'LU'].map((country) => ({
      country,
      region: '',
      fields: ['email', 'name'],
      perhaps: [],
      exposed: people.filter((one) => one.country === country && one.status === 'exposed').length,
      unknown: people.filter((one) => one.country === country && one.status === 'unknown').length,
    }));
    run = await finishedRun(ada, incident, people, [], groups);
    at = `/incidents/${incident}`;
    await house.ask('privacy-officer', 'POST', `${at}/duties`);
    address = await house.world.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await Watched.open();
    officer = await (await as('privacy-officer')).newPage();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
    rmSync(folder, { recursive: true, force: true });
    // What does not fit yet is refused while it is typed, which the console repeats.
    assert.deepEqual(
      browser?.complaints.filter((one) => !/status of (400|409|422)/.test(one)),
      [],
      'the browser complained',
    );
  });

  const as = async (who: string, options: BrowserContextOptions = {}): Promise<BrowserContext> => {
    // Nobody clicks so much in a minute.
    house.world.pass(0.02);
    const context = await browser.context(options);
    await context.addCookies([{ ...house.cookieOf(who), url: address }]);
    return context;
  };
  const looked = async (name: string, of: Page = officer) => {
    await picture(of, name);
    await refuseSideways(of, name);
    await refuseBarriers(of, name);
  };

  test('the risk is filled in from the logs, asked where it is open, and recorded with what somebody answered', async () => {
    await officer.goto(`${address}${at}/risk`);
    await officer.getByText('The risk has not been assessed yet.').waitFor();
    await officer.getByText('It can’t be told yet').waitFor();
    await looked('risk-open-light');
    await officer.getByLabel('Whatever is not named is as it ordinarily is').check();
    await officer.getByRole('link', { name: /^Change: Who has or may have the data/ }).click();
    await officer.getByRole('button', { name: 'Another group' }).click();
    await officer.getByLabel('Who', { exact: true }).last().selectOption('unidentified');
    await officer.getByRole('link', { name: /^Change: How did it come about/ }).click();
    await officer.getByLabel('Answer', { exact: true }).selectOption('malfunction');
    await officer.getByText(/^Proposed: /).waitFor();
    await looked('risk-answered-light');
    await officer.getByText('Set another score').click();
    await officer.getByLabel('Data processing context').selectOption('2');
    await officer.getByLabel('Why this score').fill('Reviews say what people buy.');
    await officer.getByText('Reviews say what people buy.').first().waitFor();
    await officer.getByRole('button', { name: 'Record this assessment' }).click();
    await officer.getByText('Assessment 1').waitFor();
    await officer.getByRole('button', { name: 'Record this assessment' }).waitFor({ state: 'hidden' });
    await looked('risk-recorded-light');
    const { assessment } = await house.ask<{
      assessment: { factors: { how: unknown }; severity: { dpc: { setBy: string } } };
    }>('auditor', 'GET', `${at}/risk`);
    assert.match(JSON.stringify(assessment.factors.how), /malfunction.*stated/);
    assert.ok(assessment.severity.dpc.setBy);
  });

  test('whoever only reads sees the risk with its reasons, and nothing to change', async () => {
    const reader = await (await as('auditor', { viewport: { width: 360, height: 740 } })).newPage();
    await reader.goto(`${address}${at}/risk`);
    await reader.getByText(/^Proposed: /).waitFor();
    assert.equal(await reader.getByRole('link', { name: /^Change: / }).count(), 0);
    await looked('risk-auditor-phone', reader);
    await reader.context().close();
  });

  test('a report is filled in already; what is missing is marked; a version is kept, changed, and filed late with its reasons', async () => {
    await officer.goto(`${address}${at}`);
    await officer.getByRole('link', { name: 'Report', exact: true }).click();
    await officer.getByText('Next version, not kept yet').waitFor();
    await officer.getByText('Marlow Market', { exact: false }).first().waitFor();
    await looked('report-draft-light');
    await officer.getByRole('link', { name: 'Fill in: Who reports' }).click();
    await officer.getByLabel('Typed value').fill('Olga Officer');
    await officer.getByText('typed by Iris Quint').first().waitFor();
    await officer.getByRole('link', { name: 'Fill in: Reasons for the delay' }).click();
    await officer.getByLabel('Typed value').fill('The logs were at a supplier.');
    await officer.getByRole('button', { name: 'Keep this version' }).click();
    await officer.getByRole('link', { name: 'Version 1' }).waitFor();
    await officer.getByRole('link', { name: 'PDF file' }).waitFor();
    const pdf = await officer.request.get(`${address}/api${at}/reports/edpb/1/file?as=pdf`);
    assert.equal((await pdf.body()).subarray(0, 5).toString(), '%PDF-');

    await officer.getByRole('link', { name: 'Prepare the next version' }).click();
    await officer.getByRole('link', { name: 'Fill in: Their function' }).click();
    await officer.getByLabel('Typed value').selectOption('legal');
    await officer
      .getByRole('row', { name: /Their function/ })
      .first()
      .waitFor();
    await officer.getByRole('heading', { name: 'What differs from version 1' }).waitFor();
    await officer.getByRole('button', { name: 'Keep this version' }).click();
    await officer.getByRole('link', { name: 'Version 2' }).waitFor();
    await officer.getByRole('heading', { name: 'What differs from version 1' }).waitFor();

    await officer.getByText('Record that it was filed').first().click();
    await officer.getByLabel('When it was filed').fill('2025-11-20T14:00');
    await officer.getByLabel('The authority’s number').fill('LU-2025-17');
    await officer.getByLabel('Authority: European Union').check();
    await officer.getByLabel('Why it is late').fill('The logs were at a supplier.');
    await looked('report-filing-light');
    await officer.getByRole('button', { name: 'Record that it was filed' }).click();
    await officer.getByText('number LU-2025-17').waitFor();
    await looked('report-filed-light');
    // What was filed is followed by a follow-up, which names the number.
    await officer.getByRole('link', { name: 'Prepare the next version' }).click();
    await officer.getByText('LU-2025-17').first().waitFor();
    assert.equal(await officer.getByLabel('Kind', { exact: true }).inputValue(), 'follow-up');
    await officer.getByRole('link', { name: /Only missing or wrong/ }).click();
    await officer.getByRole('row', { name: /Name of the organisation/ }).waitFor({ state: 'hidden' });
    await looked('report-lacking-light');
  });

  test('an edition is prepared by one, read, approved by another who sees exactly what, and published; the gate names what is missing', async () => {
    const desk = await (await as('investigator')).newPage();
    await desk.goto(`${address}${at}/page`);
    await desk.getByText('This incident has no public page yet.').waitFor();
    await looked('page-none-light', desk);
    await desk.getByRole('link', { name: 'Prepare an edition' }).click();
    await desk.getByText('Write the cause below.').waitFor();
    assert.equal(await desk.getByRole('button', { name: 'Prepare an edition' }).isEnabled(), false);
    await desk.getByLabel('What went wrong').fill('A template printed the record of the author.');
    await desk
      .getByText(/Still missing in: /)
      .first()
      .waitFor();
    await looked('page-gate-light', desk);

    await house.ask<EditionChanged>('investigator', 'POST', `${at}/editions`, {
      run,
      address: ADDRESS,
      statement: STATEMENT,
      texts: TEXTS,
    });
    await desk.goto(`${address}${at}/page`);
    await desk.getByText('You prepared it. Another person approves it.').waitFor();
    await officer.goto(`${address}${at}/page`);
    await officer.getByText('Nothing speaks against it.').waitFor();
    await looked('page-approval-light');
    const preview = await officer.request.get(
      `${address}${await officer.getByRole('link', { name: 'German' }).getAttribute('href')}`,
    );
    assert.match(await preview.text(), /lang="de"/);
    await officer.getByRole('button', { name: 'Approve and publish' }).click();
    await officer.getByText('it can’t be taken back').waitFor();
    await looked('page-publish-light');
    await officer.getByRole('button', { name: 'Publish it' }).click();
    await officer.getByRole('heading', { name: 'Edition 1 published' }).waitFor();
    await officer.locator('.answers dt').first().waitFor();
    await looked('page-published-light');

    await desk.goto(`${address}${at}/page?next=true`);
    await desk.getByRole('button', { name: 'Prepare an edition' }).and(desk.locator(':enabled')).waitFor();
    await desk.getByRole('button', { name: 'Prepare an edition' }).click();
    await desk.getByRole('link', { name: 'Edition 2' }).waitFor();
    await desk.getByRole('button', { name: 'Discard it' }).click();
    await desk.getByLabel('Why it is discarded').fill('Counted anew.');
    await desk.getByRole('button', { name: 'Discard it' }).last().click();
    await desk.getByText('discarded').first().waitFor();
    await desk.context().close();
  });

  test('with the keyboard alone: to an incident by its title, to a part of it, and to the list of keys', async () => {
    await officer.goto(address);
    await officer.getByRole('heading', { name: 'What is to be done' }).waitFor();
    await officer.keyboard.press('Control+k');
    await officer.getByLabel('Where to, or which incident?').waitFor();
    await officer.keyboard.type('review pages');
    await officer.getByRole('option', { name: 'Review pages showed names' }).waitFor();
    await looked('palette-light');
    await officer.keyboard.press('Enter');
    await officer.waitForURL(address + at);
    await officer.keyboard.press('Control+k');
    await officer.getByRole('option', { name: 'Risk' }).waitFor();
    await officer.keyboard.type('risk');
    await officer.keyboard.press('Enter');
    await officer.waitForURL(`${address}${at}/risk`);
    await officer.getByText(/^Proposed: /).waitFor();
    await officer.locator('body').press('?');
    await officer.getByText('Single letters are keys').waitFor();
    await looked('keys-light');
    await officer.getByLabel('Single letters are keys').uncheck();
    await officer.keyboard.press('Escape');
    await officer.locator('body').press('?');
    assert.equal(await officer.getByText('Single letters are keys').count(), 0);
  });

  const VIEWS = [
    ['risk', '/risk', '.proposal'],
    ['risk-factor', '/risk?factor=recipients', '.factor-editor'],
    ['report', '/report', '.report-about'],
    ['report-next', '/report?next=true', '.record-bar'],
    ['page', '/page', '.answers'],
    ['page-next', '/page?next=true', '.record-bar'],
  ] as const;
  for (const [colorScheme, width, locale] of [
    ['light', 1280, 'de-DE'],
    ['dark', 360, 'de-DE'],
  ] as const)
    test(`each of these can be read in the ${colorScheme}, at ${width} pixels, in ${locale}`, async () => {
      const options = { colorScheme, locale, viewport: { width, height: 800 } };
      const other = await (await as('privacy-officer', options)).newPage();
      for (const [name, path, selector] of VIEWS) {
        house.world.pass(0.01);
        const where = `${name}-${colorScheme}-${width}-${locale.slice(0, 2)}`;
        await other.goto(address + at + path);
        await other.locator(selector).first().waitFor();
        await other.waitForLoadState('networkidle');
        await looked(where, other);
      }
      await other.context().close();
    });

  test('on paper the risk, the report and the duties stand without what only a screen needs', async () => {
    await officer.emulateMedia({ media: 'print' });
    for (const view of ['risk', 'report', 'duties']) {
      await officer.goto(`${address}${at}/${view}`);
      await officer.locator('main table').first().waitFor();
      await picture(officer, `${view}-print`);
      assert.equal(
        await officer
          .locator('.record-bar, .filters, .head, .actions')
          .and(officer.locator(':visible'))
          .count(),
        0,
        view,
      );
    }
  });
});
