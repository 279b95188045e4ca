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

export type SignInPages = Readonly<{
  people: People;
  /** Throws when the request may not use an entrance. */
  admit: (request: FastifyRequest) => void;
  /** Counts the request as one at an entrance, wherever it comes from: a browser that the provider sends back says no origin. */
  count: (request: FastifyRequest) => void;
  /** Told of each refusal, for the log. */
  refused: (rawError: unknown, request: FastifyRequest) => void;
}>;

const SCRIPT = readFileSync(new URL('./sign-in.script.js', import.meta.url), 'utf8');

export const SIGN_IN_PATHS = {
  GET: ['/sign-in', '/sign-in.js', '/sign-in/company/back', '/account'],
  POST: ['/sign-in', '/sign-in/company', '/sign-out'],
} as const;
const BACK = '/sign-in/company/back';

/** With our script, and with forms that lead to ourselves and to `also`. */
const policy = (also = ''): string =>
  `default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'${also === '' ? '' : ` ${also}`}; base-uri 'none'; frame-ancestors 'none'`;

function show(reply: FastifyReply, page: string, also?: string): FastifyReply {
  return reply.header('content-security-policy', policy(also)).type(HTML).send(page);
}

export function addSignIn(app: FastifyInstance, pages: SignInPages): void {
  const { people, admit, count, refused } = pages;
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
    const signInPage = async (reply: FastifyReply, given: URLSearchParams, wrong: readonly string[]) => {
      // A provider that is away must not take the other ways along.
      const provider = await company?.origin().catch(() => undefined);
      const button = provider === undefined ? undefined : company?.name;
      return show(reply, formPage(given, wrong, button), provider);
    };
    scope.setErrorHandler((rawError, request, reply) => {
      refused(rawError, request);
      const { status, detail, problems } = problemOf(coded(rawError), request.id);
      const words = [detail, ...problems.map(({ at, message }) => `${at}: ${message}`)];
      return signInPage(reply.code(status), formOf(request), words);
    });
    scope.get('/sign-in.js', async (_, reply) => reply.type('text/javascript; charset=utf-8').send(SCRIPT));
    scope.get('/sign-in', async (_, reply) => signInPage(reply, new URLSearchParams(), []));
    scope.post('/sign-in', { onRequest: async (request) => admit(request) }, async (request, reply) => {
      const input = readInput(signIn, shape, { path: {}, query: {}, body: filledOf(request) });
      const { session } = await signIn.run(input, undefined);
      if (session !== 'unchanged') reply.header('set-cookie', cookieOf(session, request.headers.host));
      return reply.redirect('/account', 303);
    });
    scope.post('/sign-out', { onRequest: async (request) => admit(request) }, async (request, reply) => {
      await signOut.run({}, credentialsOf(request.headers).session);
      return reply.header('set-cookie', cookieOf('ended', request.headers.host)).redirect('/sign-in', 303);
    });
    scope.get('/account', async (request, reply) => {
      const { session } = credentialsOf(request.headers);
      const actor = await people.recognise({ session }).catch(() => undefined);
      if (actor === undefined) return reply.redirect('/sign-in', 303);
      return show(reply, accountPage(actor.roles));
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
        return show(reply, backPage(output.name));
      });
    }
    done();
  });
}

function formPage(given: URLSearchParams, wrong: readonly string[], company: string | undefined): string {
  const problems = wrong.map((words) => `<li>${escaped(words)}</li>`).join('');
  const provider =
    company === undefined
      ? ''
      : `<form method="post" action="/sign-in/company"><button class="other">Sign in with ${escaped(company)}</button></form>`;
  return document(
    'Forthright: sign in',
    `<main class="narrow"><h1>Sign in to Forthright</h1>
<ul role="alert" id="problems"${problems === '' ? ' hidden' : ''}>${problems}</ul>
<form method="post" action="/sign-in">
<label>Your e-mail address <input name="email" type="email" autocomplete="username webauthn" required value="${escaped(given.get('email') ?? '')}"></label>
<label>Your password <input name="password" type="password" autocomplete="current-password" required></label>
<label>The six digits of your app, if you have one <input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}"></label>
<button>Sign in</button></form>
<div class="others">${provider}<button type="button" class="other" id="use-passkey" hidden>Sign in with a passkey</button></div></main>
<script src="/sign-in.js" defer></script>`,
  );
}

const accountPage = (roles: readonly string[]): string =>
  document(
    'Forthright: your account',
    `<main class="narrow"><h1>You are signed in</h1><p>As: ${roles.map(escaped).join(', ')}.</p>
<ul role="alert" id="problems" hidden></ul>
<form id="make-passkey" hidden><h2>Make a passkey</h2><p>It signs you in without a password: by fingerprint, face, PIN or key.</p>
<label>What to call it <input name="name" required maxlength="200" value="This device"></label>
<label>Your password, once more <input name="password" type="password" autocomplete="current-password" required></label>
<button>Make it</button></form><p id="made" role="status"></p>
<form method="post" action="/sign-out"><button class="other">Sign out</button></form></main>
<script src="/sign-in.js" defer></script>`,
  );

const backPage = (name: string): string =>
  document(
    'Forthright: signed in',
    `<main class="narrow"><h1>You are signed in</h1><p>As ${escaped(name)}. <a href="/account">Go on</a>.</p></main>`,
  );
