/** Somebody is invited in a browser, and each role is offered only what it may do. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { whyNoChromium } from '../../peers/chromium.ts';
import { signInFirst } from './people.ts';
import {
  PASSWORD,
  picture,
  refuseBarriers,
  refuseSideways,
  type Served,
  serveWeb,
  Watched,
} from './world.ts';

describe('people and roles, in a browser', { skip: whyNoChromium() ?? false }, () => {
  let served: Served;
  let browser: Watched;
  let keeper: Page;
  let invited: Page;

  before(async () => {
    served = await serveWeb();
    browser = await Watched.open();
    keeper = await (await browser.context()).newPage();
    invited = await (await browser.context({ viewport: { width: 360, height: 740 } })).newPage();
    await signInFirst(keeper, served, ['administrator']);
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    // Whoever may not is refused with a status of 403, which the console repeats.
    assert.deepEqual(
      browser?.complaints.filter((one) => !/status of 403/.test(one)),
      [],
      'the browser complained',
    );
  });

  test('an administrator invites an auditor, who comes by the link and may look, and open nothing', async () => {
    await keeper.goto(`${served.address}/people`);
    await keeper.getByLabel('Name').fill('Arne Auditor');
    await keeper.getByLabel('E-mail address').fill('arne@marlow.example');
    await keeper.getByLabel('Role', { exact: true }).selectOption('auditor');
    await keeper.getByRole('button', { name: 'Make the link' }).click();
    await keeper.getByText('Pass this link on to Arne Auditor.').waitFor();
    await picture(keeper, 'people-light');
    await refuseBarriers(keeper, 'people');
    const link = await keeper.locator('.empty code').textContent();
    await invited.goto(String(link));
    await invited.getByLabel('A new password').fill(PASSWORD);
    await invited.getByRole('button').click();
    await invited.getByRole('link', { name: 'Go on to Forthright' }).click();
    await invited.getByRole('link', { name: 'Incidents' }).click();
    await invited.getByText('There is no such incident.').waitFor();
    assert.equal(await invited.getByRole('link', { name: 'Open an incident' }).count(), 0);
    await invited.getByRole('link', { name: 'Settings' }).click();
    await invited.getByRole('link', { name: 'People' }).click();
    await invited.getByText('Administrator', { exact: true }).waitFor();
    assert.equal(await invited.getByRole('checkbox').count(), 0);
    await refuseSideways(invited, 'people, for an auditor');
    await picture(invited, 'people-auditor-phone');
    await refuseBarriers(invited, 'people, for an auditor');
  });

  test('a role that is given is there at once, and what is done without one is refused in words', async () => {
    await keeper.reload();
    // A click, and then the state: the page shows the tick with its next drawing, which `check()` does not wait for.
    const group = keeper.getByRole('group', { name: 'Roles of Arne Auditor' });
    const box = group.getByLabel('Investigator');
    await box.click();
    await box.and(keeper.locator(':checked:enabled')).waitFor();
    await invited.goto(`${served.address}/incidents`);
    await invited.getByRole('link', { name: 'Open an incident' }).waitFor();
    await invited.getByRole('link', { name: 'Open an incident' }).click();
    await box.click();
    // Enabled again once the server has answered.
    await box.and(keeper.locator(':not(:checked):enabled')).waitFor();
    await invited.getByLabel('What happened, in one line').fill('x');
    await invited.getByRole('button', { name: 'Record it' }).click();
    await invited.getByText('Your roles do not allow this.').waitFor();
  });

  test('everybody keeps their own sign-in: a second factor, and a token that is shown once', async () => {
    await keeper.goto(`${served.address}/my-sign-in`);
    await keeper.getByText('Your password alone is enough to sign in as you.').waitFor();
    await picture(keeper, 'account-light');
    await refuseBarriers(keeper, 'account');
    await keeper.getByText('Set up a second factor').click();
    await keeper.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await keeper.getByRole('button', { name: 'Set up a second factor' }).click();
    await keeper.getByText('Type this into an authenticator app').waitFor();
    await keeper.getByText('Make a token').click();
    await keeper.getByLabel('What it is for').fill('nightly export');
    await keeper.getByLabel('Administrator').check();
    await keeper.getByRole('button', { name: 'Make a token' }).click();
    await keeper.getByText('Copy it now: it is shown this once.').waitFor();
    const row = keeper.locator('.rows > li', { hasText: 'nightly export' });
    await row.getByText('Revoke it').click();
    await row.getByRole('button', { name: 'Revoke it' }).click();
    await row.getByText('revoked').waitFor();
    await invited.goto(`${served.address}/my-sign-in`);
    await invited.getByRole('heading', { name: 'Your sign-in' }).waitFor();
    await refuseSideways(invited, 'account, on a phone');
    await picture(invited, 'account-phone');
    await refuseBarriers(invited, 'account, on a phone');
  });

  test('the last administrator can not stop being one', async () => {
    await keeper.goto(`${served.address}/people`);
    const own = keeper.getByRole('group', { name: 'Roles of Rosa Root' }).getByLabel('Administrator');
    await own.click();
    await keeper.getByText('Nobody could administer the server any more.').waitFor();
    assert.equal(await own.isChecked(), true);
  });
});
