/** What people sign, in a browser: the risk, the report to the authority, the public page; and the way there by keys. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Changed, type EditionChanged, type IncidentShown, ROLES } from '@forthright/contract';
import type { BrowserContext, BrowserContextOptions, Page, Route } from 'playwright-core';
import { actor, ask as askRecord } from '../../../server/src/incident/testing.ts';
import {
  finishedRun,
  LEAKS,
  mailingTo,
  person,
  writeWorkspace,
} from '../../../server/src/notify/campaigns/testing.ts';
import { buildWeb } from '../../../web/build.ts';
import { ADDRESS, STATEMENT, some, TEXTS } from '../../pages/world.ts';
import { whyNoChromium } from '../../peers/chromium.ts';
import { House } from '../../peers/house.ts';
import { addLookUps, endTrace } from './tracing.ts';
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
  /** Of the trace. */
  let insider = '';
  let tracer: Page;
  let trace = '';
  let ranking = '';

  before(async () => {
    const workspace = await writeWorkspace(folder);
    addLookUps(workspace);
    const mailing = mailingTo(1, {
      decoys: { domains: ['lux-post.example', 'brightmail.example'], maildirs: [], imap: [] },
      aliases: { domain: 'relay.marlow.example' },
    });
    house = await House.open(undefined, workspace, mailing, await buildWeb());
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

  /** A part of what follows the incident, in German on a phone and in English; empty, then with what was recorded. */
  const opened = async (path: string, heading: string) => {
    await officer.goto(`${address}${at}/${path}`);
    await officer.getByRole('heading', { name: heading }).waitFor();
  };

  test('in the first hour: three papers of what is recorded, what is missing said beside them, and a version that the desk reads', async () => {
    const fresh = await house.incident({ title: 'Names on review pages', kind: 'technical-error' });
    await officer.goto(address + fresh);
    await officer.getByText('not issued yet').first().waitFor();
    await looked('first-hour-light');
    await officer.getByRole('link', { name: 'Holding statement' }).click();
    const sheet = officer.locator('.paper');
    await sheet.getByText('We do not know yet which data it concerns.').waitFor();
    await looked('paper-statement-draft-light');
    await officer.getByText('Say how many, and which data').click();
    await officer.getByLabel('e-mail address', { exact: true }).check();
    await officer.getByLabel('People: at least', { exact: false }).fill('100');
    await officer.getByRole('button', { name: 'Say how many, and which data' }).click();
    await sheet.getByText('As far as we know, it concerns: e-mail address.').waitFor();
    await sheet.getByText(/^estimated by /).waitFor();
    await officer.getByRole('button', { name: 'in 4 hours' }).click();
    await sheet.getByText(/^We know more by /).waitFor();
    await officer.getByRole('button', { name: 'Issue this version' }).click();
    await officer.getByText('Support agents read it at their desk from then on').waitFor();
    await looked('paper-issue-light');
    // Somebody else knows more meanwhile: what they said is read before it is issued.
    await house.ask('investigator', 'PATCH', fresh, { version: 2, brand: 'Marlow Home' });
    await officer.getByRole('button', { name: 'Issue it' }).click();
    await officer.getByText('Somebody has changed this meanwhile.').waitFor();
    await officer.getByText('an incident with Marlow Home', { exact: false }).waitFor();
    assert.equal(await officer.getByRole('button', { name: 'Issue it' }).isDisabled(), true);
    await officer.getByRole('button', { name: 'Close', exact: true }).click();
    await officer.getByRole('button', { name: 'Issue this version' }).click();
    await officer.getByRole('button', { name: 'Issue it' }).click();
    await sheet.getByText(/^Version 1, issued by /).waitFor();
    await officer.getByRole('link', { name: 'Version 1' }).waitFor();
    await looked('paper-issued-light');
    const printed = await officer.getByRole('link', { name: 'Open for printing' }).getAttribute('href');
    assert.match(await (await officer.request.get(address + printed)).text(), /<h2>What to say<\/h2>/);

    await officer.getByRole('link', { name: 'Report to the authority' }).click();
    await sheet.getByText('Incomplete: what is missing is listed at the end').waitFor();
    await officer.getByText('Say what happened, and what is done about it').click();
    await officer.getByLabel('Cause (may be left out)').selectOption('error');
    await officer.getByLabel('What happened, in a few words').fill('A template printed the author.');
    await looked('paper-report-draft-light');
    await officer.getByRole('button', { name: 'Say what happened' }).click();
    await sheet.getByText('A template printed the author.').waitFor();
    // Two who say what they know at the same time: neither loses a word, though a form is closed or the server is away.
    const [who, how] = ['Say who answers for it', 'Say how many, and which data'];
    const summary = (name: string) => officer.locator('summary', { hasText: name });
    const pressed = (name: string) => officer.getByRole('button', { name }).click();
    await summary(how).click();
    await officer.getByLabel('People: at most', { exact: false }).fill('250');
    await summary(how).click();
    await summary(who).click();
    await officer.getByLabel('Contact point (may be left out)').fill('Ines Oduya, +352 20 00 00');
    const elsewhere = { site: 'marlow.example', contactPoint: 'The office', role: { as: 'controller' } };
    await house.ask('investigator', 'PATCH', fresh, { version: 4, ...elsewhere });
    const shown = `${address}/api${fresh}`;
    const busy = { status: 409, json: { code: 'database-busy', detail: 'Busy.', problems: [] } };
    const away = (route: Route) =>
      route.request().method() === 'GET' ? route.fulfill(busy) : route.fallback();
    await officer.route(shown, away);
    await pressed(who);
    await officer.getByRole('button', { name: 'Try again' }).waitFor();
    await officer.unroute(shown, away);
    await officer.getByRole('button', { name: 'Try again' }).click();
    await officer.getByText('Somebody else has said otherwise while you were typing.').waitFor();
    await officer.getByText('The office', { exact: true }).first().waitFor();
    await looked('paper-two-at-once-light');
    assert.ok(await officer.getByRole('button', { name: who }).isDisabled());
    await officer.getByRole('button', { name: 'Keep yours' }).click();
    assert.equal(await officer.getByLabel('Its role', { exact: false }).inputValue(), 'controller');
    await officer.getByLabel('Its role', { exact: false }).selectOption('');
    await pressed(who);
    await sheet.getByText('Ines Oduya, +352 20 00 00').waitFor();
    await sheet.getByText('marlow.example', { exact: true }).waitFor();
    await summary(how).click();
    assert.equal(await officer.getByLabel('People: at most', { exact: false }).inputValue(), '250');
    await pressed(how);
    await sheet.getByText('100 to 250', { exact: false }).first().waitFor();
    const { role, contactPoint } = await house.ask<IncidentShown>('investigator', 'GET', fresh);
    assert.deepEqual([role, contactPoint], [undefined, 'Ines Oduya, +352 20 00 00']);
    await officer.getByRole('button', { name: 'Issue this version' }).click();
    await officer.getByText('Art. 33(4)', { exact: false }).last().waitFor();
    await officer.getByRole('button', { name: 'Issue it' }).click();
    await sheet.getByText(/^Version 1, issued by /).waitFor();
    await officer.emulateMedia({ media: 'print' });
    await picture(officer, 'paper-print');
    assert.equal(await officer.getByRole('link', { name: 'Open for printing' }).isVisible(), false);
    await officer.emulateMedia({ media: null });

    // Of a time that two have said otherwise both are shown, and what the other said beside it is kept.
    await officer.goto(`${address}${fresh}/times`);
    const contained = officer.getByLabel('Contained', { exact: true });
    await contained.fill('2025-11-20T11:00');
    const { version } = await house.ask<IncidentShown>('investigator', 'GET', fresh);
    const theirs = { at: '2025-11-20T11:20:00+01:00', saidBy: 'Tom' };
    const times = { contained: theirs, firstSignal: { ...theirs, at: '2025-11-20T09:00:00+01:00' } };
    await house.ask('investigator', 'PATCH', fresh, { version, times });
    await pressed('Record these times');
    await officer.getByText('2025-11-20 11:20').waitFor();
    assert.equal(await contained.inputValue(), '2025-11-20T11:00');
    await looked('times-two-at-once-light');
    await pressed('Keep yours');
    await pressed('Record these times');
    await officer
      .getByRole('button', { name: 'Record these times' })
      .and(officer.locator(':disabled'))
      .waitFor();
    const now = (await house.ask<IncidentShown>('investigator', 'GET', fresh)).times;
    assert.deepEqual(
      [now.contained?.at, now.firstSignal?.saidBy].map((one) => one?.slice(0, 16)),
      ['2025-11-20T10:00', 'Tom'],
    );

    const phone = { viewport: { width: 360, height: 740 }, locale: 'de-DE', colorScheme: 'dark' } as const;
    const reader = await (await as('auditor', phone)).newPage();
    await reader.goto(`${address}${fresh}/papers?paper=board-brief`);
    await reader.getByText('Ermittlung oder Datenschutz geben es aus.').waitFor();
    assert.equal(await reader.getByRole('button', { name: 'ausgeben' }).count(), 0);
    await looked('paper-brief-auditor-german-dark-phone', reader);
    await reader.getByRole('link', { name: 'Erste Stellungnahme' }).click();
    await reader.getByRole('link', { name: 'Fassung 1' }).click();
    await reader
      .locator('.paper')
      .getByText(/^Version 1, issued by /)
      .waitFor();
    await looked('paper-issued-german-dark-phone', reader);
    await reader.context().close();
  });

  test('a recipient is asked to delete, by a letter that a person hands over, and only what is in writing counts', async () => {
    await opened('recipients', 'Those who got the data');
    await officer.getByText('Nobody is listed.').waitFor();
    await looked('recipients-empty-light');
    await officer.getByText('List a recipient').click();
    await officer.getByLabel('Who they are').selectOption('employee');
    await officer.getByLabel('Pseudonym, as the answers show them').waitFor();
    await officer.getByLabel('Who they are').selectOption('seller');
    await officer.getByLabel('Name (may be left out)').fill('Lamp Shop');
    await officer.getByLabel('How to reach them').fill('1 Quay Street, 4711 Port');
    await officer.getByRole('button', { name: 'List a recipient' }).click();
    const row = officer.locator('.rows > li', { hasText: 'Lamp Shop' });
    await row.getByText('Write the letter, or a reminder').click();
    await row.getByLabel('Who writes').fill('Marlow Market, Ada');
    await row.getByLabel('Which data they got, one a line').fill('name\ne-mail address');
    await row.getByLabel('They confirm until').fill('2025-12-01T12:00');
    await row.getByLabel('Where the confirmation goes').fill('privacy@marlow.example');
    await looked('recipients-letter-light');
    await row.getByRole('button', { name: 'Write the letter, or a reminder' }).click();
    await row.getByText('letter written', { exact: true }).waitFor();
    await row.getByText('Record that the letter was handed over').click();
    await row.getByLabel('When').fill('2025-11-20T13:00');
    await row.getByRole('button', { name: 'Record that the letter was handed over' }).click();
    await row.getByText('asked', { exact: true }).waitFor();
    await row.getByText('Record what they answered').click();
    await row.getByLabel('When').fill('2025-11-20T13:10');
    await row.getByLabel('Confirmed by').fill('Lea Lamp');
    await row.getByLabel('In what words').fill('We deleted the list.');
    await row.getByLabel('It is in writing').check();
    await row
      .getByLabel('File that proves it')
      .setInputFiles({ name: 'answer.pdf', mimeType: 'application/pdf', buffer: Buffer.from('answer') });
    await row.getByLabel('Where it comes from').fill('By post; the office keeps it.');
    await row.getByRole('button', { name: 'Record what they answered' }).click();
    await row.getByText('deleted', { exact: true }).waitFor();
    await officer.getByText('1 asked: 1 confirmed in writing, 0 refused, 0 without an answer.').waitFor();
    await looked('recipients-light');
    await officer.getByRole('link', { name: 'refused', exact: true }).click();
    await officer.waitForURL(/state=refused/);
    await officer.getByText('Nobody is listed.').waitFor();
  });

  test('what an authority asks is answered question by question, and what people write has its clock', async () => {
    await opened('inquiries', 'What authorities ask');
    await officer.getByText('Record an inquiry').click();
    await officer.getByLabel('Authority').fill('CNPD');
    await officer.getByLabel('Their reference number').fill('Q-7');
    await officer.getByLabel('Received').fill('2025-11-20T09:00');
    await officer.getByLabel('Deadline').fill('2025-12-05T18:00');
    await officer.getByLabel('Questions, one a line').fill('How many?\nWhose data?');
    await officer.getByRole('button', { name: 'Record an inquiry' }).click();
    await officer.getByText('Answer question 2').click();
    await officer.getByLabel('Answer', { exact: true }).fill('Thirty people.');
    await officer.getByRole('button', { name: 'Answer question 2' }).click();
    await officer.getByText('Thirty people.').waitFor();
    await officer.getByText('Answer question 2 anew').waitFor();
    await looked('inquiries-light');

    await opened('inbox', 'What people write');
    await officer.getByText('Record what somebody writes').click();
    await officer.getByLabel('What it is').selectOption('access');
    assert.equal(
      await officer.getByLabel(/^By when we mean to answer/).count(),
      0,
      'the law has its own clock',
    );
    await officer.getByLabel('Received').fill('2025-11-20T09:00');
    await officer.getByLabel('Name (may be left out)').fill('Carla Customer');
    await officer.getByLabel('What they write').fill('What do you know of me?');
    await officer.getByRole('button', { name: 'Record what somebody writes' }).click();
    const row = officer.locator('.rows > li', { hasText: 'Carla Customer' });
    await row.getByText('GDPR Art. 12(3)').waitFor();
    await row.getByText('Say who answers').click();
    await row.getByLabel('Who answers').selectOption({ index: 1 });
    await row.getByRole('button', { name: 'Say who answers' }).click();
    await row.getByText('Record the answer').waitFor();
    await looked('inbox-light');
  });

  test('people told one by one, delays and sellers each have their list', async () => {
    await opened('concerned', 'People who are told one by one');
    await officer.getByText('List a person').click();
    await officer.getByLabel('Name', { exact: true }).fill('Paul Parcel');
    await officer.getByRole('button', { name: 'List a person' }).click();
    await officer.getByText('Paul Parcel').waitFor();
    await officer.getByText('Record that they were told').click();
    await officer.getByLabel('When', { exact: true }).fill('2025-11-20T13:00');
    await officer.getByRole('button', { name: 'Record that they were told' }).click();
    await officer.getByText('by telephone').waitFor();
    await looked('concerned-light');

    await opened('delays', 'What law enforcement asked to wait with');
    await officer.getByText('Record a request to wait').click();
    await officer.getByLabel('Agency', { exact: true }).fill('Police of Port');
    await officer.getByLabel('Their reference number', { exact: true }).fill('P-1');
    await officer.getByLabel('Asked', { exact: true }).fill('2025-11-20T10:00');
    await officer.getByLabel('In which form', { exact: true }).selectOption('oral');
    await officer.getByLabel('To be confirmed in writing by', { exact: true }).fill('2025-11-25T10:00');
    await officer.getByLabel('From', { exact: true }).fill('2025-11-20T10:00');
    await officer.getByLabel('Until', { exact: true }).fill('2025-12-20T10:00');
    await officer.getByLabel('Why', { exact: true }).fill('An arrest is planned.');
    await officer.getByRole('button', { name: 'Record a request to wait' }).click();
    await officer.getByText('only spoken', { exact: true }).last().waitFor();
    await officer.getByText('End it').first().click();
    await officer.getByLabel('When', { exact: true }).fill('2025-11-20T13:30');
    await officer.getByLabel('Why it is over', { exact: true }).fill('They are arrested.');
    await officer.getByRole('button', { name: 'End it' }).click();
    await officer.getByText('They are arrested.').waitFor();
    await looked('delays-light');

    await opened('sellers', 'Sellers who are banned');
    await officer.getByText('No seller is banned.').waitFor();
    await looked('sellers-empty-light');
    await officer.getByText('Write to a seller').click();
    await officer.getByLabel('Seller', { exact: true }).fill('Lamp Shop');
    await officer.getByLabel('Address', { exact: true }).fill('1 Quay Street');
    await officer.getByLabel('Who writes', { exact: true }).fill('Marlow Market, Ada');
    await officer
      .getByLabel('What was found, as the seller is told it', { exact: true })
      .fill('Bought addresses were used.');
    await officer.getByLabel('Which of our rules it breaks', { exact: true }).fill('Rule 4');
    await officer.getByLabel('What the seller is asked for beside', { exact: true }).fill('Delete them.');
    await officer.getByLabel('Banned from', { exact: true }).fill('2025-11-21T00:00');
    await officer.getByLabel('Where to appeal', { exact: true }).fill('appeals@marlow.example');
    await officer.getByLabel('Appeal until', { exact: true }).fill('2025-12-21T00:00');
    await officer.getByLabel('Who carries the ban out', { exact: true }).selectOption({ index: 1 });
    await officer.getByLabel('Until', { exact: true }).fill('2025-11-22T00:00');
    await looked('sellers-form-light');
    await officer.getByRole('button', { name: 'Write to a seller' }).click();
    await officer.getByText('The letter', { exact: true }).waitFor();
  });

  test('decoys are planted after the gate, taken by whoever loads them, and aliases are found by what stands in a mail', async () => {
    const settle = async () => {
      await officer.getByLabel('Purpose').fill('Notice when addresses are passed on.');
      await officer.getByLabel('Legal basis').fill('Art. 6(1)(f) GDPR');
      await officer.getByLabel('Works council').selectOption('notNeeded');
      await officer.getByLabel('Why none has a say').fill('There is no works council here.');
      await officer.getByLabel('Who answers for it').fill('Ines Oduya');
    };
    await officer.goto(`${address}/decoys`);
    await officer.getByText('No decoys stand anywhere.').waitFor();
    await officer.getByText('Plant decoys').click();
    await officer.getByLabel('Queues of teams').fill('team-7\nteam-8');
    await settle();
    await looked('decoys-form-light');
    await officer.getByRole('button', { name: 'Plant decoys' }).click();
    await officer.getByText('queue of a team: 2', { exact: false }).waitFor();
    await officer.getByText('not yet: mail to them means nothing').waitFor();
    await officer.getByText('Take them, to be loaded').click();
    const saved = officer.waitForEvent('download');
    await officer.getByRole('button', { name: 'Take them, to be loaded' }).click();
    assert.equal((await saved).suggestedFilename(), 'customers.csv');
    await officer.getByText('not yet: mail to them means nothing').waitFor({ state: 'detached' });
    await looked('decoys-light');

    await officer.goto(`${address}/aliases`);
    await officer.getByText('No book of aliases is open.').waitFor();
    await officer.getByText('Open a book of aliases').click();
    await settle();
    await officer.getByRole('button', { name: 'Open a book of aliases' }).click();
    await officer.getByText('Notice when addresses are passed on.').waitFor();
    await looked('aliases-light');
  });

  test('an incident is restricted to some people and opened again; a question that is decided leads to the decision', async () => {
    await officer.goto(`${address}${at}/manage`);
    await officer.getByText('Everybody whose role allows it.').waitFor();
    await officer.getByText('Restrict it to some people').click();
    const people = officer.getByRole('group', { name: 'Who may see it' });
    await people.getByLabel('you').check();
    await officer.getByLabel('Why').fill('A colleague may be concerned.');
    await looked('manage-light');
    await officer.getByRole('button', { name: 'Restrict it to some people' }).click();
    await officer.getByText('Only you. To all others it is not there.').waitFor();
    await officer.getByText('Open it to everybody whose role allows it').click();
    await officer.getByLabel('Why').fill('Nobody of them is concerned.');
    await officer.getByRole('button', { name: 'Open it to everybody whose role allows it' }).click();
    await officer.getByText('Everybody whose role allows it.').waitFor();

    await officer.goto(`${address}${at}/duties`);
    const questions = officer.locator('section[aria-labelledby=questions]');
    await questions.getByText('How great is the risk to the people').waitFor();
    await questions.getByRole('link', { name: 'Decide it' }).waitFor();
  });

  test('managers’ answers, hand-overs and keys have their views', async () => {
    await officer.goto(`${address}${at}/access-reviews`);
    await officer.getByText('Nobody was asked.').waitFor();
    await looked('access-reviews-empty-light');
    const keeper = await (await as('administrator')).newPage();
    await keeper.goto(`${address}/hand-overs`);
    await keeper.getByText('Nothing was handed over.').waitFor();
    await keeper.getByText('Ask for a hand-over').click();
    await looked('hand-overs-light', keeper);
    await keeper.goto(`${address}/keys`);
    await keeper.getByText('open: entries are taken').waitFor();
    await looked('sign-keys-light', keeper);
    await keeper.goto(`${address}/webhooks`);
    await keeper.getByText('No program is told of anything.').waitFor();
    await keeper.getByText('Add a webhook').click();
    await keeper.getByLabel('Address').fill('https://hooks.marlow.example/forthright');
    await keeper.getByRole('button', { name: 'Add a webhook' }).click();
    await keeper.getByText('Its secret is shown this once: copy it now.').waitFor();
    await keeper.getByRole('link', { name: 'What was sent' }).click();
    await keeper.getByText('Nothing was sent yet.').waitFor();
    await looked('webhooks-light', keeper);
    await keeper.context().close();
  });

  test('what follows an incident in German, in the dark and on a phone', async () => {
    const phone = { viewport: { width: 360, height: 740 }, locale: 'de-DE', colorScheme: 'dark' } as const;
    const german = await (await as('privacy-officer', phone)).newPage();
    for (const [path, title] of [
      ['recipients', 'Wer die Daten bekommen hat'],
      ['inbox', 'Was Menschen schreiben'],
      ['inquiries', 'Was Behörden fragen'],
      ['concerned', 'Betroffene, die einzeln informiert werden'],
      ['delays', 'Worum Ermittlungsbehörden baten zu warten'],
      ['sellers', 'Händler, die gesperrt werden'],
      ['access-reviews', 'Was Vorgesetzte dazu sagen, wer was sieht'],
      ['manage', 'Wer diesen Vorfall sehen darf'],
      ['/decoys', 'Köder'],
      ['/aliases', 'Aliasse'],
    ] as const) {
      await german.goto(`${address}${path.startsWith('/') ? path : `${at}/${path}`}`);
      await german.getByRole('heading', { name: title, exact: true }).waitFor();
      await german.locator('.rows > li, .empty, .deed').first().waitFor();
      await looked(`${path.replace('/', '')}-german-dark-phone`, german);
    }
    await german.context().close();
  });

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
    await officer.getByRole('link', { name: 'Law', exact: true }).click();
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

  test('what customers reported stands in groups; a group becomes the reports of a trace, behind a gate', async () => {
    for (let n = 0; n < 4; n += 1) {
      const [sender, words] =
        n < 3
          ? ['lamps@lamps.example', 'Offer for your home, today only.']
          : ['win@luck.example', 'You have won.'];
      const text = `---------- Forwarded message ---------\nFrom: Lamp Shop <${sender}>\nDate: Tuesday, 18 November 2025 9:31\nSubject: An offer\nTo: <person-${n}@people.example>\n\n\n${words}\nhttps://www.${sender.split('@')[1]}/offer\n`;
      await house.ask('investigator', 'POST', '/reports', { address: `person-${n}@people.example`, text });
    }
    insider = await house.incident({ title: 'Addresses came to a shop', kind: 'insider' });
    tracer = await (await as('investigator')).newPage();
    await tracer.goto(`${address}/reports`);
    await tracer.getByText('3 reports', { exact: true }).waitFor();
    await tracer.getByText('One that stands alone').click();
    await tracer.getByLabel('Lamp Shop').first().check();
    await looked('reports-light', tracer);
    await tracer.getByRole('link', { name: 'Addresses came to a shop' }).click();
    await tracer.getByText('Nobody has been traced.').waitFor();
    assert.equal(
      await tracer.getByRole('button', { name: 'Open the trace' }).count(),
      0,
      'an officer opens it',
    );
    await looked('traces-none-light', tracer);

    await officer.goto(`${address}${insider}/traces`);
    await officer.getByLabel('Purpose').fill('Find out through whom addresses came to a shop.');
    await officer.getByLabel('Legal basis').fill('Art. 6(1)(f) GDPR');
    await officer.getByLabel('On', { exact: true }).fill('2025-09-01');
    await officer.getByLabel('Agreement', { exact: true }).fill('Works agreement 12/2025');
    await looked('trace-gate-light');
    await officer.getByRole('button', { name: 'Open the trace' }).click();
    await officer.getByText('It has not been asked yet.').waitFor();
    trace = new URL(officer.url()).pathname.split('/').at(-1) ?? '';
    await officer.getByText('Nobody is scored before a second person').waitFor();
    const second = await (await as('approver', { viewport: { width: 390, height: 844 } })).newPage();
    await second.goto(officer.url());
    await second.getByLabel('Why').fill('The works council has agreed to exactly this.');
    await second.getByRole('button', { name: 'Confirm what it is for' }).click();
    await second.getByText('Confirmed by').waitFor();
    await looked('trace-confirmed-phone', second);
    await second.context().close();
  });

  test('whom reports point to: the ranking with its error rate, the name behind two signatures, and what follows', async () => {
    await tracer.reload();
    await tracer.getByRole('link', { name: 'Find out through whom' }).click();
    await tracer.getByText('One group is chosen.').waitFor();
    await tracer.getByLabel('Look-ups from').fill('2025-09-01T08:00');
    await tracer.getByLabel('Look-ups to').fill('2025-11-18T08:00');
    await tracer.getByLabel('admin', { exact: true }).check();
    await tracer.getByLabel('Region').selectOption('routing');
    await looked('trace-ask-light', tracer);
    await tracer.getByRole('button', { name: 'Ask', exact: true }).click();
    await tracer.getByText('the workspace maps no column').waitFor();
    await tracer.getByLabel('Region').selectOption('no');
    await tracer.getByRole('button', { name: 'Ask', exact: true }).click();
    await tracer.waitForURL(/\/runs\/job_/);
    const job = new URL(tracer.url()).pathname.split('/').at(-1) ?? '';
    await endTrace(house, { incident: insider.split('/').at(-1) ?? '', trace, job });
    ranking = new URL(tracer.url()).pathname;
    await tracer.reload();
    await tracer.getByText('The reports point to employee-3 and returns-north.').waitFor();
    await tracer.getByText(/is ever named is at most 1 in 100/).waitFor();
    await tracer.getByRole('link', { name: 'employee-3' }).click();
    await tracer.getByText('Locked: one asks with a reason').waitFor();
    assert.equal(await tracer.getByRole('button', { name: 'Ask for the name' }).count(), 0);
    await looked('trace-run-light', tracer);

    await officer.goto(`${address}${ranking}?candidate=employee-3`);
    await officer.getByLabel('Why').first().fill('To hear them before anything is done.');
    await officer.getByRole('button', { name: 'Ask for the name' }).click();
    await officer.getByText('Somebody else grants it.').waitFor();
    const phone = await (await as('approver', { viewport: { width: 390, height: 844 } })).newPage();
    await phone.goto(`${address}${ranking}?candidate=employee-3`);
    await phone.getByLabel('Why').fill('The past reports are quiet; I read what speaks against it.');
    await looked('trace-grant-phone', phone);
    await phone.getByRole('button', { name: 'Grant it' }).click();
    await phone.getByRole('button', { name: 'Say the name' }).waitFor();
    await phone.context().close();
    await officer.reload();
    await officer.getByRole('button', { name: 'Say the name' }).click();
    await officer.getByText('employee-3 is the account e-4711').waitFor();
    await officer.getByLabel('Suspend their access').check();
    await officer.getByRole('button', { name: 'Give these tasks' }).click();
    await officer.getByText('One task was given.').waitFor();
    const packing = officer.waitForEvent('download');
    await officer.getByRole('button', { name: 'Folder of evidence' }).click();
    assert.equal((await packing).suggestedFilename(), 'employee-3.tar');
    await officer.getByText('Confirm as a source').click();
    await officer.getByLabel('e-mail address').check();
    await officer.getByLabel('Why').last().fill('They have said so.');
    await looked('trace-unlocked-light');
    await officer.getByRole('button', { name: 'Confirm', exact: true }).click();
    await officer.getByText('employee-3 is confirmed as a source.').waitFor();
    await officer.getByRole('link', { name: 'What has leaked now' }).click();
    await officer.locator('.rows li').first().waitFor();
    const kept = await officer.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }])',
    );
    assert.doesNotMatch(kept, /e-4711/, 'the name stays nowhere');
  });

  test('tasks, notes and files of an incident', async () => {
    await officer.goto(`${address}${insider}/tasks`);
    await officer.getByText('Suspend the access of employee-3').waitFor();
    await officer.getByText('Finish it').click();
    await officer.getByLabel('What was done').fill('Suspended by IT at noon.');
    await officer.getByRole('button', { name: 'Record it' }).click();
    await officer.getByText('No task is open.').waitFor();
    await officer.getByLabel('A note for the record').fill('The works council was told at 14:00.');
    await officer.getByRole('button', { name: 'Note it' }).click();
    await officer.locator('.as-came', { hasText: 'The works council was told at 14:00.' }).waitFor();
    await looked('tasks-light');
    await officer.getByRole('link', { name: 'Files', exact: true }).click();
    await officer.getByText('answer of a trace', { exact: true }).waitFor();
    await officer
      .getByLabel('File', { exact: true })
      .setInputFiles({ name: 'chat.txt', mimeType: 'text/plain', buffer: Buffer.from('12:01 hello') });
    await officer.getByLabel('Where it comes from').fill('From the team lead, by hand.');
    await officer.getByRole('button', { name: 'Hand it in' }).click();
    await officer.getByText('chat.txt').first().waitFor();
    await looked('files-light');
    const saving = officer.waitForEvent('download');
    await officer.getByRole('button', { name: 'Save' }).click();
    assert.equal((await saving).suggestedFilename(), 'chat.txt');
  });

  test('with the keyboard alone: to an incident by its title, to a part of it, and to the list of keys', async () => {
    await officer.goto(address);
    await officer.getByRole('heading', { name: 'What is to be done' }).waitFor();
    await officer.keyboard.press('Control+k');
    await officer.getByLabel('Where to, or which incident?').waitFor();
    await officer.keyboard.type('review pages showed');
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
    ['answers', '', '.empty, .six'],
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
      for (const [name, path, selector] of [
        ['reports', '/reports', '.groups'],
        ['traces', `${insider}/traces`, '.rows'],
        ['trace', `${insider}/traces/${trace}`, '.facts'],
        ['trace-run', `${ranking}?candidate=employee-3`, '.candidate table'],
        ['tasks', `${insider}/tasks`, '.as-came'],
        ['files', `${insider}/files`, '.rows'],
      ] as const) {
        await other.goto(address + path);
        await other.locator(selector).first().waitFor();
        await looked(`${name}-${colorScheme}-${width}-${locale.slice(0, 2)}`, other);
      }
      await other.context().close();
    });

  test('each role is led to what it may see and nothing else; elsewhere it is told so, with nothing to press', async () => {
    const router = readFileSync(new URL('../../../web/src/app/router.tsx', import.meta.url), 'utf8');
    const session = readFileSync(new URL('../../../web/src/app/session.ts', import.meta.url), 'utf8');
    const groups = new Map(
      [...session.matchAll(/const (\w+): readonly Role\[\] = \[([^\]]+)\]/g)].map(([, name, roles = '']) => [
        name,
        roles,
      ]),
    );
    const places = [...router.matchAll(/path: '([^']+)',\n\s+staticData: \{\s*place: \{([^}]+)\}/g)].map(
      ([, path = '', place = '']) => {
        const may = /may: (\[[^\]]*\]|\w+)/
          .exec(place)?.[1]
          ?.replace(/[A-Z]+/g, (name) => groups.get(name) ?? name);
        return { path, isWay: /isWay/.test(place), may: may?.match(/[a-z][a-z-]+/g) ?? undefined };
      },
    );
    assert.ok(places.length > 24, String(places.length));
    // Its people have seats for the record alone; `roles.test.ts` looks at the page.
    const visited = places.filter(({ path }) => path !== '/people');
    for (const role of ROLES.filter((one) => one !== 'customer-app')) {
      const context = await as(role);
      const page = await context.newPage();
      const forbidden: string[] = [];
      page.on('response', (answer) => {
        if (answer.status() === 403 || answer.status() >= 500) forbidden.push(answer.url());
      });
      await page.goto(`${address}/sample`);
      await page.locator('.account').waitFor();
      for (const { path, may } of visited) {
        house.world.pass(0.005);
        const isLed = may === undefined || may.includes(role);
        const to = path.replace('$incident', insider.split('/').at(-1) ?? '');
        // As the ways within the application go, without loading it anew.
        await page.evaluate(
          `history.pushState({}, '', ${JSON.stringify(to)}); dispatchEvent(new PopStateEvent('popstate'))`,
        );
        // What was looked at before may still be there.
        const refusal = page.getByText('Your roles do not allow this.');
        await refusal.waitFor({ state: isLed ? 'detached' : 'visible' });
        await page.locator('main :is(h1, h2)').first().waitFor();
        await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
        assert.equal(await refusal.count(), isLed ? 0 : 1, `${path} as ${role}`);
        if (!isLed)
          assert.equal(await page.locator('main :is(button, input, form)').count(), 0, `${path} as ${role}`);
        // Whoever only reads is offered nothing that changes anything.
        if (role === 'auditor') assert.equal(await page.locator('main button[type=submit]').count(), 0, path);
      }
      assert.deepEqual(forbidden, [], role);
      const ways = await page.evaluate<string[]>(
        "[...document.querySelectorAll('.ways a')].map((one) => one.getAttribute('href'))",
      );
      const own = places.filter((one) => one.isWay && (one.may?.includes(role) ?? role !== 'support-agent'));
      for (const { path } of own) assert.ok(ways.includes(path), `${path} for ${role}`);
      await context.close();
    }
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
