/** A small incident, recorded, decided and closed in a browser: without logs, in one minute of a person's time. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { whyNoChromium } from '../../peers/chromium.ts';
import { signInFirst } from './people.ts';
import { picture, refuseBarriers, refuseSideways, type Served, serveWeb, Watched } from './world.ts';

describe('a small incident, in a browser', { skip: whyNoChromium() ?? false }, () => {
  let served: Served;
  let browser: Watched;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    served = await serveWeb();
    browser = await Watched.open();
    context = await browser.context({ viewport: { width: 390, height: 844 } });
    page = await context.newPage();
    await signInFirst(page, served, ['administrator', 'investigator', 'privacy-officer']);
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    // A record that is none, or is there already, is refused, and one answer is lost, which the console repeats.
    assert.deepEqual(
      browser?.complaints.filter((one) => !/status of 4(?:09|22)|net::ERR_FAILED/.test(one)),
      [],
      'the browser complained',
    );
  });

  const looked = async (name: string) => {
    await picture(page, name);
    await refuseSideways(page, name);
    await refuseBarriers(page, name);
  };

  test('it is recorded, decided and closed in seven steps, and stands in the register', async () => {
    await page.goto(`${served.address}/incidents/new`);
    await page.getByLabel('What happened, in one line').fill('An invoice went to the wrong customer');
    await page.getByLabel('Kind').selectOption('misdelivery');
    await page.getByRole('button', { name: 'Record it' }).click();
    await page.getByRole('link', { name: 'Decide and close' }).click();
    await page.getByText('decide, with a reason').waitFor();
    await looked('small-undecided-phone');
    await page.getByLabel('Why').fill('One customer, name and address; the other has deleted the letter.');
    await page.getByRole('button', { name: 'Decide: record only' }).click();
    await page.getByText('Decided: record only').waitFor();
    await page.getByLabel('What happened in the end').fill('Two invoices were exchanged in one envelope.');
    await looked('small-decided-phone');
    await page.getByRole('button', { name: 'Close the incident' }).click();
    await page.getByText('This incident is closed.').waitFor();
    await looked('small-closed-phone');

    const incident = new URL(page.url()).pathname.split('/')[2];
    const { timeline } = await page.evaluate<{ timeline: { kind: string }[] }>(
      `fetch('/api/incidents/${incident}').then((answer) => answer.json())`,
    );
    assert.deepEqual(
      timeline.map(({ kind }) => kind),
      ['incident-opened', 'incident-decided', 'incident-closed'],
    );
  });

  test('who decides on what somebody has changed meanwhile is told, and loses nothing', async () => {
    await page.goto(`${served.address}/incidents/new`);
    await page.getByLabel('What happened, in one line').fill('A parcel was opened on its way');
    await page.getByRole('button', { name: 'Record it' }).click();
    await page.getByRole('link', { name: 'Decide and close' }).click();
    await page.getByLabel('Why').fill('Nobody else has seen it.');
    const incident = new URL(page.url()).pathname.split('/')[2];
    await page.evaluate(
      `fetch('/api/incidents/${incident}', { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"version":1,"kind":"loss"}' })`,
    );
    await page.getByRole('button', { name: 'Decide: record only' }).click();
    await page.getByText('Somebody has changed this meanwhile.').waitFor();
    assert.equal(await page.getByLabel('Why').inputValue(), 'Nobody else has seen it.');
    await looked('small-changed-phone');
    await page.getByRole('button', { name: 'Decide: record only' }).click();
    await page.getByText('Decided: record only').waitFor();
    // What wants logs says where to connect them, for to try again would change nothing.
    await page.getByRole('link', { name: 'Law' }).click();
    await page.getByRole('link', { name: 'Report', exact: true }).click();
    await page.getByRole('alert').getByRole('link', { name: 'Connect your own logs' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
    await looked('report-without-logs-phone');
  });

  test('records of VERIS become incidents, one by one; what is refused says why, and is tried again when it is mended', async () => {
    const record = {
      schema_version: '1.4.1',
      incident_id: 'A1',
      summary: 'A laptop was left on a train.',
      security_incident: 'Confirmed',
      action: { error: { variety: ['Loss'], vector: ['Carelessness'] } },
      actor: { internal: { variety: ['End-user'], motive: ['NA'] } },
      asset: { assets: [{ variety: 'U - Laptop' }] },
      attribute: { confidentiality: { data_disclosure: 'Potentially' } },
      timeline: { incident: { year: 2024 } },
      victim: { country: ['LU'], employee_count: 'Unknown' },
    };
    const file = (name: string, value: unknown) => ({
      name,
      mimeType: 'application/json',
      buffer: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    });
    await page.goto(`${served.address}/incidents`);
    await page.getByRole('link', { name: 'Import incidents' }).click();
    await page.getByText('No file is chosen yet.').waitFor();
    await looked('import-empty-phone');
    const refused = { ...record, summary: 'Without its number', incident_id: undefined };
    await page
      .getByLabel('Files')
      .setInputFiles([file('two.json', [record, refused]), file('broken.json', '{"summary":')]);
    await page.getByText('not readable').waitFor();
    await page.getByRole('button', { name: 'Import 2 records' }).click();
    await page.getByText('2 of 2').waitFor();
    await page.getByText('incident_id', { exact: true }).waitFor();
    await page.getByText(/were kept and not understood/).click();
    await looked('import-done-phone');
    await page.getByRole('button', { name: 'Try the one that was not taken again' }).click();
    await page.getByText('2 of 2').waitFor();
    // The same file once more; and one whose answer is lost on the way: nothing is imported twice.
    const again = [file('one.json', record)];
    await page.getByLabel('Files').setInputFiles(again);
    await page.getByRole('button', { name: 'Import one record' }).click();
    await page.getByText('was imported before; nothing was added').waitFor();
    await page.getByText('1 of 1').waitFor();
    await page.route('**/api/incidents/from-veris', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page
      .getByLabel('Files')
      .setInputFiles([file('lost.json', { ...record, summary: 'A lost answer' })]);
    await page.getByRole('button', { name: 'Import one record' }).click();
    await page.getByText('not known whether it was imported').waitFor();
    await looked('import-unknown-phone');
    await page.unroute('**/api/incidents/from-veris');
    await page.getByRole('button', { name: 'Try the one that was not taken again' }).click();
    await page.getByRole('link', { name: 'A lost answer' }).waitFor();
    await page.getByLabel('Files').setInputFiles(again);
    await page.getByRole('button', { name: 'Import one record' }).click();
    await page.getByRole('link', { name: 'A laptop was left on a train.' }).click();
    await page.getByRole('link', { name: 'Record', exact: true }).click();
    await page.getByRole('link', { name: 'Files', exact: true }).click();
    await page.getByText('Record of VERIS').waitFor();
    await looked('imported-from-phone');
    const { incidents } = await page.evaluate<{ incidents: { title: string }[] }>(
      "fetch('/api/incidents').then((answer) => answer.json())",
    );
    for (const one of ['A laptop', 'A lost answer'])
      assert.equal(incidents.filter(({ title }) => title.startsWith(one)).length, 1, one);
  });

  test('the server away: it is said, and trying again works when it is back', async () => {
    await context.route('**/api/incidents?**', (route) => route.abort());
    await page.goto(`${served.address}/incidents`);
    await page.getByText('The server could not be reached.').waitFor();
    await looked('unreachable-phone');
    await context.unroute('**/api/incidents?**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'An invoice went to the wrong customer' }).waitFor();
    browser.complaints.splice(
      0,
      browser.complaints.length,
      ...browser.complaints.filter((one) => !/ERR_FAILED/.test(one)),
    );
  });
});
