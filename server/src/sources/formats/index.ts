export { compileFormat, type FormatOptions } from './compile.ts';
export { hostOf } from './values.ts';
