/** Fields of a form told as data: what each is called, what it holds, and what becomes of it when the form is sent. */
import { instantOf, ownZone } from './local-time.ts';

/** What stands in a form while it is filled. */
export type Raw = string | boolean | readonly string[] | File | undefined;
export type Raws = Readonly<Record<string, Raw>>;

type Kind =
  | 'line'
  | 'email'
  | 'secret'
  | 'password'
  | 'prose'
  | 'lines'
  | 'moment'
  | 'received'
  | 'date'
  | 'number'
  | 'check'
  | 'one'
  | 'some'
  | 'person'
  | 'proof';

/** `L`: the messages that say what it is called and what helps with it; a form takes those alone that there are. */
export type Part<T, L extends string = string> = Readonly<{
  is: Kind;
  label: L;
  help?: L;
  isOptional: boolean;
  /** Of a choice: its values, and the group of messages that says them. */
  options?: readonly string[];
  group?: string;
  first?: Raw;
  /** Whether it is asked for, by what else was filled in. */
  when?: (raws: Raws) => boolean;
  /** What it gives; only its type is there. */
  of?: T;
}>;

/** A file that somebody keeps, known by its hash. */
type Proof = { sha256: string; bytes: number; name: string; origin: string };
type Extra<L> = Readonly<{ help?: L; first?: Raw }>;

const part =
  <T>(is: Kind) =>
  <const L extends string>(label: L, extra: Extra<L> = {}): Part<T, L> => ({
    is,
    label,
    isOptional: false,
    ...extra,
  });

export const line = part<string>('line');
export const email = part<string>('email');
/** A new password, and the one that is had. */
export const secret = part<string>('secret');
export const password = part<string>('password');
export const prose = part<string>('prose');
/** A text of several lines, each one of a list. */
export const lines = part<string[]>('lines');
export const moment = part<string>('moment');
/** An instant, and the reader's zone, in which its days are counted. */
export const received = part<{ at: string; zone: string }>('received');
export const date = part<string>('date');
export const whole = part<number>('number');
export const check = part<boolean>('check');
/** Somebody of this server. */
export const person = part<string>('person');
/** A file of which the hash alone is sent. */
export const proof = part<Proof>('proof');

type Choice<L> = Readonly<{ group: string; help?: L; first?: string | readonly string[] }>;
export const one = <const T extends string, const L extends string>(
  label: L,
  options: readonly T[],
  choice: Choice<L>,
): Part<T, L> => ({ is: 'one', label, isOptional: false, options, ...choice });
export const some = <const T extends string, const L extends string>(
  label: L,
  options: readonly T[],
  choice: Choice<L>,
): Part<T[], L> => ({ is: 'some', label, isOptional: false, options, ...choice });

export const optional = <T, L extends string>(given: Part<T, L>): Part<T | undefined, L> => ({
  ...given,
  isOptional: true,
});
/** Asked for only when what else was filled in wants it. */
export const when = <T, L extends string>(
  is: (raws: Raws) => boolean,
  given: Part<T, L>,
): Part<T | undefined, L> => ({
  ...given,
  when: is,
});

// biome-ignore lint/suspicious/noExplicitAny: parts of any type stand in one form.
export type Parts<L extends string = string> = Readonly<Record<string, Part<any, L>>>;
export type Given<P extends Parts> = { [K in keyof P]: P[K] extends Part<infer T> ? T : never };

/** The name of the field beside a file that says where it comes from. */
export const originOf = (name: string): string => `${name} origin`;
export const isAsked = ({ when: is }: Part<unknown>, raws: Raws): boolean => is?.(raws) ?? true;

/** What stands in the form before anybody types. */
export const firstOf = (parts: Parts): Raws =>
  Object.fromEntries(
    Object.entries(parts).map(([name, { is, first, options, isOptional }]) => {
      const empty: Raw = is === 'check' ? false : is === 'some' ? [] : '';
      return [name, first ?? (is === 'one' && !isOptional ? (options?.[0] ?? '') : empty)];
    }),
  );

const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function proofOf(file: File, origin: string): Promise<Proof> {
  const sha256 = hexOf(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return { sha256, bytes: file.size, name: file.name, origin };
}

async function givenOf({ is }: Part<unknown>, raw: Raw, origin: Raw): Promise<unknown> {
  if (raw instanceof File) return proofOf(raw, String(origin ?? ''));
  if (typeof raw !== 'string') return raw;
  const text = raw.trim();
  if (text === '') return undefined;
  switch (is) {
    case 'lines':
      return text.split('\n').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
    case 'moment':
      return instantOf(text);
    case 'received':
      return { at: instantOf(text) ?? '', zone: ownZone() };
    case 'number':
      return Number(text);
    // A password may begin with a space.
    case 'secret':
    case 'password':
      return raw;
    default:
      return text;
  }
}

/** What the form gives; what was not asked for or left empty is `undefined`. */
export async function givenBy<P extends Parts>(parts: P, raws: Raws): Promise<Given<P>> {
  const values = await Promise.all(
    Object.entries(parts).map(async ([name, each]) => [
      name,
      isAsked(each, raws) ? await givenOf(each, raws[name], raws[originOf(name)]) : undefined,
    ]),
  );
  return Object.fromEntries(values) as Given<P>;
}
