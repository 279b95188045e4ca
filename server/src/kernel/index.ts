export { didYouMean, editDistance, nearest } from './nearest.ts';
