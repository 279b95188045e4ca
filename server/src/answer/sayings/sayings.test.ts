import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodeAnswer, TOLD, VERDICTS } from '@forthright/contract';
import { ownLanguages } from '../../notify/index.ts';
import { languageIn } from './guess.ts';
import { readSayings } from './index.ts';

test('there is a sentence for whatever can be answered, in each language of notices, and none calls a message delivered or read', async () => {
  const sayings = await readSayings();
  assert.deepEqual([...sayings.languages].sort(), [...(await ownLanguages()).keys()].sort());
  for (const language of sayings.languages) {
    const say = sayings.in(language);
    const facts = { date: new Date('2025-11-20T14:00:00Z'), subject: 'S', name: 'N', from: 'F' };
    const all = [
      ...VERDICTS.flatMap((verdict) => [`verdict.${verdict}`, `next.${verdict}`]),
      ...[...CodeAnswer.shape.is.options, 'code-of-another-address', 'address-needed'].map(
        (is) => `code.${is}`,
      ),
      ...TOLD.map((told) => `told.${told}`),
    ].map((saying) => say(saying, facts));
    assert.ok(
      all.every((text) => !/[{}]/.test(text)),
      language,
    );
    assert.match(say('told.accepted', facts), /20/, language);
  }
  assert.equal(sayings.nearest('pt-BR'), 'pt');
  assert.equal(sayings.nearest('tlh'), 'en');
});

test('the language of a notice, of a question and of a phishing mail is told; of a few letters it is not', async () => {
  for (const [language, { messages }] of await ownLanguages())
    assert.equal(languageIn(Object.values(messages).join('\n')), language);
  assert.equal(
    languageIn(
      'Sehr geehrter Kunde, wir haben Ihr Konto gesperrt. Klicken Sie auf den Link und bestätigen Sie es.',
    ),
    'de',
  );
  assert.equal(
    languageIn(
      'Estimado cliente, su cuenta no está activa. Pulse en el enlace para que la podamos abrir de nuevo.',
    ),
    'es',
  );
  assert.equal(languageIn('http://x.example 12345'), undefined);
});

test('a sentence that there is not, and a fact that is not given, are mistakes of ours', async () => {
  const say = (await readSayings()).in('en');
  assert.throws(() => say('told.read'));
  assert.throws(() => say('told.accepted'));
});
