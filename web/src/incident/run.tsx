/** Asking for a run of scope, and looking on while it goes. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { Failed } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';

export function RunButton({
  incident,
  words,
  quiet = false,
}: Readonly<{ incident: string; words: string; quiet?: boolean }>) {
  const queries = useQueryClient();
  const asking = useMutation({
    mutationFn: () =>
      answerOf(api.POST('/api/incidents/{incident}/runs', { params: { path: { incident } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', incident] }),
  });
  return (
    <>
      <button
        type="button"
        className={quiet ? 'button quiet' : 'button'}
        disabled={asking.isPending}
        onClick={() => asking.mutate()}
      >
        {words}
      </button>
      {asking.error !== null && <Failed error={asking.error} />}
    </>
  );
}

type Progress = Readonly<{ state: string; step?: string; done?: number; total?: number }>;
const ENDED = ['done', 'failed', 'cancelled'];
const EVENTS = ['waiting', 'running', ...ENDED];

/** Follows the job's events; the browser takes the stream up again by itself when it is cut off. */
function useProgress(incident: string, job: string): Progress | undefined {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress>();
  useEffect(() => {
    const events = new EventSource(`/api/jobs/${job}/events`);
    const handle = ({ data }: MessageEvent<string>) => {
      const told = JSON.parse(data) as Progress;
      setProgress(told);
      if (!ENDED.includes(told.state)) return;
      events.close();
      void queries.invalidateQueries({ queryKey: ['incident', incident] });
    };
    for (const name of EVENTS) events.addEventListener(name, handle);
    return () => events.close();
  }, [incident, job, queries]);
  return progress;
}

export function Running({ incident, job }: Readonly<{ incident: string; job: string }>) {
  const { t, named, bytes } = useWords();
  const queries = useQueryClient();
  const progress = useProgress(incident, job);
  const cancel = useMutation({
    mutationFn: () => answerOf(api.POST('/api/jobs/{job}/cancel', { params: { path: { job } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['incident', incident] }),
  });
  const step = progress?.step?.replace(/^reading log .*/, 'reading log') ?? progress?.state ?? 'waiting';
  const { done, total } = progress ?? {};
  return (
    <section className="running" aria-labelledby="running">
      <h2 id="running">{t('run.underWay')}</h2>
      <p role="status">{named('step', step)}</p>
      {done !== undefined && total !== undefined && (
        <>
          <progress value={done} max={total} aria-labelledby="running" />
          <p className="soft">{t('run.read', { done: bytes(done), total: bytes(total) })}</p>
        </>
      )}
      <button
        type="button"
        className="button quiet"
        disabled={cancel.isPending}
        onClick={() => cancel.mutate()}
      >
        {t('run.cancel')}
      </button>
      {cancel.error !== null && <Failed error={cancel.error} />}
    </section>
  );
}
