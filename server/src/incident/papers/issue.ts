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
  type ShowHoldingStatement,
  type ShowPaper,
} from '@forthright/contract';
import { type Asked, Document, deed, record } from '../../prove/index.ts';
import { find, notFound, refuseStale } from '../changes.ts';
import { findIncident, visibleTo } from '../store.ts';
import { composePaper } from './compose.ts';
import { paperPage, paperText } from './render.ts';
import { insertPaper, issuedPapers, papersOf, paperTexts } from './store.ts';
import { ENGLISH } from './words.ts';

const words = ENGLISH;
const FORMATS = {
  html: { type: 'text/html', end: 'html' },
  text: { type: 'text/plain', end: 'txt' },
} as const;

const documentOf = (format: Exclude<PaperFormat, 'json'>, name: string, text: string): Document =>
  new Document(FORMATS[format].type, `${name}.${FORMATS[format].end}`, text);

/** The paper as the record stands now. Keeps nothing. */
export async function draftPaper(
  asked: Asked,
  { incident: id, paper: kind, format, nextUpdate }: ComposePaper,
): Promise<PaperComposed | Document> {
  const found = await findIncident(asked.db, id, asked.actor);
  if (found === undefined) throw notFound(id);
  const { incident } = found;
  const paper = composePaper({ paper: kind, incident, now: asked.now(), nextUpdate, words });
  if (format === 'json') return paper;
  return documentOf(format, `${kind}-draft`, (format === 'html' ? paperPage : paperText)(paper, words));
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Keeps a version of a paper as it reads at this moment. Refuses whoever has not seen the latest facts. */
export function issuePaper(
  asked: Asked,
  { incident: given, paper: kind, version, nextUpdate }: IssuePaper,
): Promise<Changed> {
  const id = newId('pap');
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, given, 'issue-paper');
    await refuseStale(tx, incident, version);
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

const STATEMENT = 'holding-statement';

/** The last holding statement of each incident that the actor may see, the newest first. */
export async function listHoldingStatements({ db, actor }: Asked): Promise<HoldingStatementsListed> {
  const incidents = await visibleTo(db, actor.account);
  const of = await papersOf(db, incidents);
  const last = incidents.flatMap((incident) => {
    const paper = of(incident).findLast((one) => one.paper === STATEMENT && one.text !== null);
    return paper === undefined ? [] : [{ incident, number: paper.number, issuedAt: paper.at }];
  });
  return { statements: last.toSorted((a, b) => (a.issuedAt < b.issuedAt ? 1 : -1)) };
}

/** The last one that was issued, and nothing else of the incident: what is not issued, nobody is to say. */
export async function showHoldingStatement(
  asked: Asked,
  { incident: given, format }: ShowHoldingStatement,
): Promise<Document> {
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  const papers = await issuedPapers(asked.db, found.incident.id);
  const last = papers.findLast(({ paper }) => paper === STATEMENT);
  if (last === undefined)
    throw new ForthrightError('paper-not-found', 'No holding statement was issued for this incident yet.');
  return showPaper(asked, { incident: given, issued: last.id, format });
}
