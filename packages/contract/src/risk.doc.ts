import {
  CITATIONS,
  EXEMPTIONS,
  INCIDENT_NATURES,
  RECIPIENT_DELETION,
  RECIPIENT_TRUST,
  RISK_DATA,
  RISK_FACTOR_IDS,
  RISK_QUESTIONS,
} from './risk.ts';

const table = (head: readonly [string, string], rows: Readonly<Record<string, string>>): string =>
  [
    `| ${head.join(' | ')} |`,
    '|---|---|',
    ...Object.entries(rows).map(([value, means]) => `| \`${value}\` | ${means} |`),
  ].join('\n');

/** The text of `docs/risk-factors.md`. */
export function riskFactorsPage(): string {
  const factors = RISK_FACTOR_IDS.map((id) => {
    const { asks, why, cites, ...more } = RISK_QUESTIONS[id];
    const lines = [`## ${id}`, `${asks} ${why} (${cites.map((one) => CITATIONS[one][0]).join('; ')})`];
    if ('values' in more) lines.push(table(['value', 'means'], more.values));
    if ('ordinary' in more) lines.push(`Ordinarily: \`${more.ordinary}\`.`);
    return lines.join('\n\n');
  });
  return `# The factors of a risk file

What may stand in a risk file ([risk.md](risk.md) says how it is judged). Values stand from the harmless to the grave. A factor that is
left out, or is \`unknown\`, is asked for; it never counts as the harmless value. In the file, \`confidentiality\`, \`integrity\` and
\`availability\` are one list, \`kinds\`: those that stand there are, those that don't are not.

This page is made from \`packages/contract/src/risk.ts\`: run \`node packages/contract/src/risk.doc.ts > docs/risk-factors.md\` after a
change there. A test fails when they differ.

${factors.join('\n\n')}

## Values of data

${table(['kind', 'what it is'], RISK_DATA)}

## Values of recipients

A list of groups: \`{ who, count, deletion }\`. The gravest group counts. With \`ordinary: true\` a deletion that is not named is not
confirmed.

${table(['who', 'means'], RECIPIENT_TRUST)}

${table(['deletion', 'means'], RECIPIENT_DELETION)}

## Values of how

${INCIDENT_NATURES.map((one) => `\`${one}\``).join(', ')}.

## Exemptions

Claimed under \`exemptions\`, each with its reason (GDPR Art. 34(3)); nothing is presumed.

${table(['exemption', 'means'], EXEMPTIONS)}
`;
}

if (import.meta.main) process.stdout.write(riskFactorsPage());
