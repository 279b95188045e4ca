export { assertUnchanged, type ExpandedFile, expandSource, type FileMark } from './files.ts';
export { type HashOptions, hashFiles } from './hash.ts';
export { readHead, readHeader } from './head.ts';
export { missingBetween, orderText, type RotationOrder, rotationOrder, seriesOf } from './series.ts';
export type { CompiledFormat, SourceFile, Sql } from './types.ts';
export { isRemote, type LoadedWorkspace, loadWorkspace } from './workspace.ts';
