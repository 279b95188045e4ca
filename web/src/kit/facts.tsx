/** What is known of one thing: names and values; a text that was erased says so, what is not there is left out. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../words/index.tsx';

type Value = ReactNode | null | undefined;

export function Facts({ of }: Readonly<{ of: readonly (readonly [name: string, value: Value])[] }>) {
  const { t } = useWords();
  const there = of.filter(([, value]) => value !== undefined && value !== false);
  if (there.length === 0) return null;
  return (
    <dl className="whole stated">
      {there.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="text">{value ?? t('erased')}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The way to what comes after a page of a list, and back to its beginning. */
export function Pages({ next, past }: Readonly<{ next: number | undefined; past: number | undefined }>) {
  const { t } = useWords();
  if (next === undefined && past === undefined) return null;
  return (
    <nav className="actions" aria-label={t('page.pages')}>
      {past !== undefined && (
        <Link to="." search={({ past: _, ...others }) => others}>
          {t('page.first')}
        </Link>
      )}
      {next !== undefined && (
        <Link to="." search={(before) => ({ ...before, past: next })}>
          {t('page.next')}
        </Link>
      )}
    </nav>
  );
}
