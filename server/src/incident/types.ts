import type {
  Answer,
  DataCategory,
  DataRole,
  DecisionId,
  EvidenceId,
  IncidentId,
  IncidentKind,
  IncidentState,
  IncidentTime,
  PeopleCategory,
  Reporter,
  TaskId,
} from '@forthright/contract';
import type { StandingDelay } from './delays/types.ts';
import type { OpenDuties } from './duties/types.ts';
import type { OpenMatters } from './matters/types.ts';

/** What may be done with an incident. */
export type Act =
  | 'set-facts'
  | 'propose'
  | 'decide'
  | 'add-task'
  | 'finish-task'
  | 'add-evidence'
  | 'add-note'
  | 'restrict'
  | 'erase-text'
  | 'issue-paper'
  | 'ask-unlock'
  | 'grant-unlock'
  | 'set-leaks'
  | 'run-scope'
  | 'end-run'
  | 'export'
  | 'pursue-deletion'
  | 'account-for-people'
  | 'delay-duty'
  | 'ban-seller'
  | 'handle-inbox'
  | 'answer-authority'
  | 'close'
  | 'reopen';

/** What later stages do upon an incident; whenever evidence may be added. */
export type LaterAct =
  | 'assess-risk'
  | 'save-report'
  | 'file-report'
  | 'set-law-facts'
  | 'assess-duties'
  | 'determine-exemption'
  | 'fulfil-duty'
  | 'excuse-duties'
  | 'reopen-duty'
  | 'campaign'
  | 'edition'
  | 'desk'
  | 'look';

/** What somebody typed; `null` once it was erased. */
export type Typed = string | null;

export type Cause<Text = Typed> = Readonly<{
  action: string;
  variety: string;
  actor: string;
  actorVariety: string;
  summary?: Text;
}>;

/** How many, by whom; `run`: the evidence in which it was read. */
export type Figure<Text = Typed> = Readonly<{ min: number; max: number; by: Text; run?: string }>;

/** `Text` is the text itself, or where it stands in the register. */
export type Facts<Text = Typed> = Readonly<{
  title: Text;
  kind: IncidentKind;
  cause?: Cause<Text>;
  times: Readonly<Partial<Record<IncidentTime, Readonly<{ at: string; saidBy: Text }>>>>;
  estimate?: Figure<Text>;
  records?: Figure<Text>;
  categories?: Readonly<{ people?: readonly PeopleCategory[]; data?: readonly DataCategory[] }>;
  reportedBy?: Readonly<{ as: Reporter; name?: Text; contact?: Text }>;
  site?: Text;
  brand?: Text;
  entity?: Readonly<{ name: Text; country?: string }>;
  role?: Readonly<{ as: DataRole; for?: Text }>;
  contactPoint?: Text;
  effects?: Text;
  remedies?: Text;
  delay?: Text;
}>;

export type Decision = Readonly<{
  id: DecisionId;
  step: 'proposal' | 'decision';
  answer: Answer;
  by: string;
  at: Date;
  due?: string;
  reason: Typed;
  endedBy?: string;
}>;

export type Task = Readonly<{
  id: TaskId;
  kind: 'duty' | 'task';
  /** Of a duty. */
  answer?: Answer;
  what: Typed;
  owner: string;
  due: string;
  state: 'open' | 'done' | 'excused';
  text?: Typed;
}>;

export type Evidence = Readonly<{
  id: EvidenceId;
  kind: 'file' | 'run';
  /** `null` once the file was erased. */
  sha256: string | null;
  bytes: number;
  name: Typed;
  origin: Typed;
  entry: number;
  /** The entry that says that it was erased. */
  erased?: number;
}>;

/** An incident as rules look at it. */
export type Incident = Readonly<{
  id: IncidentId;
  version: number;
  state: IncidentState;
  facts: Facts;
  openedAt: Date;
  openedBy: string;
  closedAt?: Date;
  restrictedTo?: readonly string[];
  decisions: readonly Decision[];
  tasks: readonly Task[];
  evidence: readonly Evidence[];
  matters: OpenMatters;
  delays: readonly StandingDelay[];
  /** Duties of law that are open. */
  duties: OpenDuties;
  /** Campaigns with people who are not accounted for. */
  campaigns: readonly string[];
}>;
