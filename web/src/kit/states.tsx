/** The four states of whatever is asked of the server: loading, failed, empty, full. */
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Refused } from '../app/client.ts';
import { useWords } from '../words/index.tsx';

export function Loading() {
  const { t } = useWords();
  return (
    <p className="state soft" role="status" aria-busy="true">
      {t('state.loading')}
    </p>
  );
}

/** What went wrong, in the reader's words where we have them; the server's own are English. */
export function Failed({
  error,
  again,
  isWhole = false,
}: Readonly<{ error: Error; again?: (() => void) | undefined; isWhole?: boolean }>) {
  const { t, named } = useWords();
  const code = error instanceof Refused ? error.code : 'internal';
  const own = named('refused', code);
  const problems = error instanceof Refused ? error.problems : [];
  const request = error instanceof Refused ? error.request : undefined;
  return (
    <div className="failed" role="alert">
      {isWhole ? <h1>{t('state.failed')}</h1> : <h2>{t('state.failed')}</h2>}
      {own === code ? <p lang="en">{error.message}</p> : <p>{own}</p>}
      {problems.length > 0 && (
        <ul lang="en">
          {problems.map(({ at, message }) => (
            <li key={`${at} ${message}`}>
              <code>{at}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {request !== undefined && <p className="soft small">{t('state.request', { request })}</p>}
      {code === 'workspace-missing' ? (
        // To ask again changes nothing before the server is started with one.
        <p>
          <Link to="/connect">{t('start.connect')}</Link>
        </p>
      ) : (
        again !== undefined && (
          <button type="button" className="button" onClick={again}>
            {t('state.again')}
          </button>
        )
      )}
    </div>
  );
}

/** Nothing is there, which is no mistake; says what to do next. */
export function Empty({ title, children }: Readonly<{ title: string; children?: ReactNode }>) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

type Asking<T> = Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch' | 'isFetching'>;

/**
 * Draws the answer, or the state in which it is not there. An answer that was once there stays while it is asked for again and when
 * that fails, which is said above it: a form within it never goes away under whoever types.
 */
export function Loaded<T>({
  query,
  children,
  isWhole = false,
}: Readonly<{
  query: Asking<T>;
  children: (data: T) => ReactNode;
  /** Nothing else is on the page, so that what failed is its heading. */
  isWhole?: boolean;
}>) {
  const { data, error, refetch, isFetching } = query;
  const isThere = data !== undefined;
  const failed = error !== null && !isFetching && (
    <Failed error={error} again={() => void refetch()} isWhole={isWhole && !isThere} />
  );
  if (!isThere) return failed || <Loading />;
  return (
    <>
      {failed}
      {children(data)}
    </>
  );
}

/** What was there last, while something newer is asked for or was refused: a form never goes away under whoever types. */
export function useKept<T>(data: T | undefined): T | undefined {
  const [kept, setKept] = useState(data);
  if (data !== undefined && data !== kept) setKept(data);
  return data ?? kept;
}
