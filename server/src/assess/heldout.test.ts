import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANSWERS, type Answer, type StatedFactors } from '@forthright/contract';
import { OFFICIAL_CASES } from './examples.ts';
import { proposed } from './testing.ts';

/**
 * Official examples that were coded, and asked, after the rules were settled; docs/risk.md tells the score before any
 * change, and that who wrote the rules knew these guidelines. They stay apart from `examples.ts`, so that they go on
 * testing. Coded from memory of the published texts, in our words.
 */
type HeldOut = Readonly<{
  id: string;
  facts: string;
  factors: StatedFactors;
  /** From the least to the most that the authority's answer allows. */
  allows: readonly Answer[];
}>;

const n = (min: number, max = min) => ({ min, max });
const NONE: readonly Answer[] = ['register-only'];
const AUTHORITY: readonly Answer[] = ['tell-authority'];
const PEOPLE: readonly Answer[] = ['tell-people'];

const HELD_OUT: readonly HeldOut[] = [
  {
    id: 'EDPB 01/2021 case 2',
    facts:
      'Ransomware at an agricultural company; nothing left it by the logs; a few dozen employees and clients; no electronic backup, restored from paper in five working days; small delays of orders.',
    factors: {
      kinds: ['confidentiality', 'availability'],
      how: 'ransomware',
      data: ['contact', 'contract', 'career'],
      people: n(24, 60),
      recipients: [{ who: 'malicious' }],
      reached: 'not-reached',
      malice: 'external',
      restore: 'delayed',
      effect: 'minor',
    },
    allows: AUTHORITY,
  },
  {
    id: 'EDPB 01/2021 case 4',
    facts:
      'Ransomware at a transport company; several thousand clients and employees; identity and card data taken out; the backup was encrypted too.',
    factors: {
      kinds: ['confidentiality', 'availability'],
      how: 'ransomware',
      data: ['contact', 'payment', 'financial'],
      people: n(2000, 9000),
      recipients: [{ who: 'malicious' }],
      reached: 'confirmed',
      malice: 'external',
      restore: 'lost',
      effect: 'minor',
    },
    allows: PEOPLE,
  },
  {
    id: 'EDPB 01/2021 case 7',
    facts:
      'A bank’s site was asked for customers’ numbers with one fixed password; name, sex, birth date, tax code and user number of 100,000 leaked, 2,000 accounts were entered, no transaction was made.',
    factors: {
      kinds: ['confidentiality'],
      how: 'unauthorised-access',
      data: ['contact', 'birth-date', 'id-number'],
      people: n(100_000),
      recipients: [{ who: 'malicious' }],
      reached: 'confirmed',
      malice: 'external',
    },
    allows: PEOPLE,
  },
  {
    id: 'EDPB 01/2021 case 10',
    facts:
      'Two encrypted tablets with names, birth dates and education of children stolen from a day-care centre; switched off, strong password, wiped from afar; backup at hand.',
    factors: {
      kinds: ['confidentiality', 'availability'],
      how: 'device-lost-or-stolen',
      data: ['contact', 'birth-date', 'career'],
      persons: 'children',
      people: n(20, 200),
      recipients: [{ who: 'unidentified' }],
      malice: 'external',
      protection: 'intact',
      restore: 'prompt',
    },
    allows: NONE,
  },
  {
    id: 'EDPB 01/2021 case 12',
    facts:
      'The paper log book of an addiction clinic, with patients’ identity and health data, was stolen; no copy.',
    factors: {
      kinds: ['confidentiality', 'availability'],
      how: 'paper-lost-or-stolen',
      data: ['contact', 'special'],
      persons: 'vulnerable',
      controller: 'shows-sensitive',
      recipients: [{ who: 'unidentified' }],
      malice: 'external',
      restore: 'lost',
      effect: 'unknown',
    },
    allows: PEOPLE,
  },
  {
    id: 'EDPB 01/2021 case 13',
    facts: 'A shop swapped the parcels, with their bills, of two buyers of shoes; it called both back.',
    factors: {
      kinds: ['confidentiality'],
      how: 'mix-up',
      data: ['contact', 'contract'],
      people: n(2),
      recipients: [{ who: 'mistaken', count: n(2), deletion: 'not-confirmed' }],
    },
    allows: NONE,
  },
  {
    id: 'EDPB 01/2021 case 16',
    facts:
      'Two letters of a motor insurer in one envelope: name, address, birth date, number plate, rates and mileage of one holder to another.',
    factors: {
      kinds: ['confidentiality'],
      how: 'mail-lost-or-opened',
      data: ['contact', 'birth-date', 'contract'],
      people: n(1),
      recipients: [{ who: 'mistaken', count: n(1), deletion: 'not-confirmed' }],
    },
    allows: AUTHORITY,
  },
  {
    id: 'EDPB 01/2021 case 18',
    facts:
      'Mailboxes of a chain of shops passed messages about payments on to an outsider for three months: wages of 89 employees, pay slips of 10.',
    factors: {
      kinds: ['confidentiality', 'integrity'],
      how: 'exfiltration',
      data: ['contact', 'financial'],
      people: n(99),
      recipients: [{ who: 'malicious' }],
      reached: 'confirmed',
      malice: 'external',
      hours: n(2160),
      altered: 'possibly-used',
    },
    allows: PEOPLE,
  },
  {
    id: 'Guidelines 9/2022 I.B.2: hospital',
    facts: 'Critical medical data of patients can’t be reached, if only for a time.',
    factors: {
      kinds: ['availability'],
      how: 'malfunction',
      data: ['contact', 'special'],
      people: n(500),
      service: 'vital',
      restore: 'delayed',
      effect: 'minor',
    },
    allows: PEOPLE,
  },
  {
    id: 'Guidelines 9/2022 I.B.2: media company',
    facts: 'Systems are down for some hours by a power outage; newsletters are not sent.',
    factors: {
      kinds: ['availability'],
      how: 'malfunction',
      data: ['contact'],
      people: n(5000),
      restore: 'prompt',
      effect: 'none',
    },
    allows: NONE,
  },
  {
    id: 'Guidelines 9/2022 II.A: a lost key with unencrypted data',
    facts: 'A key with unencrypted contact data was lost; whether anybody read it can’t be found out.',
    factors: {
      kinds: ['confidentiality'],
      how: 'device-lost-or-stolen',
      data: ['contact'],
      people: n(500),
      recipients: [{ who: 'unidentified' }],
      reached: 'not-assessable',
    },
    allows: AUTHORITY,
  },
  {
    id: 'German practice: a sports club',
    facts: 'An invitation with the addresses of ten members in Cc.',
    factors: {
      kinds: ['confidentiality'],
      how: 'open-distribution-list',
      data: ['contact'],
      people: n(10),
      recipients: [{ who: 'mistaken', count: n(10) }],
    },
    allows: NONE,
  },
  {
    id: 'German practice: a self-help group',
    facts: 'The same to twenty members of a group of people with HIV.',
    factors: {
      kinds: ['confidentiality'],
      how: 'open-distribution-list',
      data: ['contact'],
      people: n(20),
      controller: 'shows-sensitive',
      recipients: [{ who: 'mistaken', count: n(20) }],
    },
    allows: PEOPLE,
  },
  {
    id: 'German practice: a report to the wrong practice',
    facts: 'A medical report reached another doctor, bound by secrecy, who destroyed it and wrote so.',
    factors: {
      kinds: ['confidentiality'],
      how: 'sent-by-mistake',
      data: ['contact', 'special'],
      people: n(1),
      recipients: [{ who: 'trusted', count: n(1), deletion: 'confirmed' }],
    },
    allows: NONE,
  },
  {
    id: 'CNIL practice: account numbers of a telecom operator’s customers',
    facts:
      'An attacker took contact data and bank account numbers of five million and offered them for sale.',
    factors: {
      kinds: ['confidentiality'],
      how: 'exfiltration',
      data: ['contact', 'account-number'],
      people: n(5_000_000),
      recipients: [{ who: 'malicious' }],
      malice: 'external',
    },
    allows: PEOPLE,
  },
  {
    id: 'ICO practice: a law firm’s mailbox',
    facts: 'By phishing an outsider read a mailbox with clients’ bank details.',
    factors: {
      kinds: ['confidentiality'],
      how: 'phishing',
      data: ['contact', 'account-number', 'communications'],
      people: n(200),
      recipients: [{ who: 'malicious' }],
      malice: 'external',
    },
    allows: PEOPLE,
  },
  {
    id: 'ICO breach examples 1',
    facts: 'Papers sent to a child’s birth parents named the adoptive parents and their address.',
    factors: {
      kinds: ['confidentiality'],
      how: 'sent-by-mistake',
      data: ['contact'],
      persons: 'protected',
      people: n(2, 4),
      recipients: [{ who: 'mistaken', count: n(2), deletion: 'not-confirmed' }],
    },
    allows: PEOPLE,
  },
  {
    id: 'ICO breach examples 2',
    facts:
      'The file of a vulnerable client (debts, contact, mental health) e-mailed to a colleague of another department, who deleted it at once and said so.',
    factors: {
      kinds: ['confidentiality'],
      how: 'sent-by-mistake',
      data: ['contact', 'financial', 'special'],
      persons: 'vulnerable',
      people: n(1),
      recipients: [{ who: 'trusted', count: n(1), deletion: 'confirmed' }],
    },
    allows: NONE,
  },
  {
    id: 'ICO breach examples 3',
    facts: 'A briefcase lost: unencrypted notebook and papers of a court case with convictions and health.',
    factors: {
      kinds: ['confidentiality'],
      how: 'device-lost-or-stolen',
      data: ['contact', 'criminal', 'special'],
      recipients: [{ who: 'unidentified' }],
    },
    allows: PEOPLE,
  },
  {
    id: 'ICO guide: customer database',
    facts: 'A customer database is stolen whose data may be used for identity fraud.',
    factors: {
      kinds: ['confidentiality'],
      how: 'hacking-or-malware',
      data: ['contact', 'birth-date'],
      recipients: [{ who: 'malicious' }],
      malice: 'external',
    },
    allows: ['tell-authority', 'tell-people'],
  },
  {
    id: 'ICO guide: staff telephone list',
    facts: 'A list of the staff’s telephone numbers is lost or altered wrongly.',
    factors: {
      kinds: ['integrity', 'availability'],
      how: 'data-deleted',
      data: ['contact'],
      people: n(100),
      restore: 'lost',
      effect: 'none',
      altered: 'restored',
    },
    allows: NONE,
  },
  {
    id: 'ICO guide: patient records',
    facts: 'A hospital discloses patient records by accident.',
    factors: {
      kinds: ['confidentiality'],
      how: 'shown-to-wrong-recipient',
      data: ['contact', 'special'],
      recipients: [{ who: 'unidentified' }],
    },
    allows: PEOPLE,
  },
  {
    id: 'ICO guide: alumni',
    facts: 'A university deletes alumni’s contact details by accident and makes them anew from a backup.',
    factors: {
      kinds: ['availability'],
      how: 'data-deleted',
      data: ['contact'],
      restore: 'prompt',
      effect: 'none',
    },
    allows: ['register-only', 'tell-authority'],
  },
];

for (const { id, facts, factors, allows } of HELD_OUT)
  test(`held out: ${id}: ${facts}`, () => {
    const { answer, questions } = proposed(factors);
    assert.ok(
      allows.some((one) => one === answer),
      `${answer}, the authority: ${allows.join(' or ')}; asks ${questions.map(({ factor }) => factor)}`,
    );
  });

test('the held-out examples are none of those that are shown as the nearest', () => {
  const shown = new Set(OFFICIAL_CASES.map(({ source }) => source.split(', case ')[1]));
  for (const { id } of HELD_OUT) if (id.startsWith('EDPB')) assert.ok(!shown.has(id.split('case ')[1]), id);
  assert.ok(ANSWERS.every((answer) => HELD_OUT.some(({ allows }) => allows.includes(answer))));
});
