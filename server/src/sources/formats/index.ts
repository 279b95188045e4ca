export { compileFormat, type FormatOptions } from './compile.ts';
