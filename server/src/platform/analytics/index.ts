export { bunzip2 } from './bunzip2.ts';
export { columnsOf, quoteColumn } from './names.ts';
export { type AnalyticsOptions, openAnalytics } from './open.ts';
export { quoteName, quoteText } from './quote.ts';
export type { Analytics, AttachAs, Column, EngineFile, Param, Params } from './types.ts';
