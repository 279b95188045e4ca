/** Lines of the log that a leak is about, while it is typed: masked, until somebody asks for what is personal. */
import { type UseQueryResult, useMutation } from '@tanstack/react-query';
import type { Answer } from '../app/client.ts';
import { Failed, Loading } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import type { Leak } from './draft.rules.ts';
import { type Preview, showPreview } from './queries.ts';

type Looked = UseQueryResult<Answer<'/api/incidents/{incident}/leaks/preview', 'post'>>;

export function PreviewOf({
  incident,
  leak,
  looked: { data, isFetching, error, refetch },
}: Readonly<{ incident: string; leak: Leak; looked: Looked }>) {
  const { t } = useWords();
  const key = JSON.stringify(leak);
  const opening = useMutation({
    mutationFn: (asked: Readonly<{ leak: Leak; key: string }>) => showPreview(incident, asked.leak),
  });
  const opened = opening.variables?.key === key ? opening.data?.seen : undefined;
  const seen = opened ?? data?.seen;
  return (
    <section className="preview" aria-labelledby="preview">
      <h4 id="preview">{t('scope.preview')}</h4>
      {isFetching ? (
        <Loading />
      ) : error !== null || seen === null || seen === undefined ? (
        <p className="help">{t('scope.previewLater')}</p>
      ) : (
        <>
          <Said seen={seen} />
          {seen.stoppedEarly && (
            <button type="button" className="suggestion" onClick={() => void refetch()}>
              {t('scope.lookAgain')}
            </button>
          )}
          {seen.sample.length > 0 && <Lines seen={seen} />}
          {seen.sample.length > 0 && opened === undefined && (
            <p className="actions">
              <button
                type="button"
                className="button quiet"
                disabled={opening.isPending}
                onClick={() => opening.mutate({ leak, key })}
              >
                {t('scope.unmask')}
              </button>
              <span className="soft small">{t('scope.unmaskWhy')}</span>
            </p>
          )}
          {opened !== undefined && (
            <p className="soft small">{t('scope.unmasked', { entry: opening.data?.entry ?? 0 })}</p>
          )}
          {opening.error !== null && <Failed error={opening.error} />}
        </>
      )}
    </section>
  );
}

function Said({ seen }: Readonly<{ seen: Preview }>) {
  const { t, number } = useWords();
  return (
    <p role="status">
      {seen.lines === 0
        ? t(seen.stoppedEarly ? 'scope.noneYet' : 'scope.noLines')
        : t('scope.counted', {
            count: seen.lines,
            lines: number(seen.lines),
            counted: number(seen.counted),
            items: number(seen.items),
          })}
      {seen.stoppedEarly && seen.lines > 0 && ` ${t('scope.stoppedEarly')}`}
    </p>
  );
}

function Lines({ seen }: Readonly<{ seen: Preview }>) {
  const { t } = useWords();
  return (
    <table className="table lines">
      <caption className="unseen">{t('scope.preview')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('scope.line.at')}</th>
          <th scope="col">{t('scope.line.what')}</th>
          <th scope="col">{t('scope.line.who')}</th>
          <th scope="col">{t('scope.line.counts')}</th>
        </tr>
      </thead>
      <tbody>
        {seen.sample.map((line) => (
          <tr key={`${line.file} ${line.line} ${line.item}`}>
            <td>
              <When at={line.at} />
              <span className="soft small line-file">
                <code>{line.file === null ? line.line : `${line.file}:${line.line}`}</code>
              </span>
            </td>
            <td>
              <code>
                {[line.method, line.action, line.path === '' ? line.item : line.path, line.status || '']
                  .filter((one) => one !== '')
                  .join(' ')}
              </code>
            </td>
            <td className="line-who">
              {line.viewer === MASKED || line.client === MASKED ? (
                <Hidden line={line} />
              ) : (
                <>
                  {[line.viewer, line.client].filter((one) => one !== '').join(' · ')}
                  {line.userAgent !== '' && <span className="soft small line-file">{line.userAgent}</span>}
                </>
              )}
            </td>
            <td>{t(line.counts ? 'scope.line.yes' : 'scope.line.no')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the server writes in place of what is personal. */
const MASKED = '●●●';

/** Of whom the line speaks, as far as that names nobody. */
function Hidden({ line: { viewer, client } }: Readonly<{ line: Preview['sample'][number] }>) {
  const { t } = useWords();
  const who = viewer !== '' ? 'account' : client !== '' ? 'address' : 'none';
  return <>{t(`scope.who.${who}`)}</>;
}
