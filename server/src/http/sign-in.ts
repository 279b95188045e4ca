/**
 * Signing in, for people: a form that needs no script, the company's identity provider, and a passkey, for which browsers
 * need one. What they send are the entrances and operations that programs use, too.
 */
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Entrance, People } from '../people/index.ts';
import { cookieOf, credentialsOf, originOf, ticketCookie, ticketOf } from './cookies.ts';
import { filledOf, formOf, HTML, takeFormsOnly } from './forms.ts';
import { readInput, shapeOf } from './input.ts';
import { document, escaped } from './page.ts';
import { coded, problemOf } from './problem.ts';
import { type Language, languageOf, PAGE_WORDS } from './words.ts';

export type SignInPages = Readonly<{
  people: People;
  /** Throws when the request may not use an entrance. */
  admit: (request: FastifyRequest) => void;
  /** Counts the request as one at an entrance, wherever it comes from: a browser that the provider sends back says no origin. */
  count: (request: FastifyRequest) => void;
  /** Told of each refusal, for the log. */
  refused: (rawError: unknown, request: FastifyRequest) => void;
  /** Whether the web application is there, which is where who signs in wants to be. */
  hasWeb: boolean;
}>;

const SCRIPT = readFileSync(new URL('./sign-in.script.js', import.meta.url), 'utf8');

export const SIGN_IN_PATHS = {
  GET: ['/sign-in', '/sign-in.js', '/sign-in/company/back', '/account'],
  POST: ['/sign-in', '/sign-in/company', '/sign-out'],
} as const;
const BACK = '/sign-in/company/back';

/** A view of the web application to go back to: an address of ours, never of another server. */
const viewOf = (raw: string | null): string | undefined =>
  raw !== null && /^\/(?![/\\])[\w\-./?=&%~:,]{0,500}$/.test(raw) ? raw : undefined;

const languageFor = ({ headers }: FastifyRequest): Language => languageOf(headers['accept-language']);

/** With our script, and with forms that lead to ourselves and to `also`. */
const policy = (also = ''): string =>
  `default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'${also === '' ? '' : ` ${also}`}; base-uri 'none'; frame-ancestors 'none'`;

function show(reply: FastifyReply, page: string, also?: string): FastifyReply {
  return reply.header('content-security-policy', policy(also)).type(HTML).send(page);
}

export function addSignIn(app: FastifyInstance, pages: SignInPages): void {
  const { people, admit, count, refused, hasWeb } = pages;
  const home = hasWeb ? '/' : '/account';
  const entranceOf = (name: string): Entrance => {
    const found = people.entrances.find((one) => one.name === name);
    if (found === undefined) throw new Error(`The page for signing in needs the entrance ${name}.`);
    return found;
  };
  const [signIn, signOut] = [entranceOf('sign-in'), entranceOf('sign-out')];
  const shape = shapeOf(signIn);
  const { company } = people;
  app.register((scope, _, done) => {
    takeFormsOnly(scope);
    const signInPage = async (
      request: FastifyRequest,
      reply: FastifyReply,
      given: URLSearchParams,
      wrong: readonly string[],
    ) => {
      // A provider that is away must not take the other ways along.
      const provider = await company?.origin().catch(() => undefined);
      const button = provider === undefined ? undefined : company?.name;
      return show(reply, formPage(languageFor(request), given, wrong, button, home), provider);
    };
    scope.setErrorHandler((rawError, request, reply) => {
      refused(rawError, request);
      const { status, code, detail, problems } = problemOf(coded(rawError), request.id);
      const own = PAGE_WORDS[languageFor(request)].errors[code];
      const words = [own ?? detail, ...problems.map(({ at, message }) => `${at}: ${message}`)];
      return signInPage(request, reply.code(status), formOf(request), words);
    });
    scope.get('/sign-in.js', async (_, reply) => reply.type('text/javascript; charset=utf-8').send(SCRIPT));
    scope.get('/sign-in', async (request, reply) => {
      const asked = new URLSearchParams((request.raw.url ?? '').split('?')[1] ?? '');
      const view = viewOf(asked.get('then'));
      return signInPage(request, reply, new URLSearchParams(view === undefined ? [] : [['then', view]]), []);
    });
    scope.post('/sign-in', { onRequest: async (request) => admit(request) }, async (request, reply) => {
      const { then: rawView, ...filled } = filledOf(request);
      const input = readInput(signIn, shape, { path: {}, query: {}, body: filled });
      const { session } = await signIn.run(input, undefined);
      if (session !== 'unchanged') reply.header('set-cookie', cookieOf(session, request.headers.host));
      return reply.redirect(viewOf(rawView ?? null) ?? home, 303);
    });
    scope.post('/sign-out', { onRequest: async (request) => admit(request) }, async (request, reply) => {
      await signOut.run({}, credentialsOf(request.headers).session);
      return reply.header('set-cookie', cookieOf('ended', request.headers.host)).redirect('/sign-in', 303);
    });
    scope.get('/account', async (request, reply) => {
      const { session } = credentialsOf(request.headers);
      const actor = await people.recognise({ session }).catch(() => undefined);
      if (actor === undefined) return reply.redirect('/sign-in', 303);
      return show(reply, accountPage(languageFor(request), actor.roles, hasWeb));
    });
    if (company !== undefined) {
      scope.post(
        '/sign-in/company',
        { onRequest: async (request) => admit(request) },
        async (request, reply) => {
          const { host } = request.headers;
          const { address, ticket, seconds } = await company.begin(`${originOf(host)}${BACK}`);
          return reply.header('set-cookie', ticketCookie(ticket, seconds, host)).redirect(address, 303);
        },
      );
      scope.get(BACK, { onRequest: async (request) => count(request) }, async (request, reply) => {
        const { host } = request.headers;
        reply.header('set-cookie', ticketCookie('', 0, host));
        const [, query = ''] = (request.raw.url ?? '').split('?');
        const { session, output } = await company.finish(query, ticketOf(request.headers));
        reply.header('set-cookie', cookieOf(session, host));
        // Not a redirect: a browser that another site has sent would not bring the strict cookie along.
        return show(reply, backPage(languageFor(request), output.name, home));
      });
    }
    done();
  });
}

function formPage(
  language: Language,
  given: URLSearchParams,
  wrong: readonly string[],
  company: string | undefined,
  home: string,
): string {
  const words = PAGE_WORDS[language];
  const problems = wrong.map((one) => `<li>${escaped(one)}</li>`).join('');
  const view = viewOf(given.get('then'));
  const provider =
    company === undefined
      ? ''
      : `<form method="post" action="/sign-in/company"><button class="other">${words.signInWith(escaped(company))}</button></form>`;
  return document(
    `Forthright: ${words.signIn}`,
    `<main class="narrow" data-then="${escaped(view ?? home)}" data-no-passkey="${escaped(words.noPasskey)}"><h1>${words.signInTitle}</h1>
<ul role="alert" id="problems"${problems === '' ? ' hidden' : ''}>${problems}</ul>
<form method="post" action="/sign-in">${view === undefined ? '' : `<input type="hidden" name="then" value="${escaped(view)}">`}
<label>${words.email} <input name="email" type="email" autocomplete="username webauthn" required value="${escaped(given.get('email') ?? '')}"></label>
<label>${words.password} <input name="password" type="password" autocomplete="current-password" required></label>
<label>${words.code} <input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}"></label>
<button>${words.signIn}</button></form>
<div class="others">${provider}<button type="button" class="other" id="use-passkey" hidden>${words.usePasskey}</button></div></main>
<script src="/sign-in.js" defer></script>`,
    language,
  );
}

function accountPage(language: Language, roles: readonly string[], hasWeb: boolean): string {
  const words = PAGE_WORDS[language];
  return document(
    `Forthright: ${words.account}`,
    `<main class="narrow" data-no-passkey="${escaped(words.noPasskey)}" data-made="${escaped(words.madePasskey)}"><h1>${words.signedIn}</h1><p>${words.as(roles.map(escaped).join(', '))}</p>
${hasWeb ? `<p><a href="/">${words.toHome}</a></p>` : ''}
<ul role="alert" id="problems" hidden></ul>
<form id="make-passkey" hidden><h2>${words.makePasskeyTitle}</h2><p>${words.makePasskeyWhy}</p>
<label>${words.passkeyName} <input name="name" required maxlength="200" value="${words.thisDevice}"></label>
<label>${words.passwordAgain} <input name="password" type="password" autocomplete="current-password" required></label>
<button>${words.makePasskey}</button></form><p id="made" role="status"></p>
<form method="post" action="/sign-out"><button class="other">${words.signOut}</button></form></main>
<script src="/sign-in.js" defer></script>`,
    language,
  );
}

function backPage(language: Language, name: string, home: string): string {
  const words = PAGE_WORDS[language];
  return document(
    `Forthright: ${words.signedIn}`,
    `<main class="narrow"><h1>${words.signedIn}</h1><p>${words.asPerson(escaped(name))} <a href="${home}">${words.goOn}</a>.</p></main>`,
    language,
  );
}
