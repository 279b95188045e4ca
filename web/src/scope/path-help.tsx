/** The address of a page, and the most frequent ones of the log to choose from. */
import { useQuery } from '@tanstack/react-query';
import { instantOf } from '../kit/local-time.ts';
import { Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { type PartProps, Text, useSettled } from './form-parts.tsx';
import { type Suggested, scopeQueries } from './queries.ts';

const FIRST_SHOWN = 6;

export function PathHelp(part: PartProps) {
  const { t } = useWords();
  const { incident, sources, draft, change } = part;
  const [from, to] = [instantOf(draft.from), instantOf(draft.to)];
  const window = useSettled({ log: draft.log, from: from ?? '', to: to ?? '' });
  const isWhole = window.log !== '' && window.from !== '' && window.from < window.to;
  const suggested = useQuery({ ...scopeQueries.paths(incident, window), enabled: isWhole });
  return (
    <>
      <Text
        {...part}
        name="path"
        at="path"
        label={t(draft.kind === 'export' ? 'scope.fileAddress' : 'scope.path')}
        help={
          draft.kind === 'page' || draft.kind === 'url'
            ? t('scope.pathHelp.key', { references: sources.references.map((name) => `{${name}}`).join(' ') })
            : t(`scope.pathHelp.${draft.kind === 'access' ? 'access' : 'other'}`)
        }
      />
      {isWhole && (
        <div className="suggested">
          <Loaded query={suggested}>
            {(found) => <Choices found={found} draft={draft} choose={(path) => change({ path })} />}
          </Loaded>
        </div>
      )}
    </>
  );
}

type ChoicesProps = Readonly<{
  found: Suggested;
  draft: PartProps['draft'];
  choose: (path: string) => void;
}>;

function Choices({ found, draft, choose }: ChoicesProps) {
  const { t, number } = useWords();
  // A page leak must say whose data stood there; a cache gave the same address to all.
  const needsKey = draft.kind === 'page' || draft.kind === 'url';
  const fitting = found.paths.filter(({ path, binds }) => !needsKey || binds !== null || path.includes('*'));
  const ordered = needsKey
    ? fitting.toSorted((a, b) => Number(b.binds !== null) - Number(a.binds !== null))
    : fitting;
  if (ordered.length === 0) return <p className="help">{t('scope.noPaths')}</p>;
  return (
    <>
      <p className="help">
        {t('scope.paths', { lines: number(found.lines), count: found.lines, oneIn: found.oneIn })}
        {found.stoppedEarly && ` ${t('scope.stoppedEarly')}`}
      </p>
      <ul className="plain">
        {ordered.slice(0, FIRST_SHOWN).map(({ path, lines }) => (
          <li key={path}>
            <button
              type="button"
              className="suggestion"
              aria-pressed={draft.path === path}
              onClick={() => choose(path)}
            >
              <code>{path}</code>{' '}
              <span className="soft">{t('lines', { count: lines, lines: number(lines) })}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
