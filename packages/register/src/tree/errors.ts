/** Everything that this package refuses with, and what it means. `docs/register.md` repeats this table; a test compares. */
export const MEANING = {
  usage: 'the command line is not one that this program knows',
  'file-missing': 'a file that is named is not there',
  'file-unreadable': 'a file is there and can not be read',
  'file-refused': 'a name leads out of the bundle, through a link, or to something that is no plain file',
  'too-large': 'something is larger than this program takes',
  malformed: 'text, JSON, base64 or a number is not of the form that it must have',
  'not-canonical': 'the content can be read, but is not written in its one permitted way',
  'key-invalid': 'a public key is not a verifier key of the right type, or does not match its own id',
  'note-invalid': 'a signed note is not of the form of C2SP signed-note',
  'checkpoint-invalid': 'a checkpoint is not of the form of C2SP tlog-checkpoint',
  'proof-invalid': 'a proof is not of the form of C2SP tlog-proof',
  'entry-refused': 'an entry can not be appended, or is not where it is said to be',
  'tree-mismatch': 'stored tiles, frontier and checkpoint do not belong together',
  'directory-in-use': 'the folder for the new bundle is not empty',
  internal: 'a mistake of this program',
} as const satisfies Record<string, string>;

export type RegisterErrorCode = keyof typeof MEANING;

/** The one error class. `at` says where: a file, a line of it, or a path inside a document. */
export class RegisterError extends Error {
  readonly code: RegisterErrorCode;
  readonly at: string;
  constructor(code: RegisterErrorCode, at: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RegisterError';
    this.code = code;
    this.at = at;
  }
}
