import { createHash } from 'node:crypto';
import {
  AnswersRead,
  DiscardEdition,
  EditionChanged,
  EditionChecked,
  type EditionShown,
  EditionsListed,
  EditionWhole,
  ForthrightError,
  OfEdition,
  OfIncident,
  PrepareEdition,
  PreviewEdition,
  PublishEdition,
  ReadAnswers,
  type Role,
} from '@forthright/contract';

import * as z from 'zod';
import { findIncident, guarded, notFound, READERS, WORKERS } from '../../incident/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import { type Asked, Document, type Operation } from '../../prove/index.ts';
import {
  checkEdition,
  discardEdition,
  findEdition,
  type PageOptions,
  prepareEdition,
  publishEdition,
  publishedLast,
  refusalsOf,
  typedFor,
} from './changes.ts';
import { pageFile, TEXT_FILE } from './edition.ts';
import { editionsOf, filesOf } from './store.ts';
import { pageLanguages } from './texts.ts';
import type { Edition, EditionText } from './types.ts';

const path = '/incidents/:incident/editions';
const one = `${path}/:edition` as const;
const APPROVERS: readonly Role[] = ['privacy-officer', 'approver'];
/** What was published is for everybody, the support desk first. */
const AGENTS: readonly Role[] = [...READERS, 'support-agent'];

async function seen({ db, actor }: Asked, id: string): Promise<string> {
  const found = await findIncident(db, id, actor);
  if (found === undefined) throw notFound(id);
  return found.incident.id;
}

async function shown(reads: Reads, edition: Edition): Promise<EditionShown> {
  const { approvedBy, publishedAt, publishedEntry } = edition;
  const files = await filesOf(reads, edition.id);
  return {
    edition: edition.id,
    number: edition.number,
    address: edition.address,
    state: edition.state,
    hash: edition.hash,
    run: edition.runJob,
    madeBy: edition.madeBy,
    madeAt: edition.madeAt.toISOString(),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(publishedAt === undefined ? {} : { publishedAt: publishedAt.toISOString() }),
    ...(publishedEntry === undefined ? {} : { entry: publishedEntry }),
    files: [...files].map(([name, content]) => ({
      path: name,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
  };
}

async function whole(
  asked: Asked,
  { incident, edition: id }: OfEdition,
  options: PageOptions,
): Promise<EditionWhole> {
  const of = await seen(asked, incident);
  const edition = await findEdition(asked.db, of, id);
  const { campaign } = edition;
  return {
    ...(await shown(asked.db, edition)),
    refusals: await refusalsOf(asked, { id: of }, edition, options),
    typed: await typedFor(asked.db, edition),
    ...(campaign === undefined ? {} : { campaign }),
    languages: [...(await pageLanguages()).keys()],
  };
}

async function preview(asked: Asked, given: PreviewEdition): Promise<Document> {
  const edition = await findEdition(asked.db, await seen(asked, given.incident), given.edition);
  const name = pageFile(given.language);
  const page = (await filesOf(asked.db, edition.id, name)).get(name);
  if (page === undefined)
    throw new ForthrightError(
      'edition-not-found',
      `The edition has no page in the language ${given.language}, or was discarded.`,
    );
  return new Document('text/html', `edition-${edition.number}.${given.language}.html`, page);
}

/** What the desk may say of an incident: the words that were published last. Refuses as `edition-not-found` before the first. */
async function answers(asked: Asked, { incident, language }: ReadAnswers): Promise<AnswersRead> {
  const last = await publishedLast(asked.db, await seen(asked, incident));
  if (last?.publishedAt === undefined)
    throw new ForthrightError('edition-not-found', 'Nothing was published of this incident yet.');
  const text = (await filesOf(asked.db, last.id, TEXT_FILE)).get(TEXT_FILE) ?? '{"languages":{}}';
  const page = (JSON.parse(text) as EditionText).languages[language];
  if (page === undefined)
    throw new ForthrightError('edition-not-found', `The page has no language ${language}.`);
  return {
    edition: last.id,
    number: last.number,
    publishedAt: last.publishedAt.toISOString(),
    language,
    questions: [
      ...page.sections.map(({ heading, blocks }) => ({
        question: heading,
        answer: blocks.flatMap((block) => (block.is === 'list' ? block.items : [block.text])),
      })),
      ...page.questions.map(({ question, answer }) => ({ question, answer: [...answer] })),
    ],
  };
}

export const editionOperations = (options: PageOptions): readonly Operation[] => [
  guarded(PrepareEdition, EditionChanged, {
    name: 'prepare-edition',
    summary: 'Makes an edition of the incident’s public page out of what is known now.',
    method: 'POST',
    path,
    may: WORKERS,
    run: (asked, given) => prepareEdition(asked, given, options),
  }),
  guarded(OfIncident, EditionsListed, {
    name: 'list-editions',
    summary: 'The editions of an incident’s public page, the oldest first.',
    method: 'GET',
    path,
    may: READERS,
    run: async (asked, { incident }) => {
      const found = await editionsOf(asked.db, { incident: await seen(asked, incident) });
      return { editions: await Promise.all(found.map((edition) => shown(asked.db, edition))) };
    },
  }),
  guarded(PrepareEdition, EditionChecked, {
    name: 'check-edition',
    summary: 'Whether an edition could be prepared from this, and what it lacks; keeps nothing.',
    method: 'POST',
    path: `${path}/check`,
    may: WORKERS,
    run: (asked, given) => checkEdition(asked, given, options),
  }),
  guarded(OfEdition, EditionWhole, {
    name: 'show-edition',
    summary: 'One edition, with the hash that an approval names, and what speaks against publishing it now.',
    method: 'GET',
    path: one,
    may: READERS,
    run: (asked, given) => whole(asked, given, options),
  }),
  guarded<PreviewEdition, never>(PreviewEdition, z.never(), {
    name: 'preview-edition',
    summary: 'The page of an edition in one language, as everybody would read it.',
    method: 'GET',
    path: `${one}/page`,
    may: READERS,
    documents: ['text/html'],
    run: preview,
  }),
  guarded(PublishEdition, EditionChanged, {
    name: 'publish-edition',
    summary: 'A second person approves exactly what the hash stands for; then everybody can read it.',
    method: 'POST',
    path: `${one}/publication`,
    may: APPROVERS,
    run: (asked, given) => publishEdition(asked, given, options),
  }),
  guarded(DiscardEdition, EditionChanged, {
    name: 'discard-edition',
    summary: 'Takes back an edition that was not published.',
    method: 'POST',
    path: `${one}/discard`,
    may: WORKERS,
    run: discardEdition,
  }),
  guarded(ReadAnswers, AnswersRead, {
    name: 'read-answers',
    summary: 'Questions and answers about an incident, in the words that were published last.',
    method: 'GET',
    path: '/incidents/:incident/answers',
    may: AGENTS,
    run: answers,
  }),
];
