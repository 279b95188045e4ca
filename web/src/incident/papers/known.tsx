/** What papers are made of and no other page asks for: said here, in the groups in which somebody knows it. */
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import type { paths } from '../../app/api.gen.ts';
import { answerOf, api, Refused } from '../../app/client.ts';
import { useMe } from '../../app/session.ts';
import { line, one, optional, prose, type Raws, some, when, whole } from '../../kit/deed.parts.ts';
import { Deed } from '../../kit/deed.tsx';
import { useWords } from '../../words/index.tsx';
import type { Shown } from '../queries.ts';

type Body = paths['/api/incidents/{incident}']['patch']['requestBody']['content']['application/json'];
type Facts = Omit<Body, 'version'>;
type Cause = NonNullable<Facts['cause']>;
type Range = Readonly<{ min: number; max: number }>;

const DATA = [
  'name',
  'email',
  'postal-address',
  'phone',
  'date-of-birth',
  'orders',
  'messages',
  'credentials',
  'payment',
  'identity-document',
  'location',
  'special-category',
  'other',
] as const satisfies readonly NonNullable<NonNullable<Shown['categories']>['data']>[number][];
const PEOPLE = [
  'customers',
  'sellers',
  'visitors',
  'employees',
  'applicants',
  'children',
  'other',
] as const satisfies readonly NonNullable<NonNullable<Shown['categories']>['people']>[number][];
const REPORTERS = [
  'vendor',
  'seller',
  'security-researcher',
  'customer',
  'employee',
  'authority',
  'own-monitoring',
  'other',
] as const satisfies readonly NonNullable<Shown['reportedBy']>['as'][];
const ROLES = ['controller', 'joint-controller', 'processor'] as const satisfies readonly NonNullable<
  Shown['role']
>['as'][];
const ACTIONS = [
  'error',
  'misuse',
  'hacking',
  'malware',
  'social',
  'physical',
  'environmental',
  'unknown',
] as const satisfies readonly Cause['action'][];
const ACTORS = ['internal', 'external', 'partner', 'unknown'] as const satisfies readonly Cause['actor'][];

const whoParts = ({ site, brand, entity, role, contactPoint, reportedBy }: Shown) => ({
  site: optional(line('known.site', { first: site ?? '' })),
  brand: optional(line('known.brand', { first: brand ?? '' })),
  entity: optional(line('known.entity', { first: entity?.name ?? '' })),
  country: optional(line('known.country', { first: entity?.country ?? '', help: 'known.countryHelp' })),
  role: optional(one('known.role', ROLES, { group: 'data-role', first: role?.as ?? '' })),
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
  data: some('known.data', DATA, { group: 'data-category', first: categories?.data ?? [] }),
  people: some('known.people', PEOPLE, { group: 'people-category', first: categories?.people ?? [] }),
  min: optional(whole('known.min', { first: textOf(estimate?.min), help: 'known.minHelp' })),
  max: optional(whole('known.max', { first: textOf(estimate?.max) })),
  recordsMin: optional(whole('known.recordsMin', { first: textOf(records?.min) })),
  recordsMax: optional(whole('known.recordsMax', { first: textOf(records?.max) })),
});

/** One bound alone is both, as somebody who knows one number means it. */
const boundsOf = (min: number | undefined, max: number | undefined): Range | undefined => {
  const [low, high] = [min ?? max, max ?? min];
  return low === undefined || high === undefined ? undefined : { min: low, max: high };
};
/** A figure is said anew only when it is another: who said the one that is there stays. */
const figureOf = (said: Range | undefined, now: Range | undefined, by: string) =>
  now === undefined || (said?.min === now.min && said.max === now.max) ? undefined : { ...now, by };

const TEXTS = ['site', 'brand', 'contactPoint', 'effects', 'remedies', 'delay'] as const;
type Texts = Readonly<Partial<Record<(typeof TEXTS)[number], string | undefined>>>;

/** Only what is other than before; a text that was emptied is taken back. */
function changedTexts(shown: Shown, given: Texts): Pick<Facts, (typeof TEXTS)[number]> {
  const changed = TEXTS.filter((name) => name in given && (shown[name] ?? undefined) !== given[name]);
  return Object.fromEntries(changed.map((name) => [name, given[name] ?? null]));
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export function Known({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const { id: incident, version } = shown;
  const me = useMe();
  const queries = useQueryClient();
  // What the forms began with: what somebody else says meanwhile is neither overwritten nor does it take away what is typed.
  const [base, setBase] = useState(shown);
  const [saved, setSaved] = useState(version);
  if (base.version < saved && saved <= version) setBase(shown);
  const say = async (facts: Facts) => {
    const said = await answerOf(
      api.PATCH('/api/incidents/{incident}', {
        params: { path: { incident } },
        body: { version, ...facts },
      }),
    ).catch(async (error: unknown) => {
      if (error instanceof Refused && error.code === 'incident-changed')
        await queries.invalidateQueries({ queryKey: ['incident', incident] });
      throw error;
    });
    setSaved(said.version);
  };
  return (
    <Fragment key={base.version}>
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
        parts={whoParts(base)}
        run={({ role: as, for: whom, entity: name, country, reportedBy, ...texts }) => {
          const entity = name === undefined ? undefined : { name, ...(country && { country }) };
          const role = as === undefined ? undefined : { as, ...(whom && { for: whom }) };
          return say({
            ...changedTexts(base, texts),
            ...(entity && !isSame(entity, base.entity) && { entity }),
            ...(role && !isSame(role, base.role) && { role }),
            // A name that was said before stays beside it.
            ...(reportedBy && reportedBy !== base.reportedBy?.as && { reportedBy: { as: reportedBy } }),
          });
        }}
      />
      <Deed
        name={t('known.what')}
        parts={whatParts(base)}
        run={({ action, actor = 'unknown', summary, ...texts }) => {
          const { cause } = causeOf(base.cause, { action, actor, summary });
          return say({
            ...changedTexts(base, texts),
            ...(cause && !isSame(cause, base.cause) && { cause }),
          });
        }}
      />
      <Deed
        name={t('known.how')}
        parts={howParts(base)}
        run={({ data, people, min, max, recordsMin, recordsMax }) => {
          const by = me.person.name;
          const estimate = figureOf(base.estimate, boundsOf(min, max), by);
          const records = figureOf(base.records, boundsOf(recordsMin, recordsMax), by);
          const isOther = !isSame(
            [data, people],
            [base.categories?.data ?? [], base.categories?.people ?? []],
          );
          const categories = {
            ...(data.length === 0 ? {} : { data }),
            ...(people.length === 0 ? {} : { people }),
          };
          return say({
            ...(isOther && { categories: data.length + people.length === 0 ? null : categories }),
            ...(estimate && { estimate }),
            ...(records && { records }),
          });
        }}
      />
    </Fragment>
  );
}

/** The finer names of VERIS stay while the coarse ones do. */
function causeOf(
  before: Shown['cause'],
  {
    action,
    actor,
    summary,
  }: Readonly<Pick<Cause, 'actor'> & { action?: Cause['action'] | undefined; summary: string | undefined }>,
): Pick<Facts, 'cause'> {
  if (action === undefined) return {};
  return {
    cause: {
      action,
      actor,
      ...(before?.action === action ? { variety: before.variety } : {}),
      ...(before?.actor === actor ? { actorVariety: before.actorVariety } : {}),
      ...(summary === undefined ? {} : { summary }),
    },
  };
}
