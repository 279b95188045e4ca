import type { CitationId, RiskFactorId, RiskReason } from '@forthright/contract';
import { gravityOf } from './gravity.rules.ts';
import { likelihoodOf } from './likelihood.rules.ts';
import type { Finding, Gravity, Level, Likelihood, Supposed } from './types.ts';

/** From so many people on it concerns many. No authority draws the line; WP250 calls 1,000 recipients a large number. */
export const MANY_PEOPLE = 1000;
/** From so many hours on it stood open for long: EDPB 01/2021 case 5 (a month) weighs it, case 15 (at once) too. */
export const LONG_HOURS = 30 * 24;

/**
 * Risk is likelihood and severity together (GDPR recital 76). Rows: how grave; columns: how likely, from remote to
 * likely. `scale` and `open`: 0 or 1, and 1 or 2, as it concerns many people or, of `open`, stood open for long too.
 */
const TABLE: Readonly<Record<Gravity, readonly (Level | 'scale' | 'open')[]>> = {
  0: [0, 0, 0, 0, 0],
  1: [0, 0, 'scale', 1, 1],
  2: [0, 1, 1, 'open', 2],
  3: [0, 1, 2, 2, 2],
};

const reason = (text: string, cites: CitationId[], factors: RiskFactorId[]): RiskReason => ({
  text,
  cites,
  factors,
});
const isMany = ({ people }: Supposed): boolean => people >= MANY_PEOPLE;
const isLong = ({ hours, recipients }: Supposed): boolean =>
  hours >= LONG_HOURS && recipients.some(({ who }) => who !== 'trusted' && who !== 'mistaken');

const MANY = reason(
  `It concerns ${MANY_PEOPLE.toLocaleString('en-GB')} people or more, so that somebody among them is the likelier to be harmed.`,
  ['edpb-9-2022-factors'],
  ['people'],
);
const FEW = reason(
  `It concerns fewer than ${MANY_PEOPLE.toLocaleString('en-GB')} people.`,
  ['edpb-9-2022-factors'],
  ['people'],
);
const LONG = reason(
  'It stood open for a month or longer.',
  ['edpb-9-2022-factors', 'edpb-1-2021-exfiltration'],
  ['hours'],
);

function cell(
  gravity: Gravity,
  likelihood: Likelihood,
  s: Supposed,
): Readonly<{ level: Level; more: RiskReason[] }> {
  const found = TABLE[gravity][likelihood] ?? 2;
  if (found === 'scale') return isMany(s) ? { level: 1, more: [MANY] } : { level: 0, more: [FEW] };
  if (found !== 'open') return { level: found, more: [] };
  if (isMany(s)) return { level: 2, more: [MANY] };
  return isLong(s) ? { level: 2, more: [LONG] } : { level: 1, more: [FEW] };
}

/** What the data allows need not be guessed at where people were cheated or threatened with it, however plain it is. */
function harmed({ misuse }: Supposed, found: ReturnType<typeof gravityOf>): ReturnType<typeof gravityOf> {
  if (misuse !== 'harmful' || found.gravity >= 2) return found;
  const text =
    'People came to harm or into danger by it: it serves to cheat or threaten them, plain as the data may be.';
  return { gravity: 2, why: [...found.why, reason(text, ['recital-75', 'recital-85'], ['misuse'])] };
}

/** Disclosure and access. */
export function confidentiality(s: Supposed): Finding {
  if (s.confidentiality === 'no') return { level: 0, reasons: [] };
  const { gravity, why } = harmed(s, gravityOf(s));
  const { likelihood, why: chance } = likelihoodOf(s);
  const { level, more } = cell(gravity, likelihood, s);
  // What is remote or harmless needs no more than its one reason.
  const isRemote = likelihood === 0;
  const reasons = isRemote ? [chance] : gravity === 0 ? why : [...why, chance, ...more];
  return { level, reasons };
}

const OUTAGE: Readonly<Record<Supposed['restore'], Readonly<Record<Supposed['effect'], Level | 'by-data'>>>> =
  {
    prompt: { none: 0, minor: 0, serious: 2 },
    delayed: { none: 0, minor: 1, serious: 2 },
    lost: { none: 'by-data', minor: 1, serious: 2 },
  };
const RESTORED: Readonly<Record<Supposed['restore'], string>> = {
  prompt: 'The data was there again within about a day',
  delayed: 'The data was out of reach for longer than a day',
  lost: 'Data is lost for good',
};
const FELT: Readonly<Record<Supposed['effect'], string>> = {
  none: 'people felt nothing of it',
  minor: 'people had delays or trouble that they get over',
  serious: 'people came to harm by it',
};

/** Loss, destruction and outage. */
export function availability(s: Supposed): Finding {
  if (s.availability === 'no') return { level: 0, reasons: [] };
  const cites: CitationId[] = ['edpb-9-2022-types', 'edpb-1-2021-ransomware'];
  const reasons = [reason(`${RESTORED[s.restore]}, and ${FELT[s.effect]}.`, cites, ['restore', 'effect'])];
  if (s.service === 'vital' && s.restore !== 'prompt') {
    reasons.push(
      reason(
        'People depend on this organisation for health, safety or livelihood: without the data that is at risk.',
        ['edpb-9-2022-factors', 'edpb-1-2021-ransomware'],
        ['service', 'restore'],
      ),
    );
    return { level: 2, reasons };
  }
  const found = OUTAGE[s.restore][s.effect];
  if (found !== 'by-data') return { level: found, reasons };
  // What is lost is lost to its person, whoever else could tell whose it was.
  const { gravity, why } = gravityOf({ ...s, identification: 'maximum', lessened: 'no' });
  return { level: gravity >= 2 ? 1 : 0, reasons: [...reasons, ...why] };
}

const ALTERED: Readonly<Record<Supposed['altered'], string>> = {
  restored: 'What was altered was put right before anybody used it',
  'possibly-used': 'Altered data may have been used',
  used: 'Altered data was used',
};

/** Alteration. */
export function integrity(s: Supposed): Finding {
  if (s.integrity === 'no') return { level: 0, reasons: [] };
  const reasons = [
    reason(
      `${ALTERED[s.altered]}, and ${FELT[s.effect]}.`,
      ['edpb-9-2022-types', 'edpb-9-2022-factors'],
      ['altered', 'effect'],
    ),
  ];
  if (s.effect === 'serious') return { level: 2, reasons };
  if (s.altered === 'restored') return { level: 0, reasons };
  const isGrave = s.service === 'vital' || (s.altered === 'used' && s.malice !== 'none');
  if (isGrave)
    reasons.push(
      s.service === 'vital'
        ? reason(
            'People depend on this organisation for health, safety or livelihood: wrong data endangers that.',
            ['edpb-9-2022-factors'],
            ['service'],
          )
        : reason('It was altered on purpose.', ['edpb-9-2022-factors'], ['malice']),
    );
  return { level: isGrave ? 2 : 1, reasons };
}

/**
 * What a breach comes to, supposing that things were so: the gravest of its kinds, with the reasons of those kinds that
 * make it so (of all kinds where there is no risk). Never falls when a factor gets graver.
 */
export function outcomeOf(s: Supposed): Finding {
  const found = [confidentiality(s), integrity(s), availability(s)];
  const level = Math.max(...found.map((one) => one.level)) as Level;
  return { level, reasons: found.filter((one) => one.level === level).flatMap((one) => one.reasons) };
}
