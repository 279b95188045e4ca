/** Papers of the first hour: composed when asked for, and kept as a version when somebody issues one. */
import { createHash } from 'node:crypto';
import {
  type Changed,
  type ComposePaper,
  ForthrightError,
  type HoldingStatementsListed,
  type IssuePaper,
  newId,
  type PaperComposed,
  type PaperFormat,
  type PaperIssued,
  type PaperMade,
  type ShowHoldingStatement,
  type ShowPaper,
} from '@forthright/contract';
import { type Asked, Document, deed, record } from '../../prove/index.ts';
import { find, notFound, refuseStale } from '../changes.ts';
import { findIncident } from '../store.ts';
import { composePaper } from './compose.ts';
import { paperPage, paperText } from './render.ts';
import { insertPaper, issuedPapers, paperTexts, sayable } from './store.ts';
import type { PaperOrder } from './types.ts';
import { ENGLISH } from './words.ts';

const words = ENGLISH;
const FORMATS = {
  html: { type: 'text/html', end: 'html' },
  text: { type: 'text/plain', end: 'txt' },
} as const;

const documentOf = (format: Exclude<PaperFormat, 'json'>, name: string, text: string): Document =>
  new Document(FORMATS[format].type, `${name}.${FORMATS[format].end}`, text);

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const draftOf = (paper: PaperMade): string => `${paper.madeAt}/${sha256(JSON.stringify(paper))}`;

/**
 * Refuses a draft that the record does not give any more. Decisions and tasks raise no version and stand in papers, so it is composed
 * again, for the instant at which it was read: that time passes is no change.
 */
function refuseUnread(draft: string | undefined, order: Omit<PaperOrder, 'now'>): void {
  if (draft === undefined) return;
  const readAt = new Date(draft.slice(0, draft.indexOf('/')));
  const isSame =
    !Number.isNaN(readAt.getTime()) && draftOf(composePaper({ ...order, now: readAt, words })) === draft;
  if (!isSame)
    throw new ForthrightError(
      'incident-changed',
      'The record has changed since the draft that you name was composed, and the paper reads otherwise now. Read it again.',
    );
}

/** The paper as the record stands now. Keeps nothing. */
export async function draftPaper(
  asked: Asked,
  { incident: id, paper: kind, format, nextUpdate }: ComposePaper,
): Promise<PaperComposed | Document> {
  const found = await findIncident(asked.db, id, asked.actor);
  if (found === undefined) throw notFound(id);
  const { incident } = found;
  const paper = composePaper({ paper: kind, incident, now: asked.now(), nextUpdate, words });
  if (format === 'json') return { ...paper, draft: draftOf(paper) };
  return documentOf(format, `${kind}-draft`, (format === 'html' ? paperPage : paperText)(paper, words));
}

/** Keeps a version of a paper as it reads at this moment. Refuses whoever has not seen the latest facts, or names a draft that reads otherwise. */
export function issuePaper(
  asked: Asked,
  { incident: given, paper: kind, version, nextUpdate, draft }: IssuePaper,
): Promise<Changed> {
  const id = newId('pap');
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, given, 'issue-paper');
    await refuseStale(tx, incident, version);
    refuseUnread(draft, { paper: kind, incident, nextUpdate });
    const others = await issuedPapers(tx, incident.id);
    const number = 1 + others.filter(({ paper }) => paper === kind).length;
    const by = asked.actor.account;
    const composed = composePaper({
      paper: kind,
      incident,
      now: at,
      nextUpdate,
      issued: { number, by },
      words,
    });
    const { isComplete } = composed;
    const [page, plain] = [paperPage(composed, words), paperText(composed, words)];
    // In the table alone, where erasing the paper takes it: an entry would keep it, and a short paper can be guessed.
    const hashes = { html: sha256(page), text: sha256(plain) };
    const entry = await record(tx, {
      kind: 'paper-issued',
      incident: incident.id,
      facts: { id, paper: kind, number, version, isComplete },
      texts: { page: { value: page }, plain: { value: plain } },
    });
    const paper: PaperIssued = {
      id,
      paper: kind,
      number,
      version,
      isComplete,
      by,
      at: at.toISOString(),
      ...hashes,
      entry,
    };
    await insertPaper(tx, incident.id, paper);
    return { incident: incident.id, version, id, entry };
  });
}

/** An issued paper, byte for byte. Refuses one that was erased. */
export async function showPaper(
  asked: Asked,
  { incident: given, issued, format }: ShowPaper,
): Promise<Document> {
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  const paper = (await issuedPapers(asked.db, found.incident.id)).find(({ id }) => id === issued);
  if (paper === undefined)
    throw new ForthrightError('paper-not-found', `The incident has no issued paper ${issued}.`);
  const text = (await paperTexts(asked.db, [paper]))(paper, format);
  if (text === null)
    throw new ForthrightError('text-not-found', `The paper ${issued} was erased; that it was issued stays.`);
  return documentOf(format, `${paper.paper}-${paper.number}`, text);
}

/** What may be said of each incident that the actor may see, the newest first. */
export async function listHoldingStatements({ db, actor }: Asked): Promise<HoldingStatementsListed> {
  const said = await sayable(db, { actor: actor.account });
  return { statements: said.map(({ incident, number, at }) => ({ incident, number, issuedAt: at })) };
}

/** What may be said of one, and nothing else of it: what is not issued, or is over, nobody is to say. */
export async function showHoldingStatement(
  asked: Asked,
  { incident: given, format }: ShowHoldingStatement,
): Promise<Document> {
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  const [last] = await sayable(asked.db, { actor: asked.actor.account, incident: given });
  if (last === undefined)
    throw new ForthrightError(
      'paper-not-found',
      'No holding statement of this incident may be said now: none was issued, or the last one was erased, or notices have left since, or it is closed.',
    );
  return showPaper(asked, { incident: given, issued: last.id, format });
}
