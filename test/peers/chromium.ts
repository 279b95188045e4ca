/** Debian's Chromium, for tests that look at pages. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const program = PLACES.find((path) => existsSync(path));

/** Why no browser can be had here; undefined when one can. */
export const whyNoChromium = (): string | undefined =>
  program === undefined ? 'no Chromium on this machine (Debian package chromium)' : undefined;

/** Without a sandbox, which root can't have; it opens pages of these tests alone. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
