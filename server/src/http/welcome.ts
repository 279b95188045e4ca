/**
 * The page behind a one-time link, for people: a form without script. To open it changes nothing, since programs that
 * look through mail open every link; what it sends is the entrance `accept-link`.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Entrance } from '../people/index.ts';
import { cookieOf } from './cookies.ts';
import { filledOf, formOf, HTML, takeFormsOnly } from './forms.ts';
import { readInput, shapeOf } from './input.ts';
import { document, escaped } from './page.ts';
import { coded, problemOf } from './problem.ts';

export type Welcome = Readonly<{
  entrance: Entrance;
  /** Throws when the request may not use an entrance. */
  admit: (request: FastifyRequest) => void;
  /** Told of each refusal, for the log. */
  refused: (rawError: unknown, request: FastifyRequest) => void;
}>;

export function addWelcome(app: FastifyInstance, { entrance, admit, refused }: Welcome): void {
  const shape = shapeOf(entrance);
  app.register((scope, _, done) => {
    takeFormsOnly(scope);
    scope.setErrorHandler((rawError, request, reply) => {
      refused(rawError, request);
      const { status, detail, problems } = problemOf(coded(rawError), request.id);
      const words = [detail, ...problems.map(({ at, message }) => `${at}: ${message}`)];
      const sent = formOf(request);
      return reply.code(status).type(HTML).send(page(sent, words));
    });
    scope.get('/welcome', async (request, reply) => {
      const given = new URLSearchParams((request.raw.url ?? '').split('?')[1] ?? '');
      return reply.type(HTML).send(page(given, []));
    });
    scope.post('/welcome', { onRequest: async (request) => admit(request) }, async (request, reply) => {
      const filled = filledOf(request);
      delete filled.first;
      const input = readInput(entrance, shape, { path: {}, query: {}, body: filled });
      const { session } = await entrance.run(input, undefined);
      if (session !== 'unchanged') reply.header('set-cookie', cookieOf(session, request.headers.host));
      return reply.type(HTML).send(donePage());
    });
    done();
  });
}

function page(given: URLSearchParams, wrong: readonly string[]): string {
  const isFirst = given.has('first');
  const value = (name: string) => escaped(given.get(name) ?? '');
  const who = `<input type="hidden" name="first" value="1">
<label>Your name <input name="name" autocomplete="name" required maxlength="200" value="${value('name')}"></label>
<label>Your e-mail address <input name="email" type="email" autocomplete="username" required value="${value('email')}"></label>`;
  const problems = wrong.map((words) => `<li>${escaped(words)}</li>`).join('');
  return document(
    'Forthright: welcome',
    `<main class="narrow"><h1>Welcome to Forthright</h1>
<p>${isFirst ? 'You will be its first administrator.' : 'Choose a password for your account.'} This link works once.</p>
${problems === '' ? '' : `<ul role="alert">${problems}</ul>`}
<form method="post" action="/welcome"><input type="hidden" name="link" value="${value('link')}">
${isFirst ? who : ''}
<label>A new password, of twelve characters or more <input name="password" type="password" autocomplete="new-password" required minlength="12"></label>
<button>Set the password and sign in</button></form></main>`,
  );
}

const donePage = (): string =>
  document(
    'Forthright: welcome',
    `<main class="narrow"><h1>You are signed in</h1><p><a href="/account">Your account</a>: make a passkey for it, so that you need no password.</p></main>`,
  );
