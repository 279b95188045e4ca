export { assertUnchanged, type ExpandedFile, type FileMark } from './files.ts';
export { bind, compileFormat, type FormatOptions, hostOf, withDrafts } from './formats/index.ts';
export { type HashOptions, hashFiles } from './hash.ts';
export { type CsvHeader, readHead, readHeader } from './head.ts';
export { refuseStray } from './inside.ts';
export { linesAt, type NumberedLine, type NumberedLines } from './numbered.ts';
export { FileRegistry } from './registry.ts';
export {
  familyOf,
  missingBetween,
  orderText,
  type RotationOrder,
  rotationOrder,
  seriesOf,
} from './series.ts';
export { attachTable, instantOf, kindOf, type Table, textOf, toEngineFile, unreadDateOf } from './tables.ts';
export type { CompiledFormat, SourceFile, Sql } from './types.ts';
export { isRemote, type LoadedWorkspace, loadWorkspace } from './workspace.ts';
