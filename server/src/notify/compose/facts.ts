import type { Element, LeakKind, RecipientClass } from '@forthright/contract';
import type { OneAddress } from '../../platform/mail/index.ts';

/** Where a figure or a word of a notice comes from, so that whoever reads it can be led there. */
export type Source = Readonly<{
  /** `run`: a run of scope computed it; `incident`, `workspace`: it stands in that file; `stated`: a person typed it; `register`: an entry states it. */
  is: 'run' | 'incident' | 'workspace' | 'stated' | 'register' | 'caller';
  /** The run with the place in its answer, or the key in the file. */
  at: string;
}>;

/** A value that may stand in a notice. There is no other way for a value to get into one. */
export type Fact<T> = Readonly<{ value: T; source: Source }>;

/** What somebody typed, by language (`en`, `de`, …). */
export type Texts = Readonly<Partial<Record<string, string>>>;

/** A stretch of which the logs say nothing. Instants are milliseconds since 1970. */
export type Stretch = Readonly<{ from: number; to: number }>;

export type Contact = Readonly<{
  legalName: string;
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
}>;

export type LeakFacts = Readonly<{ id: string; kind: LeakKind; fields: readonly string[] }>;

/** What is the same for everybody whom an incident concerns. Instants are milliseconds since 1970. */
export type IncidentFacts = Readonly<{
  organisation: Fact<string>;
  /** The organisation's own domain, which people type themselves to check a notice. */
  domain: Fact<string>;
  /** By the country of a person; `''` is the organisation itself. */
  contacts: ReadonlyMap<string, Fact<Contact>>;
  leaks: readonly LeakFacts[];
  exposed: Fact<number>;
  unknown: Fact<number>;
  /** How many there are of each class over the whole incident. */
  recipients: ReadonlyMap<RecipientClass, Fact<number>>;
  /** What the logs can't show, by leak. */
  gaps: ReadonlyMap<string, Fact<readonly Stretch[]>>;
  cause: Fact<Texts>;
  contained: Fact<Readonly<{ at: number; what: Texts }>> | undefined;
  measures: Fact<readonly Texts[]>;
  /** What a leak's place is called, by its id. */
  places: ReadonlyMap<string, Fact<Texts>>;
  /** What fields are called that no statute has a word for. */
  fieldNames: ReadonlyMap<string, Fact<Texts>>;
  /** What a person states was not exposed. */
  notExposed: Fact<readonly Element[]> | undefined;
  /** Who was told, and when. */
  authorities: Fact<readonly Readonly<{ name: string; at: number }>[]>;
  /** By when those are told more whose result is unknown. */
  nextBy: Fact<number> | undefined;
  /** Whether the police asked that the notice wait; Californian law wants it said either way. */
  delayedByPolice: Fact<boolean> | undefined;
  /** Names, addresses and numbers of credit reporting agencies (and the FTC), which some US statutes want told. */
  agencies: Fact<readonly string[]> | undefined;
  /** Duties towards people that are due or may be, such as `US-CA/people`. */
  duties: readonly string[];
  /** Zone of a person whose country has several. */
  zone: Fact<string>;
}>;

/** What is known of one person. Instants are milliseconds since 1970. */
export type PersonFacts = Readonly<{
  id: string;
  to: OneAddress;
  /** As the directory has it; empty when it has none. */
  name: Fact<string>;
  /** As the directory has them: `pt-BR`, `LU`, `US-CA`; empty when it has none. */
  language: string;
  country: string;
  region: string;
  status: 'exposed' | 'unknown';
  /** Shown; for somebody whose result is unknown, empty. */
  fields: Fact<readonly string[]>;
  /** Perhaps shown beside these. */
  perhaps: Fact<readonly string[]>;
  first: Fact<number> | undefined;
  last: Fact<number> | undefined;
  /** Views by others. 0 where no log counts any. */
  views: Fact<number>;
  /** Nobody but visitors without an account: these may have been the person. */
  possiblySelf: boolean;
  /** How many others of each class saw it; empty where no log counts them. */
  others: ReadonlyMap<RecipientClass, Fact<number>>;
  /** Ids of the leaks that showed it, or may have. */
  leaks: readonly string[];
  /** Pages on which it was seen most, by their path, and how many there are in all. */
  pages: Fact<readonly string[]>;
  pageCount: Fact<number>;
}>;

/** The facts that a template may name, and how each is said. */
export const FACTS = {
  organisation: 'text',
  legalName: 'text',
  domain: 'text',
  contact: 'text',
  name: 'text',
  fields: 'text',
  perhaps: 'text',
  notExposed: 'text',
  place: 'text',
  pages: 'text',
  cause: 'text',
  contained: 'text',
  recipients: 'text',
  authorities: 'text',
  authority: 'text',
  stretches: 'text',
  code: 'text',
  address: 'text',
  first: 'instant',
  last: 'instant',
  from: 'instant',
  to: 'instant',
  at: 'instant',
  nextBy: 'instant',
  today: 'instant',
  views: 'number',
  exposed: 'number',
  unknown: 'number',
  number: 'number',
  more: 'number',
} as const satisfies Record<string, 'text' | 'instant' | 'number'>;
export type FactName = keyof typeof FACTS;
