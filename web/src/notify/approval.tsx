/** What exactly an approval changes, and the approval itself: for the second person, on a phone, too. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { APPROVERS, hasOne, useMe } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries } from '../incident/queries.ts';
import { useDuties } from '../kit/deadlines.tsx';
import { Hatch } from '../kit/figure.tsx';
import { Field } from '../kit/form.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { Lint } from './lint.tsx';
import { Notice, OfRun } from './pieces.tsx';
import { type Campaign, type Difference, notifyQueries, type Of, pathOf } from './queries.ts';
import './notify.css';

export function Approval() {
  const of = useParams({ from: '/incidents/$incident/notify/$campaign/approval' });
  const shown = useQuery(incidentQueries.shown(of.incident));
  const campaign = useQuery(notifyQueries.one(of));
  const changes = useQuery(notifyQueries.changes(of));
  return (
    <Loaded query={shown} isWhole>
      {(incident) => (
        <>
          <Head shown={incident} />
          <Loaded query={campaign}>
            {(found) => (
              <Loaded query={changes}>
                {(difference) => <What of={of} found={found} difference={difference} />}
              </Loaded>
            )}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

type WhatProps = Readonly<{ of: Of; found: Campaign; difference: Difference }>;

function What({ of, found, difference }: WhatProps) {
  const { t } = useWords();
  const name = useName();
  return (
    <article className="approval">
      <section aria-labelledby="approval">
        <h2 id="approval">{t('approval.title')}</h2>
        <p className="large">
          <OfRun incident={of.incident}>{t('approval.writes', { people: found.people })}</OfRun>
        </p>
        <p>
          {t('approval.madeBy', { name: name(found.madeBy) })} <When at={found.madeAt} />
        </p>
        <p>
          {difference.before === null
            ? t('approval.first')
            : t(difference.before.isReadable ? 'approval.against' : 'approval.unreadable', {
                name: name(difference.before.approvedBy),
              })}
        </p>
        <Figures difference={difference} />
      </section>
      <Lint of={of} found={found} />
      <Texts difference={difference} />
      <Notices of={of} difference={difference} />
      <Approve of={of} found={found} />
    </article>
  );
}

/** Figures that are what they were are not told twice. */
function Figures({ difference: { figures, before } }: Readonly<{ difference: Difference }>) {
  const { t, number, named } = useWords();
  const duties = useDuties();
  const words = (of: string, value: string | number | null): string => {
    if (value === null) return t('approval.nothing');
    if (typeof value === 'number') return number(value);
    if (of === 'duties') return duties(value.split(', '));
    return of === 'cohort' ? named('cohort', value) : value;
  };
  const shown = figures.filter((one) => (one.now !== null && one.now !== 0) || one.before !== null);
  const rows = before === null ? shown : shown.filter((one) => one.before !== one.now);
  if (rows.length === 0) return <p className="soft">{t('approval.sameFigures')}</p>;
  return (
    <table className="table">
      <caption className="unseen">{t('approval.figures')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('approval.what')}</th>
          {before !== null && <th scope="col">{t('approval.before')}</th>}
          <th scope="col">{t('approval.now')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={one.of}>
            <th scope="row">{t(`figure.${one.of as 'people'}`)}</th>
            {before !== null && <td className="hash">{words(one.of, one.before)}</td>}
            <td className="hash">{words(one.of, one.now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Texts({ difference: { texts } }: Readonly<{ difference: Difference }>) {
  const { t, languageName, named } = useWords();
  const what = (at: string): string => {
    const [, group = at, rest = ''] = /^(?:texts\.)?([a-zA-Z]+)(.*)$/.exec(at) ?? [];
    const number = /^\[(\d+)\]/.exec(rest)?.[1];
    return `${named('typed', group)}${number === undefined ? rest.replace(/^\./, ' ') : ` ${Number(number) + 1}`}`;
  };
  return (
    <section aria-labelledby="typed">
      <h2 id="typed">{t('approval.typed')}</h2>
      {texts.length === 0 ? (
        <p className="soft">{t('approval.sameTexts')}</p>
      ) : (
        <dl className="typed-texts">
          {texts.map(({ at, language, before, now }) => (
            <div key={`${at} ${language}`}>
              <dt>
                {what(at)} {language !== null && <span className="soft">{languageName(language)}</span>}
              </dt>
              {before !== null && (
                <dd>
                  <span className="change-word">{t('approval.gone')}</span>{' '}
                  <del lang={language ?? undefined}>{before}</del>
                </dd>
              )}
              {now !== null && (
                <dd>
                  {before !== null && <span className="change-word">{t('approval.new')}</span>}{' '}
                  <ins lang={language ?? undefined}>{now}</ins>
                </dd>
              )}
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

/** One notice of each language and kind, whole, with what is new or gone in it. */
function Notices({ of, difference }: Readonly<{ of: Of; difference: Difference }>) {
  const { t, languageName } = useWords();
  const isFirst = difference.before === null || !difference.before.isReadable;
  return (
    <section aria-labelledby="notices">
      <h2 id="notices">{t('approval.notices')}</h2>
      <p className="soft">{t('approval.noticesWhy')}</p>
      {difference.notices.map((one, i) => (
        <details
          key={`${one.language} ${one.status}`}
          className="more"
          open={i === 0 || (!isFirst && one.isChanged)}
        >
          <summary>
            {one.status === 'unknown' && <Hatch />}
            {t('approval.notice', {
              language: languageName(one.language),
              status: t(`notify.as.${one.status}`),
              people: one.people,
            })}
            {!isFirst && ` · ${t(one.isChanged ? 'approval.isChanged' : 'approval.isSame')}`}
          </summary>
          <p className="soft small">
            {t('approval.example', { name: one.name })}{' '}
            <Link to="/incidents/$incident/notify/$campaign" params={of} search={{ person: one.person }}>
              {t('approval.anyOther')}
            </Link>
          </p>
          <Notice
            language={one.language}
            subject={one.subject}
            blocks={isFirst ? one.blocks.map((block) => ({ ...block, change: 'same' as const })) : one.blocks}
            incident={of.incident}
          />
        </details>
      ))}
    </section>
  );
}

function Approve({ of, found }: Readonly<{ of: Of; found: Campaign }>) {
  const { t } = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [override, setOverride] = useState('');
  const errors = found.lint?.errors ?? 0;
  const approving = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/campaigns/{campaign}/approval', {
          ...pathOf(of),
          body: {
            hash: found.hash ?? '',
            ...(reason === '' ? {} : { reason }),
            ...(override === '' ? {} : { override }),
          },
        }),
      ),
    onSuccess: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['incident', of.incident] }),
        queries.invalidateQueries({ queryKey: ['waiting'] }),
      ]);
      await navigate({ to: '/incidents/$incident/notify/$campaign', params: of });
    },
  });
  if (found.state !== 'prepared')
    return (
      <Empty title={t('approval.over')}>
        <p>
          <Link to="/incidents/$incident/notify/$campaign" params={of}>
            {t('approval.toCampaign')}
          </Link>
        </p>
      </Empty>
    );
  if (found.madeBy === me.person.id) return <Empty title={t('campaign.waitsForOther')} />;
  if (!hasOne(me, APPROVERS)) return <Empty title={t('campaign.waitsForApprover')} />;
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    approving.mutate();
  };
  return (
    <section aria-labelledby="approve">
      <h2 id="approve">{t('approval.approve')}</h2>
      <form className="form" onSubmit={handleSubmit}>
        {errors > 0 && (
          <Field label={t('approval.override')} help={t('approval.overrideHelp', { errors })}>
            {(ids) => (
              <textarea
                {...ids}
                rows={3}
                required
                value={override}
                onChange={(event) => setOverride(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field label={t('approval.reason')}>
          {(ids) => (
            <textarea {...ids} rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </Field>
        <p className="soft small">
          {t('approval.hash')} <code className="hash">{found.hash}</code>
        </p>
        {approving.error !== null && <Failed error={approving.error} />}
        <p className="actions">
          <button type="submit" className="button" disabled={approving.isPending}>
            {t('approval.sign', { people: found.people })}
          </button>
        </p>
      </form>
    </section>
  );
}
