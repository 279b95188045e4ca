import {
  AddEvidence,
  AddNote,
  AddTask,
  AskUnlock,
  Changed,
  CloseIncident,
  ComposePaper,
  Decide,
  EraseText,
  ExportBreachRegister,
  ExportDpv,
  ExportVeris,
  FinishTask,
  ForthrightError,
  GrantUnlock,
  HoldingStatementsListed,
  Imported,
  ImportShown,
  ImportVeris,
  IncidentShown,
  IncidentsListed,
  IssuePaper,
  ListIncidents,
  ListUnlocks,
  ListWaiting,
  OpenIncident,
  PaperComposed,
  ReopenIncident,
  RestrictIncident,
  readId,
  SetIncidentFacts,
  ShowHoldingStatement,
  ShowImport,
  ShowIncident,
  ShowPaper,
  UnlocksListed,
  VerisRecord,
  WaitingListed,
} from '@forthright/contract';
import { never, strictObject } from 'zod';
import type { Asked, Operation } from '../prove/index.ts';
import { AGENTS, DECIDERS, guarded, OFFICERS, post, READERS, UNLOCKERS, WORKERS } from './asking.ts';
import {
  addEvidence,
  addNote,
  addTask,
  closeIncident,
  decide,
  eraseIncidentText,
  finishTask,
  notFound,
  openIncident,
  reopenIncident,
  restrictIncident,
  setFacts,
} from './changes.ts';
import { concernedOperations } from './concerned/operations.ts';
import { delayOperations } from './delays/operations.ts';
import { dutyOperations } from './duties/operations.ts';
import { entryOperations } from './entries.operations.ts';
import { exportDpv, exportVeris, importVeris, showImport } from './exchange/exchange.ts';
import { exportBreachRegister } from './exchange/register.ts';
import { handOverOperations } from './hand-overs/operations.ts';
import type { PersonElsewhere } from './inbox/changes.ts';
import { erasePersonOperation, inboxOperations } from './inbox/operations.ts';
import { inquiryOperations } from './inquiries/operations.ts';
import {
  draftPaper,
  issuePaper,
  listHoldingStatements,
  showHoldingStatement,
  showPaper,
} from './papers/issue.ts';
import { recipientOperations } from './recipients/operations.ts';
import { runOperations } from './runs.operations.ts';
import { sellerOperations } from './sellers/operations.ts';
import { showIncident } from './show.ts';
import { findIncident, listIncidents, waitingFor } from './store.ts';
import { askUnlock, grantUnlock, listUnlocks } from './unlocks.ts';

async function list(asked: Asked, { state, title, most, after }: ListIncidents): Promise<IncidentsListed> {
  const page = { actor: asked.actor, state, title, most, after: cursorOf(after) };
  const found = await listIncidents(asked.db, page, asked.now());
  const shown = found.slice(0, most);
  const last = shown.at(-1);
  return {
    incidents: shown.map(({ openedAtMs: _, ...one }) => one),
    ...(found.length > shown.length && last !== undefined ? { next: `${last.openedAtMs}.${last.id}` } : {}),
  };
}

function cursorOf(rawAfter: string | undefined): { openedAt: Date; id: string } | undefined {
  if (rawAfter === undefined) return undefined;
  const [, ms, rawId = ''] = /^(\d{1,13})\.(.+)$/.exec(rawAfter) ?? [];
  const id = readId('inc', rawId);
  if (ms === undefined || id === undefined)
    throw new ForthrightError('usage', '`after` is not the `next` of a page of this list.');
  return { openedAt: new Date(Number(ms)), id };
}

async function show(asked: Asked, { incident, timelineAfter }: ShowIncident): Promise<IncidentShown> {
  const found = await findIncident(asked.db, incident, asked.actor);
  if (found === undefined) throw notFound(incident);
  return showIncident(asked.db, found.incident, { now: asked.now(), timelineAfter });
}

async function listWaiting({ db, actor, now }: Asked, { most }: ListWaiting): Promise<WaitingListed> {
  const mayDecide = DECIDERS.some((role) => actor.roles.includes(role));
  const { rows, text } = await waitingFor(db, { actor: actor.account, mayDecide, most, now: now() });
  return {
    waiting: rows.slice(0, most).map(({ kind, id, incident, entry, answer, due, is_overdue, facts }) => ({
      incident,
      title: text(facts.title, 'title'),
      id,
      kind,
      what: answer === null ? text(Number(entry), 'what') : null,
      ...(answer === null ? {} : { answer }),
      ...(due === null ? {} : { due }),
      isOverdue: is_overdue,
    })),
    isMore: rows.length > most,
  };
}

/** What may be asked of the record of incidents. */
export const incidentOperations: readonly Operation[] = [
  guarded(OpenIncident, Changed, {
    name: 'open-incident',
    summary: 'Records an incident with what is known in the first minute.',
    ...post('/incidents'),
    may: WORKERS,
    run: openIncident,
  }),
  guarded(ListIncidents, IncidentsListed, {
    name: 'list-incidents',
    summary: 'Incidents that you may see, the newest first, by state or a part of their title.',
    method: 'GET',
    path: '/incidents',
    may: READERS,
    run: list,
  }),
  guarded(ListWaiting, WaitingListed, {
    name: 'list-waiting',
    summary: 'What waits for whoever asks: their open tasks, and proposals of others that they may decide.',
    method: 'GET',
    path: '/waiting',
    may: READERS,
    run: listWaiting,
  }),
  guarded(ShowIncident, IncidentShown, {
    name: 'show-incident',
    summary: 'One incident: its facts, timeline, what is next, what is overdue, and what blocks closing.',
    method: 'GET',
    path: '/incidents/:incident',
    may: READERS,
    run: show,
  }),
  guarded(SetIncidentFacts, Changed, {
    name: 'set-incident-facts',
    summary: 'Changes title, kind, cause, times or estimate; refuses whoever has not seen the latest.',
    method: 'PATCH',
    path: '/incidents/:incident',
    may: WORKERS,
    run: setFacts,
  }),
  guarded(Decide, Changed, {
    name: 'decide',
    summary: 'Proposes or decides, with a reason, whom to tell or that nobody need be told.',
    ...post('/incidents/:incident/decisions'),
    may: DECIDERS,
    run: decide,
  }),
  guarded(AddTask, Changed, {
    name: 'add-task',
    summary: 'Gives somebody something to do by a time.',
    ...post('/incidents/:incident/tasks'),
    may: WORKERS,
    run: addTask,
  }),
  guarded(FinishTask, Changed, {
    name: 'finish-task',
    summary: 'Says that a task is done, or excuses it with a reason.',
    ...post('/incidents/:incident/tasks/:task/finish'),
    may: WORKERS,
    run: finishTask,
  }),
  guarded(AddNote, Changed, {
    name: 'add-note',
    summary: 'Writes a note into the timeline.',
    ...post('/incidents/:incident/notes'),
    may: DECIDERS,
    run: addNote,
  }),
  guarded(AddEvidence, Changed, {
    name: 'add-evidence',
    summary: 'Registers a file, or the answer of a run of scope, by its hash.',
    ...post('/incidents/:incident/evidence'),
    may: WORKERS,
    run: addEvidence,
  }),
  guarded(RestrictIncident, Changed, {
    name: 'restrict-incident',
    summary: 'Names who alone may see the incident, or lifts that.',
    method: 'PUT',
    path: '/incidents/:incident/people',
    may: OFFICERS,
    run: restrictIncident,
  }),
  guarded(EraseText, Changed, {
    name: 'erase-text',
    summary: 'Erases a typed text for good; every proof stays valid.',
    ...post('/incidents/:incident/erase'),
    may: OFFICERS,
    run: eraseIncidentText,
  }),
  guarded(AskUnlock, Changed, {
    name: 'ask-unlock',
    summary: 'Asks, with a reason, that the name behind a pseudonym be unlocked for a time.',
    ...post('/incidents/:incident/unlocks'),
    may: UNLOCKERS,
    run: askUnlock,
  }),
  guarded(GrantUnlock, Changed, {
    name: 'grant-unlock',
    summary: 'Unlocks a name that somebody else has asked for, with a reason of one’s own.',
    ...post('/incidents/:incident/unlocks/:unlock/grant'),
    may: UNLOCKERS,
    run: grantUnlock,
  }),
  guarded(ListUnlocks, UnlocksListed, {
    name: 'list-unlocks',
    summary: 'Which names were asked for and unlocked, by whom, why, and until when.',
    method: 'GET',
    path: '/incidents/:incident/unlocks',
    may: READERS,
    run: listUnlocks,
  }),
  guarded(ComposePaper, PaperComposed, {
    name: 'compose-paper',
    summary:
      'A holding statement, a first report to the authority, or a brief for the board, of what the record holds now.',
    method: 'GET',
    path: '/incidents/:incident/papers/:paper',
    documents: ['text/html', 'text/plain'],
    may: READERS,
    run: draftPaper,
  }),
  guarded(IssuePaper, Changed, {
    name: 'issue-paper',
    summary: 'Keeps a version of such a paper for good, with its hash; sends nothing.',
    ...post('/incidents/:incident/papers/:paper'),
    may: WORKERS,
    run: issuePaper,
  }),
  guarded(ShowPaper, never(), {
    name: 'show-paper',
    summary: 'An issued paper, byte for byte.',
    method: 'GET',
    path: '/incidents/:incident/issued-papers/:issued',
    documents: ['text/html', 'text/plain'],
    may: READERS,
    run: showPaper,
  }),
  guarded(ShowHoldingStatement, never(), {
    name: 'show-holding-statement',
    summary:
      'What the support desk may say of an open incident: the last holding statement, until it is erased or notices leave.',
    method: 'GET',
    path: '/incidents/:incident/holding-statement',
    documents: ['text/html', 'text/plain'],
    may: AGENTS,
    run: showHoldingStatement,
  }),
  guarded(strictObject({}), HoldingStatementsListed, {
    name: 'list-holding-statements',
    summary: 'For which incidents there is something that the support desk may say.',
    method: 'GET',
    path: '/holding-statements',
    may: AGENTS,
    run: listHoldingStatements,
  }),
  guarded(ExportBreachRegister, never(), {
    name: 'export-breach-register',
    summary: 'All incidents that you may see as CSV (GDPR Art. 33(5)), those not notified and why included.',
    method: 'GET',
    path: '/breach-register',
    documents: ['text/csv'],
    may: READERS,
    run: exportBreachRegister,
  }),
  guarded(ExportDpv, never(), {
    name: 'export-dpv',
    summary: 'The incident in terms of the W3C Data Privacy Vocabulary, as JSON-LD.',
    method: 'GET',
    path: '/incidents/:incident/dpv',
    documents: ['application/ld+json'],
    may: READERS,
    run: exportDpv,
  }),
  guarded(ExportVeris, VerisRecord, {
    name: 'export-veris',
    summary: 'The incident as a record of VERIS 1.4.1, to be exchanged with others.',
    method: 'GET',
    path: '/incidents/:incident/veris',
    jsonFile: 'the answer',
    may: READERS,
    run: exportVeris,
  }),
  guarded(ImportVeris, Imported, {
    name: 'import-veris',
    summary: 'Records an incident from a VERIS record; what was not understood is kept and listed.',
    ...post('/incidents/from-veris'),
    jsonFile: { field: 'record' },
    may: WORKERS,
    run: importVeris,
  }),
  guarded(ShowImport, ImportShown, {
    name: 'show-import',
    summary: 'The record that an incident was imported from, and what of it was not understood.',
    method: 'GET',
    path: '/incidents/:incident/import',
    may: READERS,
    run: showImport,
  }),
  guarded(CloseIncident, Changed, {
    name: 'close-incident',
    summary: 'Closes the incident; refused with everything that blocks it.',
    ...post('/incidents/:incident/close'),
    may: OFFICERS,
    run: closeIncident,
  }),
  guarded(ReopenIncident, Changed, {
    name: 'reopen-incident',
    summary: 'Takes a closed incident up again, with a reason.',
    ...post('/incidents/:incident/reopen'),
    may: OFFICERS,
    run: reopenIncident,
  }),
  ...recipientOperations,
  ...concernedOperations,
  ...delayOperations,
  ...sellerOperations,
  ...inboxOperations,
  ...inquiryOperations,
  ...handOverOperations,
  ...runOperations,
  ...entryOperations,
  ...dutyOperations,
];

/** The same, where a stage above keeps people as well. */
export const incidentOperationsWith = (elsewhere: PersonElsewhere): readonly Operation[] => {
  const erase = erasePersonOperation(elsewhere);
  return incidentOperations.map((one) => (one.name === erase.name ? erase : one));
};
