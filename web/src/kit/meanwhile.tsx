/** What two have said of the same at the same time: both are shown, and whoever is typing decides. */
import { useWords } from '../words/index.tsx';

export type Conflict = Readonly<{
  /** Fields that are decided upon together. */
  fields: readonly string[];
  places: readonly Readonly<{ label: string; theirs: string; mine: string }>[];
}>;

type Props = Readonly<{
  of: readonly Conflict[];
  onTheirs: (fields: readonly string[]) => void;
  onMine: (fields: readonly string[]) => void;
}>;

export function Conflicts({ of: conflicts, onTheirs, onMine }: Props) {
  const { t } = useWords();
  if (conflicts.length === 0) return null;
  return (
    <div className="failed" role="alert">
      <p>
        <strong>{t('meanwhile.title')}</strong>
      </p>
      <p>{t('meanwhile.why')}</p>
      <ul className="plain conflicts">
        {conflicts.map(({ fields, places }) => {
          const labels = places.map(({ label }) => label).join(', ');
          return (
            <li key={labels}>
              {places
                .filter(({ theirs, mine }) => theirs !== mine)
                .map(({ label, theirs, mine }) => (
                  <div key={label}>
                    <p>{label}</p>
                    <dl className="stated">
                      <div>
                        <dt>{t('saved.theirs')}</dt>
                        <dd className="as-came">{theirs === '' ? t('saved.nothing') : theirs}</dd>
                      </div>
                      <div>
                        <dt>{t('saved.mine')}</dt>
                        <dd className="as-came">{mine === '' ? t('saved.nothing') : mine}</dd>
                      </div>
                    </dl>
                  </div>
                ))}
              <p className="actions">
                <button
                  type="button"
                  className="link"
                  aria-label={`${t('saved.takeTheirs')}: ${labels}`}
                  onClick={() => onTheirs(fields)}
                >
                  {t('saved.takeTheirs')}
                </button>
                <button
                  type="button"
                  className="link"
                  aria-label={`${t('meanwhile.keepMine')}: ${labels}`}
                  onClick={() => onMine(fields)}
                >
                  {t('meanwhile.keepMine')}
                </button>
              </p>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
