export { compileFormat, type FormatOptions } from './compile.ts';
export { bind, withDrafts } from './sql.ts';
export { hostOf } from './values.ts';
