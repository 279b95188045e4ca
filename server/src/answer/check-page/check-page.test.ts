import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { markedText } from './marks.ts';
import { MODULE_FOLDER, MODULE_NAMES, strippedModules } from './modules.ts';
import { checkPage, resultPage } from './page.ts';
import { checkLanguages } from './texts.ts';

test('what the page runs is what the server runs, without its types', async () => {
  const made = await strippedModules();
  assert.deepEqual([...made.keys()], MODULE_NAMES);
  for (const [name, content] of made)
    assert.equal(
      await readFile(new URL(name, MODULE_FOLDER), 'utf8'),
      content,
      'run: node server/src/answer/check-page/modules.ts',
    );
});

test('each piece that is not ours is marked, the longest first; what stands nowhere is told beside', () => {
  const text = 'Pay 20 EUR to https://evil.example/20, or https://evil.example';
  const marks = [
    { is: 'link', text: 'https://evil.example' },
    { is: 'link', text: 'https://evil.example/20' },
    { is: 'money', text: '20 EUR' },
    { is: 'hidden', text: 'U+200B' },
  ];
  const { pieces, rest } = markedText(text, marks);
  assert.equal(pieces.map((piece) => piece.text).join(''), text);
  assert.deepEqual(
    pieces.filter(({ is }) => is !== undefined).map((piece) => piece.text),
    ['20 EUR', 'https://evil.example/20', 'https://evil.example'],
  );
  assert.deepEqual(rest, [marks[3]]);
  assert.deepEqual(markedText('', marks).pieces, []);
});

test('nothing of a message becomes markup, in no language', async () => {
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(1)>';
  for (const [code, language] of await checkLanguages()) {
    const page = { language, organisation: evil, languages: [code], words: { skip: evil, languages: evil } };
    const difference = {
      where: 'text' as const,
      ours: evil,
      theirs: evil,
      marks: [{ is: 'link' as const, text: '<img src=x' }],
    };
    const answer = {
      verdict: 'based-on-ours-changed' as const,
      reasons: [{ is: 'text-changed' as const, says: evil }],
      next: evil,
      differences: [difference],
    };
    for (const html of [checkPage(page), resultPage(page, { kind: 'message', answer }, '/x/')]) {
      assert.doesNotMatch(html, /<script>|<img/);
      assert.ok((html.match(/<script/g) ?? []).length <= 2);
    }
  }
});
