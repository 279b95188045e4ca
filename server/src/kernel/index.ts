export { fromHeader, headerOf, headersOf } from './headers.ts';
export { markup } from './markup.ts';
export { didYouMean, editDistance, nearest } from './nearest.ts';
export { visible } from './visible.ts';
