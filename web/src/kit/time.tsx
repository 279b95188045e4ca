import { useWords } from '../words/index.tsx';

/** An instant in the reader's zone, and in UTC. */
export function When({ at }: Readonly<{ at: string }>) {
  const { local, utc } = useWords();
  const here = local(at);
  const there = utc(at);
  return (
    <time dateTime={at} className="when">
      {here}
      {here !== there && (
        <>
          {' '}
          <span className="soft when-utc">{there}</span>
        </>
      )}
    </time>
  );
}

/** From one instant to another. */
export function Between({ from, to }: Readonly<{ from: string; to: string }>) {
  const { t } = useWords();
  return (
    <>
      <When at={from} /> {t('times.to')} <When at={to} />
    </>
  );
}
