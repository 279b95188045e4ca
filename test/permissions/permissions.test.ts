import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { ROLES } from '@forthright/contract';
import { Validator } from '@seriousme/openapi-schema-validator';
import { askEverything, type Found, permissionsPage } from './matrix.ts';

let found: Found;
before(async () => {
  found = await askEverything();
});

test('whatever the server describes was asked, and it describes itself by valid OpenAPI', async () => {
  const { paths } = found.openApi;
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const asked = found.rows.map(({ operation: { method, path } }) => `${method} /api${path}`);
  assert.deepEqual(described.sort(), [...asked, ...found.entrances].sort());
  const result = await new Validator().validate(structuredClone(found.openApi));
  assert.ok(result.valid, JSON.stringify(result.errors));
});

test('each role may ask what the operation says, and nothing else', () => {
  assert.ok(found.rows.length >= 14);
  for (const { operation, roles } of found.rows)
    for (const role of ROLES) {
      const may = operation.may.length === 0 || operation.may.includes(role);
      assert.equal(roles[role], may ? 'may' : 'may not', `${operation.name} as ${role}`);
    }
});

test('nobody, an expired token and a session that is none get nowhere', () => {
  for (const { operation, nobody, expiredToken, wrongSession } of found.rows) {
    assert.equal(nobody, 'not-signed-in', operation.name);
    assert.equal(expiredToken, 'token-expired', operation.name);
    assert.equal(wrongSession, 'session-expired', operation.name);
  }
});

test('what would outlive a stolen token is not done with one', () => {
  const asksForAPerson = found.rows
    .filter(({ needsSession }) => needsSession)
    .map(({ operation }) => operation.name);
  const others = ['invite-person', 'set-roles', 'reset-sign-in', 'erase-person'];
  const lasting = [...others, 'make-token', 'change-password'];
  const factors = ['begin-second-factor', 'confirm-second-factor', 'remove-second-factor'];
  // `add-passkey` asks too, but only of what an authenticator made; its own test says so.
  const passkeys = ['begin-passkey', 'remove-passkey'];
  const handOvers = ['ask-hand-over', 'confirm-hand-over'];
  assert.deepEqual(asksForAPerson, [
    ...lasting,
    ...factors,
    ...passkeys,
    ...handOvers,
    'add-webhook',
    'resume-webhooks',
  ]);
});

test('docs/permissions.md says what was found', async () => {
  const page = await readFile(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
  assert.equal(page, permissionsPage(found), 'run: node test/permissions/write.ts');
});
