import { setImmediate } from 'node:timers/promises';
import { csvOf, type Write } from './files.ts';
import { hashOf, mix } from './random.ts';
import type { Places } from './truth.ts';
import type { Truth } from './types.ts';
import {
  addressOwner,
  COUNTRY_CODES,
  customerId,
  customerOf,
  employeeId,
  employeeKind,
  isoOf,
  reviewId,
  type Size,
  sellerId,
  type World,
} from './world.ts';

const TEAMS = ['orders', 'returns', 'payments', 'marketing', 'warehouse', 'platform'];
const GOODS = ['Kettle', 'Lamp', 'Paper', 'Garden', 'Cycle', 'Wool', 'Tea', 'Tool'];
const KINDS = ['House', '& Sons', 'Direct', 'Studio', 'Depot'];

/** Writes who there is: customers, reviews, sellers, employees and sessions. */
export async function writeDirectory(
  w: World,
  write: Write,
  signal?: AbortSignal,
): Promise<{ places: Places; directory: Truth['directory'] }> {
  const places: Places = { country: [], region: [], language: [] };
  const parts = ['customer_id,email,full_name,country,state,language,phone,street,postcode,city\n'];
  let withoutCountry = 0;
  const shared = new Set<number>();
  for (let from = 0; from < w.customers; from += 10_000) {
    const rows: string[][] = [];
    for (let p = from; p < Math.min(w.customers, from + 10_000); p++) {
      const c = customerOf(w, p);
      rows.push([
        customerId(w, p),
        c.email,
        c.name,
        c.country,
        c.region,
        c.language,
        c.phone,
        c.street,
        c.postcode,
        c.city,
      ]);
      places.country.push(c.country);
      places.region.push(c.region === '' ? '' : `${c.country}-${c.region}`);
      places.language.push(c.language);
      if (c.country === '') withoutCountry++;
      if (addressOwner(p) !== p) shared.add(addressOwner(p));
    }
    parts.push(csvOf('', rows).slice(1));
    // Lets the threads' progress through.
    await setImmediate();
    signal?.throwIfAborted();
  }
  write('data/customers.csv.gz', parts);
  writeReviews(w, write);
  writeStaff(w, write);
  write('data/sessions.csv.gz', csvOf('session_id,customer_id', sessionRows(w)));
  return { places, directory: { people: w.customers, withoutCountry, sharedAddresses: shared.size } };
}

function writeReviews(w: World, write: Write): void {
  const rows = Array.from({ length: w.reviews }, (_, i) => {
    const removed = w.removed[i] as number;
    return [
      reviewId(i),
      customerId(w, w.reviewPerson[i] as number),
      stampOf(w.published[i] as number),
      removed === 0 ? '' : stampOf(removed),
    ];
  });
  write('data/reviews.csv.gz', csvOf('review_id,customer_id,published_at,removed_at', rows));
}

const stampOf = (t: number): string => isoOf(t).replace('.000Z', 'Z');

function writeStaff(w: World, write: Write): void {
  const sellers = Array.from({ length: w.sellers }, (_, i) => {
    const h = hashOf(w.seed, 60, i);
    return [
      sellerId(i),
      `${GOODS[h % GOODS.length]} ${KINDS[(h >>> 8) % KINDS.length]}`,
      COUNTRY_CODES[(h >>> 16) % COUNTRY_CODES.length] as string,
    ];
  });
  write('data/sellers.csv', csvOf('seller_id,shop_name,country', sellers));
  const employees = Array.from({ length: w.employees }, (_, i) => [
    employeeId(i),
    TEAMS[Math.floor(i / 6) % TEAMS.length] as string,
    employeeKind(i),
  ]);
  write('data/employees.csv', csvOf('employee_id,team,kind', employees));
}

export const sessionCount = (w: Size): number => Math.max(2000, Math.floor(w.customers / 2));
export const sessionId = (w: Size, session: number): string =>
  `k${hashOf(w.seed, 70, session).toString(16).padStart(8, '0')}${session.toString(36)}`;
/** Sessions come in twos, such as a telephone and a computer of one account. */
export const sessionCustomer = (w: Size, session: number): number => mix(session >> 1) % w.customers;

function* sessionRows(w: World): Generator<string[]> {
  for (let s = 0; s < sessionCount(w); s++) yield [sessionId(w, s), customerId(w, sessionCustomer(w, s))];
}
