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
import { languageOf, PAGE_WORDS } from './words.ts';

export type Welcome = Readonly<{
  entrance: Entrance;
  /** Throws when the request may not use an entrance. */
  admit: (request: FastifyRequest) => void;
  /** Told of each refusal, for the log. */
  refused: (rawError: unknown, request: FastifyRequest) => void;
  /** Whether the web application is there to go on to. */
  hasWeb: boolean;
}>;

const languageFor = ({ headers }: FastifyRequest) => languageOf(headers['accept-language']);

export function addWelcome(app: FastifyInstance, { entrance, admit, refused, hasWeb }: Welcome): void {
  const shape = shapeOf(entrance);
  app.register((scope, _, done) => {
    takeFormsOnly(scope);
    scope.setErrorHandler((rawError, request, reply) => {
      refused(rawError, request);
      const { status, code, detail, problems } = problemOf(coded(rawError), request.id);
      const own = PAGE_WORDS[languageFor(request)].errors[code];
      const words = [own ?? detail, ...problems.map(({ at, message }) => `${at}: ${message}`)];
      return reply
        .code(status)
        .type(HTML)
        .send(page(request, formOf(request), words));
    });
    scope.get('/welcome', async (request, reply) => {
      const given = new URLSearchParams((request.raw.url ?? '').split('?')[1] ?? '');
      return reply.type(HTML).send(page(request, given, []));
    });
    scope.post('/welcome', { onRequest: async (request) => admit(request) }, async (request, reply) => {
      const filled = filledOf(request);
      delete filled.first;
      const input = readInput(entrance, shape, { path: {}, query: {}, body: filled });
      const { session } = await entrance.run(input, undefined);
      if (session !== 'unchanged') reply.header('set-cookie', cookieOf(session, request.headers.host));
      return reply.type(HTML).send(donePage(request, hasWeb));
    });
    done();
  });
}

function page(request: FastifyRequest, given: URLSearchParams, wrong: readonly string[]): string {
  const language = languageFor(request);
  const words = PAGE_WORDS[language];
  const isFirst = given.has('first');
  const value = (name: string) => escaped(given.get(name) ?? '');
  const who = `<input type="hidden" name="first" value="1">
<label>${words.name} <input name="name" autocomplete="name" required maxlength="200" value="${value('name')}"></label>
<label>${words.email} <input name="email" type="email" autocomplete="username" required value="${value('email')}"></label>`;
  const problems = wrong.map((one) => `<li>${escaped(one)}</li>`).join('');
  return document(
    `Forthright: ${words.welcomeTitle}`,
    `<main class="narrow"><h1>${words.welcomeTitle}</h1>
<p>${isFirst ? words.firstAdministrator : words.choosePassword} ${words.onceOnly}</p>
${problems === '' ? '' : `<ul role="alert">${problems}</ul>`}
<form method="post" action="/welcome"><input type="hidden" name="link" value="${value('link')}">
${isFirst ? who : ''}
<label>${words.newPassword} <input name="password" type="password" autocomplete="new-password" required minlength="12"></label>
<button>${words.setPassword}</button></form></main>`,
    language,
  );
}

function donePage(request: FastifyRequest, hasWeb: boolean): string {
  const language = languageFor(request);
  const words = PAGE_WORDS[language];
  return document(
    `Forthright: ${words.signedIn}`,
    `<main class="narrow"><h1>${words.signedIn}</h1>${hasWeb ? `<p><a href="/">${words.toHome}</a></p>` : ''}
<p><a href="/account">${words.account}</a>: ${words.accountWhy}</p></main>`,
    language,
  );
}
