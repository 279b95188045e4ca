/** One person proposes whom to tell, another signs it, or decides otherwise; and nobody signs what they have not read. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Changed, IncidentShown } from '@forthright/contract';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { buildWeb } from '../../../web/build.ts';
import { whyNoChromium } from '../../peers/chromium.ts';
import { House, SECOND_OFFICER } from '../../peers/house.ts';
import { picture, refuseBarriers, refuseSideways, Watched } from './world.ts';

const PHONE = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;
const GERMAN_PHONE = { ...PHONE, locale: 'de-DE' } as const;
const WHY = 'Names and addresses of 40 customers; the authority has to know.';
const DUE = '2025-11-23T09:00:00Z';

describe('proposing and signing, in a browser', { skip: whyNoChromium() ?? false }, () => {
  let house: House;
  let address = '';
  let browser: Watched;
  /** English, light, wide. */
  let proposer: Page;
  /** German, dark, on a phone. */
  let approver: Page;
  let officer: Page;

  before(async () => {
    house = await House.open(undefined, undefined, undefined, await buildWeb());
    address = await house.world.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await Watched.open();
    proposer = await as('investigator');
    approver = await as('approver', GERMAN_PHONE);
    officer = await as('privacy-officer', GERMAN_PHONE);
  });
  after(async () => {
    await browser?.close();
    await house?.close();
    // What was overtaken is refused, and so is what is not theirs to sign, which the console repeats.
    assert.deepEqual(
      browser?.complaints.filter((one) => !/status of 40[39]/.test(one)),
      [],
      'the browser complained',
    );
  });

  const as = async (who: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.context(options);
    await context.addCookies([{ ...house.cookieOf(who), url: address }]);
    return context.newPage();
  };
  const looked = async (page: Page, name: string) => {
    await picture(page, name);
    await refuseSideways(page, name);
    await refuseBarriers(page, name);
  };
  /** The same as it stands, once more in the other theme. */
  const lookedInBoth = async (page: Page, name: string) => {
    await looked(page, name);
    const isDark = await page.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches");
    await page.emulateMedia({ colorScheme: isDark ? 'light' : 'dark' });
    await looked(page, `${name}-${isDark ? 'light' : 'dark'}`);
    await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
  };
  const decided = (who: string, incident: string, given: object) =>
    house.ask<Changed>(who, 'POST', `${incident}/decisions`, { version: 1, reason: WHY, ...given });
  const proposed = (incident: string, answer: string, given: object = {}) =>
    decided('investigator', incident, { step: 'proposal', answer, due: DUE, ...given });
  const stepsOf = async (incident: string) =>
    (await house.ask<IncidentShown>('auditor', 'GET', incident)).decisions;
  const tabTo = async (page: Page, target: Locator) => {
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press('Tab');
      if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    }
    assert.fail('no way there by the key');
  };

  test('who proposes sees that it waits for somebody else, and can not sign it', async () => {
    const incident = await house.incident({ title: 'Parcels with the wrong labels' });
    await proposer.goto(`${address}${incident}/decide`);
    await proposer.getByText('Nothing is decided yet.').waitFor();
    await proposer.getByLabel('tell the authority').check();
    await proposer.getByLabel('Why').fill(WHY);
    await lookedInBoth(proposer, 'decide-propose');
    await proposer.getByRole('button', { name: 'Propose: tell the authority' }).click();
    await proposer.getByText('Proposed: tell the authority').waitFor();
    await proposer.getByText('never for whoever proposed it').waitFor();
    await proposer.getByText(WHY).waitFor();
    assert.equal(await proposer.getByRole('button', { name: /^Decide/ }).count(), 0);
    await lookedInBoth(proposer, 'decide-waits');
    const [proposal] = await stepsOf(incident);
    const own = { version: 1, step: 'decision', answer: 'tell-authority', due: DUE, reason: 'x' };
    const refused = await proposer.request.post(`${address}/api${incident}/decisions`, {
      headers: { origin: address },
      data: { ...own, proposal: proposal?.id },
    });
    assert.equal(refused.status(), 403);
    // Nor does an officer, who decides alone otherwise: the answer of their proposal is not among theirs.
    const other = await house.incident({ title: 'An invoice was opened' });
    await decided(SECOND_OFFICER, other, { step: 'proposal', answer: 'register-only' });
    const second = await as(SECOND_OFFICER, PHONE);
    await second.goto(`${address}${other}/decide`);
    await second.getByText('never for whoever proposed it').waitFor();
    await second.getByText('Decide anew').click();
    await second.getByLabel('tell the authority').waitFor();
    assert.equal(await second.getByLabel('record only').count(), 0);
    await looked(second, 'decide-own-phone-dark');
    await second.context().close();
  });

  test('an approver finds it on the first page, reads why, and signs it without a mouse', async () => {
    await approver.goto(address);
    const found = approver.getByRole('link', {
      name: 'Über einen Vorschlag entscheiden: der Behörde melden',
    });
    await found.waitFor();
    await lookedInBoth(approver, 'home-waiting-german-phone');
    await tabTo(approver, found);
    await approver.keyboard.press('Enter');
    await approver.getByText(WHY).waitFor();
    await approver.getByText('Anders entscheiden kann nur der Datenschutz.', { exact: false }).waitFor();
    assert.equal(await approver.getByRole('radio').count(), 1);
    await lookedInBoth(approver, 'decide-sign-german-phone');
    await tabTo(approver, approver.getByLabel('Warum'));
    await approver.keyboard.type('Einverstanden.');
    await tabTo(approver, approver.getByRole('button', { name: 'Entscheiden: der Behörde melden' }));
    await approver.keyboard.press('Enter');
    await approver.getByText('Entschieden: der Behörde melden').waitFor();
    await approver.getByText('Auf den Vorschlag hin: der Behörde melden').waitFor();
    await approver.getByRole('heading', { name: 'Entscheidung' }).and(approver.locator(':focus')).waitFor();
    assert.equal(await approver.getByRole('textbox').count(), 0);
    await lookedInBoth(approver, 'decide-signed-german-phone');
    await proposer.reload();
    await proposer.getByText('Decided: tell the authority').waitFor();
    await proposer.getByText('Einverstanden.').waitFor();
  });

  test('an officer decides otherwise, and whoever proposed reads why', async () => {
    const incident = await house.incident({ title: 'A list of newsletters was mailed' });
    await proposed(incident, 'tell-people');
    await officer.goto(address);
    await officer
      .getByRole('link', { name: 'Über einen Vorschlag entscheiden: die Betroffenen benachrichtigen' })
      .click();
    await officer.getByText(WHY).waitFor();
    await officer.getByLabel('nur dokumentieren').check();
    await officer.getByLabel('Warum').fill('Nur Adressen von uns selbst waren in der Liste.');
    await looked(officer, 'decide-otherwise-german-phone');
    await officer.getByRole('button', { name: 'Entscheiden: nur dokumentieren' }).click();
    await officer.getByText('Entschieden: nur dokumentieren').waitFor();
    await proposer.goto(`${address}${incident}/decide`);
    await proposer.getByText('Decided: record only').waitFor();
    await proposer.getByText('Nur Adressen von uns selbst').waitFor();
    await proposer.getByText('Upon the proposal: tell the people concerned').waitFor();
    await proposer.getByText('Propose something').waitFor();
    await lookedInBoth(proposer, 'decide-otherwise-told');
  });

  test('what was decided or proposed while somebody wrote is shown beside their words, and nothing is signed unseen', async () => {
    house.world.pass(0.02);
    const incident = await house.incident({ title: 'Names on review pages' });
    const first = await proposed(incident, 'tell-authority');
    await officer.goto(`${address}${incident}/decide`);
    await officer.getByLabel('Warum').fill('Die Behörde soll es wissen.');
    await proposed(incident, 'tell-people', { reason: 'Two of them are children.' });
    const sign = officer.getByRole('button', { name: 'Entscheiden: der Behörde melden' });
    await sign.click();
    const alert = officer.getByRole('alert');
    await alert.getByText('Two of them are children.').waitFor();
    assert.ok(await sign.isDisabled());
    assert.equal(await officer.getByLabel('Warum').first().inputValue(), 'Die Behörde soll es wissen.');
    await lookedInBoth(officer, 'decide-newer-german-phone');
    await alert.getByRole('button', { name: 'Gelesen: mit Ihrem Text weitermachen' }).click();
    // Somebody else is quicker.
    await decided(SECOND_OFFICER, incident, {
      step: 'decision',
      proposal: first.id,
      answer: 'register-only',
      reason: 'All of it was test data.',
    });
    await sign.click();
    await alert.getByText('All of it was test data.').waitFor();
    await alert.getByText('Die Behörde soll es wissen.').waitFor();
    assert.equal((await stepsOf(incident)).length, 3, 'nothing of theirs is signed');
    await lookedInBoth(officer, 'decide-overtaken-german-phone');
    // Their words go into the form for what is open still.
    await alert.getByRole('button', { name: 'Mit Ihrem Text unten weitermachen' }).click();
    await alert.waitFor({ state: 'detached' });
    assert.equal(await officer.getByLabel('Warum').inputValue(), 'Die Behörde soll es wissen.');
    await officer.getByLabel('der Behörde melden').check();
    await sign.click();
    await officer.getByText('Entschieden: der Behörde melden').waitFor();
    assert.deepEqual(
      (await stepsOf(incident)).filter(({ endedBy }) => endedBy === undefined).map(({ answer }) => answer),
      ['tell-authority'],
    );
  });

  test('whoever may neither propose nor sign is offered no form, and reads what waits', async () => {
    house.world.pass(0.02);
    const incident = await house.incident({ title: 'A drive was lost' });
    await approver.goto(`${address}${incident}/decide`);
    await approver.getByText('Der Datenschutz entscheidet; die Ermittlung schlägt vor.').waitFor();
    assert.equal(await approver.locator('form').count(), 0);
    const waits = await proposed(incident, 'tell-people');
    const auditor = await as('auditor', GERMAN_PHONE);
    await auditor.goto(`${address}${incident}/decide`);
    await auditor.getByText(WHY).waitFor();
    assert.equal(await auditor.locator('form').count(), 0);
    await lookedInBoth(auditor, 'decide-auditor-german-phone');
    // A reason that was erased is said to be, and is nowhere else.
    await house.ask('privacy-officer', 'POST', `${incident}/erase`, {
      entry: waits.entry,
      name: 'reason',
    });
    await auditor.reload();
    await auditor.getByText('(gelöscht)').waitFor();
    assert.equal(await auditor.getByText(WHY).count(), 0);
    await auditor.goto(address);
    await auditor.getByRole('heading', { name: 'Offene Vorfälle' }).waitFor();
    assert.equal(await auditor.getByRole('link', { name: 'Über einen Vorschlag entscheiden' }).count(), 0);
    const agent = await as('support-agent', GERMAN_PHONE);
    await agent.goto(`${address}${incident}/decide`);
    await agent.getByText('Ihre Rollen erlauben das nicht.').waitFor();
    assert.equal(await agent.locator('form').count(), 0);
  });
});
