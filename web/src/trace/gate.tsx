/** What must be settled before anybody is scored: purpose, legal basis, works council, retention, and who answers for it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { useMe } from '../app/session.ts';
import { Field } from '../kit/form.tsx';
import { Failed } from '../kit/states.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';

/** In days; a trace keeps its answers no longer than it must. */
const PERIODS = [30, 60, 90, 180] as const;

export function GateForm({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const { groups } = useSearch({ from: '/incidents/$incident/traces' });
  const queries = useQueryClient();
  const [gate, setGate] = useState({
    purpose: '',
    legalBasis: '',
    council: 'agreed' as 'agreed' | 'notNeeded',
    agreed: '',
    reference: '',
    why: '',
    days: 90,
    by: me.person.name,
  });
  const set = (part: Partial<typeof gate>) => setGate((before) => ({ ...before, ...part }));
  const [first] = useState(gate);
  const keep = useUnsaved(gate !== first);
  const opening = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/traces', {
          params: { path: { incident } },
          body: {
            gate: {
              purpose: gate.purpose,
              legalBasis: gate.legalBasis,
              worksCouncil:
                gate.council === 'agreed'
                  ? { agreed: gate.agreed, reference: gate.reference }
                  : { notNeeded: gate.why },
              retention: `P${gate.days}D`,
              by: gate.by,
            },
          },
        }),
      ),
    onSuccess: async ({ trace }) => {
      keep();
      await queries.invalidateQueries({ queryKey: ['incident', incident] });
      await navigate({
        to: '/incidents/$incident/traces/$trace',
        params: { incident, trace },
        search: groups === undefined ? {} : { groups },
      });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    opening.mutate();
  };
  const text = (name: 'purpose' | 'legalBasis' | 'by' | 'reference', help?: string) => (
    <Field label={t(`trace-gate.${name}`)} help={help}>
      {(ids) => (
        <input
          {...ids}
          required
          maxLength={2000}
          value={gate[name]}
          onChange={({ target }) => set({ [name]: target.value })}
        />
      )}
    </Field>
  );
  return (
    <form className="form spaced" onSubmit={handleSubmit}>
      <h3>{t('trace-gate.title')}</h3>
      <p className="soft">{t('trace-gate.why')}</p>
      {text('purpose', t('trace-gate.purposeHelp'))}
      {text('legalBasis', t('trace-gate.legalBasisHelp'))}
      <fieldset>
        <legend>{t('trace-gate.council')}</legend>
        {(['agreed', 'notNeeded'] as const).map((one) => (
          <label key={one} className="choice">
            <input
              type="radio"
              name="council"
              checked={gate.council === one}
              onChange={() => set({ council: one })}
            />
            {t(`trace-gate.${one}`)}
          </label>
        ))}
      </fieldset>
      {gate.council === 'agreed' ? (
        <div className="pair">
          <Field label={t('trace-gate.agreedOn')}>
            {(ids) => (
              <input
                {...ids}
                required
                type="date"
                value={gate.agreed}
                onChange={({ target }) => set({ agreed: target.value })}
              />
            )}
          </Field>
          {text('reference')}
        </div>
      ) : (
        <Field label={t('trace-gate.notNeededWhy')}>
          {(ids) => (
            <textarea
              {...ids}
              required
              minLength={10}
              rows={2}
              maxLength={2000}
              value={gate.why}
              onChange={({ target }) => set({ why: target.value })}
            />
          )}
        </Field>
      )}
      <Field label={t('trace-gate.retention')} help={t('trace-gate.retentionHelp')}>
        {(ids) => (
          <select {...ids} value={gate.days} onChange={({ target }) => set({ days: Number(target.value) })}>
            {PERIODS.map((days) => (
              <option key={days} value={days}>
                {t('trace-gate.days', { days })}
              </option>
            ))}
          </select>
        )}
      </Field>
      {text('by')}
      {opening.error !== null && <Failed error={opening.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={opening.isPending}>
          {t('trace-gate.open')}
        </button>
      </p>
    </form>
  );
}
