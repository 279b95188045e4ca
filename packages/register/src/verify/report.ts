/** What is looked at, in the order in which it is told. */
export const CHECKS = [
  'key',
  'checkpoint',
  'witnesses',
  'earlier',
  'entries',
  'openings',
  'attachments',
  'other-files',
] as const;
export type Check = (typeof CHECKS)[number];

/** `not-proved` is no accusation: nothing contradicts it, and nothing here shows it. */
export type Verdict = 'proved' | 'not-proved' | 'failed';

/** `at` names the file, line, entry or key that it is about. */
export type Finding = Readonly<{
  check: Check;
  verdict: Verdict;
  at: string;
  message: string;
  /** The reader asked for it, so that not to show it is a failure. */
  isAsked?: boolean;
}>;

export type Report = Readonly<{
  /** `consistent`: nothing failed, but without a key of the reader's nothing shows whose log it is. */
  verdict: 'proved' | 'consistent' | 'failed';
  /** False: it was only compared with the key that lies in the bundle itself, which anybody can make. */
  isKeyTrusted: boolean;
  origin: string;
  size: number;
  entries: number;
  findings: readonly Finding[];
}>;

const MOST_NAMED = 20;

/** Collects failures of one kind: names the first twenty, counts the others. */
export class Failures {
  readonly #check: Check;
  readonly named: Finding[] = [];
  count = 0;
  constructor(check: Check) {
    this.#check = check;
  }

  add(at: string, message: string): void {
    this.count += 1;
    if (this.count <= MOST_NAMED) this.named.push({ check: this.#check, verdict: 'failed', at, message });
  }

  findings(): Finding[] {
    if (this.count <= MOST_NAMED) return this.named;
    const message = `${this.count - MOST_NAMED} more of the same kind`;
    return [...this.named, { check: this.#check, verdict: 'failed', at: 'and', message }];
  }
}

/** A proof that stands on something unproved proves nothing; what failed stays failed. */
export function asFarAs(isGroundProved: boolean, findings: readonly Finding[], why: string): Finding[] {
  if (isGroundProved) return [...findings];
  return findings.map((finding) =>
    finding.verdict === 'proved'
      ? { ...finding, verdict: 'not-proved', message: `${finding.message}; but ${why}` }
      : finding,
  );
}
