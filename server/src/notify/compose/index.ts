export type {
  Contact,
  Fact,
  IncidentFacts,
  LeakFacts,
  PersonFacts,
  Source,
  Stretch,
  Texts,
} from './facts.ts';
export { incidentFacts, personFacts, towardsPeople } from './gather.ts';
export { type Language, type Languages, ownLanguages, readLanguage, withTemplate } from './language.ts';
export { type LoadedNotice, loadNotice, type Which, withPeople } from './load.ts';
export { type Asked, type Composed, cleanName, compose, languageOf } from './notice.ts';
export type { Block } from './render.ts';
export type { SaidFact } from './say.ts';
