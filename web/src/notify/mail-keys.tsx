/** Keys that sign our mail: made, published in the domain system, used, and destroyed after the overlap. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { type Answer, answerOf, api } from '../app/client.ts';
import { SettingsHead } from '../app/settings.tsx';
import { Field } from '../kit/form.tsx';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type Key = Answer<'/api/mail-keys', 'get'>['keys'][number];

const DAY_HOURS = 24;
/** So long what was signed before may be sent once more. */
const OVERLAPS_DAYS = [1, 7, 30, 90] as const;
const keysQuery = { queryKey: ['mail-keys'], queryFn: () => answerOf(api.GET('/api/mail-keys')) };

export function MailKeys() {
  const { t } = useWords();
  const queries = useQueryClient();
  const keys = useQuery(keysQuery);
  const making = useMutation({
    mutationFn: () => answerOf(api.POST('/api/mail-keys')),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['mail-keys'] }),
  });
  return (
    <>
      <SettingsHead title={t('mail-keys.name')} />
      <p className="lead">{t('mail-keys.lead')}</p>
      <Loaded query={keys}>
        {({ keys: all }) =>
          all.length === 0 ? (
            <Empty title={t('mail-keys.none')}>
              <p>{t('mail-keys.noneWhy')}</p>
            </Empty>
          ) : (
            <ul className="plain rows">
              {all.map((one) => (
                <li key={one.selector}>
                  <KeyLine mailKey={one} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <p className="actions">
        <button type="button" className="button" disabled={making.isPending} onClick={() => making.mutate()}>
          {t('mail-keys.make')}
        </button>
        <span className="soft">{t('mail-keys.makeWhy')}</span>
      </p>
      {making.error !== null && <Failed error={making.error} />}
    </>
  );
}

function KeyLine({ mailKey }: Readonly<{ mailKey: Key }>) {
  const { t, named } = useWords();
  const times = (['signsFrom', 'signsUntil', 'endsAt'] as const).flatMap((name) => {
    const at = mailKey[name];
    return at === undefined ? [] : [{ name, at }];
  });
  return (
    <>
      <span className="row-title">
        {mailKey.selector} <span className="soft light">{mailKey.domain}</span>
      </span>
      <strong>{named('mail-key-state', mailKey.state)}</strong>
      <span className="soft">
        {t('mail-keys.madeAt')} <When at={mailKey.madeAt} />
      </span>
      {times.map(({ name, at }) => (
        <span key={name} className="soft">
          {t(`mail-keys.${name}`)} <When at={at} />
        </span>
      ))}
      {mailKey.state !== 'ended' && (
        <details className="whole" open={mailKey.state === 'made'}>
          <summary>{t('mail-keys.record')}</summary>
          <pre className="wrapped">{`${mailKey.name}. TXT "${mailKey.record}"`}</pre>
        </details>
      )}
      {mailKey.state === 'made' && <Use selector={mailKey.selector} />}
    </>
  );
}

function Use({ selector }: Readonly<{ selector: string }>) {
  const { t } = useWords();
  const queries = useQueryClient();
  const [days, setDays] = useState<number>(30);
  const [unseen, setUnseen] = useState('');
  const using = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/mail-keys/{selector}/use', {
          params: { path: { selector } },
          body: { overlapHours: days * DAY_HOURS, ...(unseen.trim() === '' ? {} : { unseen }) },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['mail-keys'] }),
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    using.mutate();
  };
  return (
    <form className="form whole" onSubmit={handleSubmit}>
      <Field label={t('mail-keys.overlap')} help={t('mail-keys.overlapHelp')}>
        {(ids) => (
          <select {...ids} value={days} onChange={({ target }) => setDays(Number(target.value))}>
            {OVERLAPS_DAYS.map((one) => (
              <option key={one} value={one}>
                {t('trace-gate.days', { days: one })}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('mail-keys.unseen')} help={t('mail-keys.unseenHelp')}>
        {(ids) => (
          <input
            {...ids}
            maxLength={2000}
            value={unseen}
            onChange={({ target }) => setUnseen(target.value)}
          />
        )}
      </Field>
      {using.error !== null && <Failed error={using.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={using.isPending}>
          {t('mail-keys.use')}
        </button>
      </p>
    </form>
  );
}
