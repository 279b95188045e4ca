/** Writes the messages of one campaign: the same bytes each time, from facts that are hashed. */
import { createHash } from 'node:crypto';
import { ForthrightError, type Incident, type NoticeStatement, ScopeAnswer } from '@forthright/contract';
import { livesIn, ownLaw, placeOf } from '../../assess/index.ts';
import { cohortOfRun, leaksOf, type RecordedIncident } from '../../incident/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import {
  bodyHashOf,
  domainOf,
  type Mail,
  type OneAddress,
  oneAddress,
  writeMail,
} from '../../platform/mail/index.ts';
import { type Code, groupsOf } from '../../prove/codes/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { loadWorkspace } from '../../sources/index.ts';
import {
  type Apart,
  type Composed,
  compose,
  composeApart,
  incidentFacts,
  type Languages,
  ownLanguages,
  personFacts,
} from '../compose/index.ts';
import { figuresIn, type Known } from '../lint/index.ts';
import { type Material, writeNotice } from '../send/index.ts';
import type { Letterhead, Mailing } from './types.ts';

export type Frozen = Readonly<{ code: Code; messageId: string; dateMs: number }>;

export type Writer = Readonly<{
  /** SHA-256 over everything that every message is made of: facts, texts, languages, letterhead, day. */
  hash: string;
  letterhead: Letterhead;
  /** What sending threads write the same notices from. */
  material: Material;
  /** A notice to look at, and its message, with a code that is none; `language` in place of the person's own. */
  look: (person: CohortRow, to: OneAddress, language?: string) => Look;
  /** The same notice as `look` has, its values told apart from its words. */
  apart: (person: CohortRow, language?: string) => Apart;
  /** The notice for a letter or another copy; with the code one types the address that it names. */
  copy: (person: CohortRow, given: Readonly<{ code: Code; address: string }>) => Composed;
  /** The message, not signed yet. */
  write: (person: CohortRow, to: OneAddress, frozen: Frozen) => Mail & Readonly<{ bodyHash: Uint8Array }>;
  /** What the linter holds such a person's message against. */
  toLint: (person: CohortRow) => ToLint;
  /** The laws whose duty towards people is due for somebody who lives there, or may be; `EU`, `US-CA`. */
  lawsOf: (person: Pick<CohortRow, 'country' | 'region'>) => readonly string[];
  languages: Languages;
  fallback: string;
}>;

export type Look = Mail & Readonly<{ composed: Composed }>;

export type ToLint = Readonly<{
  composed: Composed;
  bytes: Uint8Array;
  known: Known;
  domains: readonly string[];
  today: Date;
}>;

/** Stands where the code will be: groups of the same length, and no code. */
export const NO_CODE = '????-?????-?????-?????';

export type WriterOptions = Readonly<{
  incident: RecordedIncident;
  runJob: string;
  statement: NoticeStatement;
  /** Path of the workspace file. */
  workspace: string | undefined;
  mailing: Mailing | undefined;
  day: Date;
  /** Duties towards people that are due or may be, such as `US-CA/people`. */
  duties: readonly string[];
}>;

/**
 * Refuses as `notice-incomplete` what the facts lack that every notice says, and as `workspace-missing`, `leaks-missing`
 * or `campaign-changed` when what it is made of is not there (any more).
 */
export async function makeWriter(reads: Reads, options: WriterOptions): Promise<Writer> {
  const { incident: recorded, runJob, statement, workspace: path, mailing, day, duties } = options;
  if (path === undefined)
    throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
  const { workspace } = await loadWorkspace(path);
  const found = await cohortOfRun(reads, recorded.id, runJob);
  if (found === undefined) throw erasedRun();
  const leaks = (await leaksOf(reads, recorded.id, found.leaks))?.document;
  if (leaks === undefined || leaks === null)
    throw new ForthrightError('leaks-missing', 'What is believed to have leaked was erased.');
  const answer = ScopeAnswer.parse(JSON.parse(found.answer));
  const incident = incidentOf(recorded, leaks);
  const notice = { ...statement, incident: recorded.id, answer: runJob, templates: [] };
  const facts = incidentFacts({ answer, incident, workspace, notice, duties });
  const languages = await ownLanguages();
  const letterhead = letterheadOf(workspace.organisation, mailing);
  const today = day.getTime();
  const { fallback } = statement;
  const hash = createHash('sha256')
    .update(JSON.stringify({ facts, languages, letterhead, today, fallback }, plain))
    .digest('hex');
  const material: Material = { run: answer.run, facts, fallback, today };
  const preview = (
    person: CohortRow,
    to: OneAddress,
    code: string,
    { language = person.language, address }: Readonly<{ language?: string; address?: string }> = {},
  ) => ({
    incident: facts,
    person: personFacts(answer.run, { ...person, language }, to),
    languages,
    fallback,
    code,
    ...(address === undefined ? {} : { address }),
    today,
  });
  const letterheadWith = (frozen: Omit<Frozen, 'code'>) => ({
    messageId: frozen.messageId,
    dateMs: frozen.dateMs,
    from: { name: letterhead.name, address: oneAddress(letterhead.address) },
    replyTo: oneAddress(letterhead.replyTo),
  });
  const look: Writer['look'] = (person, to, language) => {
    const composed = compose(preview(person, to, NO_CODE, language === undefined ? {} : { language }));
    const messageId = `${'0'.repeat(32)}@${domainOf(oneAddress(letterhead.address))}`;
    return { composed, ...writeMail(composed.notice, letterheadWith({ messageId, dateMs: today })) };
  };
  return {
    hash,
    letterhead,
    material,
    look,
    // Nobody is written to: the type wants an address, and nothing of it stands in the notice.
    copy: (person, { code, address }) =>
      compose(preview(person, oneAddress(letterhead.address), groupsOf(code), { address })),
    apart: (person, language) =>
      composeApart(
        preview(person, oneAddress(letterhead.address), NO_CODE, language === undefined ? {} : { language }),
      ),
    write: (person, to, { code, ...frozen }) => {
      const mail = writeNotice(material, languages, { facts: person, to, code }, letterheadWith(frozen));
      return { ...mail, bodyHash: bodyHashOf(mail.bytes) };
    },
    toLint: (person) => {
      const { composed, bytes } = look(person, oneAddress(letterhead.replyTo));
      const known = { incident: concerning(incident, person), answer, figures: figuresIn(composed.facts) };
      return { composed, bytes, known, domains: workspace.organisation.domains, today: day };
    },
    lawsOf: await lawsOf(duties),
    languages,
    fallback,
  };
}

/** Of an incident what concerns one person: nobody is told of data that were not theirs. */
function concerning(incident: Incident, { fields, perhaps }: CohortRow): Incident {
  const theirs = new Set([...fields, ...perhaps]);
  return {
    ...incident,
    leaks: incident.leaks.map((leak) => ({
      ...leak,
      fields: leak.fields.filter((field) => theirs.has(field)),
    })),
  };
}

async function lawsOf(duties: readonly string[]): Promise<Writer['lawsOf']> {
  const codes = new Set(duties.map((duty) => duty.split('/')[0]));
  const regimes = (await ownLaw()).regimes.filter(({ code }) => codes.has(code));
  const known = new Map<string, readonly string[]>();
  return ({ country, region }) => {
    const key = `${country}\n${region}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const place = placeOf(country, region);
    const laws = regimes
      .filter((regime) => [regime.place].flat().some((each) => livesIn(place, each) === 'yes'))
      .map(({ code }) => code);
    known.set(key, laws);
    return laws;
  };
}

export const erasedRun = (): ForthrightError =>
  new ForthrightError(
    'campaign-changed',
    'The answer or the people of this run were erased, or it has not ended well.',
  );

/** As an incident file would say it; of the record's facts those that notices name. */
function incidentOf(
  { id, facts }: RecordedIncident,
  {
    leaks,
    gaps,
  }: Readonly<{ leaks: readonly Incident['leaks'][number][]; gaps: readonly Incident['gaps'][number][] }>,
): Incident {
  const { contained } = facts.times;
  return {
    title: id,
    leaks: [...leaks],
    gaps: [...gaps],
    ...(contained === undefined ? {} : { contained: { at: contained.at, summary: '' } }),
  };
}

/** Who writes: as `mail.yaml` says, else the organisation's contact. */
function letterheadOf(
  organisation: Readonly<{
    name: string;
    contactPoint?: Readonly<{ email?: string | undefined }> | undefined;
  }>,
  mailing: Mailing | undefined,
): Letterhead {
  if (mailing !== undefined) return { ...mailing.from, replyTo: mailing.replyTo };
  const email = organisation.contactPoint?.email;
  if (email === undefined)
    throw new ForthrightError(
      'notice-incomplete',
      'the notice needs an address of ours: `organisation.contactPoint.email` in the workspace, or `from` in mail.yaml',
    );
  return { name: organisation.name, address: email, replyTo: email };
}

/** Maps as their pairs, so that nothing is left out of the hash. */
const plain = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);
