import { Worker } from 'node:worker_threads';
import type { LeakKind } from '@forthright/contract';
import { LEAK_KINDS } from '@forthright/contract';
import { writeDirectory } from './directory.ts';
import { clearDirectory, writerIn } from './files.ts';
import { pageIncident, planLeak, workspaceFile } from './leaks.ts';
import type { LeakPlan } from './plan.ts';
import { plantedByPages, truthOf } from './truth.ts';
import { GENERATOR_VERSION, type MarketplaceOptions, type Truth, type ViewerName } from './types.ts';
import { type DayResult, type DayTask, makeTally, type PlantedLine, ServerDay, type Tally } from './web.ts';
import { customerId, DAYS, GAP, isoOf, makeWorld, SERVERS, type World } from './world.ts';

/** As a caller's options would name it: what one folder of a marketplace is made of. */
export function settingsOf(options: MarketplaceOptions) {
  const { customers = 200_000, lines = 5_000_000, seed = 1, only = LEAK_KINDS } = options;
  const kinds = LEAK_KINDS.filter((kind) => only.includes(kind));
  if (!(Number.isInteger(customers) && customers >= 1000))
    throw new RangeError(`customers must be a whole number of at least 1000, not ${customers}`);
  if (!(Number.isInteger(lines) && lines >= 20_000))
    throw new RangeError(`lines must be a whole number of at least 20000, not ${lines}`);
  return { customers, lines, seed, only: kinds };
}

/**
 * Writes a marketplace and what is true of it. Same seed and sizes, same bytes. Refuses a folder that holds
 * anything but an earlier marketplace.
 */
export async function generateMarketplace(options: MarketplaceOptions): Promise<Truth> {
  const settings = settingsOf(options);
  const { directory, signal } = options;
  signal?.throwIfAborted();
  clearDirectory(directory);
  const write = writerIn(directory);
  const world = makeWorld(settings);
  const plans = settings.only.filter((kind) => kind !== 'page').map((kind) => planLeak(world, kind));
  write('forthright.yaml', workspaceFile(settings.only));
  for (const plan of plans) {
    write(`incidents/${plan.kind}.yaml`, plan.incident);
    for (const { path, text } of plan.files) write(path, text);
  }
  if (settings.only.includes('page')) write('incident.yaml', pageIncident());

  const tally = makeTally(world);
  const tasks = dayTasks(world, plans);
  const workers = options.workers ?? (world.lines < 200_000 ? 0 : 2);
  const writing =
    workers === 0
      ? writeHere(world, tally, tasks, options)
      : writeInThreads(world, tally, tasks, workers, options);
  // Both, even if one fails: nothing may write on after the promise is settled.
  const [listed, logged] = await Promise.allSettled([writeDirectory(world, write, signal), writing]);
  if (listed.status === 'rejected') throw listed.reason;
  if (logged.status === 'rejected') throw logged.reason;
  const { places, directory: people } = listed.value;
  const days = logged.value;

  const leaks: Truth['leaks'] = {};
  const keep = (kind: LeakKind, incident: string, planted: LeakPlan['planted']): void => {
    const { truth, people } = truthOf(world, places, kind, incident, planted);
    write(truth.people, `${JSON.stringify(people)}\n`);
    leaks[kind] = truth;
  };
  if (settings.only.includes('page')) keep('page', 'incident.yaml', plantedByPages(world, tally, days));
  for (const plan of plans) keep(plan.kind, `incidents/${plan.kind}.yaml`, plan.planted);
  const pages = leaks.page ?? truthOf(world, places, 'page', '', plantedByPages(world, tally, days)).truth;
  const truth: Truth = {
    version: GENERATOR_VERSION,
    ...settings,
    gap: {
      log: 'web',
      series: `logs/web/${SERVERS[GAP.server]}/${SERVERS[GAP.server]}.log`,
      from: isoOf(GAP.from),
      to: isoOf(GAP.to),
      unknown: pages.unknown,
    },
    overlap: days.find((d) => d.overlap !== null)?.overlap ?? null,
    directory: people,
    reviews: world.reviews,
    leaks,
    samples: samplesOf(world, days),
    files: days.flatMap((d) => d.files).sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  // Last, so that a folder whose writing was interrupted is never taken for a whole one.
  write('truth.json', `${JSON.stringify(truth, null, 2)}\n`);
  return truth;
}

function dayTasks(w: World, plans: readonly LeakPlan[]): DayTask[] {
  const tasks: DayTask[] = [];
  const planted = plans.flatMap((p) => p.web);
  for (let day = 0; day < DAYS; day++)
    for (let server = 0; server < w.servers; server++) {
      const mine = planted
        .filter((p) => p.server === server && p.day === day)
        .map((p): PlantedLine => p.line);
      tasks.push({ server, day, planted: mine.sort((a, b) => a.at - b.at || (a.tail < b.tail ? -1 : 1)) });
    }
  return tasks;
}

async function writeHere(
  w: World,
  tally: Tally,
  tasks: readonly DayTask[],
  { directory, onProgress, signal }: MarketplaceOptions,
): Promise<DayResult[]> {
  let done = 0;
  return tasks.map((task) => {
    signal?.throwIfAborted();
    return new ServerDay(w, tally, directory, task).write((lines) => {
      done += lines;
      onProgress?.({ lines: done, of: w.lines });
    });
  });
}

type Message = Readonly<{ lines?: number; result?: DayResult }>;

async function writeInThreads(
  w: World,
  tally: Tally,
  tasks: readonly DayTask[],
  count: number,
  { directory, onProgress, signal }: MarketplaceOptions,
): Promise<DayResult[]> {
  const results: DayResult[] = [];
  let next = 0;
  let done = 0;
  const runOne = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let index = -1;
      const giveNext = (): void => {
        index = next++;
        const task = tasks[index];
        if (task === undefined) resolve();
        else worker.postMessage(task);
      };
      worker.on('message', (message: Message) => {
        if (message.lines !== undefined) {
          done += message.lines;
          onProgress?.({ lines: done, of: w.lines });
        }
        if (message.result === undefined) return;
        results[index] = message.result;
        giveNext();
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('a writer of the web log ended early')));
      if (signal?.aborted) reject(signal.reason as Error);
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      giveNext();
    });
  const url = new URL('./web.worker.ts', import.meta.url);
  const workers = Array.from({ length: Math.min(count, tasks.length) }, () => {
    return new Worker(url, { workerData: { world: w, tally, directory } });
  });
  try {
    await Promise.all(workers.map(runOne));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}

function samplesOf(w: World, days: readonly DayResult[]): Truth['samples'] {
  const viewers = new Map<string, Map<string, ViewerName>>();
  const persons = new Map<string, Set<string>>();
  for (const p of w.watched.persons) viewers.set(customerId(w, p), new Map());
  for (const a of w.watched.accounts) persons.set(customerId(w, a), new Set());
  for (const { person, viewer, account } of days.flatMap((d) => d.watched)) {
    viewers.get(customerId(w, person))?.set(JSON.stringify(viewer), viewer);
    if (account >= 0) persons.get(customerId(w, account))?.add(customerId(w, person));
  }
  const byKey = ([a]: [string, ViewerName], [b]: [string, ViewerName]): number => (a < b ? -1 : 1);
  return {
    whoSaw: Object.fromEntries(
      [...viewers].map(([id, seen]) => [id, [...seen].sort(byKey).map(([, v]) => v)]),
    ),
    seenBy: Object.fromEntries([...persons].map(([id, seen]) => [id, [...seen].sort()])),
  };
}
