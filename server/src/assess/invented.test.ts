/**
 * Cases of shops that no authority has published. What we expected, in the manner of EDPB Guidelines 9/2022 and 01/2021, was
 * written down before the rules were asked, and no rule was changed after it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, StatedFactors } from '@forthright/contract';
import { proposed } from './testing.ts';

const n = (min: number, max = min) => ({ min, max });
const DISCLOSED: Pick<StatedFactors, 'kinds'> = { kinds: ['confidentiality'] };

const INVENTED: readonly (readonly [string, StatedFactors, readonly Answer[]])[] = [
  [
    'for an hour a shared cache showed 120 customers’ account pages, orders among it, to as many others',
    {
      ...DISCLOSED,
      how: 'shown-to-wrong-recipient',
      data: ['contact', 'behaviour'],
      people: n(120),
      hours: n(1),
      recipients: [{ who: 'mistaken', count: n(100, 200) }],
    },
    ['tell-authority'],
  ],
  [
    'one customer’s invoice went to another, who confirmed in writing that it was destroyed',
    {
      ...DISCLOSED,
      how: 'mail-lost-or-opened',
      data: ['contact', 'contract'],
      people: n(1),
      recipients: [{ who: 'mistaken', count: n(1), deletion: 'confirmed' }],
    },
    ['register-only'],
  ],
  [
    'a mailing to 800 customers with everybody in Cc',
    {
      ...DISCLOSED,
      how: 'open-distribution-list',
      data: ['contact'],
      people: n(800),
      recipients: [{ who: 'mistaken', count: n(800) }],
    },
    ['tell-authority'],
  ],
  [
    'the same, by a shop for adults',
    {
      ...DISCLOSED,
      how: 'open-distribution-list',
      data: ['contact'],
      people: n(800),
      controller: 'shows-sensitive',
      recipients: [{ who: 'mistaken', count: n(800) }],
    },
    ['tell-people'],
  ],
  [
    'passwords stolen elsewhere opened 2,500 accounts, with addresses, orders and shortened card numbers',
    {
      ...DISCLOSED,
      how: 'unauthorised-access',
      data: ['contact', 'behaviour', 'account-number', 'credentials'],
      people: n(2500),
      malice: 'external',
      recipients: [{ who: 'malicious' }],
    },
    ['tell-people'],
  ],
  [
    'a stolen notebook with orders of 5,000 customers, wholly encrypted, its key safe, with a copy',
    {
      kinds: ['confidentiality', 'availability'],
      how: 'device-lost-or-stolen',
      data: ['contact', 'behaviour'],
      people: n(5000),
      protection: 'intact',
      recipients: [{ who: 'malicious' }],
      restore: 'prompt',
    },
    ['register-only'],
  ],
  [
    'somebody at the support desk looked up the new address of a person who hides from them',
    {
      ...DISCLOSED,
      how: 'abuse-of-access',
      data: ['contact', 'behaviour'],
      people: n(1),
      persons: 'protected',
      malice: 'insider',
      recipients: [{ who: 'malicious' }],
    },
    ['tell-people'],
  ],
  [
    'addresses and strongly hashed passwords of 40,000 customers were taken',
    {
      ...DISCLOSED,
      how: 'exfiltration',
      data: ['contact', 'credentials'],
      credentialsStored: 'strong-hash',
      people: n(40_000),
      malice: 'external',
      recipients: [{ who: 'malicious' }],
    },
    ['tell-authority', 'tell-people'],
  ],
  [
    'names and dates of birth of 3,000 members lay open for half a year, without logs',
    {
      ...DISCLOSED,
      how: 'misconfiguration',
      data: ['contact', 'birth-date'],
      people: n(3000),
      hours: n(4400),
      reached: 'not-assessable',
      recipients: [{ who: 'public' }],
    },
    ['tell-authority', 'tell-people'],
  ],
  [
    'wish lists of 200 children, with their names, were found by search engines',
    {
      ...DISCLOSED,
      how: 'published',
      data: ['contact', 'behaviour'],
      persons: 'children',
      people: n(200),
      recipients: [{ who: 'public' }],
    },
    ['tell-authority', 'tell-people'],
  ],
];

for (const [facts, factors, expected] of INVENTED)
  test(`invented: ${facts}`, () => {
    const { answer } = proposed(factors);
    assert.ok(expected.includes(answer as Answer), `${answer}, and not ${expected.join(' or ')}`);
  });
