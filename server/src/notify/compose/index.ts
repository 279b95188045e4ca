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
