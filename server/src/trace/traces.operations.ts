/** What may be asked of traces in the record. */
import { join } from 'node:path';
import {
  ConfirmGate,
  ConfirmSuspect,
  EraseTrace,
  GetTracePack,
  MeasuresTaken,
  OfIncident,
  OfTrace,
  OfTraceRun,
  OpenTrace,
  RunAccess,
  RunTrace,
  ShowSuspect,
  SuspectConfirmed,
  SuspectShown,
  TakeMeasures,
  TraceChanged,
  TraceRunShown,
  TraceShown,
  TracesListed,
} from '@forthright/contract';
import * as z from 'zod';
import { DECIDERS, guarded, OFFICERS, READERS, UNLOCKERS, WORKERS } from '../incident/index.ts';
import { type Operation, sealFolder } from '../prove/index.ts';
import { accessReviewOperations } from './access/operations.ts';
import { aliasOperations } from './aliases/operations.ts';
import { decoyOperations } from './decoys/operations.ts';
import { confirmSuspect, takeMeasures } from './measures.ts';
import { getTracePack } from './pack.ts';
import {
  confirmGate,
  eraseTrace,
  listTraces,
  openTrace,
  runAccess,
  runTrace,
  showSuspect,
  showTrace,
  showTraceRun,
} from './traces.ts';

export type TraceOptions = Readonly<{
  /** The data folder, in which the keys of names lie. */
  data: string;
  /** Path of the workspace file; undefined when the server was given none. */
  workspace?: string | undefined;
  /** Domains of decoys, of which mail is taken; none: none is. */
  decoyDomains?: readonly string[] | undefined;
  /** The domain of aliases, of which mail is handed on. */
  aliasDomain?: string | undefined;
}>;

const path = '/incidents/:incident/traces';
const one = `${path}/:trace` as const;
const run = `${one}/runs/:job` as const;

export function traceOperations({
  data,
  workspace,
  decoyDomains = [],
  aliasDomain,
}: TraceOptions): readonly Operation[] {
  const seals = sealFolder(join(data, 'keys'));
  return [
    guarded(OpenTrace, TraceChanged, {
      name: 'open-trace',
      summary:
        'Records purpose, legal basis, works council and retention, without which nobody is scored; for one incident or review.',
      method: 'POST',
      path,
      may: OFFICERS,
      jsonFile: { field: 'gate' },
      run: (asked, input) => openTrace(asked, input, seals),
    }),
    guarded(ConfirmGate, TraceChanged, {
      name: 'confirm-gate',
      summary: 'A second person confirms, with a reason, what a trace is for; before that nobody is scored.',
      method: 'POST',
      path: `${one}/confirm`,
      may: UNLOCKERS,
      run: confirmGate,
    }),
    guarded(OfIncident, TracesListed, {
      name: 'list-traces',
      summary: 'The traces of this incident with their gates and runs.',
      method: 'GET',
      path,
      may: READERS,
      run: (asked, { incident }) => listTraces(asked, incident),
    }),
    guarded(OfTrace, TraceShown, {
      name: 'show-trace',
      summary: 'One trace with its gate and runs.',
      method: 'GET',
      path: one,
      may: READERS,
      run: showTrace,
    }),
    guarded(RunTrace, TraceChanged, {
      name: 'run-trace',
      summary: 'Asks, as a job, whom reports point to; its answer calls people by pseudonyms.',
      method: 'POST',
      path: `${one}/runs`,
      may: WORKERS,
      jsonFile: { field: 'definition' },
      run: (asked, input) => runTrace(asked, input, { workspace, seals }),
    }),
    guarded(RunAccess, TraceChanged, {
      name: 'run-access',
      summary:
        'Asks, as a job, which fields of how many customers each employee can see, what they used, and what to cut; by pseudonyms.',
      method: 'POST',
      path: `${one}/access-runs`,
      may: WORKERS,
      jsonFile: { field: 'definition' },
      run: (asked, input) => runAccess(asked, input, workspace),
    }),
    guarded(OfTraceRun, TraceRunShown, {
      name: 'show-trace-run',
      summary: 'One run with its whole answer, as it was hashed.',
      method: 'GET',
      path: run,
      may: READERS,
      run: showTraceRun,
    }),
    guarded(ShowSuspect, SuspectShown, {
      name: 'show-suspect',
      summary:
        'Says the name behind a pseudonym that two people have unlocked, and records to whom it was said.',
      method: 'POST',
      path: `${run}/names`,
      may: DECIDERS,
      run: (asked, input) => showSuspect(asked, input, seals),
    }),
    guarded(GetTracePack, z.unknown(), {
      name: 'get-trace-pack',
      summary:
        'Gives what there is for and against one candidate whose name is unlocked, with the raw lines, as a folder.',
      method: 'POST',
      path: `${run}/pack`,
      may: OFFICERS,
      streams: 'gives a folder',
      run: (asked, input) => getTracePack(asked, input, seals),
    }),
    guarded(TakeMeasures, MeasuresTaken, {
      name: 'take-measures',
      summary:
        'Gives the tasks that follow from a trace: suspend access, block the seller, preserve the mailbox.',
      method: 'POST',
      path: `${run}/measures`,
      may: WORKERS,
      run: takeMeasures,
    }),
    guarded(ConfirmSuspect, SuspectConfirmed, {
      name: 'confirm-suspect',
      summary: 'Confirms a candidate as a source: their look-ups become leaks of this incident.',
      method: 'POST',
      path: `${run}/confirm`,
      may: OFFICERS,
      run: confirmSuspect,
    }),
    guarded(EraseTrace, TraceChanged, {
      name: 'erase-trace',
      summary: 'Erases answers and names of a trace before its time, with a reason; every entry stays.',
      method: 'POST',
      path: `${one}/erase`,
      may: OFFICERS,
      run: (asked, input) => eraseTrace(asked, input, seals),
    }),
    ...accessReviewOperations,
    ...decoyOperations(seals, decoyDomains),
    ...aliasOperations(seals, aliasDomain),
  ];
}
