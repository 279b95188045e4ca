/**
 * `node bench/web.ts [--rows 10000000] [--customers 2000000] [--times 5]`: the web application in Debian's Chromium, with the server on
 * the same machine, on an incident whose run was over that many rows of Parquet. Says what the first screen takes from an empty
 * cache, what a change of view takes, how much script the first screen needs, and what a page costs that shows a run under way.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Leak, RunShown, ScopeAnswer } from '@forthright/contract';
import type { BrowserContext, Page } from 'playwright-core';
import { parse } from 'yaml';
import { signInFirst } from '../test/browser/web/people.ts';
import { type Served, serveWeb, Watched } from '../test/browser/web/world.ts';
import { median } from './measure.ts';
import { makeParquet } from './parquet-data.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    customers: { type: 'string', default: '2000000' },
    times: { type: 'string', default: '5' },
  },
});
const [rows, customers, times] = [values.rows, values.customers, values.times].map(Number) as [
  number,
  number,
  number,
];

const TARGETS = { firstMs: 1500, changeMs: 200, scriptBytes: 250_000, share: 0.05 };
const HEADING = 'How many people?';

type World = Readonly<{
  served: Served;
  page: Page;
  context: BrowserContext;
  browser: Watched;
  incident: string;
}>;

async function asked<T>(
  { served, page }: Pick<World, 'served' | 'page'>,
  method: string,
  path: string,
  data?: object,
) {
  const answer = await page.request.fetch(`${served.address}/api${path}`, {
    method,
    headers: { origin: served.address },
    ...(data === undefined ? {} : { data }),
  });
  if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** What the renderer's main thread was busy for, in seconds, since it began. */
async function busy(page: Page): Promise<() => Promise<number>> {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Performance.enable');
  return async () => {
    const { metrics } = await protocol.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
}

/** A run, looked at while it goes: the share of a core that the page takes. */
async function watchRun(world: World): Promise<Readonly<{ share: number; seconds: number }>> {
  const { page, served, incident } = world;
  const { id } = await asked<{ id: string }>(world, 'POST', `/incidents/${incident}/runs`);
  await page.goto(`${served.address}/incidents/${incident}`);
  await page.getByRole('heading', { name: 'The logs are being read' }).waitFor();
  const now = await busy(page);
  const [began, before] = [performance.now(), await now()];
  let [seconds, share] = [0, 0];
  for (;;) {
    const { state } = await asked<{ state: string }>(world, 'GET', `/jobs/${id}`);
    if (state === 'done') return { share, seconds };
    assert.ok(state === 'waiting' || state === 'running', state);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    seconds = (performance.now() - began) / 1000;
    share = ((await now()) - before) / seconds;
  }
}

/** With nothing in the browser's cache: from the address to the six answers. */
async function firstLoads(world: World): Promise<Readonly<{ ms: number[]; bytes: number }>> {
  const ms: number[] = [];
  let bytes = 0;
  for (let n = 0; n < times; n += 1) {
    const fresh = await world.browser.context({ storageState: await world.context.storageState() });
    const page = await fresh.newPage();
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) => {
      if (request.url().endsWith('.js'))
        sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    const began = performance.now();
    await page.goto(`${world.served.address}/incidents/${world.incident}`, { waitUntil: 'commit' });
    await page.getByRole('heading', { name: HEADING }).waitFor();
    ms.push(performance.now() - began);
    bytes = (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0);
    await fresh.close();
  }
  return { ms, bytes };
}

/** Names of the links, each where the one before leads; that of a group leads to its first part. */
const VIEWS = [
  'What has leaked',
  'Charts',
  'View by view',
  'Law',
  'Duties',
  'Notices',
  'Record',
  'Answers',
] as const;

/** From the click to the view, inside the page: what the driver takes is not counted. The first round fills the caches. */
async function changes({ page, served, incident }: World): Promise<Map<string, number[]>> {
  const taken = new Map<string, number[]>();
  await page.goto(`${served.address}/incidents/${incident}`);
  await page.getByRole('heading', { name: HEADING }).waitFor();
  for (let n = 0; n <= times; n += 1)
    for (const link of VIEWS) {
      const ms = await page.evaluate<number>(
        `((link) => new Promise((resolve) => {
          const found = [...document.querySelectorAll('.incident-head a')].find(({ textContent }) => textContent === link);
          const isShown = () => document.querySelector('.incident-head a[aria-current=page]')?.textContent === link
            && document.querySelector('#main [aria-busy=true]') === null;
          const began = performance.now();
          const look = () => isShown() ? requestAnimationFrame(() => resolve(performance.now() - began)) : requestAnimationFrame(look);
          found.click();
          look();
        }))(${JSON.stringify(link)})`,
      );
      if (n > 0) taken.set(link, [...(taken.get(link) ?? []), ms]);
    }
  return taken;
}

const verdict = (value: number, target: number): string => (value <= target ? 'met' : 'MISSED');
const directory = fileURLToPath(new URL(`.data/web-${rows}-${customers}`, import.meta.url));
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
await makeParquet(directory, { rows, customers, references: Math.round(customers * 0.75) });
const served = await serveWeb({ workspace: join(directory, 'forthright.yaml') });
const browser = await Watched.open();
try {
  const context = await browser.context();
  const page = await context.newPage();
  page.setDefaultTimeout(600_000);
  await signInFirst(page, served, ['administrator', 'investigator', 'privacy-officer']);
  const { leaks } = parse(readFileSync(join(directory, 'incident.yaml'), 'utf8')) as { leaks: Leak[] };
  const { incident } = await asked<{ incident: string }>({ served, page }, 'POST', '/incidents', {
    title: 'A benchmark',
    kind: 'technical-error',
  });
  const world = { served, page, context, browser, incident };
  await asked(world, 'PUT', `/incidents/${incident}/leaks`, { version: 0, leaks });
  const live = await watchRun(world);
  const { runs } = await asked<{ runs: { job: string }[] }>(world, 'GET', `/incidents/${incident}/runs`);
  const shown = await asked<RunShown>(world, 'GET', `/incidents/${incident}/runs/${runs[0]?.job}`);
  const { people } = JSON.parse(shown.answer ?? 'null') as ScopeAnswer;
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model ?? arch()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, kernel ${release()}, Node ${process.version}; medians of ${times}\n\n${people.exposed.toLocaleString('en')} people exposed\n`,
  );
  const first = await firstLoads(world);
  console.log('| | | target | |\n|---|---:|---:|---|');
  const line = (name: string, value: string, target: string, isMet: string) =>
    console.log(`| ${name} | ${value} | ${target} | ${isMet} |`);
  const firstMs = median(first.ms);
  line(
    'first load of the six answers',
    `${firstMs.toFixed(0)} ms`,
    `${TARGETS.firstMs} ms`,
    verdict(firstMs, TARGETS.firstMs),
  );
  line(
    'script of the first screen, compressed',
    `${(first.bytes / 1000).toFixed(0)} KB`,
    `${TARGETS.scriptBytes / 1000} KB`,
    verdict(first.bytes, TARGETS.scriptBytes),
  );
  for (const [name, ms] of await changes(world))
    line(
      `to *${name}*`,
      `${median(ms).toFixed(0)} ms`,
      `${TARGETS.changeMs} ms`,
      verdict(median(ms), TARGETS.changeMs),
    );
  line(
    `a page that shows a run under way, over ${live.seconds.toFixed(0)} s`,
    `${(live.share * 100).toFixed(1)} % of a core`,
    `${TARGETS.share * 100} %`,
    verdict(live.share, TARGETS.share),
  );
} finally {
  await browser.close();
  await served.close();
  rmSync(directory, { recursive: true, force: true });
}
