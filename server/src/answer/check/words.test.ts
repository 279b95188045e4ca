import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownLanguages } from '../../notify/index.ts';
import { phrasesOf } from '../truth.ts';
import { marksIn } from './foreign.ts';
import { phrasesIn, wordsOf } from './words.ts';

const phrases = phrasesOf(await ownLanguages());
const searched = (text: string): number => {
  const all = ` ${wordsOf(text)
    .words.map((word) => word.text)
    .join(' ')} `;
  return phrases.filter((phrase) => all.includes(phrase)).length;
};

test('sentences of ours are found wherever they stand, in every language, and no part of one is', () => {
  assert.ok(phrases.length > 100);
  for (const [n, phrase] of phrases.entries()) {
    const [one, other] = [phrase.trim(), (phrases[(n + 7) % phrases.length] ?? '').trim()];
    for (const text of [
      `Hello. ${one}\n> ${other} Bye`,
      one.slice(0, -1),
      one.replace(' ', ' not '),
      `x${one}`,
    ])
      assert.equal(phrasesIn(wordsOf(text).words, phrases), searched(text), text);
  }
});

test('a message filled with invisible letters costs no more than one filled with words', () => {
  // A search for each phrase took some ten seconds for 2.4 MB of them.
  for (const filling of [
    '\u200b'.repeat(4_000_000),
    '\u200b \u2020 '.repeat(1_000_000),
    'word '.repeat(800_000),
  ]) {
    const begun = performance.now();
    assert.equal(phrasesIn(wordsOf(`We are sorry. ${filling}`).words, phrases), 0);
    assert.ok(performance.now() - begun < 5000, `${performance.now() - begun} ms`);
  }
});

test('what is hidden in a text is told once for each character, however often it stands there', () => {
  const begun = performance.now();
  assert.deepEqual(marksIn(`a${'\u200b'.repeat(19_000)}b\u00ad`), [
    { is: 'hidden', text: 'U+200B' },
    { is: 'hidden', text: 'U+00AD' },
  ]);
  assert.ok(performance.now() - begun < 1000);
});
