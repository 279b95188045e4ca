import type { EditionState, IncidentId, PageSection } from '@forthright/contract';
import type { Block, Contact, Fact, IncidentFacts, Texts } from '../../notify/index.ts';
import type { Piece } from './difference.ts';

/** The facts of one edition, the same in all languages. Instants are milliseconds since 1970. */
export type PageFacts = Readonly<{
  /** As notices have them. */
  common: IncidentFacts;
  contact: Fact<Contact>;
  /** Of the organisation; '' where nobody said. */
  country: string;
  number: number;
  /** Below `incidents/`. */
  address: string;
  /** Where the public folder is served, with a slash at its end. */
  base: string;
  /** When it was prepared: what is known is known as of then. */
  today: number;
  run: string;
  unidentified: Fact<number>;
  /** By country, the most first; those with few people are `elsewhere`. */
  countries: readonly Readonly<{ country: string; number: Fact<number> }>[];
  elsewhere: Fact<number> | undefined;
  /** Of how many people each field was shown, the most first. */
  fields: readonly Readonly<{ field: string; number: Fact<number> }>[];
  /** Fields of which it is only known that they may have been shown. */
  perhaps: Fact<readonly string[]>;
  /** Pages that showed it. */
  items: Fact<number>;
  seen: Readonly<{ first: Fact<number>; last: Fact<number> }> | undefined;
  whom: Fact<Texts> | undefined;
  told: Fact<Texts> | undefined;
  notYet: readonly Readonly<{ section: PageSection; because: Fact<Texts>; until: Fact<number> }>[];
  questions: readonly Readonly<{ question: Fact<Texts>; answer: Fact<Texts> }>[];
  /** The batches of notices that the register states. */
  notices: readonly Readonly<{ batch: string; leaves: Fact<number>; entry: number }>[];
}>;

export type PageSectionText = Readonly<{
  section: PageSection | 'notices';
  heading: string;
  blocks: readonly Block[];
}>;

/** An edition in one language. */
export type PageText = Readonly<{
  title: string;
  lead: string;
  sections: readonly PageSectionText[];
  /** Beside the sections, whose headings are questions, too. */
  questions: readonly Readonly<{ question: string; answer: readonly string[] }>[];
  press: string;
  /** Against the edition before; none in the first one. */
  changes?: readonly Readonly<{ heading: string; pieces: readonly Piece[] }>[];
}>;

/** `text.json` of an edition. */
export type EditionText = Readonly<{
  schema: 'forthright/edition-text/1';
  address: string;
  number: number;
  date: string;
  base: string;
  organisation: string;
  /** In which times are told. */
  zone: string;
  /** How dates are written, where a language is written in several countries; '' where nobody said. */
  country: string;
  languages: Readonly<Record<string, PageText>>;
}>;

export type Edition = Readonly<{
  id: string;
  incident: IncidentId;
  number: number;
  address: string;
  entry: number;
  runJob: string;
  campaign: string | undefined;
  madeBy: string;
  madeAt: Date;
  state: EditionState;
  hash: string;
  approvedBy: string | undefined;
  publishedAt: Date | undefined;
  publishedEntry: number | undefined;
}>;

/** The bytes of an edition, by their path below its folder. */
export type EditionFiles = ReadonlyMap<string, string>;
