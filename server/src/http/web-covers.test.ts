/** Everything that the API offers to a person is offered by a page, or stands here with the reason why not. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openApi } from '../serve.ts';

const WEB = fileURLToPath(new URL('../../../web/src/', import.meta.url));

/** Why no page of the application asks for it. */
const WITHOUT_PAGE: Readonly<Record<string, string>> = {
  // Pages that the server writes, which work without script.
  'sign-in': 'the sign-in page',
  'accept-link': 'the page of a one-time link',
  'begin-passkey-sign-in': 'the sign-in page',
  'sign-in-with-passkey': 'the sign-in page',
  'check-code': 'the public page',
  'check-message': 'the public page on which messages are checked, and the desk',
  'show-my-notice': 'the public page',
  'was-i-affected': 'the public page',
  'report-mail': 'the public page on which mails are reported',
  // For programs.
  'list-customer-notices': 'apps of the organisation, which ask for a customer who is signed in there',
  'list-jobs': 'each job is shown where it was asked for',
  'show-job': 'each job is shown where it was asked for',
  'add-evidence': 'registers the hash alone; pages hand the file in, or name its hash as the proof of a step',
  // The same in another form.
  'list-history': 'the register, filtered to entries of no incident',
};

type Method = Readonly<{ operationId: string }>;
type Document = Readonly<{ paths: Readonly<Record<string, Readonly<Record<string, Method>>>> }>;

test('every operation is used by a page, or has no page for a reason', async () => {
  const text = globSync('**/*.{ts,tsx}', { cwd: WEB })
    .filter((name) => !/\.gen\.ts$|\.test\.ts$/.test(name))
    .map((name) => readFileSync(`${WEB}${name}`, 'utf8'))
    .join('\n');
  const { paths } = (await openApi('0.1.0')) as Document;
  const CALL = /\bapi\s*\.(GET|POST|PUT|PATCH|DELETE)\(\s*[`'"]([^`'"]+)/g;
  const asked = new Set([...text.matchAll(CALL)].map(([, method, path]) => `${method} ${path}`));
  // What links lead to, what streams, and what several buttons share.
  const others = [...text.replaceAll(CALL, '').matchAll(/[`'"](\/api\/[^`'"?\s]+)/g)].map(([, path = '']) =>
    path.replaceAll(/\$\{[^}]*\}|\{[^}]*\}/g, '*'),
  );
  const isAsked = (method: string, path: string): boolean =>
    asked.has(`${method.toUpperCase()} ${path}`) || others.includes(path.replaceAll(/\{[^}]*\}/g, '*'));
  const without = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId }]) =>
      isAsked(method, path) ? [] : [operationId],
    ),
  );
  assert.deepEqual(without.sort(), Object.keys(WITHOUT_PAGE).sort());
});
