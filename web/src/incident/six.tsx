/** The six questions and their answers. Every figure leads to its evidence, and what is unknown is as visible as what is known. */
import type { ReactNode } from 'react';
import { Bars, type Share } from '../kit/bars.tsx';
import { type EvidenceOf, Evident, Hatch, UnknownFigure } from '../kit/figure.tsx';
import { Between } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import type { ScopeAnswer } from './queries.ts';

export function SixAnswers({ answer }: Readonly<{ answer: ScopeAnswer }>) {
  return (
    <ol className="six plain">
      <HowMany answer={answer} />
      <Which answer={answer} />
      <Where answer={answer} />
      <ToWhom answer={answer} />
      <HowLong answer={answer} />
      <NotShown answer={answer} />
    </ol>
  );
}

function Question({ asks, children }: Readonly<{ asks: string; children: ReactNode }>) {
  return (
    <li className="question">
      <h2>{asks}</h2>
      <div className="answer">{children}</div>
    </li>
  );
}

/** A figure with its words, set large. */
function Large({ of, figure, words }: Readonly<{ of: EvidenceOf; figure: string; words: string }>) {
  return (
    <p className="large">
      <Evident of={of}>{figure}</Evident> <span className="large-words">{words}</span>
    </p>
  );
}

function LargeUnknown({ of, figure, words }: Readonly<{ of: EvidenceOf; figure: string; words: string }>) {
  return (
    <p className="large">
      <UnknownFigure of={of}>{figure}</UnknownFigure> <span className="large-words">{words}</span>
    </p>
  );
}

const byCount = (a: Share, b: Share): number => b.exposed - a.exposed || b.unknown - a.unknown;

function HowMany({ answer: { people } }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, number, country } = useWords();
  const countries = Object.entries(people.byCountry)
    .map(([code, split]) => ({ name: code === '' ? t('country.unknown') : country(code), ...split }))
    .sort(byCount);
  return (
    <Question asks={t('six.people')}>
      <div className="large-pair">
        <Large
          of="people"
          figure={number(people.exposed)}
          words={t('people.exposedWords', { count: people.exposed })}
        />
        <LargeUnknown of="gaps" figure={number(people.unknown)} words={t('people.unknownWords')} />
      </div>
      <p>
        <Evident of="people">
          {t('people.range', { min: number(people.min), max: number(people.max) })}
        </Evident>
      </p>
      <p className="soft">
        {t('people.clear', { clear: number(people.clear) })}
        {people.unidentified > 0 && ` ${t('people.unidentified', { count: people.unidentified })}`}
        {people.possiblySelf > 0 && ` ${t('people.possiblySelf', { count: people.possiblySelf })}`}
      </p>
      {countries.length > 0 && <Bars of="people" caption={t('people.byCountry')} rows={countries} />}
    </Question>
  );
}

function Which({ answer: { fields, combinations } }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, named, list, number } = useWords();
  const rows = Object.entries(fields)
    .map(([name, split]) => ({ name: named('field', name), ...split }))
    .sort(byCount);
  const [together] = combinations.filter((one) => one.fields.length > 1);
  return (
    <Question asks={t('six.fields')}>
      <p className="large sentence">
        <Evident of="fields">
          {rows.length === 0 ? t('fields.none') : list(rows.map(({ name }) => name))}
        </Evident>
      </p>
      {together !== undefined && (
        <p className="sentence">
          <Evident of="fields">
            {t('fields.together', {
              fields: list(together.fields.map((name) => named('field', name))),
              count: together.people,
              people: number(together.people),
            })}
          </Evident>
        </p>
      )}
      {rows.length > 0 && <Bars of="fields" caption={t('fields.each')} rows={rows} />}
    </Question>
  );
}

function Where({ answer: { where } }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, number } = useWords();
  const pages = where.pages.slice(0, 4);
  return (
    <Question asks={t('six.places')}>
      <Large of="places" figure={number(where.items)} words={t('places.items', { count: where.items })} />
      {where.hosts.length > 0 && (
        <p>
          {t('places.hosts')}{' '}
          <bdi>
            {where.hosts
              .slice(0, 5)
              .map(({ name }) => name)
              .join(', ')}
          </bdi>
        </p>
      )}
      {pages.length > 0 && (
        <>
          <p className="soft">{t('places.most')}</p>
          <ul className="plain places">
            {pages.map(({ name, views }) => (
              <li key={name}>
                <code>{name}</code> <span className="soft">{t('views', { count: views })}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {where.itemsWithoutReference > 0 && (
        <p>
          <Hatch /> {t('places.unreferenced', { count: where.itemsWithoutReference })}
        </p>
      )}
    </Question>
  );
}

function ToWhom({ answer: { recipients, views } }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, number } = useWords();
  const { own = 0, ...others } = recipients.byClass;
  const classes = Object.entries(others)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  return (
    <Question asks={t('six.recipients')}>
      {classes.length === 0 ? (
        <p className="large">
          <Evident of="recipients">{t('recipients.none')}</Evident>
        </p>
      ) : (
        <ul className="plain larges">
          {classes.map(([name, count], at) => (
            <li key={name} className={at === 0 ? 'large' : 'large less'}>
              <Evident of="recipients">{number(count)}</Evident>{' '}
              <span className="large-words">{t(`class.${name}` as 'class.customer', { count })}</span>
            </li>
          ))}
        </ul>
      )}
      <p>
        <Evident of="recipients">{t('recipients.views', { views: number(views), count: views })}</Evident>
      </p>
      {recipients.crawlers.length > 0 && (
        <p>
          {t('recipients.crawlers')}{' '}
          {recipients.crawlers
            .slice(0, 5)
            .map(({ name, people }) => `${name} (${t('people', { count: people })})`)
            .join(', ')}
        </p>
      )}
      {own > 0 && <p className="soft">{t('recipients.own', { count: own })}</p>}
    </Question>
  );
}

function HowLong({ answer: { window, seen } }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, length } = useWords();
  const believed =
    window.from === null || window.to === null ? undefined : { from: window.from, to: window.to };
  return (
    <Question asks={t('six.times')}>
      {believed === undefined ? (
        <p className="large">
          <UnknownFigure of="times">{t('times.unknown')}</UnknownFigure>
        </p>
      ) : (
        <>
          <p className="large">
            <Evident of="times">{length(Date.parse(believed.to) - Date.parse(believed.from))}</Evident>
          </p>
          <p>
            <Between from={believed.from} to={believed.to} />
          </p>
        </>
      )}
      {seen.first === null || seen.last === null ? (
        <p>
          <Hatch /> {t('times.notSeen')}
        </p>
      ) : (
        <p className="soft">
          {t('times.seen')} <Between from={seen.first} to={seen.last} />
        </p>
      )}
    </Question>
  );
}

function NotShown({ answer: { gaps, rejected, cautions, people } }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, number, named, length } = useWords();
  return (
    <Question asks={t('six.gaps')}>
      {gaps.length === 0 ? (
        <p className="large">
          <Evident of="gaps">{t('gaps.none')}</Evident>
        </p>
      ) : (
        <>
          <p className="large">
            <UnknownFigure of="gaps">{number(gaps.length)}</UnknownFigure>{' '}
            <span className="large-words">{t('gaps.words', { count: gaps.length })}</span>
          </p>
          <p>
            <Evident of="gaps">
              {t('gaps.people', { count: people.unknown, people: number(people.unknown) })}
            </Evident>
          </p>
          <ul className="gaps">
            {gaps.slice(0, 5).map((gap) => (
              <li key={`${gap.log} ${gap.unit} ${gap.from} ${gap.reason}`}>
                <span className="gap-name">
                  <Hatch /> <code>{gap.unit === '' ? gap.log : gap.unit}</code>
                </span>{' '}
                {[named('gap', gap.reason), length(Date.parse(gap.to) - Date.parse(gap.from))].join(', ')}{' '}
                <span className="soft">
                  <Between from={gap.from} to={gap.to} />
                </span>
              </li>
            ))}
          </ul>
          {gaps.length > 5 && <p className="soft">{t('gaps.more', { count: gaps.length - 5 })}</p>}
        </>
      )}
      {rejected.lines > 0 && (
        <p>
          <Hatch /> {t('gaps.rejected', { count: rejected.lines, lines: number(rejected.lines) })}
        </p>
      )}
      {cautions.length > 0 && (
        <details>
          <summary>{t('cautions', { count: cautions.length })}</summary>
          <ul>
            {cautions.map(({ code, text }) => (
              <li key={`${code} ${text}`}>
                {named('caution', code)}{' '}
                <span className="soft whole-line" lang="en">
                  {text}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Question>
  );
}
