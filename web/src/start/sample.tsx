/** A made-up incident with its six answers, as a run of scope over the synthetic marketplace has answered them. */
import { useQuery } from '@tanstack/react-query';
import { Drawing } from '../incident/drawing.tsx';
import { EvidencePanel } from '../incident/evidence.tsx';
import { type Answered, answered } from '../incident/queries.ts';
import { SixAnswers } from '../incident/six.tsx';
import { Source } from '../incident/source.tsx';
import { Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';

const sampleQuery = {
  queryKey: ['sample'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => {
    const { text, sha256 } = (await import('./sample.json')).default;
    return answered(text, sha256);
  },
};

export function Sample() {
  const { t } = useWords();
  const sample = useQuery(sampleQuery);
  return (
    <Loaded query={sample} isWhole>
      {(found) => (
        <article>
          <header className="incident-head">
            <p className="made-up">{t('sample.madeUp')}</p>
            <h1>{t('sample.title')}</h1>
          </header>
          <SixAnswers answer={found.answer} />
          <SampleTime answered={found} />
          <Source answered={found} />
          <EvidencePanel answered={found} />
        </article>
      )}
    </Loaded>
  );
}

function SampleTime({ answered: { answer } }: Readonly<{ answered: Answered }>) {
  const { t } = useWords();
  const { first, last } = answer.seen;
  const events = [
    ...(first === null ? [] : [{ at: first, label: t('time.firstSeen') }]),
    ...(last === null ? [] : [{ at: last, label: t('time.lastSeen') }]),
  ];
  return (
    <section aria-labelledby="time" className="time">
      <h2 id="time">{t('drawing.title')}</h2>
      <Drawing answer={answer} events={events} deadlines={[]} />
    </section>
  );
}
