/** What a figure rests on: the run, the definition, the query, the files with their hashes, and the gaps. */
import { Dialog } from '@base-ui/react/dialog';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { EvidenceOf } from '../kit/figure.tsx';
import { Hatch } from '../kit/figure.tsx';
import { Panel } from '../kit/panel.tsx';
import { Between, When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import type { Answered, ScopeAnswer } from './queries.ts';

const PARTS: readonly EvidenceOf[] = ['people', 'fields', 'places', 'recipients', 'times', 'gaps'];
const MOST_FILES = 200;

/** Open while the address names a figure, so that it can be sent to a colleague. */
export function EvidencePanel({ answered }: Readonly<{ answered: Answered }>) {
  const { t } = useWords();
  const { evidence } = useSearch({ strict: false });
  const navigate = useNavigate();
  const of = PARTS.find((one) => one === evidence);
  const close = () =>
    void navigate({
      to: '.',
      search: ({ evidence: _, ...others }: { evidence?: string }) => others,
      resetScroll: false,
    });
  return (
    <Panel title={of === undefined ? '' : t(`evidence.${of}`)} isOpen={of !== undefined} onEnd={close}>
      <Dialog.Description>{of === undefined ? '' : t(`evidence.${of}.why`)}</Dialog.Description>
      <Rests answered={answered} />
    </Panel>
  );
}

function Rests({ answered: { answer, sha256, isIntact, askedAt } }: Readonly<{ answered: Answered }>) {
  const { t, number } = useWords();
  const { definition, query } = answer.evidence;
  return (
    <>
      <dl className="facts">
        <dt>{t('evidence.run')}</dt>
        <dd>
          <code>{answer.run}</code>
          {askedAt !== undefined && <When at={askedAt} />}
        </dd>
        <dt>{t('evidence.hash')}</dt>
        <dd>
          <code className="hash">{sha256}</code> {t(isIntact ? 'evidence.intact' : 'evidence.broken')}
        </dd>
        <dt>{t('evidence.query')}</dt>
        <dd>
          {t('evidence.version', { version: query.version })} <code className="hash">{query.sha256}</code>
        </dd>
        <dt>{t('evidence.definition')}</dt>
        <dd>
          <code className="hash">{definition.sha256}</code>
          <details>
            <summary>{t('evidence.leaks', { count: definition.leaks.length })}</summary>
            <pre>{JSON.stringify(definition.leaks, null, 2)}</pre>
          </details>
        </dd>
      </dl>
      <h3>{t('evidence.allGaps', { count: answer.gaps.length })}</h3>
      {answer.gaps.length > 0 && (
        <ul className="gaps">
          {answer.gaps.map((gap) => (
            <li key={`${gap.log} ${gap.unit} ${gap.from} ${gap.reason}`}>
              <Hatch /> <code>{gap.unit === '' ? gap.log : gap.unit}</code>{' '}
              <span lang="en">{gap.detail}</span>
              <br />
              <span className="soft">
                <Between from={gap.from} to={gap.to} />
                <br />
                {t('gaps.alone', { count: gap.unknown, people: number(gap.unknown) })}
              </span>
            </li>
          ))}
        </ul>
      )}
      <h3>{t('evidence.files', { count: answer.evidence.files.length })}</h3>
      <Files files={answer.evidence.files} />
    </>
  );
}

function Files({ files }: Readonly<{ files: ScopeAnswer['evidence']['files'] }>) {
  const { t, number, bytes } = useWords();
  return (
    <>
      <ul className="files plain">
        {files.slice(0, MOST_FILES).map((file) => (
          <li key={`${file.source} ${file.path}`}>
            <code>{file.path}</code>
            <span className="soft">
              {bytes(file.bytes)}
              {file.lines !== null && ` · ${t('lines', { count: file.lines, lines: number(file.lines) })}`}
              {file.rejected !== null &&
                file.rejected > 0 &&
                ` · ${t('gaps.rejected', { count: file.rejected, lines: number(file.rejected) })}`}
            </span>
            <code className="hash">{file.sha256}</code>
          </li>
        ))}
      </ul>
      {files.length > MOST_FILES && <p>{t('evidence.moreFiles', { count: files.length - MOST_FILES })}</p>}
    </>
  );
}
