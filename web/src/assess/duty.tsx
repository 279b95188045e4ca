/** One duty: why it is due or not, what is missing to tell, by when, and what was done about it. */
import { Dialog } from '@base-ui/react/dialog';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import { useDuties } from '../kit/deadlines.tsx';
import { Hatch } from '../kit/figure.tsx';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { Panel } from '../kit/panel.tsx';
import { Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { DutyFindings } from './duty-findings.tsx';
import { assessQueries, type Duty } from './queries.ts';

type PanelProps = Readonly<{ incident: string; duty: string; isClosed: boolean }>;

export function DutyPanel({ incident, duty, isClosed }: PanelProps) {
  const words = useDuties();
  const navigate = useNavigate();
  const shown = useQuery(assessQueries.duty(incident, duty));
  const mayFind = hasOne(useMe(), OFFICERS) && !isClosed;
  const close = () =>
    void navigate({
      to: '.',
      search: ({ duty: _, ...others }: { duty?: string }) => others,
      resetScroll: false,
    });
  return (
    <Panel title={words([duty])} onEnd={close}>
      <Loaded query={shown}>
        {(found) => (
          <>
            <Why duty={found} />
            {!isClosed && found.settled === null && <Settle incident={incident} duty={duty} found={found} />}
            {mayFind && <DutyFindings incident={incident} duty={duty} found={found} />}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** The words of the law's files are English. */
function Why({ duty: { row, settled, steps } }: Readonly<{ duty: Duty }>) {
  const { t, named } = useWords();
  return (
    <>
      <Dialog.Description lang="en">{row.why}</Dialog.Description>
      <dl className="facts">
        <dt>{t('duty.to')}</dt>
        <dd lang="en">
          {[row.addressee.name, row.addressee.how].filter((one) => one !== null).join('. ')}{' '}
          {row.addressee.link !== null && (
            <a href={row.addressee.link} rel="noreferrer noopener" target="_blank">
              {t('duty.form')}
            </a>
          )}
        </dd>
        {row.deadline !== null && (
          <>
            <dt>{t('duties.until')}</dt>
            <dd lang="en">
              {[row.deadline.words, row.deadline.untilWords].filter((one) => one !== null).join(': ')}
            </dd>
          </>
        )}
        <dt>{t('duty.law')}</dt>
        <dd lang="en">
          {row.citation}{' '}
          {row.link !== null && (
            <a href={row.link} rel="noreferrer noopener" target="_blank">
              {t('duty.text')}
            </a>
          )}
        </dd>
        <dt>{t('duty.sure')}</dt>
        <dd lang="en">{[row.confidence, row.verified].join(', ')}</dd>
      </dl>
      {row.missing.length > 0 && (
        <>
          <h3>{t('duty.missing')}</h3>
          <ul className="gaps" lang="en">
            {row.missing.map(({ fact, ask }) => (
              <li key={fact}>
                <Hatch /> {ask}
              </li>
            ))}
          </ul>
        </>
      )}
      <details className="more">
        <summary>{t('duty.compared', { count: row.trace.length })}</summary>
        <ul className="gaps" lang="en">
          {row.trace.map((step) => (
            <li key={`${step.depth} ${step.says} ${step.value}`}>
              {step.outcome === 'unknown' && <Hatch />} {step.says}{' '}
              <span className="soft">
                {[step.value, step.outcome].filter((one) => one !== '').join(', ')}
              </span>
            </li>
          ))}
        </ul>
      </details>
      {settled !== null && <h3>{named('settled', settled)}</h3>}
      {steps.length > 0 && (
        <ul className="plain rows">
          {steps.map((step) => (
            <li key={step.entry}>
              <span className="row-title">{step.text ?? t('erased')}</span>
              <When at={step.at} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Saying that it was done, or why nothing is done. Both are deeds with an entry in the register, and can be taken back. */
function Settle({ incident, duty, found }: Readonly<{ incident: string; duty: string; found: Duty }>) {
  const { t } = useWords();
  const me = useMe();
  const mayExcuse = hasOne(me, OFFICERS);
  const queries = useQueryClient();
  const [act, setAct] = useState<'fulfil' | 'excuse'>('fulfil');
  const [at, setAt] = useState(() => localOf(new Date()));
  const [text, setText] = useState('');
  const [late, setLate] = useState('');
  const isLate = found.row.deadline?.state === 'missed';
  const params = { path: { incident } };
  const settling = useMutation({
    mutationFn: () =>
      act === 'excuse'
        ? answerOf(
            api.POST('/api/incidents/{incident}/duties/excuse', {
              params,
              body: { duties: [duty], reason: text },
            }),
          )
        : answerOf(
            api.POST('/api/incidents/{incident}/duties/fulfil', {
              params,
              body: { duty, at: instantOf(at) ?? '', text, ...(late === '' ? {} : { delayReasons: late }) },
            }),
          ),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['incident', incident] }),
        queries.invalidateQueries({ queryKey: ['clocks'] }),
      ]),
  });
  if (!hasOne(me, WORKERS)) return null;
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    settling.mutate();
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <fieldset>
        <legend>{t('duty.settle')}</legend>
        {(mayExcuse ? (['fulfil', 'excuse'] as const) : (['fulfil'] as const)).map((one) => (
          <label key={one} className="choice">
            <input type="radio" name="act" checked={act === one} onChange={() => setAct(one)} />
            {t(`duty.${one}`)}
          </label>
        ))}
      </fieldset>
      {act === 'fulfil' && (
        <Field label={t('duty.when')} help={t('leaks.zone', { zone: ownZone() })}>
          {(ids) => (
            <input
              {...ids}
              required
              type="datetime-local"
              value={at}
              onChange={(event) => setAt(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field label={t(act === 'fulfil' ? 'duty.how' : 'duty.whyNot')}>
        {(ids) => (
          <textarea
            {...ids}
            required
            rows={3}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {act === 'fulfil' && isLate && (
        <Field label={t('duty.late')} help={t('duty.lateHelp')}>
          {(ids) => (
            <textarea
              {...ids}
              required
              rows={3}
              value={late}
              onChange={(event) => setLate(event.target.value)}
            />
          )}
        </Field>
      )}
      {settling.error !== null && <Failed error={settling.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={settling.isPending}>
          {t('duty.sign')}
        </button>
      </p>
    </form>
  );
}
