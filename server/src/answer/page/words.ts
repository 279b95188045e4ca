/** One edition in one language. Pure: the same facts give the same words. */
import { type Element, ForthrightError, type PageSection } from '@forthright/contract';
import { elementOf } from '../../assess/index.ts';
import {
  adviceFor,
  type Block,
  contactWords,
  type Fact,
  type MessageKey,
  mergedStretches,
  type SaidFact,
  type Source,
  type Texts,
  type Values,
  Voice,
} from '../../notify/index.ts';
import type { PageFact, PageKey, PageLanguage } from './texts.ts';
import type { PageFacts, PageSectionText, PageText } from './types.ts';

export type ComposedPage = Readonly<{
  text: Omit<PageText, 'changes'>;
  /** What was said, and where each value comes from. */
  facts: readonly SaidFact<PageFact>[];
}>;

export function composePage(facts: PageFacts, language: PageLanguage): ComposedPage {
  const writer = new PageWriter(facts, language);
  return { text: writer.write(), facts: writer.voice.said };
}

const paragraph = (text: string): Block => ({ is: 'paragraph', text });
const list = (items: readonly string[]): Block[] => (items.length === 0 ? [] : [{ is: 'list', items }]);
const RECORD = 'record.jsonld';

class PageWriter {
  readonly voice: Voice<PageKey | MessageKey, PageFact>;
  private readonly facts: PageFacts;
  private readonly language: PageLanguage;

  constructor(facts: PageFacts, language: PageLanguage) {
    this.facts = facts;
    this.language = language;
    // Of no person's country: the organisation's own.
    this.voice = new Voice(language, facts.country, facts.common.zone.value);
  }

  write(): Omit<PageText, 'changes'> {
    const { common, today } = this.facts;
    const title = this.say('title', { organisation: common.organisation });
    const lead = this.say('lead', { today: caller('today', today) });
    const sections: PageSectionText[] = [
      this.section('what', this.what()),
      this.section('howMany', this.howMany()),
      this.section('whom', this.whom()),
      this.section('data', this.data()),
      this.section('where', this.where()),
      this.section('toWhom', this.toWhom()),
      this.section('howLong', this.howLong()),
      this.section('cause', this.cause()),
      this.section('fixed', this.fixed()),
      this.section('advice', this.advice()),
      this.section('authorities', this.authorities()),
      this.section('open', this.open()),
      { section: 'notices', heading: this.say('heading.notices'), blocks: this.notices() },
    ];
    const questions = this.questions();
    return { title, lead, sections, questions, press: this.press(title, lead, sections) };
  }

  private say(key: PageKey | MessageKey, values: Values<PageFact> = {}): string {
    return this.voice.say(key, values);
  }

  /** What is known, and then, where more is to come, why it is not known and by when it will be. */
  private section(section: PageSection, known: readonly Block[]): PageSectionText {
    const open = this.facts.notYet.filter((one) => one.section === section);
    const said = open.map(({ because, until }) =>
      paragraph(this.say('notYet', { because: this.typed(because), until })),
    );
    return { section, heading: this.say(`heading.${section}`), blocks: [...known, ...said] };
  }

  private what(): Block[] {
    const kinds = new Set(this.facts.common.leaks.map(({ kind }) => this.say(`kind.${kind}`)));
    return [...kinds].map(paragraph);
  }

  private howMany(): Block[] {
    const { common, unidentified } = this.facts;
    const { exposed, unknown } = common;
    const more = unidentified.value === 0 ? [] : [this.say('howMany.unidentified', { number: unidentified })];
    return [paragraph([this.say('what.number', { exposed, unknown }), ...more].join(' '))];
  }

  private whom(): Block[] {
    const { whom, countries, elsewhere } = this.facts;
    const names = new Intl.DisplayNames([this.voice.locale], { type: 'region' });
    const said = countries.map(({ country, number }) =>
      this.say('whom.country', {
        country: { value: names.of(country) ?? country, source: number.source },
        number,
      }),
    );
    if (elsewhere !== undefined) said.push(this.say('whom.elsewhere', { number: elsewhere }));
    const [first] = countries;
    const source = first?.number.source ?? elsewhere?.source;
    return [
      ...(whom === undefined ? [] : [paragraph(this.typed(whom).value)]),
      ...(source === undefined
        ? []
        : [paragraph(this.say('whom.countries', { countries: { value: said.join('; '), source } }))]),
    ];
  }

  private data(): Block[] {
    const { fields, perhaps, common } = this.facts;
    const shown = fields.map(({ field, number }) =>
      this.say('data.field', { field: { value: this.fieldName(field), source: number.source }, number }),
    );
    const none = common.notExposed;
    return [
      ...(shown.length === 0 ? [] : [paragraph(this.say('data.shown')), ...list(shown)]),
      ...(perhaps.value.length === 0
        ? []
        : [
            paragraph(
              this.say('which.perhaps', {
                perhaps: {
                  value: this.voice.list([...new Set(perhaps.value.map((field) => this.fieldName(field)))]),
                  source: perhaps.source,
                },
              }),
            ),
          ]),
      ...(none === undefined
        ? []
        : [
            paragraph(
              this.say('which.notExposed', {
                notExposed: {
                  value: this.voice.list(none.value.map((element) => this.elementName(element, element))),
                  source: none.source,
                },
              }),
            ),
          ]),
    ];
  }

  private where(): Block[] {
    const { common, items } = this.facts;
    const places = common.leaks.flatMap(({ id }) => {
      const place = common.places.get(id);
      return place === undefined ? [] : [this.say('what.place', { place: this.typed(place) })];
    });
    const counted = items.value === 0 ? [] : [this.say('where.items', { number: items })];
    return [...new Set(places), ...counted].map(paragraph);
  }

  private toWhom(): Block[] {
    const words = [...this.facts.common.recipients].flatMap(([kind, number]) =>
      kind === 'own' || number.value === 0 ? [] : [this.say(`recipients.${kind}`, { number })],
    );
    if (words.length === 0) return [];
    const source: Source = { is: 'run', at: `${this.facts.run}:recipients.byClass` };
    return [paragraph(this.say('what.all', { recipients: { value: this.voice.list(words), source } }))];
  }

  private howLong(): Block[] {
    const { seen } = this.facts;
    return seen === undefined ? [] : [paragraph(this.say('howLong.seen', seen))];
  }

  private cause(): Block[] {
    const { cause } = this.facts.common;
    return Object.keys(cause.value).length === 0 ? [] : [paragraph(this.typed(cause).value)];
  }

  private fixed(): Block[] {
    const { contained, measures } = this.facts.common;
    return [
      ...(contained === undefined
        ? []
        : [
            paragraph(
              this.say('doing.contained', {
                at: { value: contained.value.at, source: contained.source },
                contained: this.typed({ value: contained.value.what, source: contained.source }),
              }),
            ),
          ]),
      ...list(measures.value.map((value) => this.typed({ value, source: measures.source }).value)),
    ];
  }

  private advice(): Block[] {
    const { fields, perhaps } = this.facts;
    const groups = adviceFor([...fields.map(({ field }) => field), ...perhaps.value]);
    return list(groups.map((group) => `${this.say(`risk.${group}`)} ${this.say(`advice.${group}`)}`));
  }

  private authorities(): Block[] {
    const { common, told } = this.facts;
    const { authorities } = common;
    const { source } = authorities;
    const names = authorities.value.map(({ name, at }) =>
      this.say('authority', { authority: { value: name, source }, at: { value: at, source } }),
    );
    if (names.length === 0) return [];
    const said = this.say('doing.authorities', {
      authorities: { value: this.voice.list(names), source },
    });
    return [paragraph(said), ...(told === undefined ? [] : [paragraph(this.typed(told).value)])];
  }

  private open(): Block[] {
    const { common, notYet } = this.facts;
    const { unknown, nextBy, gaps } = common;
    const people =
      unknown.value === 0 || nextBy === undefined ? [] : [this.say('open.people', { unknown, nextBy })];
    const facts = [...gaps.values()];
    const stretches = mergedStretches(facts.flatMap(({ value }) => value));
    const [first] = facts;
    const gapped =
      unknown.value === 0 || first === undefined || stretches.length === 0
        ? []
        : [
            this.say('open.gaps', {
              stretches: {
                value: stretches
                  .map(({ from, to }) =>
                    this.say('stretch', {
                      from: { value: from, source: first.source },
                      to: { value: to, source: first.source },
                    }),
                  )
                  .join('; '),
                source: first.source,
              },
            }),
          ];
    const sections = notYet.map(({ section, because, until }) =>
      this.say('open.section', {
        section: { value: this.say(`heading.${section}`), source: because.source },
        because: this.typed(because),
        until,
      }),
    );
    const said = [...people, ...gapped];
    if (said.length + sections.length === 0) return [paragraph(this.say('open.none'))];
    return [...(said.length === 0 ? [] : [paragraph(said.join(' '))]), ...list(sections)];
  }

  private notices(): Block[] {
    const { notices, run } = this.facts;
    const [first] = notices;
    const figures = this.say('figures', {
      run: { value: run, source: { is: 'run', at: run } },
      file: caller('file', RECORD),
    });
    if (first === undefined) return [paragraph(this.say('notices.none')), paragraph(figures)];
    const value = notices.reduce((sum, { leaves }) => sum + leaves.value, 0);
    return [
      paragraph(this.say('notices.count', { number: { value, source: first.leaves.source } })),
      paragraph(figures),
    ];
  }

  private questions(): PageText['questions'] {
    const { contact, common, questions } = this.facts;
    return [
      {
        question: this.say('q.mine'),
        answer: [
          this.say('a.mine', {
            legalName: { value: contact.value.legalName, source: contact.source },
            contact: { value: contactWords(contact.value), source: contact.source },
          }),
        ],
      },
      { question: this.say('q.genuine'), answer: [this.say('a.genuine', { domain: common.domain })] },
      ...questions.map(({ question, answer }) => ({
        question: this.typed(question).value,
        answer: [this.typed(answer).value],
      })),
    ];
  }

  /** The same words without headings, but for what only those who are concerned need. */
  private press(title: string, lead: string, sections: readonly PageSectionText[]): string {
    const { contact, address, number, base } = this.facts;
    const values = {
      legalName: { value: contact.value.legalName, source: contact.source },
      contact: { value: contactWords(contact.value), source: contact.source },
    };
    const parts = sections
      .filter(({ section }) => section !== 'advice')
      .flatMap(({ blocks }) => blocks.map(plain));
    const where = `${base}incidents/${address}/${number}/${this.language.language}.html`;
    return `${[title, lead, ...parts, this.say('more.contact', values), where].join('\n\n')}\n`;
  }

  private typed(fact: Fact<Texts>): Fact<string> {
    const value = fact.value[this.language.language];
    if (value === undefined) throw new Error('Texts are looked through before a page is composed.');
    return { value, source: fact.source };
  }

  private fieldName(field: string): string {
    const own = this.facts.common.fieldNames.get(field);
    return own === undefined ? this.elementName(elementOf(field), field) : this.typed(own).value;
  }

  private elementName(element: Element | null, field: string): string {
    if (element === null || element === 'other')
      throw new ForthrightError(
        'edition-incomplete',
        `The page needs what the field \`${field}\` is called (\`statement.texts.fields.${field}\`).`,
      );
    return this.language.elements[element];
  }
}

const caller = <T>(at: string, value: T): Fact<T> => ({ value, source: { is: 'caller', at } });

/** A block as plain text. */
export function plain(block: Block): string {
  return block.is === 'list' ? block.items.map((item) => `- ${item}`).join('\n') : block.text;
}
