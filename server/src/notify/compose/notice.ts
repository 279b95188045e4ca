import type { Element } from '@forthright/contract';
import { ForthrightError } from '@forthright/contract';
import { elementOf } from '../../assess/index.ts';
import type { Notice } from '../../platform/mail/index.ts';
import { type Apart, type ApartBlock, piecesOf, withoutMarks } from './apart.ts';
import type { Contact, Fact, IncidentFacts, PersonFacts, Source, Stretch, Texts } from './facts.ts';
import { type Form, formOf } from './forms.ts';
import type { Language, Languages } from './language.ts';
import { ADVICE_GROUPS, type AdviceGroup, GROUP_OF, type RecipientWord } from './messages.ts';
import { type Block, htmlOf, textOf } from './render.ts';
import { missing, type SaidFact, type Values, Voice, zoneOf } from './say.ts';

export type Asked = Readonly<{
  incident: IncidentFacts;
  person: PersonFacts;
  languages: Languages;
  /** Taken when the person's own language is not there. */
  fallback: string;
  /** The check code, as it is to be read by a person. */
  code: string;
  /** What is to be typed with the code where there is no message that shows an address: in a letter, or another copy. */
  address?: string;
  /** The day of the notice, as milliseconds since 1970. */
  today: number;
}>;

export type Composed = Readonly<{
  notice: Notice;
  /** The same in at most a few lines: for a short message. */
  sms: string;
  /** The same notice in its parts, for a letter. */
  blocks: readonly Block[];
  /** What was said, and where each value comes from. */
  facts: readonly SaidFact[];
  /** The rule that changed the form, such as California's headings. */
  form: string | undefined;
}>;

/**
 * One person's notice. Pure: the same input gives the same bytes. Refuses with `notice-incomplete` when a fact is missing
 * that must be said, or when what somebody typed is not there in the person's language.
 */
export function compose(asked: Asked): Composed {
  const { person } = asked;
  const { writer, language, form } = writerFor(asked, false);
  const { subject, blocks, sms } = writer.write();
  return {
    notice: {
      to: person.to,
      language: language.language,
      subject,
      text: textOf(blocks),
      html: htmlOf(blocks, subject, language),
    },
    sms,
    blocks,
    facts: writer.voice.said,
    form: form.citation,
  };
}

/** The same notice word for word, in which each value is told apart from the words around it. */
export function composeApart(asked: Asked): Apart {
  const { writer, language, form } = writerFor(asked, true);
  const { subject, blocks } = writer.write();
  const { marked } = writer.voice;
  return {
    language: language.language,
    subject: piecesOf(subject, marked),
    blocks: blocks.flatMap((block): ApartBlock[] =>
      block.is === 'list'
        ? block.items.map((item) => ({ is: 'item', pieces: piecesOf(item, marked) }))
        : [{ is: block.is, pieces: piecesOf(block.text, marked) }],
    ),
    form: form.citation,
  };
}

function writerFor(
  asked: Asked,
  marks: boolean,
): Readonly<{ writer: Writer; language: Language; form: Form }> {
  const { incident, person, today } = asked;
  const language = languageOf(person.language, asked.languages, asked.fallback);
  const form = formOf(person.region, incident.duties);
  const zone = zoneOf(person.country, person.first?.value ?? today, incident.zone.value);
  const voice: Voice = new Voice(language, person.country, zone, { marks });
  return { writer: new Writer(asked, language, form, voice), language, form };
}

/** `pt-BR` is served by a file `pt-BR`, else by `pt`, else by the fallback. */
export function languageOf(wanted: string, languages: Languages, fallback: string): Language {
  const plain = wanted.trim().replaceAll('_', '-');
  const names = [plain, plain.split('-')[0]?.toLowerCase() ?? '', fallback];
  for (const name of names) {
    const found = languages.get(name);
    if (found !== undefined) return found;
  }
  throw new ForthrightError('notice-incomplete', `there is no language “${fallback}” to fall back to`);
}

/** Names are shown as they are, but for what would act instead of being read. */
export const cleanName = (raw: string): string =>
  raw
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

/** A page whose address is longer is told by number. */
const LONGEST_PAGE = 120;
/** More stretches than this are told as one, from the first to the last. */
const MOST_STRETCHES = 6;

const heading = (text: string): Block => ({ is: 'heading', text });
const paragraphs = (...texts: (string | undefined)[]): Block[] => {
  const said = texts.filter((text) => text !== undefined && text !== '');
  return said.length === 0 ? [] : [{ is: 'paragraph', text: said.join(' ') }];
};
const list = (items: readonly string[]): Block[] => (items.length === 0 ? [] : [{ is: 'list', items }]);

class Writer {
  readonly voice: Voice;
  private readonly asked: Asked;
  private readonly language: Language;
  private readonly form: Form;

  constructor(asked: Asked, language: Language, form: Form, voice: Voice) {
    this.asked = asked;
    this.language = language;
    this.form = form;
    this.voice = voice;
  }

  write(): Readonly<{ subject: string; blocks: readonly Block[]; sms: string }> {
    const { person } = this.asked;
    const kind = this.form.withoutDescription ? 'withheld' : person.status;
    const common = this.common();
    const name = cleanName(person.name.value);
    const title = this.voice.say(`title.${kind}`);
    const blocks: Block[] = [
      { is: 'title', text: this.withStatute('title', title) },
      ...paragraphs(
        name === ''
          ? this.voice.say('greeting.nameless')
          : this.voice.say('greeting', { name: { ...person.name, value: name } }),
      ),
      ...paragraphs(this.lead(kind, common)),
      ...(kind === 'withheld' ? [] : this.whatHappened(common)),
      ...(kind === 'withheld' ? [] : this.whichData(common)),
      ...(kind === 'withheld' ? [] : this.whatWeDo()),
      ...this.whatToDo(),
      ...this.more(common),
      ...this.check(common),
    ];
    const sms = kind === 'exposed' ? 'sms' : (`sms.${kind}` as const);
    return {
      subject: this.voice.say(`subject.${kind}`, common),
      blocks,
      sms: this.voice.say(sms, common),
    };
  }

  private common(): Values {
    const { incident, person, code, today } = this.asked;
    const { organisation, domain } = incident;
    return {
      organisation,
      domain,
      code: { value: code, source: { is: 'caller', at: 'code' } },
      today: { value: today, source: { is: 'caller', at: 'today' } },
      ...this.fieldsFact('fields', person.fields),
      ...this.fieldsFact('perhaps', person.perhaps),
      ...(person.first !== undefined && { first: person.first }),
      ...(person.last !== undefined && { last: person.last }),
      // The law may be about what was perhaps shown as well: those texts name one list.
      ...(person.fields.value.length === 0 && this.form.withoutDescription
        ? this.fieldsFact('fields', person.perhaps)
        : {}),
    };
  }

  private lead(kind: 'exposed' | 'unknown' | 'withheld', common: Values): string {
    if (kind !== 'exposed') return this.voice.say(`lead.${kind}`, common);
    const isDated = common.first !== undefined && common.last !== undefined;
    return this.voice.say(isDated ? 'lead.exposed' : 'lead.undated', common);
  }

  private whatHappened(common: Values): Block[] {
    const { incident, person } = this.asked;
    const concerned = this.leaks();
    const causes = paragraphs(
      this.voice.say('what.cause', { cause: this.typed(incident.cause, 'cause') }),
      this.form.withoutNumber
        ? undefined
        : this.voice.say('what.number', { exposed: incident.exposed, unknown: incident.unknown }),
    );
    const delay = this.form.saysDelay ? paragraphs(this.delay()) : [];
    if (person.status === 'unknown')
      return [this.heading('what'), ...paragraphs(...this.because(common)), ...causes, ...delay];
    const places = concerned.map(({ id, kind }) => this.place(id) ?? this.voice.say(`kind.${kind}`));
    return [
      this.heading('what'),
      ...paragraphs(
        // Two leaks of one place are told once.
        ...places.filter((one, i) => places.findIndex((of) => withoutMarks(of) === withoutMarks(one)) === i),
        ...this.pages(),
        person.views.value > 0 ? this.voice.say('what.views', { views: person.views }) : undefined,
        person.possiblySelf ? this.voice.say('what.possiblySelf') : undefined,
        this.recipients(),
      ),
      ...causes,
      ...delay,
    ];
  }

  private leaks() {
    const { incident, person } = this.asked;
    return incident.leaks.filter(({ id }) => person.leaks.includes(id));
  }

  private pages(): (string | undefined)[] {
    const { pages, pageCount } = this.asked.person;
    const names = pages.value.map(cleanName).filter((name) => name !== '' && name.length <= LONGEST_PAGE);
    if (names.length === 0) return [];
    const more = pageCount.value - names.length;
    return [
      this.voice.say('what.pages', { pages: { ...pages, value: this.voice.list(names) } }),
      more > 0 ? this.voice.say('what.morePages', { more: { ...pageCount, value: more } }) : undefined,
    ];
  }

  private place(leak: string): string | undefined {
    const place = this.asked.incident.places.get(leak);
    if (place === undefined) return undefined;
    return this.voice.say('what.place', { place: this.typed(place, `places.${leak}`) });
  }

  private recipients(): string | undefined {
    const { others } = this.asked.person;
    const isOwn = others.size > 0;
    const counted = isOwn ? others : this.asked.incident.recipients;
    const told = [...counted].filter(
      (entry): entry is [RecipientWord, Fact<number>] => entry[0] !== 'own' && entry[1].value > 0,
    );
    const words = told.map(([kind, number]) => this.voice.say(`recipients.${kind}`, { number }));
    const [first] = told;
    if (first === undefined) return undefined;
    const { is, at } = first[1].source;
    // The list is of all classes, its source of what they stand in.
    const source: Source = { is, at: at.slice(0, at.lastIndexOf('.')) };
    return this.voice.say(isOwn ? 'what.others' : 'what.all', {
      recipients: { value: this.voice.list(words), source },
    });
  }

  private because(common: Values): string[] {
    const { incident } = this.asked;
    const facts = this.leaks().flatMap(({ id }) => incident.gaps.get(id) ?? []);
    const stretches = mergedStretches(facts.flatMap(({ value }) => value));
    if (incident.nextBy === undefined)
      throw missing('the day by which people are told more (`nextBy`)', 'what.next');
    const next = this.voice.say('what.next', { nextBy: incident.nextBy });
    const [first] = facts;
    if (first === undefined || stretches.length === 0)
      return [this.voice.say('what.becauseEvidence', common), next];
    const told = stretches.map(({ from, to }) =>
      this.voice.say('stretch', {
        from: { value: from, source: first.source },
        to: { value: to, source: first.source },
      }),
    );
    const words = { value: told.join('; '), source: first.source };
    return [this.voice.say('what.because', { ...common, stretches: words }), next];
  }

  private delay(): string {
    const { delayedByPolice } = this.asked.incident;
    if (delayedByPolice === undefined)
      throw missing(
        'whether the police delayed it (`delayedByPolice`), which this law wants said',
        'what.delayed',
      );
    return this.voice.say(delayedByPolice.value ? 'what.delayed' : 'what.notDelayed');
  }

  private whichData(common: Values): Block[] {
    const { incident, person } = this.asked;
    const none = incident.notExposed;
    return [
      this.heading('which'),
      ...paragraphs(
        person.fields.value.length > 0 ? this.voice.say('which.shown', common) : undefined,
        person.perhaps.value.length > 0 ? this.voice.say('which.perhaps', common) : undefined,
        none === undefined || none.value.length === 0
          ? undefined
          : this.voice.say('which.notExposed', {
              notExposed: { ...none, value: this.voice.list(none.value.map((e) => this.elementName(e, e))) },
            }),
      ),
    ];
  }

  private whatWeDo(): Block[] {
    const { contained, measures, authorities } = this.asked.incident;
    const stopped =
      contained === undefined
        ? this.voice.say('doing.notContained')
        : this.voice.say('doing.contained', {
            at: { value: contained.value.at, source: contained.source },
            contained: this.typed({ ...contained, value: contained.value.what }, 'contained'),
          });
    const told = authorities.value.map(({ name, at }) =>
      this.voice.say('authority', {
        authority: { value: name, source: authorities.source },
        at: { value: at, source: authorities.source },
      }),
    );
    return [
      this.heading('doing'),
      ...paragraphs(stopped),
      ...list(
        measures.value.map((texts, i) => {
          const { value, source } = this.typed({ ...measures, value: texts }, `measures[${i}]`);
          return this.voice.alone('measure', { value, source: { ...source, at: `${source.at}[${i}]` } });
        }),
      ),
      ...paragraphs(
        told.length === 0
          ? undefined
          : this.voice.say('doing.authorities', {
              authorities: { value: this.voice.list(told), source: authorities.source },
            }),
      ),
    ];
  }

  private whatToDo(): Block[] {
    const { person } = this.asked;
    const groups = adviceFor([...person.fields.value, ...person.perhaps.value]);
    const advice = groups.map(
      (group) => `${this.voice.say(`risk.${group}`)} ${this.voice.say(`advice.${group}`)}`,
    );
    const isFreeze = this.form.saysFreeze;
    const saysBureaus = this.form.saysBureaus || (person.country === 'US' && groups.includes('identity'));
    return [
      this.heading('can'),
      ...list(advice),
      ...paragraphs(isFreeze ? this.voice.say('can.policeReport') : undefined),
      ...paragraphs(isFreeze ? this.voice.say('can.freeze') : undefined),
      ...(saysBureaus
        ? [...(isFreeze ? [] : paragraphs(this.voice.say('can.bureaus'))), ...list(this.agencies())]
        : []),
    ];
  }

  private agencies(): readonly string[] {
    const { agencies } = this.asked.incident;
    if (agencies === undefined)
      throw missing('addresses and numbers of the credit reporting agencies (`agencies`)', 'can.bureaus');
    return agencies.value.map((value) => this.voice.alone('agency', { value, source: agencies.source }));
  }

  private more(common: Values): Block[] {
    const { contacts } = this.asked.incident;
    const contact = contacts.get(this.asked.person.country) ?? contacts.get('');
    if (contact === undefined) throw missing('somebody to ask (`organisation.contactPoint`)', 'more.contact');
    const values = {
      legalName: { value: contact.value.legalName, source: contact.source },
      contact: { value: contactWords(contact.value), source: contact.source },
    };
    return [
      this.heading('more'),
      ...paragraphs(this.voice.say('more.contact', values)),
      ...paragraphs(this.voice.say('more.date', common)),
    ];
  }

  private check(common: Values): Block[] {
    const { address } = this.asked;
    return [
      heading(this.voice.say('heading.check')),
      ...paragraphs(this.voice.say('check.how', common)),
      ...paragraphs(this.voice.say('check.code', common)),
      ...(address === undefined
        ? []
        : paragraphs(
            this.voice.say('check.address', {
              address: { value: address, source: { is: 'caller', at: 'address' } },
            }),
          )),
      ...paragraphs(this.voice.say('check.never')),
    ];
  }

  private heading(of: 'what' | 'which' | 'doing' | 'can' | 'more'): Block {
    return heading(this.withStatute(of, this.voice.say(`heading.${of}`)));
  }

  /** A statute's own words stand there in any language, with the translation behind them. */
  private withStatute(of: keyof Form['headings'], translated: string): string {
    const prescribed = this.form.headings[of];
    if (prescribed === undefined) return translated;
    return prescribed.toLowerCase() === translated.toLowerCase()
      ? prescribed
      : `${prescribed}: ${translated}`;
  }

  private typed(fact: Fact<Texts>, key: string): Fact<string> {
    const { language } = this.language;
    const text = fact.value[language] ?? fact.value[language.split('-')[0] ?? ''];
    if (text === undefined)
      throw missing(
        `\`${key}\` in the language \`${language}\` (it is there in: ${Object.keys(fact.value).join(', ')})`,
        key,
      );
    return { value: text, source: fact.source };
  }

  private fieldsFact<N extends 'fields' | 'perhaps'>(name: N, fields: Fact<readonly string[]>): Values {
    if (fields.value.length === 0) return {};
    const words = new Set(fields.value.map((field) => this.fieldName(field)));
    return { [name]: { value: this.voice.list([...words]), source: fields.source } };
  }

  private fieldName(field: string): string {
    const own = this.asked.incident.fieldNames.get(field);
    if (own !== undefined) return this.typed(own, `fields.${field}`).value;
    return this.elementName(elementOf(field), field);
  }

  private elementName(element: Element | null, field: string): string {
    if (element === null || element === 'other')
      throw missing(`what the field \`${field}\` is called (\`texts.fields.${field}\`)`, 'which.shown');
    return this.language.elements[element];
  }
}

/** Advice follows from the kinds of data, the gravest first; data of one's profile count only where nothing else does. */
export function adviceFor(fields: readonly string[]): AdviceGroup[] {
  const groups = new Set(fields.map((field) => GROUP_OF[elementOf(field) ?? 'other']));
  if (groups.size > 1) groups.delete('profile');
  return ADVICE_GROUPS.filter((group) => groups.has(group));
}

export const contactWords = ({ name, email, phone }: Contact): string =>
  [name, email, phone].filter((part) => part !== undefined && part !== '').join(', ');

export function mergedStretches(stretches: readonly Stretch[]): readonly Stretch[] {
  const united: Stretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = united.at(-1);
    if (last !== undefined && stretch.from <= last.to)
      united[united.length - 1] = { from: last.from, to: Math.max(last.to, stretch.to) };
    else united.push(stretch);
  }
  if (united.length <= MOST_STRETCHES) return united;
  return [{ from: united[0]?.from ?? 0, to: united.at(-1)?.to ?? 0 }];
}
