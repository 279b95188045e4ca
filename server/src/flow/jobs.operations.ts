/** Asking for long work, and what became of it. */
import {
  ForthrightError,
  JobCancelled,
  type JobProgress,
  JobShown,
  JobsListed,
  ListJobs,
  OfIncident,
  OfJob,
  RunAsked,
  ShowWorkspace,
  WorkspaceShown,
} from '@forthright/contract';
import {
  askRun,
  cancelRun,
  guarded,
  isVisible,
  leaksOf,
  problemsOfLeaks,
  READERS,
  SCOPE_RUN,
  visibleIncidents,
  WORKERS,
} from '../incident/index.ts';
import type { Tx } from '../platform/db/index.ts';
import {
  findJob,
  isEnded,
  type Job,
  type JobEvent,
  jobEvents,
  listenToJobs,
  listJobs,
} from '../platform/queue/index.ts';
import {
  type Asked,
  deed,
  type Operation,
  operation,
  refuseUnlessMay,
  type StreamedEvent,
  type StreamFrom,
} from '../prove/index.ts';
import { type LoadedWorkspace, loadWorkspace } from '../sources/index.ts';
import { ACCESS_RUN, cancelTraceRun, TRACE_RUN } from '../trace/index.ts';

export type JobsOptions = Readonly<{
  /** Path of the workspace file; undefined when the server was given none. */
  workspace?: string | undefined;
}>;

/** Those of incidents, and administrators for the program's own upkeep; which jobs they see is narrower. */
const LOOKERS = [...READERS, 'administrator'] as const;

const notFound = (id: string) =>
  new ForthrightError('job-not-found', `There is no job ${id.slice(0, 60)} that you may see.`);

const mayRead = ({ actor }: Asked): boolean => READERS.some((role) => actor.roles.includes(role));
const mayKeep = ({ actor }: Asked): boolean => actor.roles.includes('administrator');

/** The job as this actor may see it. Of a restricted incident's it is not found, like one that never was. */
async function findVisible(asked: Asked, id: string): Promise<Job> {
  const job = await findJob(asked.db, id);
  if (job === undefined) throw notFound(id);
  const isShown =
    job.subject === undefined
      ? mayKeep(asked)
      : mayRead(asked) && (await isVisible(asked.db, job.subject, asked.actor.account));
  if (!isShown) throw notFound(id);
  return job;
}

const shown = (job: Job, last?: JobEvent): JobShown => ({
  id: job.id,
  kind: job.kind,
  ...(job.subject === undefined ? {} : { incident: job.subject }),
  state: job.state,
  askedBy: job.askedBy,
  askedAt: job.askedAt.toISOString(),
  attempt: job.attempt,
  ...(job.state === 'waiting' ? { due: job.due.toISOString() } : {}),
  ...(job.endedAt === undefined ? {} : { endedAt: job.endedAt.toISOString() }),
  ...(job.code === undefined ? {} : { code: job.code }),
  ...(job.state === 'running' && last !== undefined ? progressOf(last) : {}),
});

const progressOf = ({ step, done, total }: JobEvent) => ({
  ...(step === undefined ? {} : { step }),
  ...(done === undefined ? {} : { done }),
  ...(total === undefined ? {} : { total }),
});

async function showJob(asked: Asked, id: string): Promise<JobShown> {
  const job = await findVisible(asked, id);
  return shown(job, (await jobEvents(asked.db, id, 0)).at(-1));
}

async function list(asked: Asked, { incident, most }: ListJobs): Promise<JobsListed> {
  const visible = mayRead(asked) ? await visibleIncidents(asked.db, asked.actor.account) : [];
  const subjects = incident === undefined ? visible : visible.filter((one) => one === incident);
  const own = incident === undefined && mayKeep(asked) ? [null] : [];
  const jobs = await listJobs(asked.db, { subjects: [...subjects, ...own], most });
  return { jobs: jobs.map((job) => shown(job)) };
}

/** Refuses at once what the run would refuse: leaks that name a log or a reference that the workspace does not have. */
async function runScope(asked: Asked, incident: string, { workspace }: JobsOptions): Promise<RunAsked> {
  if (workspace !== undefined && (await isVisible(asked.db, incident, asked.actor.account))) {
    const document = (await leaksOf(asked.db, incident))?.document;
    const problems =
      document === undefined || document === null
        ? []
        : problemsOfLeaks(
            { leaks: [...document.leaks], gaps: [...document.gaps] },
            (await loadWorkspace(workspace)).workspace,
          );
    if (problems.length > 0)
      throw new ForthrightError('incident-invalid', 'These leaks do not fit the workspace.', { problems });
  }
  return askRun(asked, incident, workspace !== undefined);
}

/** What people ask for and may end again. */
const CANCELS: Readonly<
  Record<string, (tx: Tx, job: string, incident: string, at: Date) => Promise<number>>
> = {
  [SCOPE_RUN]: cancelRun,
  [TRACE_RUN]: (tx, job, _, at) => cancelTraceRun(tx, job, at),
  [ACCESS_RUN]: (tx, job, _, at) => cancelTraceRun(tx, job, at),
};

async function cancel(asked: Asked, id: string): Promise<JobCancelled> {
  const { kind, subject } = await findVisible(asked, id);
  const cancels = CANCELS[kind];
  if (cancels === undefined || subject === undefined) throw notFound(id);
  return deed(asked, async (tx, at) => {
    if (!(await isVisible(tx, subject, asked.actor.account))) throw notFound(id);
    return { job: id, entry: await cancels(tx, id, subject, at) };
  });
}

/** Should a notification be lost, the next look comes so soon. */
const LOOK_MS = 2000;

/** Events after `after`, as they come, until the job has ended. Refuses once it may no longer be seen. */
async function* follow(
  asked: Asked,
  id: string,
  { after, signal }: StreamFrom,
): AsyncGenerator<StreamedEvent> {
  let isNews = false;
  let wake = () => {};
  const news = () => {
    isNews = true;
    wake();
  };
  const unlisten = await listenToJobs(asked.db, (changed) => {
    if (changed === undefined || changed === id) news();
  });
  signal.addEventListener('abort', news, { once: true });
  try {
    for (let seen = after; !signal.aborted; ) {
      isNews = false;
      const job = await findVisible(asked, id);
      const events = await jobEvents(asked.db, id, seen);
      for (const event of events) {
        seen = event.number;
        yield { id: String(event.number), event: event.state, data: said(event, job) };
      }
      if (isEnded(job.state) && events.length === 0) return;
      if (isNews || isEnded(job.state)) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    signal.removeEventListener('abort', news);
    unlisten();
  }
}

async function showWorkspace({ workspace: path }: JobsOptions): Promise<WorkspaceShown> {
  if (path === undefined) return { workspace: null };
  const { organisation, sources } = (await loadWorkspace(path)).workspace;
  return {
    workspace: {
      organisation: organisation.name,
      logs: Object.entries(sources.logs).map(([name, { format }]) => ({ name, format })),
      references: ['customers', ...Object.keys(sources.references)],
      sources: sourcesOf(sources),
    },
  };
}

type Shown = NonNullable<WorkspaceShown['workspace']>['sources'];

function sourcesOf({
  customers,
  references,
  sessions,
  employees,
  sellers,
  logs,
}: LoadedWorkspace['workspace']['sources']): Shown {
  const named = (columns: object) =>
    Object.entries(columns).flatMap(([field, column]) => (column === undefined ? [] : [field]));
  const table = (kind: 'sessions' | 'employees' | 'sellers', columns: object | undefined): Shown =>
    columns === undefined ? [] : [{ source: kind, kind, maps: named(columns) }];
  const without = ({ at: _, ...columns }: Readonly<{ at: unknown }>): object => columns;
  return [
    { source: 'customers', kind: 'customers', maps: named(customers.columns) },
    ...Object.entries(references).map(([name, one]) => ({
      source: `references.${name}`,
      kind: 'reference' as const,
      maps: named(without(one)),
    })),
    ...table('sessions', sessions === undefined ? undefined : without(sessions)),
    ...table('employees', employees?.columns),
    ...table('sellers', sellers?.columns),
    ...Object.entries(logs).map(([name, { format, columns = {} }]) => ({
      source: `logs.${name}`,
      kind: 'log' as const,
      format,
      maps: named(columns),
    })),
  ];
}

const said = (event: JobEvent, { code }: Job): JobProgress => ({
  state: event.state,
  at: event.at.toISOString(),
  ...(event.state === 'failed' && code !== undefined ? { code } : {}),
  ...progressOf(event),
});

export const jobOperations = (options: JobsOptions): readonly Operation[] => [
  guarded(OfIncident, RunAsked, {
    name: 'run-scope',
    summary: 'Asks for a run of scope over the latest leaks, as a job; its answer becomes evidence.',
    method: 'POST',
    path: '/incidents/:incident/runs',
    may: WORKERS,
    run: (asked, { incident }) => runScope(asked, incident, options),
  }),
  guarded(ShowWorkspace, WorkspaceShown, {
    name: 'show-workspace',
    summary: 'The names of the logs and references that a leak may speak of, if the server has a workspace.',
    method: 'GET',
    path: '/workspace',
    may: READERS,
    run: () => showWorkspace(options),
  }),
  guarded(ListJobs, JobsListed, {
    name: 'list-jobs',
    summary:
      'Jobs about incidents that you may see, the newest first; for administrators, the program’s own.',
    method: 'GET',
    path: '/jobs',
    may: LOOKERS,
    run: list,
  }),
  guarded(OfJob, JobShown, {
    name: 'show-job',
    summary: 'One job: its state, and how far it is.',
    method: 'GET',
    path: '/jobs/:job',
    may: LOOKERS,
    run: (asked, { job }) => showJob(asked, job),
  }),
  operation<OfJob, JobShown>({
    name: 'watch-job',
    summary: 'One job’s progress as server-sent events, until it has ended.',
    method: 'GET',
    path: '/jobs/:job/events',
    input: OfJob,
    output: JobShown,
    may: LOOKERS,
    run: (asked, { job }) => showJob(asked, job),
    events: async (asked, { job: rawId }, from) => {
      refuseUnlessMay(asked.actor, LOOKERS);
      const { id, state } = await findVisible(asked, rawId);
      const isOver = isEnded(state) && (await jobEvents(asked.db, id, from.after)).length === 0;
      return isOver ? undefined : follow(asked, id, from);
    },
  }),
  guarded(OfJob, JobCancelled, {
    name: 'cancel-job',
    summary: 'Ends a run of scope or of a trace that waits or is under way; nothing of it counts.',
    method: 'POST',
    path: '/jobs/:job/cancel',
    may: WORKERS,
    run: (asked, { job }) => cancel(asked, job),
  }),
];
