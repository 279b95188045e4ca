/** For tests: people who ask a server over HTTP, as a program of theirs would. */
import { PASSWORD, type Served } from './terminal.ts';

export type Answered<T> = { status: number; body: T; cookie: string };

/** Asks as whoever signed in with this cookie; nobody's is empty. `T` is what the operation answers. */
export async function ask<T>(
  server: Served,
  cookie: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answered<T>> {
  const answer = await fetch(`${server.address}/api${path}`, {
    method,
    headers: {
      ...(cookie === '' ? {} : { cookie }),
      origin: server.address,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as T,
    cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '',
  };
}

/** An administrator by the link of the first start, and one person for each of these roles by hers: their cookies. */
export async function invitePeople<Who extends string>(
  server: Served,
  roles: Readonly<Record<Who, string>>,
): Promise<Record<Who, string>> {
  const link = new URL(server.firstLink ?? '').searchParams.get('link');
  const who = { name: 'Rosa', email: 'rosa@marlow.example' };
  const root = await ask(server, '', 'POST', '/accept-link', { link, password: PASSWORD, ...who });
  const cookies: Record<string, string> = {};
  for (const [name, role] of Object.entries<string>(roles)) {
    const given = { email: `${name}@marlow.example`, name: 'Iris', roles: [role] };
    const invited = await ask<{ link: string }>(server, root.cookie, 'POST', '/people', given);
    const own = { link: invited.body.link, password: PASSWORD };
    cookies[name] = (await ask(server, '', 'POST', '/accept-link', own)).cookie;
  }
  return cookies as Record<Who, string>;
}
