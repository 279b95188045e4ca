/** Signing in as people do it: a real browser, a real server, a provider on loopback. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Serving } from '../../server/src/cli/index.ts';
import { Provider } from '../../server/src/people/testing.provider.ts';
import { readMigrations } from '../../server/src/platform/db/index.ts';
import { MIGRATIONS, startServer } from '../../server/src/serve.ts';
import { openBrowser, whyNoChromium } from '../peers/chromium.ts';

const PASSWORD = 'lamp orchard ferry';
const EMAIL = 'root@marlow.example';
const MEASURE = readFileSync(new URL('./measure.js', import.meta.url), 'utf8');
type Measured = Readonly<{
  width: number;
  seen: number;
  texts: readonly Readonly<{ text: string; contrast: number }>[];
}>;

describe('in a browser', { skip: whyNoChromium() ?? false }, () => {
  const data = mkdtempSync(join(tmpdir(), 'forthright-browser-'));
  let provider: Provider;
  let serving: Serving;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Browsers make passkeys for `localhost`, not for an address. */
  let at: string;
  const complaints: string[] = [];

  /** Whatever the browser refuses of our pages it says in its console. */
  const opened = async (from: BrowserContext): Promise<Page> => {
    const made = await from.newPage();
    made.on('console', (message) => {
      // A refused sign-in is an answer with a status of 401, which the console repeats.
      if (message.type() === 'error' && !/status of 401/.test(message.text()))
        complaints.push(message.text());
    });
    made.on('pageerror', (error) => complaints.push(String(error)));
    return made;
  };

  before(async () => {
    provider = await Provider.start();
    provider.person = { sub: 'u-1', email: EMAIL, email_verified: true };
    writeFileSync(join(data, 'client-secret'), provider.clientSecret, { mode: 0o600 });
    writeFileSync(
      join(data, 'sign-in.yaml'),
      `company: { name: Marlow Market, issuer: "${provider.issuer}", clientId: ${provider.clientId}, clientSecretFile: client-secret, domains: [marlow.example] }\n`,
    );
    serving = await startServer({
      data,
      database: undefined,
      port: 0,
      host: '127.0.0.1',
      migrations: await readMigrations(...MIGRATIONS),
      version: '0.1.0',
      now: () => new Date(),
      log: () => {},
    });
    at = serving.address.replace('127.0.0.1', 'localhost');
    browser = await openBrowser();
    context = await browser.newContext();
    page = await opened(context);
  });
  after(async () => {
    await browser?.close();
    await serving?.close();
    await provider?.stop();
    rmSync(data, { recursive: true, force: true });
    assert.deepEqual(complaints, [], 'the browser complained');
  });

  const isSignedIn = async (who: Page = page) => {
    await who.waitForURL(`${at}/account`);
    assert.equal(await who.locator('h1').textContent(), 'You are signed in');
  };
  const signOut = async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${at}/sign-in`);
  };
  const fill = async (who: Page, password: string) => {
    await who.getByLabel('Your e-mail address').fill(EMAIL);
    await who.getByLabel('Your password').fill(password);
    await who.getByRole('button', { name: 'Sign in', exact: true }).click();
  };

  test('the first administrator opens the link of the terminal, and is signed in', async () => {
    await page.goto(String(serving.first?.url).replace('127.0.0.1', 'localhost'));
    await page.getByLabel('Your name').fill('Rosa Root');
    await page.getByLabel('Your e-mail address').fill(EMAIL);
    await page.getByLabel('A new password').fill(PASSWORD);
    await page.getByRole('button').click();
    await page.getByRole('link', { name: 'Your account' }).click();
    await isSignedIn();
  });

  test('a passkey is made, and signs in without a password; it is of no use when it is gone', async () => {
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const make = page.getByRole('button', { name: 'Make it' });
    await page.getByLabel('Your password, once more').fill('not my password');
    await make.click();
    await page.getByText('The password is wrong.').waitFor();
    await page.getByLabel('Your password, once more').fill(PASSWORD);
    await make.click();
    await page.getByText('The passkey “This device” is made.').waitFor();
    await signOut();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await isSignedIn();
    await signOut();
    await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('No passkey was used.').waitFor();
    await devtools.detach();
  });

  test('a wrong password is said to be, and keeps the address; the right one opens', async () => {
    await page.goto(`${at}/sign-in`);
    await fill(page, 'wrong wrong wrong');
    await page.getByText('The address, the password or the code is wrong.').waitFor();
    assert.equal(await page.getByLabel('Your e-mail address').inputValue(), EMAIL);
    await fill(page, PASSWORD);
    await isSignedIn();
    await signOut();
    await page.goto(`${at}/account`);
    await page.waitForURL(`${at}/sign-in`);
  });

  test('the company’s button leads to its provider, and back in', async () => {
    await page.getByRole('button', { name: 'Sign in with Marlow Market' }).click();
    await page.getByText('As Rosa Root.').waitFor();
    await page.getByRole('link', { name: 'Go on' }).click();
    await isSignedIn();
    const cookies = await context.cookies();
    const session = cookies.find(({ name }) => name === 'forthright-session');
    assert.deepEqual([session?.httpOnly, session?.sameSite], [true, 'Strict']);
    assert.ok(!cookies.some(({ name }) => name === 'forthright-company'), 'the ticket is gone');
    await signOut();
  });

  test('the form needs no script', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const bare = await opened(plain);
    await bare.goto(`${at}/sign-in`);
    assert.equal(await bare.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0);
    await fill(bare, PASSWORD);
    await isSignedIn(bare);
    await plain.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 360])
      test(`every page fits ${width} pixels and can be read in the ${colorScheme}`, async () => {
        const sized = await browser.newContext({ colorScheme, viewport: { width, height: 740 } });
        const looked = await opened(sized);
        for (const path of ['/sign-in', '/welcome?first=1&link=x', '/account']) {
          if (path === '/account') {
            await looked.goto(`${at}/sign-in`);
            await fill(looked, PASSWORD);
            await isSignedIn(looked);
          } else await looked.goto(at + path);
          const found = await looked.evaluate<Measured>(MEASURE);
          assert.ok(found.width <= width, `${path} is ${found.width} pixels wide`);
          assert.ok(found.seen > 3, path);
          // WCAG 2.2, 1.4.3: text against what is behind it.
          assert.deepEqual(
            found.texts.filter(({ contrast }) => contrast < 4.5),
            [],
            path,
          );
        }
        await sized.close();
      });
});
