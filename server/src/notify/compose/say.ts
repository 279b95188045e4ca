import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { ForthrightError } from '@forthright/contract';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Fact, FactName, Source } from './facts.ts';
import type { MessageKey } from './messages.ts';

export type FactValue = string | number;
export type Values<F extends string = FactName> = Readonly<Partial<Record<F, Fact<FactValue>>>>;

/** A fact as it was said, so that a reader of the notice can be led to what it was computed from. */
export type SaidFact<F extends string = FactName> = Readonly<{ fact: F; value: FactValue; source: Source }>;

/** A value that stands in a text where marks are wanted. */
export type Marked = Readonly<{ fact: string; source: Source }>;

/**
 * Around each value, where whoever reads is to see which words are values: what Unicode has for annotations. The number behind the
 * first is that of `marked`. No value holds one: neither names nor typed lines have characters that only steer.
 */
export const MARKS = { from: '\uFFF9', of: '\uFFFA', to: '\uFFFB' } as const;
const NAMED = new RegExp(`${MARKS.from}([A-Za-z]+)${MARKS.of}`, 'g');

/** Texts of one language, by their keys. */
export type Texted<K extends string> = Readonly<{
  language: string;
  isRightToLeft: boolean;
  messages: Readonly<Record<K, string>>;
}>;

/** First strong isolate and its end: what came from outside can't turn the direction of what stands around it. */
const FSI = '\u2068';
const PDI = '\u2069';
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

const messageCache = new Map<string, Map<string, IntlMessageFormat>>();
/** A language, its locales, zones and templates are few; past this, something feeds us new ones without end. */
const MOST_CACHED = 500;

/** Says texts of a language with facts, in the form of one person: their language, country and time zone. */
export class Voice<K extends string = MessageKey, F extends string = FactName> {
  readonly said: SaidFact<F>[] = [];
  /** The values between marks; none where none are wanted. */
  readonly marked: Marked[] = [];
  readonly locale: string;
  private readonly known = new Set<string>();
  private readonly formats: Map<string, IntlMessageFormat>;
  private readonly language: Texted<K>;
  private readonly zone: string;
  private readonly marks: boolean;

  constructor(language: Texted<K>, country: string, zone: string, { marks = false } = {}) {
    this.language = language;
    this.zone = zone;
    this.marks = marks;
    this.locale = localeOf(language.language, country, zone);
    const key = `${this.locale}\0${zone}\0${marks ? 'marks' : ''}`;
    if (!messageCache.has(key) && messageCache.size >= MOST_CACHED) messageCache.clear();
    this.formats = messageCache.get(key) ?? new Map();
    messageCache.set(key, this.formats);
  }

  /** One text. Refuses with `notice-incomplete` when it names a fact that is not in `values`. */
  say(key: K, values: Values<F> = {} as Values<F>): string {
    const text = this.language.messages[key];
    const used = new Map<string, FactValue>();
    const plain = Object.fromEntries(
      Object.entries<Fact<FactValue>>(values as Record<string, Fact<FactValue>>).map(([name, fact]) => [
        name,
        this.shown(fact.value),
      ]),
    );
    const asked = new Proxy(plain, {
      has: () => true,
      getOwnPropertyDescriptor: (target, name) => Reflect.getOwnPropertyDescriptor(target, name),
      get: (target, name) => {
        if (typeof name !== 'string') return undefined;
        if (!Object.hasOwn(target, name)) throw missing(`{${name}}`, key);
        used.set(name, target[name] as FactValue);
        return target[name];
      },
    });
    const said = this.messageOf(text).format(asked);
    for (const name of used.keys()) this.note(name as F, values[name as F] as Fact<FactValue>);
    if (!this.marks) return String(said);
    return String(said).replace(NAMED, (_, name: F) =>
      this.opening(name, (values[name] as Fact<FactValue>).source),
    );
  }

  /** A value that stands by itself, in no text of ours. */
  alone(fact: string, { value, source }: Fact<string>): string {
    return this.marks ? `${this.opening(fact, source)}${value}${MARKS.to}` : value;
  }

  private opening(fact: string, source: Source): string {
    this.marked.push({ fact, source });
    return `${MARKS.from}${this.marked.length - 1}${MARKS.of}`;
  }

  /** `a, b and c`, as the language has it. */
  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: 'conjunction' }).format(items.map((i) => this.shown(i)));
  }

  private shown<T extends FactValue>(value: T): T {
    if (typeof value !== 'string') return value;
    const turns = this.language.isRightToLeft !== RIGHT_TO_LEFT.test(value);
    return (turns && !value.startsWith(FSI) ? `${FSI}${value}${PDI}` : value) as T;
  }

  private note(fact: F, { value, source }: Fact<FactValue>): void {
    const key = JSON.stringify([fact, value, source]);
    if (this.known.has(key)) return;
    this.known.add(key);
    this.said.push({ fact, value, source });
  }

  private messageOf(text: string): IntlMessageFormat {
    const found = this.formats.get(text);
    if (found !== undefined) return found;
    const { zone: timeZone } = this;
    const made = new IntlMessageFormat(
      this.marks ? withMarks(parse(text, { ignoreTag: true })) : text,
      this.locale,
      {
        date: { day: { year: 'numeric', month: 'long', day: 'numeric', timeZone } },
        time: { minute: { hour: 'numeric', minute: '2-digit', timeZone, timeZoneName: 'short' } },
      },
      { ignoreTag: true },
    );
    this.formats.set(text, made);
    return made;
  }
}

/** The same text with marks around each value, those of plurals included. */
function withMarks(elements: readonly MessageFormatElement[], counted = ''): MessageFormatElement[] {
  const around = (name: string, element: MessageFormatElement): MessageFormatElement[] => [
    { type: TYPE.literal, value: `${MARKS.from}${name}${MARKS.of}` },
    element,
    { type: TYPE.literal, value: MARKS.to },
  ];
  const inside = (element: MessageFormatElement): MessageFormatElement[] => {
    switch (element.type) {
      case TYPE.literal:
      case TYPE.tag:
        return [element];
      case TYPE.argument:
      case TYPE.number:
      case TYPE.date:
      case TYPE.time:
        return around(element.value, element);
      case TYPE.pound:
        return around(counted, element);
      case TYPE.select:
      case TYPE.plural: {
        const inner = element.type === TYPE.plural ? element.value : counted;
        const options = Object.entries(element.options).map(([name, { value }]) => [
          name,
          { value: withMarks(value, inner) },
        ]);
        return [{ ...element, options: Object.fromEntries(options) } as MessageFormatElement];
      }
    }
  };
  return elements.flatMap(inside);
}

export function missing(what: string, where: string): ForthrightError {
  return new ForthrightError('notice-incomplete', `the notice needs ${what} (for the text “${where}”)`);
}

/** Where English is written as in the United States. */
const AMERICAN = new Set(['US', 'PR', 'GU', 'VI', 'AS', 'MP', 'UM', 'PH']);

/** The language as it is written where the person lives, so that a date has the form that they know. */
function localeOf(language: string, country: string, zone: string): string {
  const plain = new Intl.Locale(language);
  if (plain.region !== undefined || !/^[A-Z]{2}$/.test(country)) return plain.toString();
  const there = new Intl.Locale(language, { region: country }).toString();
  // No data of English there: what is not known would be said as in the United States.
  const isUnknown = new Intl.DateTimeFormat(there).resolvedOptions().locale === 'en';
  if (!isUnknown || AMERICAN.has(country)) return there;
  return zone.startsWith('Europe/') ? 'en-150' : 'en-001';
}

/** The zone of a country whose clocks all show the same at this instant; `otherwise` where they differ. */
export function zoneOf(country: string, at: number, otherwise: string): string {
  if (!/^[A-Z]{2}$/.test(country)) return otherwise;
  const zones = new Intl.Locale('und', { region: country }).getTimeZones() ?? [];
  const offsets = new Set(
    zones.map((zone) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offset),
  );
  return offsets.size === 1 ? (zones[0] ?? otherwise) : otherwise;
}
