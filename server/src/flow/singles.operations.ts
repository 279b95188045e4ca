/** Single views and people of a run, and what differs between two runs. Whoever looks at people is recorded. */
import {
  CompareRuns,
  ForthrightError,
  ListRunPeople,
  LookAtViews,
  RunPeopleListed,
  RunsCompared,
  ScopeAnswer,
  ViewsShown,
} from '@forthright/contract';
import {
  contentPath,
  findIncident,
  guarded,
  notFound,
  READERS,
  recordUpon,
  viewsOfRun,
  WORKERS,
} from '../incident/index.ts';
import { Limiter, type Wait } from '../platform/index.ts';
import { type Asked, deed, type Event, type Operation } from '../prove/index.ts';
import { listPeople, movesBetween, seenByIn, whoSawIn, whyDifferent, withKept } from '../scope/index.ts';
import { type LoadedWorkspace, loadWorkspace } from '../sources/index.ts';
import type { JobsOptions } from './jobs.operations.ts';
import { linesOf } from './log-lines.ts';

/** Of one account: whoever looks at more people lists them. */
const A_MINUTE = { most: 60, windowSeconds: 60 };

export function singlesOperations({ workspace: path }: JobsOptions): readonly Operation[] {
  let limiter: Limiter | undefined;
  const opened = async ({ actor, now }: Asked): Promise<LoadedWorkspace> => {
    if (path === undefined)
      throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
    limiter ??= new Limiter(A_MINUTE, now);
    const waitSeconds = limiter.take(actor.account);
    if (waitSeconds === 0) return loadWorkspace(path);
    const wait: Wait = { waitSeconds };
    throw new ForthrightError(
      'too-many-requests',
      `So many looks are too many; wait ${waitSeconds} seconds.`,
      {
        cause: wait,
      },
    );
  };
  return [
    guarded(LookAtViews, ViewsShown, {
      name: 'look-at-views',
      summary:
        'Who saw a person’s data, or whom a viewer saw, by a run: single views with their log lines. Recorded.',
      method: 'POST',
      path: '/incidents/:incident/runs/:job/views',
      may: WORKERS,
      run: async (asked, given) => lookAtViews(asked, given, () => opened(asked)),
    }),
    guarded(ListRunPeople, RunPeopleListed, {
      name: 'list-run-people',
      summary:
        'People of a run by their ids: who is exposed or unknown, or is something else than in another run. Recorded.',
      method: 'POST',
      path: '/incidents/:incident/runs/:job/people',
      may: WORKERS,
      run: async (asked, given) => listRunPeople(asked, given, () => opened(asked)),
    }),
    guarded(CompareRuns, RunsCompared, {
      name: 'compare-runs',
      summary:
        'How many people are something else in a run than in another one, and what of leaks, files, gaps and rules differs.',
      method: 'GET',
      path: '/incidents/:incident/runs/:job/comparison',
      may: READERS,
      run: async (asked, given) => compareRuns(asked, given, () => opened(asked)),
    }),
  ];
}

type Opened = () => Promise<LoadedWorkspace>;

async function keptOf(asked: Asked, incident: string, job: string) {
  const { run, answer, views } = await viewsOfRun(asked, incident, job);
  const file = { path: await contentPath(asked.db, views), bytes: views.bytes };
  return { run, answer: ScopeAnswer.parse(JSON.parse(answer)), file };
}

/** The look is in the register before anybody sees it. */
const recorded = (
  asked: Asked,
  incident: string,
  event: Pick<Event, 'kind' | 'facts' | 'texts'>,
): Promise<number> =>
  deed(asked, async (tx) => {
    // It may have been restricted meanwhile. A closed one may be looked at, too.
    const found = await findIncident(tx, incident, asked.actor);
    if (found === undefined) throw notFound(incident);
    return recordUpon(tx, { ...event, incident: found.incident.id, act: 'look' });
  });

async function lookAtViews(asked: Asked, given: LookAtViews, opened: Opened): Promise<ViewsShown> {
  const { incident, job, person, viewer, after, most } = given;
  const { run, answer, file } = await keptOf(asked, incident, job);
  const workspace = await opened();
  const { evidence } = answer;
  const shown = await withKept(workspace, [file], async (singles) => {
    const found =
      person === undefined
        ? await seenByIn(singles, viewer ?? '', { after, most })
        : await whoSawIn(singles, person, { after, most });
    const lines = await linesOf(found.views, { workspace, evidence, withoutStaff: singles.withoutStaff });
    return { found, lines };
  });
  const { total, views, people, viewers } = shown.found;
  const leaks = evidence.definition.leaks as readonly Readonly<{ id: string; fields: readonly string[] }>[];
  const by = person === undefined ? 'viewer' : 'person';
  const entry = await recorded(asked, incident, {
    kind: 'views-shown',
    facts: { job, run, by, after, views: views.length },
    texts: { asked: { value: person ?? viewer ?? '' } },
  });
  const next = after + views.length;
  return {
    run,
    people: people.map(({ fields, ...one }) => ({ ...one, fields: [...fields] })),
    viewers: [...viewers],
    total,
    views: views.map((view, n) => ({
      ...view,
      fields: [...(leaks.find(({ id }) => id === view.leak)?.fields ?? [])],
      ...(shown.lines[n] ?? { text: null, offset: null, noLine: 'no-text' as const }),
    })),
    ...(next < total.views && { next }),
    entry,
  };
}

async function listRunPeople(asked: Asked, given: ListRunPeople, opened: Opened): Promise<RunPeopleListed> {
  const { incident, job, status, against, was, after, most } = given;
  const { run, file } = await keptOf(asked, incident, job);
  const other = against === undefined ? undefined : await keptOf(asked, incident, against);
  const files = [file, ...(other === undefined ? [] : [other.file])];
  const rows = await withKept(await opened(), files, (singles) =>
    listPeople(singles, { status, was }, { after, most: most + 1 }),
  );
  const people = rows.slice(0, most).map(({ fields, ...one }) => ({ ...one, fields: [...fields] }));
  const entry = await recorded(asked, incident, {
    kind: 'run-people-shown',
    facts: {
      job,
      run,
      status,
      ...(against !== undefined && was !== undefined && { against, was }),
      after,
      people: people.length,
    },
  });
  return { people, ...(rows.length > most && { next: after + most }), entry };
}

async function compareRuns(asked: Asked, given: CompareRuns, opened: Opened): Promise<RunsCompared> {
  const { incident, job, against } = given;
  const now = await keptOf(asked, incident, job);
  const before = await keptOf(asked, incident, against);
  const people = await withKept(await opened(), [now.file, before.file], movesBetween);
  return {
    people,
    before: comparedRun(against, before),
    now: comparedRun(job, now),
    ...whyDifferent(before.answer, now.answer),
  };
}

function comparedRun(job: string, { run, answer }: Readonly<{ run: string; answer: ScopeAnswer }>) {
  const { exposed, unknown, clear, min, max } = answer.people;
  return { job, run, figures: { exposed, unknown, clear, min, max } };
}
