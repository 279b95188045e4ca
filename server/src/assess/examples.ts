import type { Answer, StatedFactors } from '@forthright/contract';

/**
 * Examples that authorities published with their answer, coded by us: what the text states, and `ordinary` where it is
 * silent. They are shown beside a proposal as the nearest ones; no rule reads them. Facts only, in our words.
 */
export type OfficialCase = Readonly<{
  id: string;
  title: string;
  outcome: Answer;
  source: string;
  factors: StatedFactors;
}>;

const EDPB = 'EDPB Guidelines 01/2021 v2.0';
const range = (min: number, max = min) => ({ min, max });

export const OFFICIAL_CASES: readonly OfficialCase[] = [
  {
    id: 'EDPB-01',
    title:
      'Ransomware; data was encrypted at rest, restored from backup within hours, nothing left the network',
    outcome: 'register-only',
    source: `${EDPB}, case 1`,
    factors: {
      kinds: ['confidentiality', 'availability'],
      how: 'ransomware',
      data: ['contact', 'contract', 'career'],
      people: range(24, 60),
      recipients: [{ who: 'malicious' }],
      reached: 'not-reached',
      protection: 'intact',
      malice: 'external',
      restore: 'prompt',
      effect: 'none',
    },
  },
  {
    id: 'EDPB-03',
    title: 'Ransomware in a hospital; nothing left it, but two days without records',
    outcome: 'tell-people',
    source: `${EDPB}, case 3`,
    factors: {
      kinds: ['confidentiality', 'availability'],
      how: 'ransomware',
      data: ['contact', 'special'],
      people: range(1000, 9999),
      recipients: [{ who: 'malicious' }],
      reached: 'not-reached',
      malice: 'external',
      service: 'vital',
      restore: 'delayed',
      effect: 'serious',
    },
  },
  {
    id: 'EDPB-05',
    title: 'Malicious code on a web site took job applications for a month',
    outcome: 'tell-people',
    source: `${EDPB}, case 5`,
    factors: {
      kinds: ['confidentiality'],
      how: 'hacking-or-malware',
      data: ['contact', 'career'],
      people: range(213),
      recipients: [{ who: 'malicious' }],
      reached: 'likely',
      malice: 'external',
      hours: range(720),
    },
  },
  {
    id: 'EDPB-06',
    title: 'Pseudonyms and strongly hashed passwords taken from a cooking site, salt safe',
    outcome: 'register-only',
    source: `${EDPB}, case 6`,
    factors: {
      kinds: ['confidentiality'],
      how: 'exfiltration',
      data: ['credentials'],
      credentialsStored: 'strong-hash',
      credentialsOpen: 'little',
      identification: 'limited',
      people: range(1200),
      recipients: [{ who: 'malicious' }],
      reached: 'confirmed',
      malice: 'external',
    },
  },
  {
    id: 'EDPB-08',
    title: 'A leaving employee copied customers’ contact data and used it for a business of his own',
    outcome: 'tell-authority',
    source: `${EDPB}, case 8`,
    factors: {
      kinds: ['confidentiality'],
      how: 'abuse-of-access',
      data: ['contact'],
      recipients: [{ who: 'malicious', count: range(1), deletion: 'not-confirmed' }],
      reached: 'confirmed',
      malice: 'insider',
      misuse: 'observed',
    },
  },
  {
    id: 'EDPB-09',
    title: 'One insurance agent, bound by secrecy, could see others’ customers; deletion in writing',
    outcome: 'register-only',
    source: `${EDPB}, case 9`,
    factors: {
      kinds: ['confidentiality'],
      how: 'sent-by-mistake',
      data: ['contact', 'contract'],
      people: range(20, 30),
      recipients: [{ who: 'trusted', count: range(1), deletion: 'confirmed' }],
      reached: 'confirmed',
      malice: 'none',
    },
  },
  {
    id: 'EDPB-11',
    title: 'Stolen notebook, unprotected, with identity data of more than 100,000 customers',
    outcome: 'tell-people',
    source: `${EDPB}, case 11`,
    factors: {
      kinds: ['confidentiality', 'availability'],
      how: 'device-lost-or-stolen',
      data: ['contact', 'birth-date'],
      people: range(100_000, 200_000),
      recipients: [{ who: 'unidentified' }],
      malice: 'external',
      protection: 'none',
      restore: 'prompt',
      effect: 'none',
    },
  },
  {
    id: 'EDPB-14',
    title: 'Names, addresses and social security numbers of 60,000 jobseekers e-mailed to all of them',
    outcome: 'tell-people',
    source: `${EDPB}, case 14`,
    factors: {
      kinds: ['confidentiality'],
      how: 'sent-by-mistake',
      data: ['contact', 'id-number'],
      people: range(60_000, 70_000),
      recipients: [{ who: 'mistaken', count: range(60_000, 70_000), deletion: 'not-confirmed' }],
      reached: 'confirmed',
      malice: 'none',
    },
  },
  {
    id: 'EDPB-15',
    title: 'Fifteen participants’ names and addresses, two with a food intolerance, to fifteen others',
    outcome: 'register-only',
    source: `${EDPB}, case 15`,
    factors: {
      kinds: ['confidentiality'],
      how: 'sent-by-mistake',
      data: ['contact', 'special-hint'],
      people: range(15),
      recipients: [{ who: 'mistaken', count: range(15), deletion: 'not-confirmed' }],
      reached: 'confirmed',
      malice: 'none',
      hours: range(0, 1),
    },
  },
  {
    id: 'EDPB-17',
    title: 'A caller passed for a customer and had the telephone bills sent to himself',
    outcome: 'tell-people',
    source: `${EDPB}, case 17`,
    factors: {
      kinds: ['confidentiality', 'integrity'],
      how: 'phishing',
      data: ['contact', 'behaviour'],
      people: range(1),
      recipients: [{ who: 'malicious', count: range(1), deletion: 'not-confirmed' }],
      reached: 'confirmed',
      malice: 'external',
      hours: range(720),
      altered: 'used',
    },
  },
];
