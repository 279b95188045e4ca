/** What may be asked of aliases. */
import {
  AliasBlocked,
  AliasesErased,
  AliasesListed,
  AliasesMade,
  AliasesOpened,
  AliasFound,
  BlockAlias,
  EraseAliases,
  FindAlias,
  ListAliases,
  MakeAliases,
  OpenAliases,
  type Role,
} from '@forthright/contract';
import { guarded, OFFICERS, READERS, WORKERS } from '../../incident/index.ts';
import type { Operation, SealPlace } from '../../prove/index.ts';
import { blockAlias, eraseAliases, findAlias, listAliases, makeAliases, openAliases } from './aliases.ts';

/** The shop's own programs, which show sellers and employees an alias in place of an address. */
const SHOP: readonly Role[] = ['privacy-officer', 'customer-app'];

export const aliasOperations = (seals: SealPlace, domain: string | undefined): readonly Operation[] => [
  guarded(OpenAliases, AliasesOpened, {
    name: 'open-aliases',
    summary:
      'Opens a book of aliases behind a gate: addresses that stand for customers’ own towards a seller, or on an employee’s screen.',
    method: 'POST',
    path: '/alias-books',
    may: OFFICERS,
    jsonFile: { field: 'gate' },
    run: (asked, input) => openAliases(asked, input, { seals, domain }),
  }),
  guarded(MakeAliases, AliasesMade, {
    name: 'make-aliases',
    summary: 'Gives the alias of each customer, viewer and order, and makes those that there are not yet.',
    method: 'POST',
    path: '/aliases',
    may: SHOP,
    jsonFile: { field: 'aliases' },
    run: (asked, input) => makeAliases(asked, input, { seals, domain }),
  }),
  guarded(ListAliases, AliasesListed, {
    name: 'list-aliases',
    summary: 'How many aliases there are, and mail to them from somebody who was not expected to know one.',
    method: 'GET',
    path: '/aliases',
    may: READERS,
    run: (asked) => listAliases(asked, seals),
  }),
  guarded(FindAlias, AliasFound, {
    name: 'find-alias',
    summary: 'Which customer an alias stands for, to whom it was shown, and when.',
    method: 'POST',
    path: '/aliases/find',
    may: WORKERS,
    run: (asked, input) => findAlias(asked, input, seals),
  }),
  guarded(BlockAlias, AliasBlocked, {
    name: 'block-alias',
    summary: 'Ends an alias: mail to it is refused from now on.',
    method: 'POST',
    path: '/aliases/block',
    may: SHOP,
    run: blockAlias,
  }),
  guarded(EraseAliases, AliasesErased, {
    name: 'erase-aliases',
    summary: 'Erases whom the aliases of a book stand for, with a reason; every entry stays.',
    method: 'POST',
    path: '/alias-books/:book/erase',
    may: OFFICERS,
    run: (asked, input) => eraseAliases(asked, input, seals),
  }),
];
