/** The message files: complete in every language, and used to the last message. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';

const HERE = import.meta.dirname;
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(`${HERE}/${language}.json`, 'utf8'));
const [en, de] = [read('en'), read('de')];
const sources = globSync('../**/*.{ts,tsx}', { cwd: HERE })
  .filter((name) => !name.endsWith('.test.ts') && !name.endsWith('.gen.ts'))
  .map((name) => ({ name, text: readFileSync(`${HERE}/${name}`, 'utf8') }));

/** The names of the values that a message takes. */
function valuesOf(elements: readonly MessageFormatElement[]): string[] {
  const names = elements.flatMap((one): string[] => {
    if (one.type === TYPE.literal || one.type === TYPE.pound) return [];
    const inner = 'options' in one ? Object.values(one.options).flatMap(({ value }) => valuesOf(value)) : [];
    return [one.value, ...inner];
  });
  return [...new Set(names)].sort();
}

test('every message is there in English and in German, with the same values', () => {
  assert.deepEqual(Object.keys(de), Object.keys(en));
  for (const [key, text] of Object.entries(en)) {
    assert.deepEqual(valuesOf(parse(de[key] ?? '')), valuesOf(parse(text)), key);
    assert.notEqual(de[key]?.trim(), '', key);
  }
});

test('a German message is another than the English one, but where the word is the same', () => {
  const same = Object.keys(en).filter((key) => en[key] === de[key]);
  const SAME = [
    'shell.name',
    'language.en',
    'language.de',
    'field.name',
    'bars.name',
    'evidence.version',
    'register.name',
    'notify.finding',
    'views.which.person',
    'compare.arrow',
    'compare.part',
    'recipient.name',
    'concerned.name',
    'inbox.person',
    'account.code',
    'account.passkeys',
    'webhook.name',
  ];
  assert.deepEqual(
    same.filter((key) => !SAME.includes(key)),
    [],
  );
});

test('no message is there that nobody uses', () => {
  const all = sources.map(({ text }) => text).join('\n');
  const groups = new Set([...all.matchAll(/(?:named\(\s*|group: )'([\w-]+)'/g)].map(([, group]) => group));
  const begun = [...all.matchAll(/t\(`([\w.-]+)\$\{/g)].map(([, start = '']) => start);
  const unused = Object.keys(en).filter(
    (key) =>
      !all.includes(`'${key}'`) &&
      !groups.has(key.split('.')[0]) &&
      !begun.some((start) => start !== '' && key.startsWith(start)),
  );
  assert.deepEqual(unused, []);
});

test('no words stand in attributes that people read or hear', () => {
  const ATTRIBUTES =
    /\b(?:aria-label|aria-description|title|placeholder|alt|label|help|caption|words|asks)="[^"]*\p{L}[^"]*"/gu;
  const found = sources.flatMap(({ name, text }) =>
    [...text.matchAll(ATTRIBUTES)].map(([one]) => `${name}: ${one}`),
  );
  assert.deepEqual(found, []);
});
