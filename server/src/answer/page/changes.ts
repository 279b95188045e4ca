/** What people do with editions. Each is one deed with its entry. */
import {
  type DiscardEdition,
  type EditionChanged,
  type EditionChecked,
  type EditionWhole,
  ForthrightError,
  newId,
  PAGE_SECTIONS,
  type PageSection,
  PageStatement,
  PageTexts,
  type PrepareEdition,
  type PublishEdition,
} from '@forthright/contract';
import * as z from 'zod';
import { elementOf } from '../../assess/index.ts';
import { deedUpon, findIncident, notFound, type RecordedIncident } from '../../incident/index.ts';
import { findCampaign, PUBLISH_BATCHES, statementOf } from '../../notify/index.ts';
import type { Reads, Tx } from '../../platform/db/index.ts';
import { addJob } from '../../platform/queue/index.ts';
import { type Asked, lastEntryOf, textsOf } from '../../prove/index.ts';
import { type Before, makeEdition, TEXT_FILE } from './edition.ts';
import { gatherPage, openSections, surveyPage } from './gather.ts';
import { discardRow, editionsOf, filesOf, insertEdition, insertEditionMove, publishRow } from './store.ts';
import { pageLanguages } from './texts.ts';
import type { Edition, EditionText } from './types.ts';

const PUBLISH_ATTEMPTS = 20;
/** By this name what people typed for an edition stands in the register. */
const TYPED = 'page';
const Typed = z.object({ statement: PageStatement, texts: PageTexts });
type Typed = z.infer<typeof Typed>;

const refuses = (why: string): ForthrightError =>
  new ForthrightError('edition-refuses', `This is not possible: ${why}.`);
const changed = (why: string): ForthrightError =>
  new ForthrightError('edition-changed', `${why}: prepare it anew.`);

export type PageOptions = Readonly<{
  /** Path of the workspace file. */
  workspace?: string | undefined;
}>;

/** Refuses an incident that the actor may not see as not found; a restricted one leaves no trace where everybody can look. */
async function publicIncident(asked: Asked, id: string): Promise<RecordedIncident> {
  const found = await findIncident(asked.db, id, asked.actor);
  if (found === undefined) throw notFound(id);
  refuseRestricted(found.incident);
  return found.incident;
}

function refuseRestricted({ restrictedTo }: RecordedIncident): void {
  if (restrictedTo !== undefined) throw refuses('the incident is restricted, and a page is for everybody');
}

/** Refuses as `edition-not-found` one of another incident, too. */
export async function findEdition(reads: Reads, incident: string, id: string): Promise<Edition> {
  const [found] = await editionsOf(reads, { incident, id });
  if (found === undefined)
    throw new ForthrightError('edition-not-found', `This incident has no edition ${id.slice(0, 60)}.`);
  return found;
}

/** The edition that was published last; undefined before the first. */
export async function publishedLast(reads: Reads, incident: string): Promise<Edition | undefined> {
  return (await editionsOf(reads, { incident, state: 'published' })).at(-1);
}

async function beforeOf(reads: Reads, last: Edition | undefined): Promise<Before | undefined> {
  if (last === undefined) return undefined;
  const text = (await filesOf(reads, last.id, TEXT_FILE)).get(TEXT_FILE);
  if (text === undefined) throw new Error('A published edition keeps its files.');
  return { hash: last.hash, text: JSON.parse(text) as EditionText };
}

/** Refuses an address that everybody knows as another incident's, and a second one for this one. */
async function refuseAddress(
  reads: Reads,
  { incident, address, last }: Readonly<{ incident: string; address: string; last: Edition | undefined }>,
): Promise<void> {
  if (last !== undefined && last.address !== address)
    throw refuses(`the page of this incident stands at ${last.address}, and each edition does`);
  const taken = await editionsOf(reads, { address, state: 'published' });
  if (taken.some((one) => one.incident !== incident))
    throw refuses('the page of another incident stands at this address');
}

async function typedOf(asked: Asked, incident: string, given: PrepareEdition): Promise<Typed> {
  const { campaign: id, statement, texts } = given;
  if (id === undefined) return Typed.parse({ statement, texts });
  const found = await statementOf(asked.db, await findCampaign(asked.db, incident, id));
  if (found === null) throw refuses('the statement of that campaign was erased');
  return Typed.parse({ statement: found, texts });
}

/**
 * Makes an edition out of what is known now, with its exact bytes. Refuses as `edition-incomplete` what leaves something out; the
 * incident's page is for everybody, so a restricted incident has none.
 */
export const prepareEdition = (
  asked: Asked,
  given: PrepareEdition,
  options: PageOptions,
): Promise<EditionChanged> => untilQuiet(() => prepare(asked, given, options));

async function prepare(
  asked: Asked,
  given: PrepareEdition,
  { workspace }: PageOptions,
): Promise<EditionChanged> {
  const { db, actor } = asked;
  const { run: runJob, address, campaign } = given;
  const incident = await publicIncident(asked, given.incident);
  const seen = await lastEntryOf(db, incident.id);
  const last = await publishedLast(db, incident.id);
  await refuseAddress(db, { incident: incident.id, address, last });
  const typed = await typedOf(asked, incident.id, given);
  const madeAt = asked.now();
  const number = (last?.number ?? 0) + 1;
  const languages = await pageLanguages();
  const facts = await gatherPage(
    db,
    { incident, runJob, address, ...typed, number, today: madeAt, workspace },
    [...languages.keys()],
  );
  const { files, hash } = makeEdition(facts, languages, await beforeOf(db, last));
  const id = newId('edn');
  const done = await deedUpon(
    asked,
    incident.id,
    { kind: 'edition-prepared', act: 'edition' },
    async ({ tx, incident: now }) => {
      refuseRestricted(now);
      await refuseMeanwhile(tx, incident.id, seen);
      return {
        facts: {
          edition: id,
          number,
          hash,
          run: runJob,
          files: files.size,
          open: openSections(typed.texts),
          ...(campaign === undefined ? {} : { campaign }),
        },
        texts: { [TYPED]: { value: JSON.stringify(typed) }, address: { value: address } },
      };
    },
    async ({ tx }, entry) => {
      const made = { id, incident: incident.id, number, address, entry, runJob, campaign };
      await insertEdition(tx, { ...made, madeBy: actor.account, madeAt, hash }, files);
      await insertEditionMove(tx, id, entry, 'prepare');
    },
  );
  return { ...done, edition: id, state: 'prepared', hash };
}

/**
 * Whether an edition could be prepared from this: what is known, called open or missing, section by section. Keeps nothing;
 * refuses as `prepare-edition` does what no text could mend.
 */
export async function checkEdition(
  asked: Asked,
  given: PrepareEdition,
  { workspace }: PageOptions,
): Promise<EditionChecked> {
  const { db } = asked;
  const { run: runJob, address } = given;
  const incident = await publicIncident(asked, given.incident);
  const last = await publishedLast(db, incident.id);
  await refuseAddress(db, { incident: incident.id, address, last });
  const typed = await typedOf(asked, incident.id, given);
  const languages = [...(await pageLanguages()).keys()];
  const of = { incident, runJob, address, ...typed, number: (last?.number ?? 0) + 1, workspace };
  const { facts, known, problems } = await surveyPage(db, { ...of, today: asked.now() }, languages);
  const open = new Set<PageSection>(openSections(typed.texts));
  const shown = [...facts.fields.map(({ field }) => field), ...facts.perhaps.value];
  return {
    incident: incident.id,
    sections: PAGE_SECTIONS.map((section) => ({
      section,
      is: open.has(section) ? 'open' : known[section] ? 'known' : 'missing',
    })),
    problems: [...problems],
    places: facts.common.leaks.map(({ id }) => id),
    fields: shown.filter((field) => elementOf(field) === null),
    languages,
  };
}

/** What speaks against publishing this edition now, by whoever asks. */
export async function refusalsOf(
  asked: Asked,
  { id: incidentId }: Readonly<{ id: string }>,
  edition: Edition,
  options: PageOptions,
): Promise<EditionWhole['refusals']> {
  if (edition.state !== 'prepared') return [{ is: 'not-prepared', says: `The edition is ${edition.state}.` }];
  const found = await findIncident(asked.db, incidentId, asked.actor);
  if (found === undefined) throw notFound(incidentId);
  const { incident } = found;
  const isRestricted = incident.restrictedTo !== undefined;
  const why = await whyNotAsMade(asked, incident, edition, options);
  return [
    ...(isRestricted
      ? [{ is: 'restricted' as const, says: 'The incident is restricted, and a page is for everybody.' }]
      : []),
    ...(edition.madeBy === asked.actor.account
      ? [{ is: 'own' as const, says: 'Who prepared it does not approve it.' }]
      : []),
    ...(why === undefined ? [] : [{ is: 'changed' as const, says: `${why}: prepare it anew.` }]),
  ];
}

/** What people typed for an edition; `null` once it was erased. */
export async function typedFor(reads: Reads, edition: Edition): Promise<EditionWhole['typed']> {
  const text = (await textsOf(reads, [edition.entry]))(edition.entry, TYPED);
  return text === null ? null : JSON.parse(text);
}

/** Something was done with the incident while an edition was composed, which takes a moment and holds nobody up. */
class Meanwhile extends Error {}

/** What was looked at outside of the deed must still be so within it. */
async function refuseMeanwhile(tx: Tx, incident: string, seen: number): Promise<void> {
  if ((await lastEntryOf(tx, incident)) !== seen) throw new Meanwhile();
}

const MOST_TRIES = 5;

/** Once more with what is known then; a campaign that is being sent notes something every few seconds. */
async function untilQuiet<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Meanwhile)) throw error;
      if (tries === MOST_TRIES) throw changed('Something is done with the incident all the time');
    }
  }
}

/** Why the edition would not have these bytes if it were prepared now; undefined when it would. */
async function whyNotAsMade(
  asked: Asked,
  incident: RecordedIncident,
  edition: Edition,
  { workspace }: PageOptions,
): Promise<string | undefined> {
  const { db } = asked;
  const text = (await textsOf(db, [edition.entry]))(edition.entry, TYPED);
  if (text === null) return 'What people typed for it was erased';
  const last = await publishedLast(db, incident.id);
  if (edition.number !== (last?.number ?? 0) + 1) return 'Another edition was published since';
  const languages = await pageLanguages();
  const { runJob, address, number, madeAt: today } = edition;
  try {
    const facts = await gatherPage(
      db,
      { incident, runJob, address, ...Typed.parse(JSON.parse(text)), number, today, workspace },
      [...languages.keys()],
    );
    const { hash } = makeEdition(facts, languages, await beforeOf(db, last));
    return hash === edition.hash
      ? undefined
      : 'Facts, texts or the program are not those of which it was made';
  } catch (error) {
    if (error instanceof ForthrightError) return error.message.replace(/[.:]$/, '');
    throw error;
  }
}

/**
 * A second person's approval of exactly these bytes; with it they are stated by the register and written where everybody
 * can read them. Refuses another hash, what would be made otherwise now, and whoever prepared it.
 */
export const publishEdition = (
  asked: Asked,
  given: PublishEdition,
  options: PageOptions,
): Promise<EditionChanged> => untilQuiet(() => publish(asked, given, options));

async function publish(asked: Asked, given: PublishEdition, options: PageOptions): Promise<EditionChanged> {
  const { db, actor } = asked;
  const incident = await publicIncident(asked, given.incident);
  const edition = await findEdition(db, incident.id, given.edition);
  if (edition.state !== 'prepared') throw refuses(`the edition is ${edition.state}`);
  if (edition.madeBy === actor.account) throw refuses('who prepared it does not approve it');
  if (edition.hash !== given.hash) throw changed('This is not the hash of what was prepared');
  const seen = await lastEntryOf(db, incident.id);
  const why = await whyNotAsMade(asked, incident, edition, options);
  if (why !== undefined) throw changed(why);
  const { id, address, number, hash } = edition;
  const done = await deedUpon(
    asked,
    incident.id,
    { kind: 'edition-published', act: 'edition' },
    async ({ tx, incident: now }) => {
      refuseRestricted(now);
      await refuseMeanwhile(tx, incident.id, seen);
      await refuseAddress(tx, {
        incident: incident.id,
        address,
        last: await publishedLast(tx, incident.id),
      });
      return {
        facts: { edition: id, number, hash, format: 'forthright/edition/1' },
        ...(given.reason === undefined ? {} : { texts: { reason: { value: given.reason } } }),
      };
    },
    async ({ tx, at }, entry) => {
      if (!(await publishRow(tx, { id, by: actor.account, at, entry })))
        throw refuses('the edition is not prepared any more');
      await insertEditionMove(tx, id, entry, 'publish');
      const job = { kind: PUBLISH_BATCHES, input: {}, turn: PUBLISH_BATCHES, mostAttempts: PUBLISH_ATTEMPTS };
      await addJob(tx, { ...job, by: actor.account }, at);
    },
  );
  return { ...done, edition: id, state: 'published', hash };
}

/** Before it is published; what was prepared is deleted, its hash stays in the register. */
export async function discardEdition(
  asked: Asked,
  { incident, edition: of, reason }: DiscardEdition,
): Promise<EditionChanged> {
  let found: Edition | undefined;
  const done = await deedUpon(
    asked,
    incident,
    { kind: 'edition-discarded', act: 'edition' },
    async ({ tx, incident: { id } }) => {
      found = await findEdition(tx, id, of);
      if (found.state !== 'prepared') throw refuses(`the edition is ${found.state}`);
      return { facts: { edition: found.id }, texts: { reason: { value: reason } } };
    },
    async ({ tx }, entry) => {
      const { id } = found as Edition;
      if (!(await discardRow(tx, id))) throw refuses('the edition is not prepared any more');
      await insertEditionMove(tx, id, entry, 'discard');
    },
  );
  const { id, hash } = found as Edition;
  return { ...done, edition: id, state: 'discarded', hash };
}
