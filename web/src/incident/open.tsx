/** An incident is recorded with what is known in the first minute. */
import { INCIDENT_KINDS, type IncidentKind } from '@forthright/contract/lists';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { useMe } from '../app/session.ts';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { Failed } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';

export function OpenIncident() {
  const { t, named } = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [title, setTitle] = useState('');
  const [kind, setKind] = useState<IncidentKind>('technical-error');
  const [aware, setAware] = useState(() => localOf(new Date()));
  const opening = useMutation({
    mutationFn: async () => {
      const at = instantOf(aware);
      const times = at === undefined ? {} : { aware: { at, saidBy: me.person.name } };
      return answerOf(api.POST('/api/incidents', { body: { title, kind, times } }));
    },
    onSuccess: async ({ incident }) => {
      await queries.invalidateQueries({ queryKey: ['incidents'] });
      await navigate({ to: '/incidents/$incident', params: { incident } });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    opening.mutate();
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <h1>{t('incident.new')}</h1>
      <Field label={t('incident.title')} help={t('incident.titleHelp')}>
        {(ids) => (
          <input
            {...ids}
            required
            maxLength={300}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('incident.kind')}>
        {(ids) => (
          <select
            {...ids}
            value={kind}
            onChange={(event) => setKind(INCIDENT_KINDS.find((one) => one === event.target.value) ?? 'other')}
          >
            {INCIDENT_KINDS.map((one) => (
              <option key={one} value={one}>
                {named('kind', one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('incident.aware')} help={t('incident.awareHelp', { zone: ownZone() })}>
        {(ids) => (
          <input
            {...ids}
            type="datetime-local"
            value={aware}
            onChange={(event) => setAware(event.target.value)}
          />
        )}
      </Field>
      {opening.error !== null && <Failed error={opening.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={opening.isPending}>
          {t('incident.record')}
        </button>
      </p>
    </form>
  );
}
