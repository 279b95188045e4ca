/** What papers are made of and no other page asks for: said here, in the groups in which somebody knows it. */
import {
  DATA_CATEGORIES,
  DATA_ROLES,
  PEOPLE_CATEGORIES,
  REPORTERS,
  VERIS_ACTIONS,
  VERIS_ACTORS,
  type VerisAction,
  type VerisActor,
} from '@forthright/contract/lists';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answerOf, api, Refused } from '../../app/client.ts';
import { useMe } from '../../app/session.ts';
import { line, one, optional, prose, type Raws, some, when, whole } from '../../kit/deed.parts.ts';
import { Deed } from '../../kit/deed.tsx';
import { useWords } from '../../words/index.tsx';
import type { Shown } from '../queries.ts';
import {
  changedCategories,
  changedCause,
  changedEntity,
  changedFigure,
  changedReporter,
  changedRole,
  changedTexts,
  type Facts,
} from './known.rules.ts';

const ACTIONS = Object.keys(VERIS_ACTIONS) as VerisAction[];
const ACTORS = Object.keys(VERIS_ACTORS) as VerisActor[];

const whoParts = ({ site, brand, entity, role, contactPoint, reportedBy }: Shown) => ({
  site: optional(line('known.site', { first: site ?? '' })),
  brand: optional(line('known.brand', { first: brand ?? '' })),
  entity: optional(line('known.entity', { first: entity?.name ?? '' })),
  // Without an entity a country would be nobody's.
  country: when(
    ({ entity: name }: Raws) => String(name).trim() !== '',
    optional(line('known.country', { first: entity?.country ?? '', help: 'known.countryHelp' })),
  ),
  role: optional(one('known.role', DATA_ROLES, { group: 'data-role', first: role?.as ?? '' })),
  for: when(
    ({ role: as }: Raws) => as === 'processor' || as === 'joint-controller',
    line('known.for', { first: role?.for ?? '' }),
  ),
  contactPoint: optional(
    line('known.contactPoint', { first: contactPoint ?? '', help: 'known.contactPointHelp' }),
  ),
  reportedBy: optional(
    one('known.reportedBy', REPORTERS, { group: 'reporter', first: reportedBy?.as ?? '' }),
  ),
});

const whatParts = ({ cause, effects, remedies, delay }: Shown) => ({
  action: optional(one('known.action', ACTIONS, { group: 'veris-action', first: cause?.action ?? '' })),
  actor: when(
    ({ action }: Raws) => action !== '',
    one('known.actor', ACTORS, { group: 'veris-actor', first: cause?.actor ?? 'unknown' }),
  ),
  summary: when(
    ({ action }: Raws) => action !== '',
    optional(prose('known.summary', { first: cause?.summary ?? '' })),
  ),
  effects: optional(prose('known.effects', { first: effects ?? '' })),
  remedies: optional(prose('known.remedies', { first: remedies ?? '' })),
  delay: optional(prose('known.delay', { first: delay ?? '', help: 'known.delayHelp' })),
});

const textOf = (value: number | undefined): string => (value === undefined ? '' : String(value));
const howParts = ({ categories, estimate, records }: Shown) => ({
  data: some('known.data', DATA_CATEGORIES, { group: 'data-category', first: categories?.data ?? [] }),
  people: some('known.people', PEOPLE_CATEGORIES, {
    group: 'people-category',
    first: categories?.people ?? [],
  }),
  min: optional(whole('known.min', { first: textOf(estimate?.min), help: 'known.minHelp' })),
  max: optional(whole('known.max', { first: textOf(estimate?.max) })),
  recordsMin: optional(whole('known.recordsMin', { first: textOf(records?.min) })),
  recordsMax: optional(whole('known.recordsMax', { first: textOf(records?.max) })),
});

/** What goes whole: whoever changes one part of it says the others, too. */
const WHO = [
  ['entity', 'country'],
  ['role', 'for'],
];
const WHAT = [['action', 'actor', 'summary']];
const HOW = [
  ['data', 'people'],
  ['min', 'max'],
  ['recordsMin', 'recordsMax'],
];

export function Known({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const { id: incident, version } = shown;
  const me = useMe();
  const queries = useQueryClient();
  const say = async (facts: Facts) => {
    await answerOf(
      api.PATCH('/api/incidents/{incident}', {
        params: { path: { incident } },
        body: { version, ...facts },
      }),
    ).catch(async (error: unknown) => {
      if (error instanceof Refused && error.code === 'incident-changed')
        await queries.invalidateQueries({ queryKey: ['incident', incident] });
      throw error;
    });
  };
  return (
    <>
      <p className="actions">
        <Link to="/incidents/$incident/times" params={{ incident }}>
          {t('known.times')}
        </Link>
        <Link to="/incidents/$incident/decide" params={{ incident }}>
          {t('decide.tab')}
        </Link>
      </p>
      <Deed
        name={t('known.who')}
        parts={whoParts(shown)}
        groups={WHO}
        run={({ role: as, for: whom, entity: name, country, reportedBy, ...texts }) =>
          say({
            ...changedTexts(shown, texts),
            ...changedEntity(shown, { name, country }),
            ...changedRole(shown, { as, for: whom }),
            ...changedReporter(shown, reportedBy),
          })
        }
      />
      <Deed
        name={t('known.what')}
        parts={whatParts(shown)}
        groups={WHAT}
        run={({ action, actor = 'unknown', summary, ...texts }) =>
          say({ ...changedTexts(shown, texts), ...changedCause(shown, { action, actor, summary }) })
        }
      />
      <Deed
        name={t('known.how')}
        parts={howParts(shown)}
        groups={HOW}
        run={({ data, people, min, max, recordsMin, recordsMax }) => {
          const by = me.person.name;
          return say({
            ...changedCategories(shown, { data, people }),
            ...changedFigure('estimate', shown, { min, max, by }),
            ...changedFigure('records', shown, { min: recordsMin, max: recordsMax, by }),
          });
        }}
      />
    </>
  );
}
