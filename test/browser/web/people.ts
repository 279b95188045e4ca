/** Signing in without looking on: what `first-start.test.ts` does with the pages, these journeys only need done. */
import type { Role } from '@forthright/contract';
import type { Page } from 'playwright-core';
import { PASSWORD, type Served } from './world.ts';

/** The first administrator, with these roles, signed in in the browser of `page`. */
export async function signInFirst(
  page: Page,
  { address, firstLink }: Served,
  roles: readonly Role[],
): Promise<void> {
  const link = new URL(firstLink).searchParams.get('link');
  const headers = { origin: address };
  const data = { link, name: 'Rosa Root', email: 'rosa@marlow.example', password: PASSWORD };
  const made = await page.request.post(`${address}/api/accept-link`, { headers, data });
  const { person } = (await made.json()) as { person: string };
  await page.request.put(`${address}/api/people/${person}/roles`, { headers, data: { roles } });
}

/** Somebody whom the administrator of `keeper` invites, signed in in the browser of `page`. */
export async function signInInvited(
  page: Page,
  keeper: Page,
  { address }: Served,
  who: Readonly<{ name: string; email: string; roles: readonly Role[] }>,
): Promise<void> {
  const headers = { origin: address };
  const made = await keeper.request.post(`${address}/api/people`, { headers, data: who });
  const { link } = (await made.json()) as { link: string };
  await page.request.post(`${address}/api/accept-link`, { headers, data: { link, password: PASSWORD } });
}
