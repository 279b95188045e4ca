/** The evidence of an incident: files that were handed in, answers of runs and traces, and the papers that were issued. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type SubmitEvent, useRef, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import { Deed } from '../kit/deed.tsx';
import { Field } from '../kit/form.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { save } from '../register/saving.ts';
import { useWords } from '../words/index.tsx';
import { Head } from './head.tsx';
import { ImportedFrom } from './imported.tsx';
import { incidentQueries, type Shown } from './queries.ts';

type Evidence = Shown['evidence'][number];

export function Files() {
  const { incident } = useParams({ from: '/incidents/$incident/files' });
  const shown = useQuery(incidentQueries.shown(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <EvidenceOf shown={found} />
          <Papers shown={found} />
          {found.timeline[0]?.kind === 'incident-imported' && <ImportedFrom incident={found.id} />}
        </>
      )}
    </Loaded>
  );
}

function EvidenceOf({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const mayAdd = hasOne(useMe(), WORKERS) && shown.state !== 'closed';
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">{t('file.title')}</h2>
      {shown.evidence.length === 0 ? (
        <Empty title={t('file.none')}>
          <p>{t('file.noneWhy')}</p>
        </Empty>
      ) : (
        <ul className="plain rows">
          {shown.evidence.map((one) => (
            <li key={one.id}>
              <Line incident={shown.id} evidence={one} />
            </li>
          ))}
        </ul>
      )}
      {mayAdd && <Hand incident={shown.id} />}
    </section>
  );
}

function Line({ incident, evidence }: Readonly<{ incident: string; evidence: Evidence }>) {
  const { t, named, bytes } = useWords();
  const { id, kind, name, origin, sha256, erased } = evidence;
  const isThere = kind === 'file' && erased === undefined;
  const mayErase = hasOne(useMe(), OFFICERS);
  const getting = useMutation({
    mutationFn: async () =>
      save(
        name ?? id,
        await answerOf<Blob>(
          api.GET('/api/incidents/{incident}/files/{file}', {
            params: { path: { incident, file: id } },
            parseAs: 'blob',
          }),
        ),
      ),
  });
  return (
    <>
      <span className="row-title">{name ?? t('erased')}</span>
      <span>{named('evidence-kind', kind)}</span>
      <span className="soft">{bytes(evidence.bytes)}</span>
      <Link to="/register" search={{ incident, entry: evidence.entry }}>
        {t('trace.entry', { entry: evidence.entry })}
      </Link>
      {isThere && (
        <button type="button" className="link" disabled={getting.isPending} onClick={() => getting.mutate()}>
          {t('file.get')}
        </button>
      )}
      <span className="whole soft">{origin ?? t('erased')}</span>
      <code className="whole hash soft">{sha256 ?? t('erased')}</code>
      {mayErase && isThere && (
        <Deed
          name={t('file.erase')}
          sure={t('manage.sure')}
          parts={{}}
          run={() =>
            answerOf(
              api.POST('/api/incidents/{incident}/files/{file}/erase', {
                params: { path: { incident, file: id } },
              }),
            )
          }
        />
      )}
      {getting.error !== null && <Failed error={getting.error} />}
    </>
  );
}

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

function Hand({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const queries = useQueryClient();
  const [file, setFile] = useState<File>();
  const [origin, setOrigin] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const handing = useMutation({
    mutationFn: (given: File) =>
      answerOf(
        api.POST('/api/incidents/{incident}/files', {
          params: {
            path: { incident },
            // Not in the address, which proxies log.
            header: { 'Forthright-Name': encoded(given.name), 'Forthright-Origin': encoded(origin) },
          },
          headers: { 'content-type': 'application/octet-stream' },
          body: given.name,
          // The bytes themselves, as they are.
          bodySerializer: () => given,
        }),
      ),
    onSuccess: async () => {
      setFile(undefined);
      setOrigin('');
      if (field.current !== null) field.current.value = '';
      await queries.invalidateQueries({ queryKey: ['incident', incident] });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (file !== undefined) handing.mutate(file);
  };
  return (
    <form className="form spaced" onSubmit={handleSubmit}>
      <h3>{t('file.hand')}</h3>
      <Field label={t('file.which')}>
        {(ids) => (
          <input
            {...ids}
            ref={field}
            required
            type="file"
            onChange={({ target }) => setFile(target.files?.[0])}
          />
        )}
      </Field>
      <Field label={t('file.origin')} help={t('file.originHelp')}>
        {(ids) => (
          <input
            {...ids}
            required
            maxLength={2000}
            value={origin}
            onChange={({ target }) => setOrigin(target.value)}
          />
        )}
      </Field>
      {handing.error !== null && <Failed error={handing.error} />}
      <p className="actions">
        <button type="submit" className="button quiet" disabled={handing.isPending}>
          {t('file.handNow')}
        </button>
      </p>
    </form>
  );
}

function Papers({ shown: { id: incident, papers } }: Readonly<{ shown: Shown }>) {
  const { t, named } = useWords();
  const name = useName();
  if (papers.length === 0) return null;
  return (
    <section aria-labelledby="papers">
      <h2 id="papers">{t('file.papers')}</h2>
      <ul className="plain rows">
        {papers.map((one) => (
          <li key={one.id}>
            <span className="row-title">
              <Link
                to="/incidents/$incident/papers"
                params={{ incident }}
                search={{ paper: one.paper, issued: one.id }}
              >
                {named('paper', one.paper)}
              </Link>
            </span>
            <span>{t('papers.version', { number: one.number })}</span>
            <span className="soft">
              {name(one.by)} <When at={one.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
