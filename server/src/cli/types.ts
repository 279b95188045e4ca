/** What runCli writes to; `process.stdout` and `process.stderr` are such, and so is a test's list of strings. */
export type Output = {
  write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** What the command reads of the person at the terminal, or of the program in front of it. */
export type Input = Readonly<{
  /** One line that must not be seen: nothing of it is shown on a terminal. Refuses at the end of the input. */
  secret: (prompt: string) => Promise<string>;
  /** All of it, up to a cap. */
  all: () => Promise<string>;
}>;

export type Progress = Readonly<{
  /** What is under way and how far; `total` undefined when nobody knows. Call it as often as you like. */
  update: (label: string, done?: number, total?: number) => void;
  /** Takes the line away. */
  clear: () => void;
}>;

export type OptionSpec = Readonly<{
  type: 'boolean' | 'string';
  /** What stands for the value in the help, such as `FILE`. */
  value?: string;
  about: string;
  /** Whether it may be given several times; its value is a list then. */
  multiple?: boolean;
}>;

export type OptionValue = string | boolean | readonly string[];

/** A command. `run` promises its output on `context.print`, and throws a ForthrightError when it refuses. */
export type Operation = Readonly<{
  name: string;
  summary: string;
  /** Under which heading it stands in the help; those without one come first. */
  group?: string;
  /** Positional arguments in their order, such as `INCIDENT`. Optional ones stand last. */
  takes?: readonly Readonly<{ name: string; about: string; optional?: boolean }>[];
  /** Whether a workspace is looked for before `run`; `context.workspace` is set then. */
  needsWorkspace?: boolean;
  /** Whether to be stopped is how it ends well, as a server does. */
  endsBySignal?: boolean;
  options?: Readonly<Record<string, OptionSpec>>;
  /** Which of the common options mean something to it; by default all. */
  common?: readonly string[];
  examples?: readonly string[];
  run: (context: Context, args: Args) => Promise<void>;
}>;

export type Args = Readonly<{
  /** By the name in `takes`, in lower case: `args.positional.incident`. */
  positional: Readonly<Partial<Record<string, string>>>;
  /** The operation's own options. */
  options: Readonly<Record<string, OptionValue | undefined>>;
}>;

export type Context = Readonly<{
  /** Path of the workspace file; '' when the operation does not need one. */
  workspace: string;
  json: boolean;
  /** `--out`: a folder or file, as the operation says. */
  out: string | undefined;
  cwd: string;
  /** Aborted by Ctrl-C, with a ForthrightError of code `interrupted` as its reason. */
  signal: AbortSignal;
  print: (text: string) => void;
  /** For the person who waits; on stderr, so that stdout stays the answer. */
  note: (text: string) => void;
  progress: Progress;
  input: Input;
}>;
