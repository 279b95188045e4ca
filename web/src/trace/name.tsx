/** The name behind a pseudonym: asked for by one, granted by another, and said to whoever may ask while it is unlocked. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { APPROVERS, DECIDERS, hasOne, useMe } from '../app/session.ts';
import { Field } from '../kit/form.tsx';
import { useName } from '../kit/names.ts';
import { Failed } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import type { Named, OfRun, Unlock } from './queries.ts';

const HOURS = [8, 24, 72, 168] as const;

type Props = Readonly<{
  of: OfRun;
  /** The evidence that is the answer in which the pseudonym stands. */
  evidence: string;
  named: Named;
  /** Those of this pseudonym. */
  unlocks: readonly Unlock[];
  isOpen: boolean;
}>;

export function Name({ of, evidence, named, unlocks, isOpen }: Props) {
  const { t } = useWords();
  const me = useMe();
  const granted = unlocks.find(({ state }) => state === 'granted');
  const asked = unlocks.find(({ state }) => state === 'asked');
  const mayUnlock = isOpen && hasOne(me, APPROVERS);
  return (
    <>
      <h3>{t('unlock.title')}</h3>
      {granted !== undefined ? (
        <>
          <p>
            {t('unlock.until')} <When at={granted.until} />
          </p>
          <Signed unlock={granted} />
          {hasOne(me, DECIDERS) && <Say of={of} pseudonym={named.candidate} />}
        </>
      ) : asked !== undefined ? (
        <>
          <p>{t('unlock.waits')}</p>
          <Signed unlock={asked} />
          {mayUnlock &&
            (asked.askedBy === me.person.id ? (
              <p className="soft">{t('unlock.own')}</p>
            ) : (
              <Grant of={of} unlock={asked.id} />
            ))}
        </>
      ) : (
        <>
          <p>{t('unlock.locked')}</p>
          {mayUnlock && <Ask of={of} evidence={evidence} pseudonym={named.candidate} />}
        </>
      )}
    </>
  );
}

function Signed({ unlock }: Readonly<{ unlock: Unlock }>) {
  const { t } = useWords();
  const name = useName();
  return (
    <ul className="plain rows">
      <li>
        <span className="row-title">{t('unlock.asked', { who: name(unlock.askedBy) })}</span>
        <When at={unlock.askedAt} />
        <span className="whole">{unlock.reason ?? t('erased')}</span>
      </li>
      {unlock.grantedBy !== undefined && (
        <li>
          <span className="row-title">{t('unlock.granted', { who: name(unlock.grantedBy) })}</span>
          <span className="whole">{unlock.grantedReason ?? t('erased')}</span>
        </li>
      )}
    </ul>
  );
}

/** After it the incident and its unlocks are asked for anew. */
function useDeed(of: OfRun, deed: () => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: deed,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', of.incident] }),
  });
}

function Reason({ value, set }: Readonly<{ value: string; set: (value: string) => void }>) {
  const { t } = useWords();
  return (
    <Field label={t('trace.reason')}>
      {(ids) => (
        <textarea
          {...ids}
          required
          rows={2}
          maxLength={20_000}
          value={value}
          onChange={({ target }) => set(target.value)}
        />
      )}
    </Field>
  );
}

function Ask({ of, evidence, pseudonym }: Readonly<{ of: OfRun; evidence: string; pseudonym: string }>) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const [hours, setHours] = useState<number>(24);
  const asking = useDeed(of, () =>
    answerOf(
      api.POST('/api/incidents/{incident}/unlocks', {
        params: { path: { incident: of.incident } },
        body: { run: evidence, pseudonym, reason, hours },
      }),
    ),
  );
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <Reason value={reason} set={setReason} />
      <Field label={t('unlock.hours')}>
        {(ids) => (
          <select {...ids} value={hours} onChange={({ target }) => setHours(Number(target.value))}>
            {HOURS.map((one) => (
              <option key={one} value={one}>
                {t('unlock.hoursAre', { count: one })}
              </option>
            ))}
          </select>
        )}
      </Field>
      {asking.error !== null && <Failed error={asking.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={asking.isPending}>
          {t('unlock.ask')}
        </button>
      </p>
    </form>
  );
}

function Grant({ of, unlock }: Readonly<{ of: OfRun; unlock: string }>) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const granting = useDeed(of, () =>
    answerOf(
      api.POST('/api/incidents/{incident}/unlocks/{unlock}/grant', {
        params: { path: { incident: of.incident, unlock } },
        body: { reason },
      }),
    ),
  );
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    granting.mutate();
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <Reason value={reason} set={setReason} />
      {granting.error !== null && <Failed error={granting.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={granting.isPending}>
          {t('unlock.grant')}
        </button>
      </p>
    </form>
  );
}

/** The name is asked for by a click, since to whom it was said is recorded each time; it is kept nowhere. */
function Say({ of, pseudonym }: Readonly<{ of: OfRun; pseudonym: string }>) {
  const { t } = useWords();
  const saying = useMutation({
    gcTime: 0,
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/traces/{trace}/runs/{job}/names', {
          params: { path: of },
          body: { pseudonym },
        }),
      ),
  });
  return (
    <>
      <p className="actions" role="status">
        {saying.data === undefined ? (
          <>
            <button
              type="button"
              className="button"
              disabled={saying.isPending}
              onClick={() => saying.mutate()}
            >
              {t('unlock.say')}
            </button>
            <span className="soft">{t('unlock.sayWhy')}</span>
          </>
        ) : (
          <>
            <strong>{t('unlock.is', { who: pseudonym, account: saying.data.account })}</strong>
            <span className="soft">{t('trace.entry', { entry: saying.data.entry })}</span>
          </>
        )}
      </p>
      {saying.error !== null && <Failed error={saying.error} />}
    </>
  );
}
