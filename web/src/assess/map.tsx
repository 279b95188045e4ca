/** The duties as a map of the world; the table of them stands above it. */
import { Hatch } from '../kit/figure.tsx';
import { WorldMap } from '../kit/world-map.tsx';
import { useWords } from '../words/index.tsx';
import { dutiesByCountry, type Fill } from './map.rules.ts';
import type { Listed } from './queries.ts';

export function DutiesMap({ rows }: Readonly<{ rows: readonly Listed[] }>) {
  const { t, country, list } = useWords();
  const found = dutiesByCountry(rows);
  if (found.size === 0) return null;
  const named = (...fills: readonly Fill[]) =>
    list([...found].flatMap(([code, fill]) => (fills.includes(fill) ? [country(code)] : [])).toSorted());
  return (
    <section aria-labelledby="dutymap">
      <h2 id="dutymap">{t('dutymap.title')}</h2>
      <figure>
        <WorldMap of={[...found].map(([code, fill]) => ({ code, fill }))} europe={t('charts.europe')} />
        <figcaption className="soft small">
          {t('dutymap.filled')} <Hatch /> {t('dutymap.hatched')}
        </figcaption>
      </figure>
      <div className="unseen">
        <p>{t('dutymap.due', { countries: named('some', 'both') })}</p>
        <p>{t('dutymap.unknown', { countries: named('unknown', 'both') })}</p>
      </div>
    </section>
  );
}
