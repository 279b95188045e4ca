import * as z from 'zod';
import { Delayed } from './afterwards/delays.ts';
import { Deletion } from './afterwards/recipients.ts';
import { AnyIncident, Id, Line, MOST_VERSIONS, Moment, Person, Prose, Shown } from './fields.ts';
import {
  DATA_CATEGORIES,
  DATA_ROLES,
  INCIDENT_KINDS,
  PEOPLE_CATEGORIES,
  REPORTERS,
  VERIS_ACTIONS,
  VERIS_ACTORS,
} from './lists.ts';
import { PaperIssued } from './papers.ts';

/** What may be asked of the records, and what is answered. */

const Key = z.strictObject({ vkey: z.string(), from: z.string(), until: z.string().nullable() });

export const ShowRegister = z.strictObject({});
export type ShowRegister = z.infer<typeof ShowRegister>;

export const RegisterShown = z.strictObject({
  state: z.enum(['open', 'stopped']),
  why: z.string().optional(),
  origin: z.string().optional(),
  epoch: z.int().optional(),
  size: z.int().optional(),
  root: z.string().optional(),
  checkpoint: z.string().optional(),
  /** Public keys, each with the time for which it counts. */
  keys: z.array(Key),
});
export type RegisterShown = z.infer<typeof RegisterShown>;

export const ContinueRegister = z.strictObject({ reason: Prose });
export type ContinueRegister = z.infer<typeof ContinueRegister>;

export const RotateRegisterKey = z.strictObject({ overlapHours: z.int().min(0).max(8760).default(720) });
export type RotateRegisterKey = z.infer<typeof RotateRegisterKey>;

export const RevokeRegisterKey = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{8}$/, 'the eight hex digits of a key'),
  /** The last moment at which it was surely safe. */
  safeUntil: Moment,
  reason: Prose,
});
export type RevokeRegisterKey = z.infer<typeof RevokeRegisterKey>;

export const INCIDENT_STATES = ['open', 'decided', 'closed'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

const keys = <T extends object>(of: T) => Object.keys(of) as [keyof T & string, ...(keyof T & string)[]];
const has = (list: readonly string[], name: string): boolean => list.includes(name);

const Cause = z
  .strictObject({
    action: z.enum(keys(VERIS_ACTIONS)),
    variety: z.string().max(60).default('Unknown'),
    actor: z.enum(keys(VERIS_ACTORS)),
    actorVariety: z.string().max(60).default('Unknown'),
    summary: Prose.optional(),
  })
  .refine(({ action, variety }) => has(VERIS_ACTIONS[action], variety), {
    error: 'a variety of this action, by the names of VERIS',
    path: ['variety'],
  })
  .refine(({ actor, actorVariety }) => has(VERIS_ACTORS[actor], actorVariety), {
    error: 'a variety of this actor, by the names of VERIS',
    path: ['actorVariety'],
  });

/** In the order in which they can have been. When it was closed is the record's own time. */
export const INCIDENT_TIMES = ['occurred', 'firstSignal', 'aware', 'contained', 'fixed'] as const;
export type IncidentTime = (typeof INCIDENT_TIMES)[number];

/** A time, and who says so: a person, a log, a supplier. */
const StatedTime = z.strictObject({ at: Moment, saidBy: Line });

const ReportedBy = z.strictObject({
  as: z.enum(REPORTERS),
  name: Line.optional(),
  contact: Line.optional(),
});

/** The legal entity that answers for the data. The workspace's file is not known to the server, so it is typed. */
const Entity = z.strictObject({
  name: Line,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'a country is two capital letters, such as LU')
    .optional(),
});

/** GDPR Art. 4(7), 4(8) and 26. A processor acts for somebody, a joint controller with somebody. */
const RoleInData = z
  .strictObject({ as: z.enum(DATA_ROLES), for: Line.optional() })
  .refine((role) => (role.as === 'controller') === (role.for === undefined), {
    error: 'a processor says for whom, a joint controller with whom; a controller names nobody',
    path: ['for'],
  });

/** GDPR Art. 33(3)(a): categories of people, and of data about them. */
const Categories = z
  .strictObject({
    people: z.array(z.enum(PEOPLE_CATEGORIES)).min(1).max(PEOPLE_CATEGORIES.length).optional(),
    data: z.array(z.enum(DATA_CATEGORIES)).min(1).max(DATA_CATEGORIES.length).optional(),
  })
  .refine(({ people, data }) => people !== undefined || data !== undefined, {
    error: 'name categories of people, of data, or both',
  });

/**
 * How many, as somebody states. Without a run it is an estimate; with one it was read there, and the run is
 * registered as evidence.
 */
const Estimate = z
  .strictObject({ min: z.int().min(0), max: z.int().min(0), by: Line, run: Id('evi').optional() })
  .refine(({ min, max }) => min <= max, { error: 'min is at most max', path: ['max'] });

const facts = {
  title: Line,
  kind: z.enum(INCIDENT_KINDS),
  cause: Cause.optional(),
  times: z.partialRecord(z.enum(INCIDENT_TIMES), StatedTime).default({}),
  /** People. */
  estimate: Estimate.optional(),
  /** Records of personal data. */
  records: Estimate.optional(),
  categories: Categories.optional(),
  reportedBy: ReportedBy.optional(),
  site: Line.optional(),
  brand: Line.optional(),
  entity: Entity.optional(),
  role: RoleInData.optional(),
  /** Who can be asked, GDPR Art. 33(3)(b). */
  contactPoint: Line.optional(),
  /** Likely consequences, Art. 33(3)(c) and 33(5). */
  effects: Prose.optional(),
  /** Measures taken or proposed, Art. 33(3)(d) and 33(5). */
  remedies: Prose.optional(),
  /** Why the authority is told later than 72 hours after becoming aware, Art. 33(1). */
  delay: Prose.optional(),
};

export const OpenIncident = z.strictObject(facts);
export type OpenIncident = z.infer<typeof OpenIncident>;

/** Only what is given changes; `version` is the one that the writer has seen. */
export const SetIncidentFacts = z
  .strictObject({
    incident: AnyIncident,
    version: z.int().min(1).max(MOST_VERSIONS),
    title: Line.optional(),
    kind: z.enum(INCIDENT_KINDS).optional(),
    /** `null` takes back what turned out to be wrong, here and below; what was said before stays in the timeline. */
    cause: facts.cause.nullable(),
    times: z.partialRecord(z.enum(INCIDENT_TIMES), StatedTime.nullable()).optional(),
    estimate: facts.estimate.nullable(),
    records: facts.records.nullable(),
    categories: facts.categories.nullable(),
    reportedBy: facts.reportedBy.nullable(),
    site: facts.site.nullable(),
    brand: facts.brand.nullable(),
    entity: facts.entity.nullable(),
    role: facts.role.nullable(),
    contactPoint: facts.contactPoint.nullable(),
    effects: facts.effects.nullable(),
    remedies: facts.remedies.nullable(),
    delay: facts.delay.nullable(),
  })
  .refine(({ incident: _, version: __, ...given }) => Object.values(given).some((one) => one !== undefined), {
    error: 'nothing is changed',
  });
export type SetIncidentFacts = z.infer<typeof SetIncidentFacts>;

export const ANSWERS = ['register-only', 'tell-authority', 'tell-people'] as const;
export type Answer = (typeof ANSWERS)[number];

export const Decide = z
  .strictObject({
    incident: AnyIncident,
    version: z.int().min(1).max(MOST_VERSIONS),
    /** A proposal waits for somebody else; a decision counts. */
    step: z.enum(['proposal', 'decision']),
    answer: z.enum(ANSWERS),
    reason: Prose,
    /** Whoever is to be told must be told by then. */
    due: Moment.optional(),
    /** The proposal that this decides. */
    proposal: Id('dec').optional(),
    /** How many proposals and decisions were there when it was read; refused when there are more by now. */
    seen: z.int().min(0).optional(),
  })
  .refine(({ answer, due }) => (answer === 'register-only') === (due === undefined), {
    error: 'who is to be told must be told by a time; `register-only` has none',
    path: ['due'],
  })
  .refine(({ step, proposal }) => step === 'decision' || proposal === undefined, {
    error: 'only a decision decides a proposal',
    path: ['proposal'],
  });
export type Decide = z.infer<typeof Decide>;

export const AddTask = z.strictObject({
  incident: AnyIncident,
  what: Line,
  owner: Person,
  due: Moment,
});
export type AddTask = z.infer<typeof AddTask>;

export const FinishTask = z.strictObject({
  incident: AnyIncident,
  task: Id('tsk'),
  outcome: z.enum(['done', 'excused']),
  /** What was done, or why not. */
  text: Prose,
});
export type FinishTask = z.infer<typeof FinishTask>;

export const AddNote = z.strictObject({ incident: AnyIncident, text: Prose });
export type AddNote = z.infer<typeof AddNote>;

export const AddEvidence = z.strictObject({
  incident: AnyIncident,
  /** A file that somebody keeps, or the answer of a run of scope. */
  kind: z.enum(['file', 'run']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex'),
  bytes: z.int().min(0),
  name: Line,
  /** Where it comes from and who keeps it. */
  origin: Prose,
});
export type AddEvidence = z.infer<typeof AddEvidence>;

/** A file's own name, as those will see it who save it: never a way to another folder. */
const FileName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((name) => !/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029/\\]|\.\./u.test(name) && name !== '.', {
    error: 'a file name without folders, `..`, or control characters',
  });

/** The file itself is the content of the request. */
export const AddFile = z.strictObject({
  incident: AnyIncident,
  name: FileName,
  /** Where it comes from and who handed it in. */
  origin: Prose,
});
export type AddFile = z.infer<typeof AddFile>;

export const FileAdded = z.strictObject({
  incident: z.string(),
  version: z.int(),
  id: z.string(),
  entry: z.int(),
  sha256: z.string(),
  bytes: z.int(),
});
export type FileAdded = z.infer<typeof FileAdded>;

export const GetFile = z.strictObject({ incident: AnyIncident, file: z.string().max(60) });
export type GetFile = z.infer<typeof GetFile>;

export const ExportIncident = z.strictObject({ incident: AnyIncident });
export type ExportIncident = z.infer<typeof ExportIncident>;

export const RestrictIncident = z.strictObject({
  incident: AnyIncident,
  /** Who alone may see it; `null`: everybody whose role allows it. */
  people: z.array(Person).min(1).max(200).nullable(),
  reason: Prose,
});
export type RestrictIncident = z.infer<typeof RestrictIncident>;

export const CloseIncident = z.strictObject({
  incident: AnyIncident,
  version: z.int().min(1).max(MOST_VERSIONS),
  /** What happened in the end, and what was done about it. */
  summary: Prose,
});
export type CloseIncident = z.infer<typeof CloseIncident>;

export const ReopenIncident = z.strictObject({ incident: AnyIncident, reason: Prose });
export type ReopenIncident = z.infer<typeof ReopenIncident>;

export const EraseText = z.strictObject({
  incident: AnyIncident,
  entry: z.int().min(0),
  name: z.string().max(60),
});
export type EraseText = z.infer<typeof EraseText>;

/** As answers of scope and trace call members of staff; `account-1` is one that the directory of employees does not know. */
const Pseudonym = z
  .string()
  .regex(/^(?:employee|contractor|account)-[1-9]\d{0,5}$/, 'a pseudonym such as employee-1');

export const AskUnlock = z.strictObject({
  incident: AnyIncident,
  /** The evidence that is the answer in which the pseudonym stands: another run may call somebody else so. */
  run: Id('evi'),
  pseudonym: Pseudonym,
  reason: Prose,
  /** How long the name stays unlocked once somebody else has granted it. */
  hours: z.int().min(1).max(720).default(72),
});
export type AskUnlock = z.infer<typeof AskUnlock>;

export const GrantUnlock = z.strictObject({ incident: AnyIncident, unlock: Id('unl'), reason: Prose });
export type GrantUnlock = z.infer<typeof GrantUnlock>;

export const ListUnlocks = z.strictObject({ incident: AnyIncident });
export type ListUnlocks = z.infer<typeof ListUnlocks>;

const MOST_LISTED = 200;
export const ListIncidents = z.strictObject({
  state: z.enum(INCIDENT_STATES).optional(),
  /** A part of the title, in any case. */
  title: z.string().trim().min(1).max(200).optional(),
  most: z.coerce.number().int().min(1).max(MOST_LISTED).default(50),
  /** What the page before ended with. */
  after: z.string().max(60).optional(),
});
export type ListIncidents = z.infer<typeof ListIncidents>;

export const ShowIncident = z.strictObject({
  incident: AnyIncident,
  /** The timeline from this entry on, at most 500 at once. */
  timelineAfter: z.coerce.number().int().min(-1).default(-1),
});
export type ShowIncident = z.infer<typeof ShowIncident>;

export const IncidentListed = z.strictObject({
  id: z.string(),
  title: Shown,
  state: z.enum(INCIDENT_STATES),
  kind: z.enum(INCIDENT_KINDS),
  aware: z.string().optional(),
  openedAt: z.string(),
  isRestricted: z.boolean(),
  overdue: z.int(),
});
export type IncidentListed = z.infer<typeof IncidentListed>;

export const IncidentsListed = z.strictObject({
  incidents: z.array(IncidentListed),
  /** Give it as `after` to go on; absent on the last page. */
  next: z.string().optional(),
});
export type IncidentsListed = z.infer<typeof IncidentsListed>;

const MOST_WAITING = 200;
export const ListWaiting = z.strictObject({
  most: z.coerce.number().int().min(1).max(MOST_WAITING).default(50),
});
export type ListWaiting = z.infer<typeof ListWaiting>;

/** What waits for whoever asks: tasks that are theirs, and proposals of others that they may decide. */
export const WaitingListed = z.strictObject({
  waiting: z.array(
    z.strictObject({
      incident: z.string(),
      title: Shown,
      /** The task's or the proposal's. */
      id: z.string(),
      kind: z.enum(['task', 'proposal']),
      /** What a task asks for; `null` of a decision's duty, which `answer` says. */
      what: Shown,
      answer: z.enum(ANSWERS).optional(),
      due: z.string().optional(),
      isOverdue: z.boolean(),
    }),
  ),
  /** There is more than was asked for. */
  isMore: z.boolean(),
});
export type WaitingListed = z.infer<typeof WaitingListed>;

export const DecisionShown = z.strictObject({
  id: z.string(),
  step: z.enum(['proposal', 'decision']),
  answer: z.enum(ANSWERS),
  reason: Shown,
  by: z.string(),
  at: z.string(),
  due: z.string().optional(),
  /** Decided by, withdrawn with, or superseded by this decision; what has none stands. */
  endedBy: z.string().optional(),
});
export type DecisionShown = z.infer<typeof DecisionShown>;

export const TaskShown = z.strictObject({
  id: z.string(),
  /** A duty follows from a decision; a task was given by somebody. */
  kind: z.enum(['duty', 'task']),
  what: Shown,
  owner: z.string(),
  due: z.string(),
  state: z.enum(['open', 'done', 'excused']),
  isOverdue: z.boolean(),
  /** Law enforcement asked to wait; the due time stays as it is. */
  delayed: Delayed.optional(),
  text: Shown.optional(),
});
export type TaskShown = z.infer<typeof TaskShown>;

/** `lapsed`: nobody granted it in time; `over`: the name is a pseudonym again. */
export const UNLOCK_STATES = ['asked', 'granted', 'lapsed', 'over'] as const;
export const UnlocksListed = z.strictObject({
  unlocks: z.array(
    z.strictObject({
      id: z.string(),
      run: z.string(),
      pseudonym: z.string(),
      state: z.enum(UNLOCK_STATES),
      askedBy: z.string(),
      askedAt: z.string(),
      reason: Shown,
      hours: z.int(),
      until: z.string(),
      grantedBy: z.string().optional(),
      grantedReason: Shown.optional(),
    }),
  ),
});
export type UnlocksListed = z.infer<typeof UnlocksListed>;

export const NEXT_STEPS = [
  'say-when-aware',
  'contain',
  'estimate',
  'name-cause',
  'decide-proposal',
  'decide',
  'do-task',
  'assess-duties',
  'do-duty',
  'settle-duty',
  'write-to-recipient',
  'hand-letter-over',
  'hear-from-recipient',
  'tell-person',
  'confirm-delay',
  'end-delay',
  'tell-seller',
  'ban-seller',
  'decide-appeal',
  'answer-person',
  'answer-inquiry',
  'finish-campaign',
  'close',
] as const;
const Step = z.strictObject({
  step: z.enum(NEXT_STEPS),
  /** The proposal, task, recipient … that it is about. */
  of: z.string().optional(),
  due: z.string().optional(),
  delayed: Delayed.optional(),
});
export type NextStep = z.infer<typeof Step>;

export const BLOCKERS = [
  'not-aware',
  'no-decision',
  'open-proposal',
  'open-duty',
  'open-task',
  'duties-not-assessed',
  'open-legal-duty',
  'open-recipient',
  'person-not-told',
  'open-delay',
  'open-ban',
  'open-item',
  'open-inquiry',
  'open-campaign',
] as const;
const Blocker = z.strictObject({
  blocker: z.enum(BLOCKERS),
  of: z.string().optional(),
  message: z.string(),
  delayed: Delayed.optional(),
});
export type Blocker = z.infer<typeof Blocker>;

/** A figure that somebody typed: an estimate, or read in a run that is registered as evidence. */
const FigureShown = z.strictObject({
  min: z.int(),
  max: z.int(),
  by: Shown,
  label: z.enum(['estimated', 'from-run']),
  run: z.string().optional(),
});

export const IncidentShown = z.strictObject({
  id: z.string(),
  version: z.int(),
  state: z.enum(INCIDENT_STATES),
  title: Shown,
  kind: z.enum(INCIDENT_KINDS),
  cause: z
    .strictObject({
      action: z.string(),
      variety: z.string(),
      actor: z.string(),
      actorVariety: z.string(),
      summary: Shown.optional(),
    })
    .optional(),
  times: z.partialRecord(z.enum(INCIDENT_TIMES), z.strictObject({ at: z.string(), saidBy: Shown })),
  estimate: FigureShown.optional(),
  records: FigureShown.optional(),
  categories: z
    .strictObject({
      people: z.array(z.enum(PEOPLE_CATEGORIES)).optional(),
      data: z.array(z.enum(DATA_CATEGORIES)).optional(),
    })
    .optional(),
  reportedBy: z
    .strictObject({ as: z.enum(REPORTERS), name: Shown.optional(), contact: Shown.optional() })
    .optional(),
  site: Shown.optional(),
  brand: Shown.optional(),
  entity: z.strictObject({ name: Shown, country: z.string().optional() }).optional(),
  role: z.strictObject({ as: z.enum(DATA_ROLES), for: Shown.optional() }).optional(),
  contactPoint: Shown.optional(),
  effects: Shown.optional(),
  remedies: Shown.optional(),
  delay: Shown.optional(),
  openedAt: z.string(),
  openedBy: z.string(),
  closedAt: z.string().optional(),
  /** Seconds since the organisation became aware, until now or until it was closed. */
  awareSeconds: z.int().optional(),
  restrictedTo: z.array(z.string()).optional(),
  decisions: z.array(DecisionShown),
  tasks: z.array(TaskShown),
  evidence: z.array(
    z.strictObject({
      id: z.string(),
      /** `trace`: the answer of a trace, on this server. */
      kind: z.enum(['file', 'run', 'trace']),
      /** `null` once the file was erased. */
      sha256: z.string().nullable(),
      bytes: z.int(),
      name: Shown,
      origin: Shown,
      entry: z.int(),
      /** The entry that says that the file was erased. */
      erased: z.int().optional(),
    }),
  ),
  /** Issued ones, the oldest first. */
  papers: z.array(PaperIssued),
  /** Of those who got the data. */
  deletion: Deletion,
  next: z.array(Step),
  overdue: z.array(Step),
  blockers: z.array(Blocker),
  timeline: z.array(
    z.strictObject({
      entry: z.int(),
      kind: z.string(),
      at: z.string(),
      by: z.string(),
      /** The API token of `by` with which it was done. */
      token: z.string().optional(),
      facts: z.record(z.string(), z.json()),
      texts: z.record(z.string(), Shown),
    }),
  ),
  /** There is more: ask again with it as `timelineAfter`. */
  timelineNext: z.int().optional(),
});
export type IncidentShown = z.infer<typeof IncidentShown>;

/** What a change answers with: the id of what was made, and the incident's new version. */
export const Changed = z.strictObject({
  incident: z.string(),
  version: z.int(),
  id: z.string().optional(),
  /** The register's entry. */
  entry: z.int(),
  /** The task that a decision obliges to. */
  duty: z.string().optional(),
});
export type Changed = z.infer<typeof Changed>;
