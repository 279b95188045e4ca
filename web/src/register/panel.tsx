/** The proof of one entry, checked in the browser, and to be saved for whoever wants to check it without us. */
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Panel } from '../kit/panel.tsx';
import { Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { registerQueries } from './queries.ts';
import { save } from './saving.ts';

export function ProofPanel({ entry }: Readonly<{ entry: number }>) {
  const { t } = useWords();
  const navigate = useNavigate();
  const proof = useQuery(registerQueries.proof(entry));
  const close = () =>
    void navigate({
      to: '/register',
      search: ({ entry: _, ...others }: { entry?: number }) => others,
      resetScroll: false,
    });
  return (
    <Panel title={t('register.proof', { entry })} onEnd={close}>
      <Loaded query={proof}>
        {(found) => (
          <>
            <Dialog.Description className={found.isTrue ? 'verdict' : 'verdict failed'}>
              {t(found.isTrue ? 'register.proved' : 'register.broken', { size: found.size })}
            </Dialog.Description>
            <dl className="facts">
              <dt>{t('register.root')}</dt>
              <dd>
                <code className="hash">{found.root}</code>
              </dd>
              <dt>{t('register.bytes')}</dt>
              <dd>
                <pre className="wrapped">{pretty(found.bytes)}</pre>
              </dd>
              <dt>{t('register.checkpoint')}</dt>
              <dd>
                <pre className="wrapped">{found.checkpoint}</pre>
              </dd>
            </dl>
            <details className="more">
              <summary>{t('register.way', { count: found.proof.length })}</summary>
              <ol className="way">
                {found.proof.map((hash) => (
                  <li key={hash}>
                    <code className="hash">{hash}</code>
                  </li>
                ))}
              </ol>
            </details>
            <p className="actions">
              <button
                type="button"
                className="button quiet"
                onClick={() => save(`entry-${entry}.tlog-proof`, new Blob([found.tlogProof]))}
              >
                {t('register.saveProof')}
              </button>
              <button
                type="button"
                className="button quiet"
                onClick={() => save(`entry-${entry}.json`, new Blob([found.bytes]))}
              >
                {t('register.saveEntry')}
              </button>
            </p>
            <p className="soft">{t('register.offline')}</p>
            <pre className="wrapped">{commandOf(entry)}</pre>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** Set out for reading; what is hashed, and saved, are the bytes themselves. */
const pretty = (bytes: string): string => JSON.stringify(JSON.parse(bytes), null, 2);

const commandOf = (entry: number): string =>
  `npx @forthright/register verify entry-${entry}.tlog-proof --entry entry-${entry}.json --key 'forthright/register+…'`;
