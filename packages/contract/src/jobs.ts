import * as z from 'zod';
import { ANSWER, type ErrorCode } from './errors.ts';
import { MOST_VERSIONS } from './fields.ts';
import { DeclaredGap, Leak, MOST_LEAKS } from './incident.ts';
import { LOG_FORMATS } from './workspace.ts';

/** Long work: what is believed to have leaked, runs of scope over it, and the jobs that do them. */

/** An id that may be anything: one that nobody could have been given is not found, which is not another answer. */
const AnyId = z.string().max(60);
const Code = z.enum(Object.keys(ANSWER) as [ErrorCode, ...ErrorCode[]]);

const MOST_GAPS = 1000;

export const SetLeaks = z.strictObject({
  incident: AnyId,
  /** The version of the leaks that the writer has seen; 0 when there were none. */
  version: z.int().min(0).max(MOST_VERSIONS),
  leaks: z
    .array(Leak)
    .min(1, 'at least one leak: what was shown, where, from when to when')
    .max(MOST_LEAKS, `at most ${MOST_LEAKS} leaks`),
  gaps: z.array(DeclaredGap).max(MOST_GAPS).default([]),
});
export type SetLeaks = z.infer<typeof SetLeaks>;

export const OfIncident = z.strictObject({ incident: AnyId });
export type OfIncident = z.infer<typeof OfIncident>;

export const LeaksShown = z.strictObject({
  incident: z.string(),
  version: z.int(),
  /** `null` when the text was erased. */
  leaks: z.array(Leak).nullable(),
  gaps: z.array(DeclaredGap).nullable(),
  entry: z.int(),
});
export type LeaksShown = z.infer<typeof LeaksShown>;

export const JOB_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;

/** The figures of a run, as the register states them. */
export const RunFigures = z.strictObject({
  exposed: z.int(),
  unknown: z.int(),
  clear: z.int(),
  unidentified: z.int(),
  min: z.int(),
  max: z.int(),
  views: z.int(),
  gaps: z.int(),
});
export type RunFigures = z.infer<typeof RunFigures>;

export const RunListed = z.strictObject({
  job: z.string(),
  state: z.enum(JOB_STATES),
  /** The version of the leaks that it is about. */
  leaks: z.int(),
  askedBy: z.string(),
  askedAt: z.string(),
  /** The register's entry that it was asked for, and the one that it ended with. */
  entry: z.int(),
  endedEntry: z.int().optional(),
  /** Why it failed. */
  code: Code.optional(),
  /** Equal for equal evidence and leaks. */
  run: z.string().optional(),
  evidence: z.string().optional(),
  sha256: z.string().optional(),
  bytes: z.int().optional(),
  figures: RunFigures.optional(),
});
export type RunListed = z.infer<typeof RunListed>;

export const RunsListed = z.strictObject({ runs: z.array(RunListed) });
export type RunsListed = z.infer<typeof RunsListed>;

export const OfRun = z.strictObject({ incident: AnyId, job: AnyId });
export type OfRun = z.infer<typeof OfRun>;

export const RunShown = RunListed.extend({
  /** The answer as it was hashed: JSON text after the schema `forthright/scope/1`. `null` before its end, and once erased. */
  answer: z.string().nullable(),
});
export type RunShown = z.infer<typeof RunShown>;

export const RunAsked = z.strictObject({
  incident: z.string(),
  version: z.int(),
  id: z.string(),
  entry: z.int(),
});
export type RunAsked = z.infer<typeof RunAsked>;

export const ShowWorkspace = z.strictObject({});
export type ShowWorkspace = z.infer<typeof ShowWorkspace>;

export const SOURCE_KINDS = ['customers', 'reference', 'sessions', 'employees', 'sellers', 'log'] as const;

/** Names of what the server's workspace has, to speak of in leaks; never where it lies. */
export const WorkspaceShown = z.strictObject({
  /** `null`: the server was started without one. */
  workspace: z
    .strictObject({
      organisation: z.string(),
      logs: z.array(z.strictObject({ name: z.string(), format: z.enum(LOG_FORMATS) })),
      /** What a path may bind, `customers` first. */
      references: z.array(z.string()),
      /** All that it names, in its order, as `check-source` takes them. */
      sources: z.array(
        z.strictObject({
          source: z.string(),
          kind: z.enum(SOURCE_KINDS),
          /** Of a log. */
          format: z.enum(LOG_FORMATS).optional(),
          /** The fields that are mapped to columns. */
          maps: z.array(z.string()),
        }),
      ),
    })
    .nullable(),
});
export type WorkspaceShown = z.infer<typeof WorkspaceShown>;

export const OfJob = z.strictObject({ job: AnyId });
export type OfJob = z.infer<typeof OfJob>;

export const ListJobs = z.strictObject({
  incident: AnyId.optional(),
  most: z.coerce.number().int().min(1).max(200).default(50),
});
export type ListJobs = z.infer<typeof ListJobs>;

export const JobShown = z.strictObject({
  id: z.string(),
  kind: z.string(),
  /** Of one that is about an incident. */
  incident: z.string().optional(),
  state: z.enum(JOB_STATES),
  askedBy: z.string(),
  askedAt: z.string(),
  /** How often it was begun. */
  attempt: z.int(),
  /** When it is begun at the earliest, while it waits. */
  due: z.string().optional(),
  endedAt: z.string().optional(),
  /** Why it failed, or while it waits again: why it did not go well the last time. */
  code: Code.optional(),
  /** What is being done, and how far it is. */
  step: z.string().optional(),
  done: z.int().optional(),
  total: z.int().optional(),
});
export type JobShown = z.infer<typeof JobShown>;

export const JobsListed = z.strictObject({ jobs: z.array(JobShown) });
export type JobsListed = z.infer<typeof JobsListed>;

export const JobCancelled = z.strictObject({ job: z.string(), entry: z.int() });
export type JobCancelled = z.infer<typeof JobCancelled>;

/** What an event of a job's stream says. Its number is the event's id. */
export const JobProgress = z.strictObject({
  state: z.enum(JOB_STATES),
  at: z.string(),
  code: Code.optional(),
  step: z.string().optional(),
  done: z.int().optional(),
  total: z.int().optional(),
});
export type JobProgress = z.infer<typeof JobProgress>;
