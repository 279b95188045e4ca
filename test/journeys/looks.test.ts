/** Help with what leaked, single views of a run, and two runs beside each other, through the HTTP door of a real server. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type {
  Leak,
  LeakPreviewed,
  ListDescribed,
  PathsSuggested,
  RunPeopleListed,
  RunShown,
  RunsCompared,
  ScopeAnswer,
  SeenBy,
  SourceChecked,
  ViewsShown,
  WhoSaw,
  WorkspaceShown,
} from '@forthright/contract';
import { parse } from 'yaml';
import { seenByViewer, whoSawPerson } from '../../server/src/scope/index.ts';
import { generateMarketplace } from '../marketplace/index.ts';
import { Desk, PASSWORD } from './terminal.ts';

const desk = new Desk();
const shop = join(desk.folder, 'shop');
let address = '';
let cookie = '';
let leaks: Leak[] = [];

type Shop = Readonly<{ sources: { references: { reviews: { at: string } } } }>;
type Json = Readonly<Record<string, unknown>>;

async function asked<T = Json>(method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${address}/api${path}`, {
    method,
    headers: { origin: address, cookie, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

before(async () => {
  const truth = await generateMarketplace({ directory: shop, customers: 2000, lines: 30_000, seed: 5 });
  const incident = readFileSync(join(shop, truth.leaks.page?.incident ?? ''), 'utf8');
  leaks = (parse(incident) as { leaks: Leak[] }).leaks;
  const served = await desk.serve(['--workspace', 'shop/forthright.yaml']);
  address = served.address;
  const link = new URL(served.firstLink ?? '').searchParams.get('link');
  const made = await fetch(`${address}/api/accept-link`, {
    method: 'POST',
    headers: { origin: address, 'content-type': 'application/json' },
    body: JSON.stringify({ link, name: 'Rosa', email: 'rosa@marlow.example', password: PASSWORD }),
  });
  cookie = String(made.headers.get('set-cookie')).split(';')[0] ?? '';
  const { person } = (await made.json()) as { person: string };
  await asked('PUT', `/people/${person}/roles`, { roles: ['administrator', 'privacy-officer'] });
});
after(() => desk.close());

let incident = '';

async function runOver(version: number, given: readonly Leak[]): Promise<string> {
  await asked('PUT', `/incidents/${incident}/leaks`, { version, leaks: given });
  const { id } = await asked<{ id: string }>('POST', `/incidents/${incident}/runs`);
  for (let n = 0; n < 120; n += 1) {
    const { state } = await asked<{ state: string }>('GET', `/jobs/${id}`);
    if (state === 'done') return id;
    assert.ok(state === 'waiting' || state === 'running', state);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('The run did not end.');
}

const answerOf = async (job: string): Promise<ScopeAnswer> =>
  JSON.parse((await asked<RunShown>('GET', `/incidents/${incident}/runs/${job}`)).answer ?? 'null');

const kindsOf = async (): Promise<string[]> =>
  (await asked<{ timeline: { kind: string }[] }>('GET', `/incidents/${incident}`)).timeline.map(
    ({ kind }) => kind,
  );

/** A busy machine may not read as far as it must in time, and says so: then it is asked again. */
async function inTime<T extends { stoppedEarly: boolean }>(look: () => Promise<T>): Promise<T> {
  for (let n = 0; n < 10; n += 1) {
    const seen = await look();
    if (!seen.stoppedEarly) return seen;
  }
  throw new Error('Ten looks were stopped early.');
}

test('paths are suggested with what they bind, and no value of an id', async () => {
  ({ incident } = await asked<{ incident: string }>('POST', '/incidents', {
    title: 'Review pages',
    kind: 'technical-error',
  }));
  const window = 'from=2025-11-18T00:00:00Z&to=2025-11-21T00:00:00Z';
  const { paths, oneIn } = await inTime(() =>
    asked<PathsSuggested>('GET', `/incidents/${incident}/paths?log=web&${window}`),
  );
  assert.ok(oneIn >= 1);
  assert.equal(paths.find(({ path }) => path === '/reviews/{reviews}')?.binds, 'reviews');
  assert.deepEqual(
    paths.filter(({ path }) => /\d{2}|@/.test(path)),
    [],
  );
  const none = await asked('GET', `/incidents/${incident}/paths?log=nowhere&${window}`);
  assert.deepEqual([none.code, (none.problems as { at: string }[])[0]?.at], ['incident-invalid', 'log']);
});

test('each source can be checked, and one that can not be read is an answer and no refusal', async () => {
  const { workspace } = await asked<WorkspaceShown>('GET', '/workspace');
  const names = workspace?.sources.map(({ source }) => source) ?? [];
  assert.ok(
    names.includes('customers') && names.includes('references.reviews') && names.includes('logs.web'),
  );
  const check = (source: string) => asked<SourceChecked>('GET', `/workspace/check?source=${source}`);
  const customers = await check('customers');
  assert.deepEqual([customers.broken, customers.rows, customers.files], [null, 2000, 1]);
  const web = await check('logs.web');
  assert.ok(web.rows > 0 && web.first !== null && web.last !== null && web.first < web.last);
  const { at } = (parse(readFileSync(join(shop, 'forthright.yaml'), 'utf8')) as Shop).sources.references
    .reviews;
  renameSync(join(shop, at), join(shop, `${at}.away`));
  const gone = await check('references.reviews');
  renameSync(join(shop, `${at}.away`), join(shop, at));
  assert.deepEqual([gone.broken?.code, gone.rows], ['file-missing', 0]);
  const none = await asked('GET', '/workspace/check?source=logs.none');
  assert.deepEqual([none.code, (none.problems as { at: string }[])[0]?.at], ['request-invalid', 'source']);
});

test('lines of a leak are masked, and whoever sees more is recorded', async () => {
  const [leak] = leaks;
  const preview = async (shown: boolean) => {
    const { answer } = await inTime(async () => {
      const one = await asked<LeakPreviewed>('POST', `/incidents/${incident}/leaks/preview`, { leak, shown });
      return { answer: one, stoppedEarly: one.seen?.stoppedEarly ?? false };
    });
    return answer;
  };
  const { seen, entry, ...more } = await preview(false);
  assert.ok(seen, JSON.stringify(more));
  assert.ok(seen.counted > 0 && seen.lines >= seen.counted);
  assert.equal(entry, undefined);
  assert.ok(seen.sample.length > 0);
  for (const line of seen.sample) assert.equal(line.path, '/reviews/●●●');
  const whole = await preview(true);
  assert.ok(
    whole.seen?.sample.every(({ path }) => /^\/reviews\/[^●]+$/.test(path)),
    JSON.stringify(whole),
  );
  assert.deepEqual(
    [typeof whole.entry, [...new Set(await kindsOf())]],
    ['number', ['incident-opened', 'log-lines-shown']],
  );
});

test('what is wrong with a leak is told at its field, and a file outside of the workspace is none', async () => {
  const told = await asked('POST', `/incidents/${incident}/leaks/preview`, {
    leak: { ...leaks[0], path: '/reviews/{revews}' },
  });
  assert.deepEqual(
    [told.code, (told.problems as { at: string }[]).map(({ at }) => at)],
    ['incident-invalid', ['leaks.0.path']],
  );
  const schema = await asked('POST', `/incidents/${incident}/leaks/preview`, {
    leak: { ...leaks[0], path: 'reviews' },
  });
  assert.deepEqual(
    [schema.code, (schema.problems as { at: string }[]).map(({ at }) => at)],
    ['request-invalid', ['leak.path']],
  );
  const list = (at: string) =>
    asked<ListDescribed & Json>('GET', `/incidents/${incident}/lists?at=${encodeURIComponent(at)}`);
  assert.deepEqual((await list('data/offered-list.csv')).suggested, { id: 'customer_id' });
  for (const at of ['../../etc/passwd', '/etc/passwd', 'forthright.yaml'])
    assert.equal((await list(at)).code, 'incident-invalid', at);
});

let first = '';

test('single views of a person and of a viewer are those that the command line computes', async () => {
  first = await runOver(0, leaks);
  const answer = await answerOf(first);
  const { people } = await asked<RunPeopleListed>('POST', `/incidents/${incident}/runs/${first}/people`, {
    most: 3,
  });
  const person = people[2]?.person ?? '';
  const paths = { incident: join(shop, 'incident.yaml'), workspace: join(shop, 'forthright.yaml') };
  const watch = { step: () => {}, signal: new AbortController().signal };
  const bare = (views: WhoSaw['views']) => views.map((view) => JSON.stringify(view)).toSorted();
  const withoutLine = ({ text, offset, noLine, fields, ...view }: ViewsShown['views'][number]) => view;

  const theirs: WhoSaw = await whoSawPerson.run({ ...paths, person }, watch);
  const look = (given: object) =>
    asked<ViewsShown>('POST', `/incidents/${incident}/runs/${first}/views`, { most: 100, ...given });
  const mine = await look({ person });
  assert.deepEqual(mine.people, theirs.people);
  assert.deepEqual([mine.total.views, mine.run], [theirs.views.length, answer.run]);
  assert.deepEqual(bare(mine.views.map(withoutLine)), bare(theirs.views));
  for (const view of mine.views) {
    assert.equal(view.noLine, null, JSON.stringify(view));
    assert.ok(view.text?.includes(view.page), view.text ?? '');
    assert.deepEqual(view.fields, ['name', 'email']);
  }

  const viewer = answer.recipients.top.find((one) => one.class === 'customer')?.viewer ?? '';
  const saw: SeenBy = await seenByViewer.run({ ...paths, viewer }, watch);
  const sawHere = await look({ viewer });
  assert.deepEqual(sawHere.viewers, saw.viewers);
  assert.deepEqual([sawHere.total.views, sawHere.total.people], [saw.views.length, saw.people]);
  assert.deepEqual(bare(sawHere.views.map(withoutLine)), bare(saw.views.slice(0, 100)));

  const pages: ViewsShown['views'][number][] = [];
  for (let next: number | undefined = 0; next !== undefined; ) {
    const page: ViewsShown = await look({ viewer, most: 2, after: next });
    pages.push(...page.views);
    next = pages.length >= 6 ? undefined : page.next;
  }
  assert.deepEqual(pages, sawHere.views.slice(0, pages.length), 'page by page it is the same');
  assert.equal(
    ((await look({ person: 'nobody@people.example' })) as unknown as Json).code,
    'person-not-found',
  );
  const looks = (await kindsOf()).filter((kind) => kind === 'views-shown' || kind === 'run-people-shown');
  assert.ok(looks.length >= 4, looks.join(' '));
});

test('a run with another window: who came in and who left, and why', async () => {
  const [leak] = leaks;
  assert.ok(leak?.kind === 'page');
  const before = await answerOf(first);
  const second = await runOver(1, [{ ...leak, from: '2025-11-19T06:00:00Z' }]);
  const now = await answerOf(second);
  const compared = await asked<RunsCompared>(
    'GET',
    `/incidents/${incident}/runs/${second}/comparison?against=${first}`,
  );
  const moved = (part: (one: RunsCompared['people'][number]) => boolean) =>
    compared.people.filter(part).reduce((sum, { count }) => sum + count, 0);
  const left = moved(({ was }) => was === 'exposed');
  const came = moved(({ now: is }) => is === 'exposed');
  assert.equal(now.people.exposed - before.people.exposed, came - left);
  assert.deepEqual([came, left > 0], [0, true], 'less of the window shows nobody anew');
  assert.deepEqual(
    compared.leaks.map(({ id, change, differs }) => [id, change, differs]),
    [[leak.id, 'changed', ['from']]],
  );
  assert.deepEqual(
    [compared.fileCount, compared.rules, compared.window?.now.from],
    [0, null, now.window.from],
  );
  const gone = compared.people.find(({ was, now: is }) => was === 'exposed' && is === 'clear');
  const list = await asked<RunPeopleListed>('POST', `/incidents/${incident}/runs/${second}/people`, {
    against: first,
    was: 'exposed',
    status: 'clear',
    most: 100,
  });
  assert.equal(list.people.length, Math.min(100, gone?.count ?? 0));
});

test('members of staff stand under their pseudonyms, and lines that name them are not shown', async () => {
  const text = readFileSync(join(shop, 'incidents/access.yaml'), 'utf8');
  const { leaks: access } = parse(text) as { leaks: [Leak & { viewers: string[] }] };
  const job = await runOver(2, access);
  const look = (given: object) =>
    asked<ViewsShown & Json>('POST', `/incidents/${incident}/runs/${job}/views`, { most: 100, ...given });
  const [id = ''] = access[0].viewers;
  assert.equal((await look({ viewer: id })).code, 'viewer-not-found', 'nobody is found by trying ids');
  const seen = await look({ viewer: 'employee-1' });
  assert.ok(
    seen.total.views > 0 && seen.views.every((view) => view.noLine === 'staff' && view.text === null),
  );
  const { seen: lines } = await asked<LeakPreviewed>('POST', `/incidents/${incident}/leaks/preview`, {
    leak: access[0],
    shown: true,
  });
  const said = JSON.stringify([seen, lines?.sample]);
  assert.deepEqual(
    access[0].viewers.filter((one) => said.includes(one)),
    [],
  );
});

test('a log that was written to gives no lines, and the next run names the file; an erased answer gives nothing', async () => {
  const { people } = await asked<RunPeopleListed>('POST', `/incidents/${incident}/runs/${first}/people`, {
    most: 1,
  });
  const look = () =>
    asked<ViewsShown & Json>('POST', `/incidents/${incident}/runs/${first}/views`, {
      person: people[0]?.person,
    });
  const file = (await answerOf(first)).evidence.files.find((one) => one.path.endsWith('.log'))?.path ?? '';
  const path = join(shop, file);
  const text = readFileSync(path);
  appendFileSync(path, text.subarray(0, text.indexOf(10) + 1));
  assert.ok(
    (await look()).views.every((view) => view.noLine === null),
    'what was read is still what it was',
  );
  const third = await runOver(3, leaks);
  const compared = await asked<RunsCompared>(
    'GET',
    `/incidents/${incident}/runs/${third}/comparison?against=${first}`,
  );
  assert.deepEqual(
    [compared.leaks, compared.files.map((one) => [one.path, one.change])],
    [[], [[file, 'changed']]],
  );
  await asked('POST', `/incidents/${incident}/runs/${first}/erase`, {});
  assert.equal((await look()).code, 'views-missing');
});
