export { compileFormat, type FormatOptions } from './compile.ts';
export { bind } from './sql.ts';
export { hostOf } from './values.ts';
