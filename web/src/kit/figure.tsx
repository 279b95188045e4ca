/** Figures that a person reads: each leads to its evidence, and what is unknown has one mark everywhere. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../words/index.tsx';

/** The hatch. It stands beside words that say the same, so it is nothing to who hears the page. */
export const Hatch = ({ className = 'hatch' }: Readonly<{ className?: string }>) => (
  <span className={className} aria-hidden="true" />
);

export function Mark() {
  const { t } = useWords();
  return (
    <>
      <svg className="evidence-mark" viewBox="0 0 12 14" aria-hidden="true">
        <path d="M1.5 1h6l3 3v9h-9zM7.5 1v3h3M3.5 7h5M3.5 9.5h5" fill="none" stroke="currentColor" />
      </svg>
      <span className="unseen">{t('evidence.of')}</span>
    </>
  );
}

/** What a figure leads to: the part of the evidence that it rests on. */
export type EvidenceOf = 'people' | 'fields' | 'places' | 'recipients' | 'times' | 'gaps';

/** The words of a figure as a link to its evidence. */
export const Evident = ({
  of,
  children,
  className = '',
}: Readonly<{ of: EvidenceOf; children: ReactNode; className?: string }>) => (
  <Link
    to="."
    search={(before) => ({ ...before, evidence: of })}
    className={`evident ${className}`}
    resetScroll={false}
  >
    {children}
    <Mark />
  </Link>
);

/** How many are unknown, as large and as dark as any other figure, behind the hatch. */
export const UnknownFigure = ({ of, children }: Readonly<{ of: EvidenceOf; children: ReactNode }>) => (
  <span className="unknown">
    <Hatch />
    <Evident of={of}>{children}</Evident>
  </span>
);
