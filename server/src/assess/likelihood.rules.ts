import type { RiskFactorId, RiskReason } from '@forthright/contract';
import type { Likelihood, Supposed } from './types.ts';

/**
 * So many wrong recipients one can still ask each, and hear from each. EDPB 01/2021 has 15 (no risk) and 60,000; WP250
 * has 1,000. No authority draws the line; this one is ours.
 */
export const FEW_RECIPIENTS = 50;

type Chance = Readonly<{ likelihood: Likelihood; why: RiskReason }>;
const chance = (
  likelihood: Likelihood,
  text: string,
  cites: RiskReason['cites'],
  factors: RiskFactorId[],
): Chance => ({ likelihood, why: { text, cites, factors } });

/** Whoever took a thing may have wanted the thing; nothing shows that they wanted the data. */
const tookThing = ({ how }: Supposed): boolean =>
  how === 'device-lost-or-stolen' || how === 'paper-lost-or-stolen' || how === 'e-waste';

type Group = Supposed['recipients'][number];

function trusted({ deletion }: Group): Chance {
  return deletion === 'not-confirmed'
    ? chance(
        1,
        'Who has it is known and can be trusted, but has not confirmed in writing to have deleted it.',
        ['edpb-9-2022-factors', 'edpb-1-2021-human'],
        ['recipients'],
      )
    : chance(
        0,
        'Who had it is known, can be trusted, and it is gone there: misuse is remote.',
        ['edpb-9-2022-factors', 'edpb-1-2021-human'],
        ['recipients'],
      );
}

function mistaken({ count, deletion }: Group): Chance {
  const cites: RiskReason['cites'] = ['edpb-9-2022-factors', 'edpb-1-2021-mispostal'];
  if (deletion === 'unread')
    return chance(0, 'It came back, or was deleted, surely unread.', cites, ['recipients']);
  if (count > FEW_RECIPIENTS)
    return chance(
      3,
      `More than ${FEW_RECIPIENTS} wrong recipients have it: nobody can make sure that all of them deleted it.`,
      cites,
      ['recipients'],
    );
  return deletion === 'confirmed'
    ? chance(
        1,
        'The few who got it by mistake are known and confirmed in writing that they kept nothing.',
        cites,
        ['recipients'],
      )
    : chance(
        2,
        'The few who got it by mistake are known, but nobody has confirmed to have deleted it.',
        cites,
        ['recipients'],
      );
}

function byGroup(group: Group, s: Supposed): Chance {
  const isMeant = s.malice !== 'none' && !tookThing(s);
  switch (group.who) {
    case 'trusted':
      return trusted(group);
    case 'mistaken':
      return mistaken(group);
    case 'unidentified':
      return isMeant
        ? chance(
            4,
            'It was taken on purpose, and nobody knows who has it.',
            ['edpb-9-2022-factors', 'edpb-1-2021-exfiltration'],
            ['recipients', 'malice'],
          )
        : chance(
            3,
            'Nobody knows who has it, so their intentions are not known either.',
            ['edpb-9-2022-factors', 'edpb-1-2021-devices'],
            ['recipients'],
          );
    case 'public':
      return isMeant
        ? chance(
            4,
            'It was put where anybody can get it, on purpose.',
            ['edpb-9-2022-factors'],
            ['recipients', 'malice'],
          )
        : chance(3, 'Anybody could get it.', ['edpb-9-2022-factors'], ['recipients']);
    case 'malicious':
      return chance(
        4,
        s.malice === 'insider'
          ? 'Somebody took it who had no right to, and nobody can vouch for what they will do with it.'
          : 'It is in the hands of somebody who took it on purpose or means harm.',
        ['edpb-9-2022-factors', s.malice === 'insider' ? 'edpb-1-2021-human' : 'edpb-1-2021-exfiltration'],
        ['recipients', 'malice'],
      );
  }
}

const NOBODY = chance(0, 'Nobody has it who should not.', ['edpb-9-2022-factors'], ['recipients']);

/** A harm that has happened is likely; who did it is told beside it where that says something. */
const misused = ({ likelihood, why }: Chance): Chance => ({
  likelihood: 4,
  why: {
    text: likelihood === 4 ? `${why.text} It has been misused already.` : 'It has been misused already.',
    cites: [...(likelihood === 4 ? why.cites : []), 'recital-76', 'recital-85'],
    factors: [...(likelihood === 4 ? why.factors : []), 'misuse'],
  },
});

/**
 * How likely it is that the data is misused, 0 to 4, and why: protection, evidence of disclosure, recipients and what
 * they did, intent. The gravest group of recipients counts. Never falls when a factor gets graver.
 */
export function likelihoodOf(s: Supposed): Chance {
  if (s.protection === 'intact')
    return chance(
      0,
      'The data was encrypted to the state of the art and the key is safe: nobody can read it.',
      ['gdpr-34-3-a', 'recital-88', 'edpb-9-2022-no-risk', 'edpb-1-2021-devices'],
      ['protection'],
    );
  if (s.reached === 'not-reached' && s.misuse === 'none')
    return chance(
      0,
      'There is reasonable evidence that it reached nobody.',
      ['edpb-1-2021-ransomware'],
      ['reached'],
    );
  const [first = NOBODY, ...others] = s.recipients.map((group) => byGroup(group, s));
  const worst = others.reduce((a, b) => (b.likelihood > a.likelihood ? b : a), first);
  if (s.misuse !== 'none') return misused(worst);
  if (s.reached !== 'not-assessable' && s.reached !== 'likely') return worst;
  const doubt =
    s.reached === 'likely'
      ? 'That it reached somebody is likely, if not proven.'
      : 'Whether it reached somebody can’t be found out any more, so it must be reckoned with.';
  return {
    likelihood: worst.likelihood,
    why: {
      text: `${doubt} ${worst.why.text}`,
      cites: [...worst.why.cites, 'edpb-1-2021-exfiltration'],
      factors: [...worst.why.factors, 'reached'],
    },
  };
}
