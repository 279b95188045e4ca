/** For journeys through the web application: the real server as its own process, and Debian's Chromium. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { readMigrations } from '../../../server/src/platform/db/index.ts';
import { jsonLog } from '../../../server/src/platform/index.ts';
import { MIGRATIONS, startServer } from '../../../server/src/serve.ts';
import { buildWeb } from '../../../web/build.ts';
import { FORTHRIGHT } from '../../journeys/command.ts';
import { openBrowser } from '../../peers/chromium.ts';
import { putRecords } from '../../peers/records.ts';

export const PASSWORD = 'lamp orchard ferry';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const PICTURES = fileURLToPath(new URL('../../.out/web/', import.meta.url));

export type Served = Readonly<{
  address: string;
  firstLink: string;
  /** The working folder; the workspace, if there is one, is below it. */
  folder: string;
  log: () => string;
  /** Ends it, and removes its folder. */
  close: () => Promise<void>;
}>;

/** `forthright serve` with the built application, on a new data folder. */
export async function serveWeb({
  workspace,
  mail,
}: {
  workspace?: string | undefined;
  /** What stands in `mail.yaml` of the data folder. */
  mail?: string;
} = {}): Promise<Served> {
  await buildWeb();
  const folder = mkdtempSync(join(tmpdir(), 'forthright-web-'));
  if (mail !== undefined) {
    mkdirSync(join(folder, 'data'), { mode: 0o700 });
    writeFileSync(join(folder, 'data', 'mail.yaml'), mail);
  }
  await putRecords(join(folder, 'data'));
  const words = [FORTHRIGHT, 'serve', '--data', 'data', '--port', '0', '--json'];
  const child: ChildProcess = spawn(
    process.execPath,
    [...words, ...(workspace === undefined ? [] : ['--workspace', workspace])],
    { cwd: folder },
  );
  let log = '';
  child.stderr?.on('data', (piece) => {
    log += piece;
  });
  const told = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (piece) => resolve(String(piece)));
    child.once('close', () => reject(new Error(log)));
  });
  const { address, firstLink } = JSON.parse(told) as { address: string; firstLink: string };
  const close = async () => {
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await closed;
    rmSync(folder, { recursive: true, force: true });
  };
  return { address, firstLink, folder, log: () => log, close };
}

/** The same in this process, by a clock that is set: for what lasts days. */
export async function serveHere({
  workspace,
  mail,
  now,
}: Readonly<{ workspace: string; mail: string; now: () => Date }>): Promise<Served> {
  const web = await buildWeb();
  const folder = mkdtempSync(join(tmpdir(), 'forthright-web-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, 'mail.yaml'), mail);
  const lines: string[] = [];
  const serving = await startServer({
    data,
    database: undefined,
    port: 0,
    host: '127.0.0.1',
    migrations: await readMigrations(...MIGRATIONS),
    version: '0.1.0',
    now,
    log: jsonLog((line) => lines.push(line), now),
    workspace,
    web,
  });
  const close = async () => {
    await serving.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const firstLink = serving.first?.url ?? '';
  return { address: serving.address, firstLink, folder, log: () => lines.join(''), close };
}

/** A browser that keeps what it complained of: scripts that the policy refused, errors, requests that failed. */
export class Watched {
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async open(): Promise<Watched> {
    return new Watched(await openBrowser());
  }

  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Europe/Luxembourg',
      ...options,
    });
    context.on('page', (page) => {
      page.on('console', (message) => {
        // That nobody is signed in, or has said what leaked, is an answer too, whose status the console repeats.
        if (message.type() === 'error' && !/status of 40[149]/.test(message.text()))
          this.complaints.push(message.text());
      });
      page.on('pageerror', (error) => this.complaints.push(String(error)));
    });
    return context;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

type Found = Readonly<{
  id: string;
  help: string;
  nodes: readonly Readonly<{ html: string; failureSummary: string }>[];
}>;

/** WCAG 2.2 AA, by axe. */
export async function refuseBarriers(page: Page, where: string): Promise<void> {
  // Through the protocol and not as a script of the page, which its policy would refuse.
  await page.evaluate(AXE);
  const found = await page.evaluate<readonly Found[]>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((result) => result.violations)`,
  );
  const told = found.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html.slice(0, 200)}\n  ${failureSummary}`).join('\n')}`,
  );
  assert.deepEqual(told, [], where);
}

/** Whether anything is wider than the window. */
export async function refuseSideways(page: Page, where: string): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  assert.ok(content <= window, `${where} is ${content} pixels wide in a window of ${window}`);
}

/** Kept in `test/.out/web`, for a person to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}
