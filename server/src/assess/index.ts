export {
  assess,
  type Checked,
  dutiesCheck,
  dutiesList,
  dutiesShow,
  factsInputOf,
  type ShownRegime,
} from './duties.operations.ts';
export { dutiesOf, type Law } from './duties.ts';
export { type FactsInput, factsOf } from './facts.ts';
export { loadLaw, OWN_LAW } from './law.ts';
