/**
 * Every error that Forthright can answer with. One closed set: stages throw a code, adapters look up
 * what it means for their door (HTTP status, exit code) here and nowhere else.
 */
export const ANSWER = {
  usage: { status: 400, exit: 2, show: true },
  'workspace-invalid': { status: 422, exit: 3, show: true },
  'incident-invalid': { status: 422, exit: 3, show: true },
  'risk-invalid': { status: 422, exit: 3, show: true },
  'report-invalid': { status: 422, exit: 3, show: true },
  'trace-invalid': { status: 422, exit: 3, show: true },
  'settings-invalid': { status: 422, exit: 3, show: true },
  'law-invalid': { status: 422, exit: 3, show: true },
  'law-missing': { status: 500, exit: 9, show: true },
  'regime-not-found': { status: 404, exit: 6, show: true },
  'file-missing': { status: 422, exit: 4, show: true },
  'glob-empty': { status: 422, exit: 4, show: true },
  'file-unreadable': { status: 422, exit: 4, show: true },
  'column-unknown': { status: 422, exit: 4, show: true },
  'stamp-without-zone': { status: 422, exit: 4, show: true },
  'directory-broken-row': { status: 422, exit: 4, show: true },
  'reference-never-joins': { status: 422, exit: 4, show: true },
  'leak-matches-nothing': { status: 422, exit: 6, show: true },
  'person-not-found': { status: 404, exit: 6, show: true },
  'viewer-not-found': { status: 404, exit: 6, show: true },
  'evidence-changed': { status: 409, exit: 7, show: true },
  'engine-unreachable': { status: 503, exit: 5, show: true },
  'engine-crashed': { status: 503, exit: 5, show: true },
  'engine-refused': { status: 500, exit: 5, show: true },
  'out-of-memory': { status: 507, exit: 8, show: true },
  'no-disk': { status: 507, exit: 8, show: true },
  'database-unreachable': { status: 503, exit: 5, show: true },
  'database-unsuitable': { status: 503, exit: 5, show: true },
  'database-refused': { status: 500, exit: 5, show: true },
  'database-busy': { status: 503, exit: 5, show: true },
  'outcome-unknown': { status: 503, exit: 5, show: true },
  'database-newer': { status: 503, exit: 9, show: true },
  'database-differs': { status: 503, exit: 9, show: true },
  'data-folder-in-use': { status: 409, exit: 9, show: true },
  'data-folder-unreadable': { status: 500, exit: 9, show: true },
  'record-exists': { status: 409, exit: 7, show: true },
  'record-linked': { status: 409, exit: 7, show: true },
  'text-not-storable': { status: 422, exit: 2, show: true },
  'request-malformed': { status: 400, exit: 2, show: true },
  'body-malformed': { status: 400, exit: 2, show: true },
  'body-too-large': { status: 413, exit: 2, show: true },
  'content-type-unsupported': { status: 415, exit: 2, show: true },
  'request-invalid': { status: 422, exit: 2, show: true },
  'route-not-found': { status: 404, exit: 2, show: true },
  'method-not-allowed': { status: 405, exit: 2, show: true },
  'not-signed-in': { status: 401, exit: 10, show: true },
  'sign-in-refused': { status: 401, exit: 10, show: true },
  'second-factor-needed': { status: 401, exit: 10, show: true },
  'session-expired': { status: 401, exit: 10, show: true },
  'token-invalid': { status: 401, exit: 10, show: true },
  'token-expired': { status: 401, exit: 10, show: true },
  'session-required': { status: 403, exit: 10, show: true },
  'not-permitted': { status: 403, exit: 10, show: true },
  'origin-refused': { status: 403, exit: 10, show: true },
  'too-many-requests': { status: 429, exit: 11, show: true },
  'link-invalid': { status: 410, exit: 6, show: true },
  'account-not-found': { status: 404, exit: 6, show: true },
  'passkey-not-found': { status: 404, exit: 6, show: true },
  'token-not-found': { status: 404, exit: 6, show: true },
  'last-administrator': { status: 409, exit: 7, show: true },
  'password-unsuitable': { status: 422, exit: 2, show: true },
  'second-factor-state': { status: 409, exit: 7, show: true },
  'address-unavailable': { status: 503, exit: 9, show: true },
  'register-stopped': { status: 503, exit: 9, show: true },
  'register-not-stopped': { status: 409, exit: 7, show: true },
  'register-other': { status: 503, exit: 9, show: true },
  'register-damaged': { status: 500, exit: 9, show: true },
  'key-unusable': { status: 500, exit: 9, show: true },
  'key-not-found': { status: 404, exit: 6, show: true },
  'text-not-found': { status: 404, exit: 6, show: true },
  'incident-not-found': { status: 404, exit: 6, show: true },
  'task-not-found': { status: 404, exit: 6, show: true },
  'evidence-not-found': { status: 404, exit: 6, show: true },
  'matter-not-found': { status: 404, exit: 6, show: true },
  'decision-not-found': { status: 404, exit: 6, show: true },
  'assessment-not-found': { status: 404, exit: 6, show: true },
  'report-not-found': { status: 404, exit: 6, show: true },
  'veris-invalid': { status: 422, exit: 3, show: true },
  'import-not-found': { status: 404, exit: 6, show: true },
  'paper-not-found': { status: 404, exit: 6, show: true },
  'run-not-found': { status: 404, exit: 6, show: true },
  'unlock-not-found': { status: 404, exit: 6, show: true },
  'incident-refuses': { status: 409, exit: 7, show: true },
  'incident-changed': { status: 409, exit: 7, show: true },
  'incident-not-closable': { status: 409, exit: 7, show: true },
  'own-proposal': { status: 409, exit: 7, show: true },
  'archive-damaged': { status: 422, exit: 4, show: true },
  'restore-refused': { status: 409, exit: 7, show: true },
  'not-well': { status: 503, exit: 9, show: true },
  'not-sure': { status: 503, exit: 12, show: true },
  'server-not-found': { status: 503, exit: 9, show: true },
  'server-unreachable': { status: 503, exit: 5, show: true },
  'credentials-unsafe': { status: 403, exit: 10, show: true },
  'own-unlock': { status: 409, exit: 7, show: true },
  'identity-provider-unreachable': { status: 503, exit: 5, show: true },
  'job-not-found': { status: 404, exit: 6, show: true },
  'job-ended': { status: 409, exit: 7, show: true },
  'job-abandoned': { status: 500, exit: 5, show: true },
  'leaks-missing': { status: 409, exit: 7, show: true },
  'workspace-missing': { status: 409, exit: 7, show: true },
  'webhook-not-found': { status: 404, exit: 6, show: true },
  'webhook-refused': { status: 422, exit: 2, show: true },
  'address-unusable': { status: 422, exit: 2, show: true },
  'mail-unsendable': { status: 422, exit: 2, show: true },
  'journal-damaged': { status: 500, exit: 9, show: true },
  'sending-fenced': { status: 409, exit: 9, show: true },
  interrupted: { status: 499, exit: 130, show: true },
  internal: { status: 500, exit: 70, show: false },
} as const satisfies Record<string, { status: number; exit: number; show: boolean }>;

export type ErrorCode = keyof typeof ANSWER;

/** One thing that is wrong, and where: `at` is `file:line:column` or a path inside the document. */
export type Problem = Readonly<{ at: string; message: string }>;

/**
 * The one error class. `message` is for the reader: what is wrong, which value, what to do. `problems` lists
 * every bad field at once where a document has several.
 */
export class ForthrightError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];
  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; problems?: readonly Problem[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ForthrightError';
    this.code = code;
    this.problems = options.problems ?? [];
  }
}
