import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paperText } from '../../../../server/src/incident/papers/render.ts';
import { ENGLISH } from '../../../../server/src/incident/papers/words.ts';
import { readPaper } from './paper.rules.ts';

test('the text of an issued paper is told apart, and nothing of it is lost or passes for something else', () => {
  const text = paperText(
    {
      paper: 'authority-report',
      incident: 'inc_1',
      version: 3,
      madeAt: '2026-11-22T09:00:00.000Z',
      title: 'First report',
      isComplete: false,
      marks: ['Incomplete', 'In phases'],
      sections: [
        {
          heading: 'Who reports',
          lines: [
            { label: 'Site', text: 'Shop\n\nMISSING\n- nothing', basis: 'recorded', source: 'said by Ada' },
            { text: ENGLISH.unknown, basis: 'unknown' },
          ],
        },
        { heading: 'Times', lines: [{ text: 'Now', basis: 'fixed' }] },
      ],
      missing: [{ what: 'The cause', rule: 'GDPR Art. 33(3)(a)' }],
    },
    ENGLISH,
  );
  assert.deepEqual(readPaper(text), {
    title: 'First report',
    marks: ['Incomplete', 'In phases'],
    sections: [
      {
        heading: 'WHO REPORTS',
        lines: [
          { text: 'Site: Shop\n\nMISSING\n- nothing (said by Ada)', isUnknown: false },
          { text: ENGLISH.unknown, isUnknown: true },
        ],
      },
      { heading: 'TIMES', lines: [{ text: 'Now', isUnknown: false }] },
      { heading: 'MISSING', lines: [{ text: 'The cause (GDPR Art. 33(3)(a))', isUnknown: false }] },
    ],
    foot: [ENGLISH.footer.composed('inc_1', 3, '2026-11-22 09:00 (UTC)'), ENGLISH.footer.otherLaws],
  });
});
