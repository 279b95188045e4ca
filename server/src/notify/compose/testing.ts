import { oneAddress } from '../../platform/mail/index.ts';
import type { Fact, IncidentFacts, PersonFacts, Source, Texts } from './facts.ts';

/** Facts of a made-up incident, for tests of this stage. */

const source: Source = { is: 'run', at: 'run_test' };
export const fact = <T>(value: T): Fact<T> => ({ value, source });
const at = (text: string): number => Date.parse(text);

export const TODAY = at('2025-11-22T09:00:00Z');
export const LANGUAGES = ['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'pl', 'sv', 'ja'] as const;

/** The words that an organisation would type, in every language. */
const CAUSE: Texts = {
  en: 'Since a change of our site, each review page showed the author’s whole record.',
  de: 'Seit einer Änderung unserer Website zeigte jede Seite mit einer Bewertung den ganzen Datensatz.',
  fr: 'Depuis une modification de notre site, chaque page d’avis montrait toute la fiche de l’auteur.',
  it: 'Da quando il sito è stato modificato, ogni pagina di recensione mostrava tutta la scheda dell’autore.',
  es: 'Desde un cambio de nuestro sitio, cada página de reseñas mostraba todos los datos del autor.',
  pt: 'Desde uma alteração do nosso site, cada página de avaliação mostrava todos os dados do autor.',
  nl: 'Sinds een wijziging van onze site toonde elke pagina met een beoordeling alle gegevens van de schrijver.',
  pl: 'Od zmiany naszej strony każda strona z opinią pokazywała wszystkie dane autora.',
  sv: 'Sedan en ändring av vår sida visade varje recension alla uppgifter om den som skrev den.',
  ja: 'サイトの変更後、レビューのページに投稿者の全情報が表示されていました。',
};
const CONTAINED: Texts = {
  en: 'we took the change back and cleared the stored copies.',
  de: 'Wir haben die Änderung zurückgenommen und gespeicherte Kopien gelöscht.',
  fr: 'nous avons annulé la modification et effacé les copies.',
  it: 'abbiamo annullato la modifica e cancellato le copie.',
  es: 'deshicimos el cambio y borramos las copias.',
  pt: 'desfizemos a alteração e apagámos as cópias.',
  nl: 'we hebben de wijziging teruggedraaid en de kopieën gewist.',
  pl: 'cofnęliśmy zmianę i usunęliśmy kopie.',
  sv: 'vi tog tillbaka ändringen och raderade kopiorna.',
  ja: '変更を元に戻し、保存された写しを削除しました。',
};

export const incidentSample = (change: Partial<IncidentFacts> = {}): IncidentFacts => ({
  organisation: fact('Marlow Market'),
  domain: fact('marlow.example'),
  contacts: new Map([
    [
      '',
      fact({ legalName: 'Marlow Market S.à r.l.', email: 'privacy@marlow.example', phone: '+352 20 00 00' }),
    ],
    ['GB', fact({ legalName: 'Marlow Market UK Ltd', email: 'privacy@marlow-uk.example' })],
  ]),
  leaks: [{ id: 'review-pages', kind: 'page', fields: ['name', 'email'] }],
  exposed: fact(34928),
  unknown: fact(5987),
  recipients: new Map([
    ['customer', fact(73935)],
    ['anonymous', fact(45431)],
    ['crawler', fact(52)],
    ['employee', fact(1)],
    ['own', fact(24)],
  ]),
  gaps: new Map([
    ['review-pages', fact([{ from: at('2025-11-19T10:31:00Z'), to: at('2025-11-19T11:18:00Z') }])],
  ]),
  cause: fact(CAUSE),
  contained: fact({ at: at('2025-11-20T15:30:00Z'), what: CONTAINED }),
  measures: fact([]),
  places: new Map(),
  fieldNames: new Map(),
  notExposed: fact(['password', 'cardNumber']),
  authorities: fact([{ name: 'CNPD', at: at('2025-11-21T09:00:00Z') }]),
  nextBy: fact(at('2025-12-05T12:00:00Z')),
  delayedByPolice: undefined,
  agencies: undefined,
  duties: [],
  zone: fact('UTC'),
  ...change,
});

export const personSample = (change: Partial<PersonFacts> = {}): PersonFacts => ({
  id: 'C1000001',
  to: oneAddress('ana@inbox.example'),
  name: fact('Ana Lopes'),
  language: 'en',
  country: 'LU',
  region: '',
  status: 'exposed',
  fields: fact(['name', 'email']),
  perhaps: fact([]),
  first: fact(at('2025-11-18T06:00:02Z')),
  last: fact(at('2025-11-20T15:29:59Z')),
  views: fact(1368),
  possiblySelf: false,
  others: new Map(),
  leaks: ['review-pages'],
  pages: fact([]),
  pageCount: fact(0),
  ...change,
});

export const unknownSample = (change: Partial<PersonFacts> = {}): PersonFacts =>
  personSample({
    status: 'unknown',
    fields: fact([]),
    perhaps: fact(['name', 'email']),
    first: undefined,
    last: undefined,
    views: fact(0),
    ...change,
  });
