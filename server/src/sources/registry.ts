import { type ExpandedFile, expandSource } from './files.ts';

/** The files of one run, numbered in the order in which they were asked for: the `f` of every relation. */
export class FileRegistry {
  readonly files: ExpandedFile[] = [];

  /** The files behind a source's `at`, added to the run. Refuses as `expandSource` does. */
  async expand(source: string, at: string | readonly string[], directory: string): Promise<ExpandedFile[]> {
    const files = await expandSource(source, at, directory, this.files.length);
    this.files.push(...files);
    return files;
  }
}
