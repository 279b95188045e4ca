/** Who saw a person's data, and whom a viewer saw, view by view, each with its line in the log. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Hatch } from '../kit/figure.tsx';
import { Loaded } from '../kit/states.tsx';
import { Between, When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { type Side, type SingleView, singlesQueries, type ViewsShown } from './queries.ts';

type Props = Readonly<{ incident: string; job: string; begin: Side }>;

/** From one person to a viewer and on; the way back is the way that one came. */
export function SingleViews({ incident, job, begin }: Props) {
  const { t } = useWords();
  const [way, setWay] = useState<readonly Side[]>([begin]);
  const side = way.at(-1) ?? begin;
  return (
    <div className="single-views">
      {way.length > 1 && (
        <p>
          <button type="button" className="suggestion" onClick={() => setWay(way.slice(0, -1))}>
            {t('views.back', { asked: way.at(-2)?.asked ?? '' })}
          </button>
        </p>
      )}
      <OfSide
        key={`${side.by} ${side.asked}`}
        incident={incident}
        job={job}
        side={side}
        onGo={(next) => setWay([...way, next])}
      />
    </div>
  );
}

type OfSideProps = Readonly<{ incident: string; job: string; side: Side; onGo: (side: Side) => void }>;

function OfSide({ incident, job, side, onGo }: OfSideProps) {
  const { t } = useWords();
  const [after, setAfter] = useState(0);
  const query = useQuery(singlesQueries.views({ incident, job }, side, after));
  return (
    <Loaded query={query}>
      {(found) => (
        <>
          <Sums found={found} side={side} />
          {found.views.length > 0 && <Views views={found.views} side={side} onGo={onGo} />}
          <p className="actions">
            {after > 0 && (
              <button type="button" className="button quiet" onClick={() => setAfter(0)}>
                {t('page.first')}
              </button>
            )}
            {found.next !== undefined && (
              <button type="button" className="button quiet" onClick={() => setAfter(found.next ?? 0)}>
                {t('page.next')}
              </button>
            )}
            <span className="soft small">
              {t('views.recorded', { entry: found.entry })} {t('charts.source')} <code>{found.run}</code>
            </span>
          </p>
        </>
      )}
    </Loaded>
  );
}

function Sums({ found: { people, viewers, total }, side }: Readonly<{ found: ViewsShown; side: Side }>) {
  const { t, number, named, list } = useWords();
  const values = { views: number(total.views), count: total.views };
  return (
    <div className="sums">
      <h3>
        {t(side.by === 'person' ? 'views.ofPerson' : 'views.ofViewer')} <bdi>{side.asked}</bdi>
      </h3>
      {people.map(({ person, status, fields, inDirectory }) => (
        <p key={person}>
          {people.length > 1 && <code>{person}</code>} {status === 'unknown' && <Hatch />}
          {t(`views.status.${status}`, { fields: list(fields.map((name) => named('field', name))) })}
          {!inDirectory && ` ${t('views.unidentified')}`}
        </p>
      ))}
      {viewers.map(({ viewer, class: name }) => (
        <p key={`${name} ${viewer}`}>
          <bdi>{viewer}</bdi>{' '}
          <span className="soft">{t(`class.${name}` as 'class.customer', { count: 1 })}</span>
        </p>
      ))}
      <p>
        {total.views === 0
          ? t('views.none')
          : side.by === 'person'
            ? t('views.bySome', { ...values, viewers: number(total.viewers), some: total.viewers })
            : t('views.ofSome', { ...values, people: number(total.people), some: total.people })}{' '}
        {total.first !== null && total.last !== null && (
          <span className="soft">
            <Between from={total.first} to={total.last} />
          </span>
        )}
      </p>
    </div>
  );
}

type ViewsProps = Readonly<{ views: readonly SingleView[]; side: Side; onGo: (side: Side) => void }>;

function Views({ views, side, onGo }: ViewsProps) {
  const { t, named, list } = useWords();
  const isPerson = side.by === 'person';
  return (
    <table className="table lines">
      <caption className="unseen">{t('views.each')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('views.when')}</th>
          <th scope="col">{t(isPerson ? 'views.viewer' : 'views.person')}</th>
          <th scope="col">{t('views.what')}</th>
        </tr>
      </thead>
      <tbody>
        {views.map((view, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a page of views never changes.
          <tr key={n}>
            <td>{view.at === null ? <Stated /> : <When at={view.at} />}</td>
            <td className="line-who">
              <Other view={view} isPerson={isPerson} onGo={onGo} />
            </td>
            <td>
              <code>{view.page}</code>{' '}
              <span className="soft">{list(view.fields.map((name) => named('field', name)))}</span>
              <Line view={view} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Stated() {
  const { t } = useWords();
  return <span>{t('views.stated')}</span>;
}

/** The other side of a view; an account with its program can be asked for by its address alone. */
function Other({
  view,
  isPerson,
  onGo,
}: Readonly<{ view: SingleView; isPerson: boolean; onGo: (side: Side) => void }>) {
  const { t } = useWords();
  const name = isPerson ? view.viewer : view.person;
  const [asked = ''] = name.split(' · ');
  const isAsked = name !== 'withheld' && asked !== 'unknown address';
  return (
    <>
      {isAsked ? (
        <button
          type="button"
          className="suggestion"
          onClick={() => onGo({ by: isPerson ? 'viewer' : 'person', asked })}
        >
          <bdi>{name}</bdi>
        </button>
      ) : (
        <bdi>{name}</bdi>
      )}
      {isPerson && (
        <span className="soft small line-file">
          {t(`class.${view.class}` as 'class.customer', { count: 1 })}
        </span>
      )}
    </>
  );
}

function Line({ view: { file, line, text, offset, noLine } }: Readonly<{ view: SingleView }>) {
  const { t, number } = useWords();
  if (file === null || line === null) return null;
  return (
    <div className="log-line">
      <span className="soft small line-file">
        <code>{`${file}:${line}`}</code>
        {offset !== null && ` ${t('views.offset', { offset: number(offset) })}`}
      </span>
      {text !== null && <pre>{text}</pre>}
      {noLine !== null && <span className="small">{t(`views.noLine.${noLine}`)}</span>}
    </div>
  );
}
