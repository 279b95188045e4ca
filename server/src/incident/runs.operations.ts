import { Changed, LeaksShown, OfIncident, OfRun, RunShown, RunsListed, SetLeaks } from '@forthright/contract';
import type { Operation } from '../prove/index.ts';
import { guarded, OFFICERS, READERS, WORKERS } from './asking.ts';
import { eraseRunAnswer, listRuns, setLeaks, showLeaks, showRun } from './runs.ts';

/** What may be asked of leaks and runs. To ask for a run, and to cancel one, is `flow`'s, which knows the workspace. */
export const runOperations: readonly Operation[] = [
  guarded(SetLeaks, Changed, {
    name: 'set-leaks',
    summary:
      'Says what is believed to have leaked, as in an incident file; refuses whoever has not seen the latest.',
    method: 'PUT',
    path: '/incidents/:incident/leaks',
    may: WORKERS,
    run: setLeaks,
  }),
  guarded(OfIncident, LeaksShown, {
    name: 'show-leaks',
    summary: 'What is believed to have leaked, with its version.',
    method: 'GET',
    path: '/incidents/:incident/leaks',
    may: READERS,
    run: (asked, { incident }) => showLeaks(asked, incident),
  }),
  guarded(OfIncident, RunsListed, {
    name: 'list-runs',
    summary: 'Runs of scope over this incident, the newest first, with their figures.',
    method: 'GET',
    path: '/incidents/:incident/runs',
    may: READERS,
    run: (asked, { incident }) => listRuns(asked, incident),
  }),
  guarded(OfRun, RunShown, {
    name: 'show-run',
    summary: 'One run with its whole answer, as it was hashed.',
    method: 'GET',
    path: '/incidents/:incident/runs/:job',
    may: READERS,
    run: showRun,
  }),
  guarded(OfRun, Changed, {
    name: 'erase-run-answer',
    summary: 'Erases the answer of a run, which holds addresses and accounts; hash and figures stay.',
    method: 'POST',
    path: '/incidents/:incident/runs/:job/erase',
    may: OFFICERS,
    run: eraseRunAnswer,
  }),
];
