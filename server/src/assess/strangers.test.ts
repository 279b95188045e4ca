/**
 * The eight cases of EDPB Guidelines 01/2021 that are shown to nobody, written down by somebody who had seen the page of the
 * factors and neither the rules nor how `heldout.test.ts` describes them: each in several ways, as strangers would differ.
 * docs/risk.md tells how many agreed before any change.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer, StatedFactors } from '@forthright/contract';
import { proposed } from './testing.ts';

type Written = readonly (readonly [Answer | 'cannot-tell', StatedFactors])[];
const WRITTEN: Readonly<Record<string, Written>> = {
  'case 2: a farm’s data encrypted for ransom, back from paper after five days': [
    [
      'tell-authority',
      {
        kinds: ['availability'],
        how: 'ransomware',
        data: ['contact', 'contract', 'financial'],
        people: { min: 24, max: 90 },
        malice: 'external',
        reached: 'not-reached',
        restore: 'delayed',
        effect: 'minor',
      },
    ],
    [
      'tell-authority',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'ransomware',
        data: ['contact', 'contract'],
        people: { min: 50, max: 50 },
        malice: 'external',
        reached: 'not-reached',
        restore: 'delayed',
        effect: 'minor',
        recipients: [{ who: 'malicious' }],
      },
    ],
    [
      'tell-authority',
      {
        kinds: ['availability', 'integrity'],
        how: 'ransomware',
        data: ['contact'],
        people: { min: 50, max: 50 },
        malice: 'external',
        reached: 'not-reached',
        restore: 'lost',
        effect: 'minor',
        altered: 'restored',
      },
    ],
    [
      'tell-authority',
      {
        kinds: ['availability'],
        how: 'ransomware',
        data: ['contact', 'career', 'financial'],
        people: { min: 50, max: 50 },
        malice: 'external',
        restore: 'delayed',
        effect: 'minor',
      },
    ],
    [
      'tell-authority',
      {
        kinds: ['confidentiality', 'integrity', 'availability'],
        how: 'ransomware',
        data: ['contact', 'financial', 'id-number'],
        people: { min: 50, max: 50 },
        malice: 'external',
        reached: 'not-reached',
        restore: 'delayed',
        effect: 'minor',
        altered: 'restored',
        recipients: [{ who: 'malicious', count: { min: 1, max: 1 } }],
      },
    ],
  ],
  'case 4: a transport company’s data taken and encrypted for ransom, the backup too': [
    [
      'tell-people',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'ransomware',
        data: ['contact', 'id-number', 'payment'],
        people: { min: 3000, max: 9000 },
        malice: 'external',
        reached: 'confirmed',
        recipients: [{ who: 'malicious', count: { min: 1, max: 1 }, deletion: 'not-confirmed' }],
        restore: 'lost',
        effect: 'minor',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'ransomware',
        data: ['contact', 'id-number', 'account-number', 'financial'],
        people: { min: 3000, max: 9000 },
        malice: 'external',
        recipients: [{ who: 'malicious' }],
        restore: 'lost',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'ransomware',
        data: ['contact', 'id-number', 'financial'],
        people: { min: 5000, max: 5000 },
        malice: 'external',
        reached: 'confirmed',
        recipients: [{ who: 'unidentified' }],
        restore: 'delayed',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality', 'integrity', 'availability'],
        how: 'exfiltration',
        data: ['contact', 'id-number', 'payment'],
        people: { min: 5000, max: 5000 },
        malice: 'external',
        reached: 'confirmed',
        recipients: [{ who: 'malicious' }],
        restore: 'lost',
        effect: 'serious',
        service: 'vital',
        altered: 'possibly-used',
      },
    ],
  ],
  'case 7: a bank’s site told names, birth dates and tax codes to whoever tried passwords': [
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'vulnerability',
        data: ['contact', 'birth-date', 'id-number', 'credentials'],
        people: { min: 100000, max: 100000 },
        malice: 'external',
        reached: 'confirmed',
        recipients: [{ who: 'malicious', count: { min: 1, max: 1 } }],
        credentialsOpen: 'money-or-sensitive',
        misuse: 'none',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'hacking-or-malware',
        data: ['contact', 'birth-date', 'id-number'],
        people: { min: 100000, max: 100000 },
        malice: 'external',
        recipients: [{ who: 'malicious' }],
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'unauthorised-access',
        data: ['contact', 'birth-date', 'id-number', 'financial'],
        people: { min: 2000, max: 100000 },
        malice: 'external',
        recipients: [{ who: 'unidentified' }],
        controller: 'shows-status',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'hacking-or-malware',
        data: ['contact', 'birth-date', 'account-number', 'credentials'],
        people: { min: 100000, max: 100000 },
        malice: 'external',
        recipients: [{ who: 'malicious' }],
        reached: 'confirmed',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality', 'integrity'],
        how: 'hacking-or-malware',
        data: ['contact', 'birth-date', 'id-number', 'payment'],
        people: { min: 100000, max: 100000 },
        malice: 'external',
        recipients: [{ who: 'malicious' }],
        reached: 'confirmed',
        altered: 'restored',
        hours: { min: 24, max: 24 },
      },
    ],
  ],
  'case 10: encrypted tablets of a day-care centre stolen': [
    [
      'register-only',
      {
        kinds: ['confidentiality'],
        how: 'device-lost-or-stolen',
        data: ['contact', 'birth-date', 'career'],
        people: { min: 30, max: 30 },
        persons: 'children',
        protection: 'intact',
        malice: 'external',
        recipients: [{ who: 'malicious' }],
        restore: 'prompt',
      },
    ],
    [
      'register-only',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'device-lost-or-stolen',
        data: ['contact', 'birth-date', 'behaviour'],
        people: { min: 10, max: 100 },
        persons: 'children',
        protection: 'intact',
        malice: 'external',
        recipients: [{ who: 'unidentified' }],
        restore: 'prompt',
      },
    ],
    [
      'register-only',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'device-lost-or-stolen',
        data: ['contact', 'birth-date', 'career', 'image'],
        people: { min: 40, max: 40 },
        persons: 'children',
        protection: 'intact',
        malice: 'external',
        reached: 'not-reached',
        restore: 'prompt',
        recipients: [{ who: 'malicious', deletion: 'unread' }],
      },
    ],
    [
      'register-only',
      {
        kinds: ['availability'],
        how: 'device-lost-or-stolen',
        data: ['contact', 'birth-date', 'career'],
        people: { min: 40, max: 40 },
        persons: 'children',
        protection: 'intact',
        malice: 'external',
        restore: 'prompt',
      },
    ],
    [
      'register-only',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'device-lost-or-stolen',
        data: ['contact', 'birth-date', 'career', 'special-hint'],
        people: { min: 40, max: 40 },
        persons: 'children',
        service: 'vital',
        protection: 'intact',
        malice: 'external',
        restore: 'prompt',
        recipients: [{ who: 'malicious' }],
        reached: 'not-assessable',
      },
    ],
  ],
  'case 12: the paper log book of an addiction clinic stolen': [
    [
      'tell-people',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'paper-lost-or-stolen',
        data: ['contact', 'special'],
        people: { min: 10, max: 200 },
        persons: 'vulnerable',
        controller: 'shows-sensitive',
        malice: 'external',
        recipients: [{ who: 'unidentified' }],
        restore: 'lost',
        service: 'vital',
        effect: 'serious',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'paper-lost-or-stolen',
        data: ['contact', 'special'],
        people: { min: 50, max: 50 },
        recipients: [{ who: 'unidentified', count: { min: 1, max: 1 } }],
        restore: 'lost',
        malice: 'external',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'paper-lost-or-stolen',
        data: ['contact', 'special', 'secret'],
        people: { min: 50, max: 50 },
        recipients: [{ who: 'malicious' }],
        malice: 'external',
        reached: 'not-assessable',
      },
    ],
    // Whether anybody has it at all is said to be unknown, so it is asked.
    [
      'cannot-tell',
      {
        kinds: ['availability', 'confidentiality'],
        how: 'paper-lost-or-stolen',
        data: ['contact', 'birth-date', 'special'],
        people: { min: 50, max: 50 },
        persons: 'vulnerable',
        recipients: 'unknown',
        restore: 'lost',
        malice: 'external',
        reached: 'likely',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['availability', 'confidentiality'],
        how: 'paper-lost-or-stolen',
        data: ['contact', 'special'],
        people: { min: 1, max: 1 },
        recipients: [{ who: 'unidentified', count: { min: 1, max: 1 } }],
        restore: 'lost',
        malice: 'none',
      },
    ],
  ],
  'case 13: two buyers of shoes got each other’s parcel and bill': [
    [
      'register-only',
      {
        kinds: ['confidentiality'],
        how: 'mix-up',
        data: ['contact', 'contract'],
        people: { min: 2, max: 2 },
        recipients: [{ who: 'mistaken', count: { min: 2, max: 2 } }],
        malice: 'none',
      },
    ],
    [
      'register-only',
      {
        kinds: ['confidentiality'],
        how: 'mix-up',
        data: ['contact', 'behaviour'],
        amount: 'little',
        people: { min: 2, max: 2 },
        recipients: [{ who: 'mistaken', count: { min: 2, max: 2 }, deletion: 'confirmed' }],
        malice: 'none',
      },
    ],
    [
      'register-only',
      {
        kinds: ['confidentiality', 'availability'],
        how: 'sent-by-mistake',
        data: ['contact', 'contract'],
        people: { min: 2, max: 2 },
        recipients: [{ who: 'mistaken', count: { min: 2, max: 2 }, deletion: 'not-confirmed' }],
        malice: 'none',
        restore: 'prompt',
      },
    ],
    // One order is `contract`; whoever writes what people do, without saying that it is little, says more than the case.
    [
      'tell-authority',
      {
        kinds: ['confidentiality'],
        how: 'shown-to-wrong-recipient',
        data: ['contact', 'behaviour'],
        people: { min: 2, max: 2 },
        recipients: [{ who: 'mistaken', count: { min: 2, max: 2 } }],
        malice: 'none',
      },
    ],
    [
      'register-only',
      {
        kinds: ['confidentiality'],
        how: 'mix-up',
        data: ['contact', 'contract'],
        amount: 'little',
        people: { min: 2, max: 2 },
        recipients: [
          { who: 'mistaken', count: { min: 1, max: 1 }, deletion: 'confirmed' },
          { who: 'mistaken', count: { min: 1, max: 1 }, deletion: 'confirmed' },
        ],
      },
    ],
  ],
  'case 16: another policyholder’s letter in the same envelope': [
    [
      'tell-authority',
      {
        kinds: ['confidentiality'],
        how: 'mail-lost-or-opened',
        data: ['contact', 'birth-date', 'contract'],
        people: { min: 1, max: 1 },
        recipients: [{ who: 'mistaken', count: { min: 1, max: 1 } }],
      },
    ],
    [
      'tell-authority',
      {
        kinds: ['confidentiality'],
        how: 'malfunction',
        data: ['contact', 'birth-date', 'contract', 'behaviour'],
        people: { min: 1, max: 1 },
        recipients: [{ who: 'mistaken', count: { min: 1, max: 1 }, deletion: 'not-confirmed' }],
        malice: 'none',
      },
    ],
    [
      'tell-authority',
      {
        kinds: ['confidentiality'],
        how: 'sent-by-mistake',
        data: ['contact', 'birth-date', 'contract', 'financial'],
        people: { min: 1, max: 1 },
        recipients: [{ who: 'mistaken', count: { min: 1, max: 1 }, deletion: 'not-confirmed' }],
        malice: 'none',
      },
    ],
    // Whether it was deleted is said to be unknown, and decides: it is asked.
    [
      'cannot-tell',
      {
        kinds: ['confidentiality'],
        how: 'malfunction',
        data: ['contact', 'birth-date', 'contract'],
        people: { min: 1, max: 1 },
        recipients: [{ who: 'mistaken', count: { min: 1, max: 1 }, deletion: 'unknown' }],
        malice: 'none',
        reached: 'confirmed',
      },
    ],
    [
      'tell-authority',
      {
        kinds: ['confidentiality'],
        how: 'mix-up',
        data: ['contact', 'birth-date', 'contract', 'location'],
        amount: 'some',
        people: { min: 1, max: 1 },
        recipients: [{ who: 'mistaken', count: { min: 1, max: 1 } }],
        malice: 'none',
      },
    ],
    [
      'tell-authority',
      {
        kinds: ['confidentiality'],
        how: 'malfunction',
        data: ['contact', 'birth-date', 'contract'],
        amount: 'little',
        people: { min: 1, max: 1 },
        recipients: [{ who: 'mistaken', count: { min: 1, max: 1 } }],
        malice: 'none',
      },
    ],
  ],
  'case 18: mailboxes of a chain of shops forwarded mail on wages for three months': [
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'hacking-or-malware',
        data: ['contact', 'financial'],
        people: { min: 99, max: 99 },
        malice: 'external',
        reached: 'confirmed',
        recipients: [{ who: 'malicious', count: { min: 1, max: 1 } }],
        hours: { min: 2160, max: 2160 },
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality', 'integrity'],
        how: 'phishing',
        data: ['contact', 'financial', 'career'],
        people: { min: 99, max: 99 },
        malice: 'external',
        recipients: [{ who: 'malicious', count: { min: 1, max: 1 } }],
        hours: { min: 2160, max: 2160 },
        misuse: 'observed',
        altered: 'restored',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'exfiltration',
        data: ['contact', 'financial', 'communications'],
        people: { min: 99, max: 99 },
        malice: 'external',
        recipients: [{ who: 'malicious', count: { min: 1, max: 1 } }],
        hours: { min: 2200, max: 2200 },
        credentialsOpen: 'money-or-sensitive',
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'unauthorised-access',
        data: ['contact', 'financial'],
        amount: 'some',
        people: { min: 99, max: 99 },
        malice: 'external',
        recipients: [{ who: 'malicious' }],
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'unauthorised-access',
        data: ['contact', 'financial', 'career'],
        amount: 'little',
        people: { min: 99, max: 99 },
        malice: 'external',
        recipients: [{ who: 'unidentified' }],
        hours: { min: 2160, max: 2160 },
      },
    ],
    [
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'hacking-or-malware',
        data: ['contact', 'account-number', 'financial'],
        people: { min: 99, max: 99 },
        malice: 'external',
        reached: 'likely',
        recipients: [{ who: 'malicious' }],
        hours: { min: 2160, max: 2160 },
      },
    ],
  ],
};

describe('as a stranger writes the official cases down', () => {
  for (const [name, ways] of Object.entries(WRITTEN))
    it(name, () => {
      for (const [answer, factors] of ways)
        assert.equal(proposed(factors).answer, answer, JSON.stringify(factors));
    });
});

/** From memory of the decisions; what was decided allows these answers. */
describe('decisions of authorities', () => {
  const taken: StatedFactors = {
    kinds: ['confidentiality'],
    malice: 'external',
    recipients: [{ who: 'malicious' }],
  };
  for (const [name, answer, factors] of [
    [
      'AP, Booking.com (2020): bookings of 4,109 guests taken by phone, and guests cheated with them',
      'tell-people',
      {
        ...taken,
        how: 'phishing',
        data: ['contact', 'contract'],
        people: { min: 4109, max: 4109 },
        misuse: 'harmful',
      },
    ],
    [
      'UODO, Morele.net (2019): contact data of 2.2 million buyers taken, and messages sent to cheat them',
      'tell-people',
      {
        ...taken,
        how: 'hacking-or-malware',
        data: ['contact'],
        people: { min: 2_200_000, max: 2_200_000 },
        misuse: 'harmful',
      },
    ],
    [
      'UODO, Toyota Bank (2024): a loan with national number to another customer, who opened it; the authority was to be told',
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'mail-lost-or-opened',
        data: ['contact', 'id-number', 'account-number', 'financial'],
        people: { min: 1, max: 1 },
        recipients: [{ who: 'mistaken', count: { min: 1, max: 1 } }],
      },
    ],
    [
      'UODO, Santander (2022): a former employee kept access to sick notes and national numbers',
      'tell-people',
      {
        kinds: ['confidentiality'],
        how: 'wrong-permissions',
        data: ['contact', 'id-number', 'special'],
        people: { min: 10_000, max: 11_000 },
        malice: 'insider',
        recipients: [{ who: 'malicious', count: { min: 1, max: 1 } }],
      },
    ],
  ] satisfies (readonly [string, Answer, StatedFactors])[])
    it(name, () => assert.equal(proposed(factors).answer, answer));
});

describe('what people came to', () => {
  const lost: StatedFactors = {
    kinds: ['availability'],
    how: 'ransomware',
    data: ['contact', 'contract'],
    people: { min: 20_000, max: 20_000 },
  };
  it('is asked of an outage of more than a day, and ordinarily nothing of a shorter one', () => {
    for (const restore of ['delayed', 'lost'] as const) {
      const { answer, questions } = proposed({ ...lost, restore });
      assert.deepEqual([answer, questions.map(({ factor }) => factor)], ['cannot-tell', ['effect']]);
    }
    assert.equal(proposed({ ...lost, restore: 'prompt' }).answer, 'register-only');
    assert.equal(proposed({ ...lost, restore: 'lost', effect: 'none' }).answer, 'register-only');
  });
  it('use that harms nobody (case 8) is no fraud', () => {
    const used: StatedFactors = {
      kinds: ['confidentiality'],
      how: 'abuse-of-access',
      data: ['contact'],
      malice: 'insider',
      recipients: [{ who: 'malicious' }],
    };
    assert.equal(proposed({ ...used, misuse: 'observed' }).answer, 'tell-authority');
    const { answer, reasons } = proposed({ ...used, misuse: 'harmful' });
    assert.equal(answer, 'tell-people');
    assert.ok(reasons.some(({ text }) => text.startsWith('People came to harm')));
  });
});
