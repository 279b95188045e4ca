import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import type { Answered } from './queries.ts';

/** Where the figures of this page come from, in one line. */
export function Source({ answered: { answer, askedAt } }: Readonly<{ answered: Answered }>) {
  const { t, bytes } = useWords();
  const { files } = answer.evidence;
  return (
    <p className="source soft">
      {t('source', { count: files.length, size: bytes(files.reduce((sum, file) => sum + file.bytes, 0)) })}{' '}
      <code>{answer.run}</code> {askedAt !== undefined && <When at={askedAt} />}
    </p>
  );
}
