import type { RiskData, RiskFactorId, RiskReason } from '@forthright/contract';
import type { Gravity, Supposed } from './types.ts';

/** Each kind by itself. GDPR recital 75 names most; EDPB Guidelines 9/2022 IV.B: what goes together weighs more. */
const ALONE: Readonly<Record<Exclude<RiskData, 'credentials'>, Gravity>> = {
  contact: 1,
  contract: 1,
  image: 1,
  'birth-date': 1,
  'special-hint': 1,
  'id-number': 2,
  behaviour: 2,
  location: 2,
  career: 2,
  communications: 2,
  'account-number': 2,
  financial: 2,
  'id-document': 3,
  payment: 3,
  special: 3,
  criminal: 3,
  secret: 3,
};

const TELLS: Readonly<Record<RiskData, string>> = {
  contact: 'contact data',
  contract: 'the particulars of an order or contract',
  image: 'pictures or recordings',
  'birth-date': 'dates of birth',
  'special-hint': 'details from which something sensitive may be guessed',
  'id-number': 'official identification numbers',
  'id-document': 'copies of official documents',
  behaviour: 'what people do, buy or prefer',
  location: 'where people were',
  career: 'applications, certificates or work records',
  communications: 'what people wrote',
  'account-number': 'account numbers',
  financial: 'financial circumstances',
  payment: 'means of payment',
  credentials: 'what lets somebody sign in',
  special: 'special categories of data',
  criminal: 'convictions or offences',
  secret: 'what professional secrecy protects',
};
const HASHED = 'passwords or tokens hashed by a strong algorithm whose salt is safe';
/** Of these a detail may give little insight. Not of money: one month's wage is a high risk in EDPB 01/2021 case 18. */
const SMALL_INSIGHT: ReadonlySet<RiskData> = new Set(['behaviour', 'career', 'location', 'special']);

const listed = (what: readonly string[]): string =>
  what.length < 2 ? what.join('') : `${what.slice(0, -1).join(', ')} and ${what.at(-1)}`;

type Weighed = { gravity: Gravity; why: RiskReason[] };
const raise = (to: number): Gravity => Math.max(0, Math.min(3, to)) as Gravity;
const reason = (text: string, cites: RiskReason['cites'], factors: RiskFactorId[]): RiskReason => ({
  text,
  cites,
  factors,
});

/** What credentials weigh: nothing that can be read back weighs nothing, else what they open. */
function credentials({ credentialsStored, credentialsOpen, data }: Supposed): Gravity {
  if (credentialsStored === 'strong-hash') return 0;
  if (credentialsOpen === 'money-or-sensitive') return 3;
  // Passwords are used again elsewhere, which the address beside them makes possible.
  return credentialsOpen === 'profile' || data.includes('contact') ? 2 : 1;
}

function alone(category: RiskData, s: Supposed): Gravity {
  if (category === 'credentials') return credentials(s);
  const own = ALONE[category];
  // EDPB 01/2021 case 15: a food intolerance is health data, and marginal.
  if (s.amount === 'little' && SMALL_INSIGHT.has(category)) return 1;
  return s.amount === 'much' && own === 1 && category !== 'special-hint' ? 2 : own;
}

/** Who has a name or address beside one of these can pass for the person. */
function together({ data }: Supposed): Readonly<{ gravity: Gravity; with: string }> {
  const has = (category: RiskData) => data.includes(category);
  if (has('contact') && has('id-number'))
    return { gravity: 3, with: 'names or addresses together with official identification numbers' };
  if (has('contact') && has('birth-date'))
    return { gravity: 2, with: 'names or addresses together with dates of birth' };
  return { gravity: 0, with: '' };
}

const SAYS = [
  'is little with which anybody could be harmed',
  'is slight for a person: above all unwanted messages',
  'is significant: it serves to pass for a person, to cheat them or to draw a picture of them',
  'is severe: identity theft, financial loss, discrimination or harm to reputation must be reckoned with',
] as const;

function ofData(s: Supposed): Weighed {
  const weighed = s.data.map((category) => ({ category, gravity: alone(category, s) }));
  const both = together(s);
  const gravity = raise(Math.max(0, both.gravity, ...weighed.map((one) => one.gravity)));
  const tells = (category: RiskData) =>
    category === 'credentials' && s.credentialsStored === 'strong-hash' ? HASHED : TELLS[category];
  const top = weighed.filter((one) => one.gravity === gravity).map(({ category }) => tells(category));
  const what = both.gravity === gravity && gravity > 0 ? [both.with] : top;
  const named = what.length === 0 ? 'The data' : `The data includes ${listed(what)}; what this allows`;
  const cites: RiskReason['cites'] = s.data.includes('special')
    ? ['gdpr-9', 'recital-75', 'edpb-9-2022-factors']
    : s.data.includes('criminal')
      ? ['gdpr-10', 'recital-75', 'edpb-9-2022-factors']
      : ['recital-75', 'recital-85', 'edpb-9-2022-factors'];
  const on: RiskFactorId[] = s.data.includes('credentials')
    ? ['data', 'amount', 'credentialsStored', 'credentialsOpen']
    : ['data', 'amount'];
  return { gravity, why: [reason(`${named} ${SAYS[gravity]}.`, cites, on)] };
}

/** Whom it concerns, and what being known to this organisation says of them. */
function ofPeople(s: Supposed, { gravity, why }: Weighed): Weighed {
  if (gravity === 0 && s.controller !== 'shows-sensitive') return { gravity, why };
  const byController = { ordinary: 0, 'shows-status': 2, 'shows-sensitive': 3 } as const;
  const from = raise(Math.max(gravity, byController[s.controller]));
  const told = [...why];
  if (s.controller === 'shows-status')
    told.push(
      reason(
        'To be known by this organisation says something about a person’s wealth or standing.',
        ['edpb-9-2022-factors'],
        ['controller'],
      ),
    );
  if (s.controller === 'shows-sensitive')
    told.push(
      reason(
        'To be known by this organisation already says something sensitive about a person.',
        ['edpb-9-2022-factors'],
        ['controller'],
      ),
    );
  if (s.persons === 'none' || from === 0) return { gravity: from, why: told };
  const to = s.persons === 'protected' ? 3 : raise(from + 1);
  told.push(
    reason(
      s.persons === 'protected'
        ? 'The safety of people among them hangs on it.'
        : `There are ${s.persons === 'children' ? 'children' : 'people in a weak position'} among them, whom it hits harder.`,
      ['recital-38', 'recital-75', 'edpb-9-2022-factors'],
      ['persons'],
    ),
  );
  return { gravity: to, why: told };
}

/** How much whoever has it can do with it: whose it is, and whether it was a secret at all. */
function ofUse(s: Supposed, { gravity, why }: Weighed): Weighed {
  if (gravity === 0) return { gravity, why };
  if (s.lessened === 'already-public')
    return {
      gravity: 0,
      why: [
        ...why,
        reason(
          'All of it had lawfully been public before, so nothing became known that was not.',
          ['edpb-9-2022-no-risk'],
          ['lessened'],
        ),
      ],
    };
  if (s.identification === 'negligible')
    return {
      gravity: 0,
      why: [
        ...why,
        reason('Whoever has it can’t tell whose it is.', ['edpb-9-2022-factors'], ['identification']),
      ],
    };
  const told = [...why];
  let to: number = gravity;
  if (s.lessened === 'outdated') {
    to -= 1;
    told.push(reason('It is outdated or invalid, and worth less for it.', ['enisa-2013'], ['lessened']));
  }
  if (s.identification === 'limited') {
    to -= 1;
    told.push(
      reason(
        'Only with further sources and effort can anybody tell whose it is.',
        ['edpb-9-2022-factors'],
        ['identification'],
      ),
    );
  }
  return { gravity: raise(to), why: told };
}

/**
 * How grave it would be for one person if the data were misused, 0 to 3, with what makes it so: nature, sensitivity and
 * amount of data, ease of identification, special characteristics of people and controller (EDPB Guidelines 9/2022
 * IV.B). Never falls when a factor gets graver.
 */
export const gravityOf = (s: Supposed): Readonly<Weighed> => ofUse(s, ofPeople(s, ofData(s)));
