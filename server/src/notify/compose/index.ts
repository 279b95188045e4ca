export { type Apart, type ApartBlock, type Piece, wordsOf } from './apart.ts';
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
export { FACTS } from './facts.ts';
export { incidentFacts, personFacts, towardsPeople } from './gather.ts';
export {
  type Language,
  type Languages,
  ownLanguages,
  readLanguage,
  readTexts,
  withTemplate,
} from './language.ts';
export { type LoadedNotice, loadNotice, type Which, withPeople } from './load.ts';
export type { MessageKey } from './messages.ts';
export {
  type Asked,
  adviceFor,
  type Composed,
  cleanName,
  compose,
  composeApart,
  contactWords,
  languageOf,
  mergedStretches,
} from './notice.ts';
export { type Block, words } from './render.ts';
export { type SaidFact, type Texted, type Values, Voice } from './say.ts';
