import { Link } from '@tanstack/react-router';
import { useWords } from '../words/index.tsx';

export function NotFound() {
  const { t } = useWords();
  return (
    <section className="state">
      <h1>{t('notFound.title')}</h1>
      <p>
        <Link to="/">{t('notFound.home')}</Link>
      </p>
    </section>
  );
}
