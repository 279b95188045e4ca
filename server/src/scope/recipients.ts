import { createHash } from 'node:crypto';
import { RECIPIENT_CLASSES } from '@forthright/contract';
import { isbotMatch } from 'isbot';
import type { Analytics } from '../platform/analytics/index.ts';
import { MOST_UA } from './crawlers.ts';
import { WITHHELD } from './staff.ts';

/** Class and account → what every output calls it, for accounts of staff. */
export type Pseudonyms = ReadonlyMap<string, string>;

const STAFF = [4, 5];

/**
 * Staff are called `employee-1`, `contractor-2`, … in every output until two people unlock a name. The order is that
 * of a digest of the account, so that a number says nothing about who it is, and is the same in every reading of
 * the same evidence. Staff who stand in another class, because the incident or a mailing puts them there, are withheld.
 */
export async function pseudonymsOf(engine: Analytics): Promise<Pseudonyms> {
  const rows = await engine.rows<{ cls: number; account: string }>(
    `SELECT DISTINCT cls, account FROM accounts WHERE cls IN (${STAFF.join(', ')}) AND v IN (SELECT v FROM recipients)`,
  );
  const digest = (account: string) =>
    createHash('sha256').update(`forthright pseudonym\0${account}`).digest('hex');
  const sorted = rows
    .map((r) => ({ ...r, order: digest(r.account) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  const next = new Map<number, number>();
  const pseudonyms = sorted.map(({ cls, account }): [string, string] => {
    const n = (next.get(cls) ?? 0) + 1;
    next.set(cls, n);
    return [`${cls}\0${account}`, `${RECIPIENT_CLASSES[cls]}-${n}`];
  });
  const others = await engine.rows<{ cls: number; account: string }>(
    `SELECT DISTINCT cls, account FROM accounts WHERE cls NOT IN (${STAFF.join(', ')}) AND account IN (SELECT id FROM withheld)`,
  );
  return new Map([
    ...pseudonyms,
    ...others.map(({ cls, account }): [string, string] => [`${cls}\0${account}`, WITHHELD]),
  ]);
}

/** The pseudonym of an account if it is a member of staff's; undefined otherwise. */
export function staffLabel(account: string, pseudonyms: Pseudonyms): string | undefined {
  return STAFF.map((cls) => pseudonyms.get(`${cls}\0${account}`)).find((label) => label !== undefined);
}

/** What a person reads for a viewer: a pseudonym for staff, the account, or address and program. */
export function viewerLabel(
  viewer: Readonly<{ cls: number; account: string; client: string; ua: string }>,
  pseudonyms: Pseudonyms,
): string {
  const label = pseudonyms.get(`${viewer.cls}\0${viewer.account}`);
  if (label !== undefined || STAFF.includes(viewer.cls)) return label ?? 'employee';
  if (viewer.account !== '') return viewer.account;
  return `${viewer.client === '' ? 'unknown address' : viewer.client} · ${viewer.ua === '' ? 'no user agent' : viewer.ua}`;
}

/** The crawler's own name, as it stands in its user agent: `Googlebot`, `bingbot`. */
export function crawlerName(userAgent: string): string {
  const ua = userAgent.slice(0, MOST_UA);
  const named = ua.match(/([A-Za-z][\w.-]*(?:bot|crawler|spider|slurp|fetcher|preview)[\w-]*)/i)?.[1];
  return named ?? isbotMatch(ua) ?? ua.split(/[/ ]/)[0] ?? ua;
}
