import {
  CHECKS,
  type Check,
  type Finding,
  type ProofAnswer,
  type Report,
  type Verdict,
} from '../verify/index.ts';

const HEADS: Record<Check, string> = {
  key: 'Whose log it is',
  checkpoint: 'The signature of the log',
  witnesses: 'Outside witnesses',
  earlier: 'That the log only grew',
  entries: 'The entries',
  openings: 'Personal data that was opened',
  attachments: 'Attached evidence',
  'other-files': 'Other files',
};
const WORDS: Record<Verdict, string> = {
  proved: 'proved    ',
  'not-proved': 'NOT PROVED',
  failed: 'FAILED    ',
};
const MOST_LINES = 40;

/** What no such check can show, whatever came of it. */
const NEVER = [
  'that what an entry says is true: only that it was entered, and not altered since',
  'that nothing was left out of the log before it was entered, or out of this bundle if it shows a part',
  'what was entered after the checkpoint: an old bundle stays a good one',
  'who wrote the entries: only that whoever has the private key signed for them',
];

export const USAGE = `forthright-register verify BUNDLE [options]
forthright-register verify FILE.tlog-proof --entry FILE --key KEY [options]

Checks offline that a bundle of register entries is unaltered, and says what it shows and what it does not.

  --key KEY        the log's public key (name+id+key), from a source other than the bundle; may be repeated
  --keys FILE      JSON list of { vkey, from, until }: keys, and when each counts
  --witness KEY    a witness that must have cosigned the checkpoint; may be repeated
  --earlier FILE   a checkpoint that you kept; the log must have grown out of it
  --entry FILE     the entry, when a single tlog-proof is checked
  --json           the findings as JSON

Exit code 0: everything that the bundle claims and you asked for is proved. 1: something is not. 2: it can't be read.
`;

export function reportText(report: Report): string {
  const lines = [`Register ${report.origin}: ${report.entries} entries shown, of ${report.size}`, ''];
  for (const check of CHECKS) {
    const findings = report.findings.filter((finding) => finding.check === check);
    if (findings.length > 0) lines.push(HEADS[check], ...told(findings), '');
  }
  lines.push(
    'No check of this kind ever shows',
    ...NEVER.map((text) => `  - ${text}`),
    '',
    verdictOf(report),
  );
  return visible(`${lines.join('\n')}\n`);
}

/** What is wrong stands first, so that no long list of good files hides it. */
function told(findings: readonly Finding[]): string[] {
  const order: readonly Verdict[] = ['failed', 'not-proved', 'proved'];
  const sorted = [...findings].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const lines = sorted
    .slice(0, MOST_LINES)
    .map(({ verdict, at, message }) => `  ${WORDS[verdict]}  ${at}: ${message}`);
  const left = sorted.slice(MOST_LINES);
  if (left.length === 0) return lines;
  const bad = left.filter(({ verdict }) => verdict !== 'proved').length;
  return [
    ...lines,
    `  and ${left.length} more, of which ${bad} failed or are not proved (all of them: --json)`,
  ];
}

function verdictOf({ verdict }: Report): string {
  if (verdict === 'failed') return 'FAILED: this bundle must not be relied on. See the lines above.';
  if (verdict === 'proved') return 'PROVED: what is marked as proved above, by the key that you gave.';
  return 'CONSISTENT WITH ITSELF ONLY: you gave no key (--key), so nothing shows whose log this is.';
}

export function proofText({ isProved, message }: ProofAnswer): string {
  return visible(`${isProved ? 'PROVED' : 'FAILED'}: ${message}\n`);
}

/** Nothing that a bundle holds may move the cursor of a terminal, or turn the direction of its text. */
export function visible(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '\u{fffd}');
}
