/** Restricted incidents are never left to nobody, through the HTTP door, on both engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onBothEngines, SECOND_OFFICER } from '../../../../test/peers/house.ts';
import { type As, PASSWORD } from '../../http/testing.ts';

onBothEngines('hand-overs', (house) => {
  const session = async (who: string): Promise<As & { id: string }> => {
    const given = { email: `${who}@marlow.example`, password: PASSWORD };
    const { cookie, body } = await house().world.ask('POST', '/api/sign-in', {}, given);
    assert.ok(cookie, JSON.stringify(body));
    const me = await house().world.ask('GET', '/api/me', { cookie });
    return { cookie, id: (me.body.person as { id: string }).id };
  };
  const ask = async (as: As, method: string, url: string, payload?: object) => {
    const { status, body } = await house().world.ask(method, `/api${url}`, as, payload);
    return status === 200 ? body : `${body.code}: ${body.detail}`;
  };

  test('the last privacy officer of a restricted incident is neither erased nor shut out until another is named', async () => {
    const [root, last, other] = [
      await session('root'),
      await session('privacy-officer'),
      await session(SECOND_OFFICER),
    ];
    const reader = await session('auditor');
    const incident = await house().incident();
    const restrict = (people: string[]) =>
      ask(last, 'PUT', `${incident}/people`, { people, reason: 'An insider.' });
    await restrict([last.id, reader.id]);
    const setRoles = (roles: string[]) => ask(root, 'PUT', `/people/${last.id}/roles`, { roles });
    const erase = () => ask(root, 'POST', `/people/${last.id}/erase`, { reason: 'left' });
    for (const refusal of [await setRoles([]), await setRoles(['auditor']), await erase()]) {
      assert.match(String(refusal), /^last-officer: /);
      assert.doesNotMatch(String(refusal), /inc_/, 'which incident is not for administrators to know');
    }
    assert.notEqual(typeof (await setRoles(['privacy-officer', 'approver'])), 'string');
    await restrict([last.id, other.id]);
    assert.notEqual(typeof (await setRoles(['approver'])), 'string', 'another is named');
    assert.match(
      String(await ask(root, 'POST', `/people/${other.id}/erase`, { reason: 'left' })),
      /^last-officer/,
    );
    await setRoles(['privacy-officer']);
  });

  test('who is gone is followed by an officer whom two people name, who need not see anything', async () => {
    const [root, gone, heir] = [
      await session('root'),
      await session('privacy-officer'),
      await session(SECOND_OFFICER),
    ];
    const approver = await session('approver');
    const [alone, shared] = [await house().incident(), await house().incident()];
    await ask(gone, 'PUT', `${alone}/people`, { people: [gone.id], reason: 'An insider.' });
    await ask(gone, 'PUT', `${shared}/people`, { people: [gone.id, heir.id], reason: 'Another.' });
    const asking = (as: As, given: object = {}) =>
      ask(as, 'POST', '/hand-overs', { from: gone.id, to: heir.id, reason: 'Left.', ...given });
    const confirm = (as: As, id: unknown) =>
      ask(as, 'POST', `/hand-overs/${id}/confirm`, { reason: 'So it is.' });
    assert.match(String(await asking(approver)), /^not-permitted/);
    assert.match(String(await asking(root, { to: root.id })), /^hand-over-refused: .*themselves/);
    assert.match(String(await asking(root, { to: approver.id })), /^hand-over-refused: .*no privacy officer/);
    const { id, ...answer } = (await asking(root)) as Record<string, unknown>;
    assert.match(String(await confirm(root, id)), /^hand-over-refused: .*yourself/);
    assert.match(String(await confirm(gone, id)), /^hand-over-refused: .*your own/);
    assert.match(String(await confirm(approver, `hov_${'0'.repeat(32)}`)), /^hand-over-not-found/);
    assert.match(String(await ask(heir, 'GET', alone)), /^incident-not-found/);
    const confirmed = await confirm(approver, id);
    assert.deepEqual(Object.keys(confirmed as object).sort(), ['id', ...Object.keys(answer)].sort());
    assert.match(String(await confirm(approver, id)), /^hand-over-refused: .*confirmed/);
    const shown = (await ask(heir, 'GET', alone)) as { restrictedTo: string[]; timeline: { kind: string }[] };
    assert.deepEqual(shown.restrictedTo, [gone.id, heir.id].sort());
    assert.equal(shown.timeline.at(-1)?.kind, 'incident-handed-over', 'whoever is named there sees it');
    const untouched = (await ask(heir, 'GET', shared)) as typeof shown;
    assert.equal(untouched.timeline.at(-1)?.kind, 'incident-restricted');
    assert.match(
      String(await ask(approver, 'GET', alone)),
      /^incident-not-found/,
      'who confirms sees nothing',
    );
    assert.notEqual(
      typeof (await ask(root, 'POST', `/people/${gone.id}/erase`, { reason: 'left' })),
      'string',
    );
    const { handOvers } = (await ask(approver, 'GET', '/hand-overs')) as { handOvers: { state: string }[] };
    assert.equal(handOvers[0]?.state, 'confirmed');
  });

  test('what nobody confirms in 72 hours has lapsed', async () => {
    const [root, heir] = [await session('root'), await session(SECOND_OFFICER)];
    const given = { from: 'usr_gone', to: heir.id, reason: 'Left.' };
    const { id } = (await ask(root, 'POST', '/hand-overs', given)) as { id: string };
    house().world.pass(72);
    const late = await ask(await session('approver'), 'POST', `/hand-overs/${id}/confirm`, { reason: 'x' });
    assert.match(String(late), /^hand-over-refused: .*lapsed/);
  });
});
