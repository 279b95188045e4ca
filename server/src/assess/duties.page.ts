import type { Regime } from '@forthright/contract';
import type { Law } from './duties.ts';

/** The text of `docs/duties.md`: what the law's files say, and which of them anybody verified. */
export function dutiesPage(law: Law): string {
  const { regimes, unverified } = law;
  const cases = regimes.flatMap((r) => r.cases).length;
  const rows = [
    ...regimes.map(
      (r) =>
        `| ${r.code} | ${r.name} | rules, ${r.cases.length} cases | ${r.confidence} | ${r.checked.on} | ${counsel(r)} |`,
    ),
    ...unverified.map((r) => `| ${r.code} | ${r.name} | unverified: ask counsel | ${r.confidence} | | no |`),
  ].sort();
  return `# The law that Forthright knows

${regimes.length} laws have rules that Forthright applies, held to ${cases} cases of their own. ${unverified.length} are **unverified: ask counsel**: Forthright shows
what is known of them and never answers that nothing is due. ${regimes.filter((r) => r.checked.counsel !== undefined).length} of them were verified by counsel. This is no legal advice.

This page is made from the files below \`duties/\`: run \`node server/src/assess/duties.page.write.ts\` after a change there. A test
fails when they differ. How duties are worked out, and what a file may say, is in [assess.md](assess.md).

| code | law of | standing | confidence | checked | by counsel |
|---|---|---|---|---|---|
${rows.join('\n')}

${regimes.map(section).join('\n\n')}
`;
}

const counsel = ({ checked }: Regime): string => checked.counsel ?? 'no';

function section(regime: Regime): string {
  const rules = regime.duties.map((rule) => {
    const to =
      'by' in rule.addressee ? 'the lead authority, or every authority concerned' : rule.addressee.name;
    const valid = `${rule.valid.from}${rule.valid.to === undefined ? '' : ` to ${rule.valid.to}`}`;
    return `| ${rule.id} | ${cell(to)} | ${cell(rule.deadline.words)} | ${cell(rule.citation)} | ${valid} |`;
  });
  return `## ${regime.code}: ${regime.name}

[${regime.law}](${regime.link}). ${regime.checked.on}: ${regime.checked.by}.

| duty | to | until | citation | valid from |
|---|---|---|---|---|
${rules.join('\n')}${finesOf(regime)}`;
}

/** Ceilings, and where they stand. */
function finesOf({ fines }: Regime): string {
  if (fines.length === 0) return '';
  const rows = fines.map(({ citation, for: what, fixed, percentOfTurnover: percent, ofTurnover }) => {
    const share = percent === undefined ? '' : ` or ${percent} % of ${ofTurnover ?? 'the annual turnover'}`;
    const amount = `${fixed.currency} ${fixed.amount.toLocaleString('en-GB')}`;
    return `| ${amount}${cell(share)} | ${cell(what)} | ${cell(citation)} |`;
  });
  return `\n\n| ceiling of fines | for | citation |\n|---|---|---|\n${rows.join('\n')}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
