/** What may be asked of decoys. Who they are leaves only for whoever loads them, and each time is recorded. */
import {
  DecoysErased,
  DecoysGiven,
  DecoysListed,
  DecoysPlanted,
  EraseDecoys,
  GetDecoys,
  ListDecoys,
  PlantDecoys,
} from '@forthright/contract';
import { guarded, OFFICERS, READERS } from '../../incident/index.ts';
import type { Operation, SealPlace } from '../../prove/index.ts';
import { eraseDecoys, getDecoys, listDecoys, plantDecoys } from './decoys.ts';

export const decoyOperations = (seals: SealPlace, domains: readonly string[]): readonly Operation[] => [
  guarded(PlantDecoys, DecoysPlanted, {
    name: 'plant-decoys',
    summary:
      'Makes customers who do not exist, some for each queue, view, export, feed and partner, so that mail to one tells through which its address left.',
    method: 'POST',
    path: '/decoys',
    may: OFFICERS,
    jsonFile: { field: 'planting' },
    run: (asked, input) => plantDecoys(asked, input, seals, domains),
  }),
  guarded(ListDecoys, DecoysListed, {
    name: 'list-decoys',
    summary: 'How many decoys stand where, and what mail came to them; never who they are.',
    method: 'GET',
    path: '/decoys',
    may: READERS,
    run: (asked) => listDecoys(asked, seals),
  }),
  guarded(GetDecoys, DecoysGiven, {
    name: 'get-decoys',
    summary: 'Gives the decoys to whoever loads them, as JSON, CSV or SQL views, and records to whom.',
    method: 'POST',
    path: '/decoys/:planting/copies',
    may: OFFICERS,
    documents: ['text/csv', 'text/plain'],
    run: (asked, input) => getDecoys(asked, input, seals),
  }),
  guarded(EraseDecoys, DecoysErased, {
    name: 'erase-decoys',
    summary: 'Erases who these decoys are and what came to them, with a reason; every entry stays.',
    method: 'POST',
    path: '/decoys/:planting/erase',
    may: OFFICERS,
    run: (asked, input) => eraseDecoys(asked, input, seals),
  }),
];
