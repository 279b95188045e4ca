/** What stands above every page of the settings: the others. */
import { Link } from '@tanstack/react-router';
import { useWords } from '../words/index.tsx';
import { usePlaces } from './places.ts';

export function SettingsHead({ title }: Readonly<{ title: string }>) {
  const { t } = useWords();
  const places = usePlaces().filter(({ group }) => group === 'settings');
  return (
    <>
      <h1>{title}</h1>
      {places.length > 1 && (
        <nav className="parts" aria-label={t('shell.settings')}>
          <ul className="plain part-ways">
            {places.map(({ path, name }) => (
              <li key={path}>
                <Link to={path} activeProps={{ className: 'here' }}>
                  {t(name)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </>
  );
}
