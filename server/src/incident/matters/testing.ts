/** For tests: an input of each operation on what follows a breach, but for the incident; and tables as docs show them. */
import { newId } from '@forthright/contract';

const AT = '2026-11-22T09:00:00+01:00';
export const PROOF = { sha256: 'ab'.repeat(32), bytes: 4, name: 'letter.pdf', origin: 'By post.' };
export const LETTER = {
  from: 'Marlow Market, Data Protection Office',
  data: ['name', 'e-mail address'],
  confirmBy: '2099-01-01T09:00:00+01:00',
  confirmTo: 'privacy@marlow.example',
};

const recipient = newId('rcp');
const inquiry = newId('inq');
const concerned = newId('con');
const delay = newId('dly');
const ban = newId('ban');
const item = newId('itm');

export const AFTERWARDS_INPUTS: Readonly<Record<string, object>> = {
  'add-recipient': { class: 'customer', reach: 'ada@people.example' },
  'list-recipients': {},
  'write-recipient-letter': { recipient, ...LETTER },
  'hand-over-recipient-letter': { recipient, at: AT, by: 'post' },
  'record-undertaking': {
    recipient,
    answer: 'deleted',
    at: AT,
    confirmedBy: 'Ada',
    words: 'Gone.',
    inWriting: false,
  },
  'give-up-recipient': { recipient, reason: 'Gone.' },
  'add-inquiry': {
    authority: 'CNPD',
    reference: 'CNPD/2025/77',
    received: { at: '2025-11-20T12:00:00+01:00', zone: 'Europe/Luxembourg' },
    deadline: '2099-01-01T09:00:00+01:00',
    questions: ['How many people?', 'Who did it?'],
  },
  'list-inquiries': {},
  'answer-inquiry-question': { inquiry, question: 1, outcome: 'answered', text: 'Two.' },
  'move-inquiry-deadline': {
    inquiry,
    deadline: '2099-02-01T09:00:00+01:00',
    agreedBy: 'Ms Weber',
    reason: 'Asked for.',
  },
  'add-inbox-item': {
    kind: 'access',
    received: { at: '2025-11-20T12:00:00+01:00', zone: 'Europe/Luxembourg' },
    name: 'Ada Lane',
    contact: 'ada@people.example',
    text: 'What do you know of me?',
  },
  'assign-inbox-item': { item, to: 'usr_bo' },
  'answer-inbox-item': { item, at: AT, text: 'Here is your copy.' },
  'extend-inbox-item': { item, informedAt: '2025-11-21T12:00:00+01:00', reason: 'Many requests.' },
  'close-inbox-item': { item, reason: 'Withdrawn.' },
  'erase-person-texts': { person: 'per_1' },
  'add-seller-ban': {
    seller: 'Quick Lamps',
    reach: '1 Side Street',
    from: 'Marlow Market, Marketplace Integrity',
    found: 'Addresses of customers were bought from an employee.',
    rule: 'Marketplace terms, 7.2',
    asked: 'Delete the addresses.',
    banFrom: '2025-11-20T12:00:00+01:00',
    appealTo: 'appeals@marlow.example',
    appealBy: '2026-05-20T12:00:00+01:00',
    owner: 'usr_bo',
    due: '2025-12-20T12:00:00+01:00',
  },
  'list-seller-bans': {},
  'hand-over-seller-letter': { ban, at: AT, by: 'post' },
  'carry-out-seller-ban': { ban, at: AT, text: 'Closed.' },
  'record-seller-appeal': { ban, at: AT, text: 'It was our cousin.', due: '2027-01-20T12:00:00Z' },
  'decide-seller-ban': { ban, outcome: 'withdrawn', reason: 'Another seller.' },
  'add-delay': {
    agency: 'Cantonal police',
    reference: 'POL-7',
    askedAt: '2025-11-20T12:00:00+01:00',
    form: 'written',
    from: '2025-11-20T12:00:00+01:00',
    until: '2099-11-20T12:00:00+01:00',
    reason: 'It would warn the buyer.',
    proof: PROOF,
  },
  'list-delays': {},
  'confirm-delay': { delay, at: AT, proof: PROOF },
  'prolong-delay': { delay, until: '2099-12-20T12:00:00+01:00', reason: 'More.', proof: PROOF },
  'end-delay': { delay, at: AT, text: 'Lifted.' },
  'add-person': { name: 'Ada Lane' },
  'list-concerned': {},
  'tell-person': { concerned, how: 'phone', at: AT },
  'excuse-person': { concerned, reason: 'Unknown address.' },
  'finish-inquiry': { inquiry, outcome: 'excused', at: AT, text: 'Withdrawn.' },
};

/** A table of moves as docs/afterwards.md shows it. */
export function rowsOfMoves(
  moves: Readonly<Record<string, Readonly<Record<string, Readonly<{ to: string } | { no: string }>>>>>,
): string[] {
  const states = Object.keys(moves);
  const acts = Object.keys(moves[states[0] ?? ''] ?? {});
  return [
    `| act | ${states.join(' | ')} |`,
    `|---|${'---|'.repeat(states.length)}`,
    ...acts.map((act) => {
      const cells = states.map((state) => {
        const move = moves[state]?.[act];
        return move === undefined ? '' : 'to' in move ? `→ ${move.to}` : `no: ${move.no}`;
      });
      return `| \`${act}\` | ${cells.join(' | ')} |`;
    }),
  ];
}
