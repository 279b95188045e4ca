/** What differs between two runs beside their figures: leaks, files, gaps, rules. */
import { Hatch } from '../kit/figure.tsx';
import { Between } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import type { Compared } from './queries.ts';

export function Why({ compared }: Readonly<{ compared: Compared }>) {
  const { t } = useWords();
  const { leaks, files, fileCount, gaps, rules, window } = compared;
  const isSame =
    leaks.length + fileCount + gaps.added.length + gaps.removed.length === 0 &&
    rules === null &&
    window === null;
  return (
    <section aria-labelledby="why" className="why">
      <h2 id="why">{t('compare.why')}</h2>
      {isSame && <p>{t('compare.same')}</p>}
      {leaks.length > 0 && <Leaks leaks={leaks} />}
      {window !== null && <Windows window={window} />}
      {fileCount > 0 && <Files files={files} count={fileCount} />}
      {gaps.added.length + gaps.removed.length > 0 && <Gaps gaps={gaps} />}
      {rules !== null && (
        <>
          <h3>{t('compare.rules')}</h3>
          <p>
            <code>{rules.before}</code> {t('compare.arrow')} <code>{rules.now}</code>
          </p>
        </>
      )}
    </section>
  );
}

/** A value of a definition, in one line. */
const said = (value: unknown): string =>
  value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

const part = (leak: unknown, name: string): unknown =>
  leak !== null && typeof leak === 'object' ? (leak as Readonly<Record<string, unknown>>)[name] : undefined;

function Leaks({ leaks }: Readonly<{ leaks: Compared['leaks'] }>) {
  const { t } = useWords();
  return (
    <>
      <h3>{t('compare.leaks')}</h3>
      <ul className="plain rows">
        {leaks.map((leak) => (
          <li key={leak.id}>
            <span className="row-title">
              <code>{leak.id}</code> {t(`compare.change.${leak.change}`)}
            </span>
            {leak.differs.map((name) => (
              <span key={name} className="whole">
                {t('compare.part', { part: name })} <code>{said(part(leak.before, name))}</code>{' '}
                {t('compare.arrow')} <code>{said(part(leak.now, name))}</code>
              </span>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function Windows({ window: { before, now } }: Readonly<{ window: NonNullable<Compared['window']> }>) {
  const { t } = useWords();
  const one = ({ from, to }: typeof before) =>
    from === null || to === null ? t('times.unknown') : <Between from={from} to={to} />;
  return (
    <>
      <h3>{t('compare.window')}</h3>
      <dl className="facts">
        <dt>{t('compare.before')}</dt>
        <dd>{one(before)}</dd>
        <dt>{t('compare.now')}</dt>
        <dd>{one(now)}</dd>
      </dl>
    </>
  );
}

function Files({ files, count }: Readonly<{ files: Compared['files']; count: number }>) {
  const { t } = useWords();
  return (
    <>
      <h3>{t('compare.files', { count })}</h3>
      <ul className="files plain">
        {files.map(({ source, path, change, before, now }) => (
          <li key={`${source} ${path}`}>
            <code>{path}</code> <span>{t(`compare.change.${change}`)}</span>
            {before !== null && <code className="hash">{before}</code>}
            {now !== null && <code className="hash">{now}</code>}
          </li>
        ))}
      </ul>
      {count > files.length && (
        <p className="soft">{t('evidence.moreFiles', { count: count - files.length })}</p>
      )}
    </>
  );
}

function Gaps({ gaps }: Readonly<{ gaps: Compared['gaps'] }>) {
  const { t, named } = useWords();
  return (
    <>
      <h3>{t('compare.gaps')}</h3>
      <ul className="gaps">
        {(['added', 'removed'] as const).flatMap((change) =>
          gaps[change].map((gap) => (
            <li key={`${change} ${gap.log} ${gap.unit} ${gap.from} ${gap.reason}`}>
              <Hatch /> <code>{gap.unit === '' ? gap.log : gap.unit}</code>{' '}
              {[named('gap', gap.reason), t(`compare.gap.${change}`)].join(', ')}{' '}
              <span className="soft">
                <Between from={gap.from} to={gap.to} />
              </span>
            </li>
          )),
        )}
      </ul>
    </>
  );
}
