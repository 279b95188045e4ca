/** One edition: where it stands, how it reads, what speaks against publishing it; and the second person's approval. */
import { Dialog } from '@base-ui/react/dialog';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { APPROVERS, hasOne, useMe, WORKERS } from '../app/session.ts';
import type { Shown } from '../incident/queries.ts';
import { Field } from '../kit/form.tsx';
import { useName } from '../kit/names.ts';
import { Panel } from '../kit/panel.tsx';
import { Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { pageQueries, type Whole } from './page.queries.ts';

export function EditionView({ shown, edition }: Readonly<{ shown: Shown; edition: string }>) {
  const query = useQuery(pageQueries.edition(shown.id, edition));
  return <Loaded query={query}>{(found) => <One shown={shown} edition={found} />}</Loaded>;
}

function One({ shown, edition }: Readonly<{ shown: Shown; edition: Whole }>) {
  const { t, languageName, named } = useWords();
  const nameOf = useName();
  return (
    <section aria-labelledby="edition">
      <h2 id="edition">
        {t('page-edit.edition', { number: edition.number })}{' '}
        <span className="soft light">{named('edition-state', edition.state)}</span>
      </h2>
      {edition.state === 'prepared' && <Gate shown={shown} edition={edition} />}
      {edition.state !== 'discarded' && (
        <>
          <h3 className="spaced">{t('page-edit.preview')}</h3>
          <ul className="plain previews">
            {edition.languages.map((code) => (
              <li key={code}>
                <a
                  href={`/api/incidents/${shown.id}/editions/${edition.edition}/page?language=${code}`}
                  target="_blank"
                  rel="noreferrer"
                >
                  {languageName(code)}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <dl className="facts">
        <dt>{t('page-edit.at')}</dt>
        <dd>
          <code>{`incidents/${edition.address}`}</code>
        </dd>
        <dt>{t('page-edit.madeAt')}</dt>
        <dd>
          <When at={edition.madeAt} /> <span className="soft">{nameOf(edition.madeBy)}</span>
        </dd>
        {edition.publishedAt !== undefined && (
          <>
            <dt>{t('page-edit.publishedAt')}</dt>
            <dd>
              <When at={edition.publishedAt} />
              {edition.approvedBy !== undefined && (
                <span className="soft"> {nameOf(edition.approvedBy)}</span>
              )}
              {edition.entry !== undefined && (
                <span className="soft"> {t('risk.entry', { entry: edition.entry })}</span>
              )}
            </dd>
          </>
        )}
        <dt>{t('page-edit.hash')}</dt>
        <dd>
          <code className="hash">{edition.hash}</code>
        </dd>
      </dl>
      <details className="more">
        <summary>{t('page-edit.files', { count: edition.files.length })}</summary>
        <ul className="files plain">
          {edition.files.map(({ path, sha256 }) => (
            <li key={path}>
              <code>{path}</code>
              <code className="hash">{sha256}</code>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function Gate({ shown, edition }: Readonly<{ shown: Shown; edition: Whole }>) {
  const { t, named } = useWords();
  const me = useMe();
  const [act, setAct] = useState<'publish' | 'discard'>();
  const mayApprove = hasOne(me, APPROVERS);
  const mayDiscard = hasOne(me, WORKERS);
  return (
    <div className="gate">
      <h3>{t('page-edit.gate')}</h3>
      {edition.refusals.length === 0 ? (
        <p>{t(mayApprove ? 'page-edit.gateOpen' : 'page-edit.gateOther')}</p>
      ) : (
        <ul>
          {edition.refusals.map(({ is, says }) => (
            <li key={is}>
              {named('edition-refusal', is)}
              {is === 'changed' && (
                <span className="soft whole-line" lang="en">
                  {says}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <p className="actions">
        {mayApprove && edition.refusals.length === 0 && (
          <button type="button" className="button" onClick={() => setAct('publish')}>
            {t('page-edit.publish')}
          </button>
        )}
        {mayDiscard && (
          <button type="button" className="button quiet" onClick={() => setAct('discard')}>
            {t('page-edit.discard')}
          </button>
        )}
      </p>
      {act !== undefined && <Act shown={shown} edition={edition} act={act} onEnd={() => setAct(undefined)} />}
    </div>
  );
}

/** Publishing can't be taken back: it is asked once more, with exactly what is approved. */
function Act({
  shown,
  edition,
  act,
  onEnd,
}: Readonly<{ shown: Shown; edition: Whole; act: 'publish' | 'discard'; onEnd: () => void }>) {
  const { t } = useWords();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const acting = useMutation({
    mutationFn: () => {
      const params = { path: { incident: shown.id, edition: edition.edition } };
      const { hash } = edition;
      return act === 'publish'
        ? answerOf(
            api.POST('/api/incidents/{incident}/editions/{edition}/publication', {
              params,
              body: reason.trim() === '' ? { hash } : { hash, reason },
            }),
          )
        : answerOf(
            api.POST('/api/incidents/{incident}/editions/{edition}/discard', { params, body: { reason } }),
          );
    },
    onSuccess: async () => {
      onEnd();
      await queries.invalidateQueries({ queryKey: ['incident', shown.id] });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    acting.mutate();
  };
  const isPublishing = act === 'publish';
  return (
    <Panel title={t(isPublishing ? 'page-edit.publish' : 'page-edit.discard')} isSmall onEnd={onEnd}>
      {isPublishing && (
        <>
          <Dialog.Description>{t('page-edit.publishWhy')}</Dialog.Description>
          <p>
            <code className="hash">{edition.hash}</code>
          </p>
        </>
      )}
      <form onSubmit={handleSubmit}>
        <Field label={t(isPublishing ? 'page-edit.publishReason' : 'page-edit.discardWhy')}>
          {(ids) => (
            <textarea
              {...ids}
              required={!isPublishing}
              rows={3}
              maxLength={20_000}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
        {acting.error !== null && <Failed error={acting.error} />}
        <p className="actions">
          <button type="submit" className="button" disabled={acting.isPending}>
            {t(isPublishing ? 'page-edit.publishNow' : 'page-edit.discard')}
          </button>
        </p>
      </form>
    </Panel>
  );
}
