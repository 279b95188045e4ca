/** What stands around every chart: its name with its evidence, what it says in one sentence, and its figures as a table. */
import { type ReactNode, useId } from 'react';
import { type EvidenceOf, Evident } from '../kit/figure.tsx';
import { useWords } from '../words/index.tsx';

type Props = Readonly<{
  title: string;
  of: EvidenceOf;
  /** What a reader is to see in it. */
  says?: string | undefined;
  run: string;
  children: ReactNode;
  /** The same figures, where the chart is no table itself. */
  table?: ReactNode;
}>;

export function Chart({ title, of, says, run, children, table }: Props) {
  const { t } = useWords();
  const id = useId();
  return (
    <section className="chart" aria-labelledby={id}>
      <h2 id={id}>
        <Evident of={of}>{title}</Evident>
      </h2>
      {says !== undefined && <p>{says}</p>}
      <figure>
        {children}
        <figcaption className="soft small">
          {t('charts.source')} <code>{run}</code>
        </figcaption>
      </figure>
      {table !== undefined && (
        <details>
          <summary>{t('charts.table')}</summary>
          {table}
        </details>
      )}
    </section>
  );
}
