/** The keys that are there now, and the way to turn single letters off. */
import { Panel } from '../kit/panel.tsx';
import { useWords } from '../words/index.tsx';
import { type Shortcut, useKeys } from './keys.tsx';
import './palette.css';

export function KeyList({ onClose }: Readonly<{ onClose: () => void }>) {
  const { t } = useWords();
  const { offered, areOn, turn } = useKeys();
  const here = offered().filter(({ key }) => key !== '?');
  return (
    <Panel title={t('keys.title')} isSmall onEnd={onClose}>
      <h3>{t('keys.everywhere')}</h3>
      <dl className="keys">
        <dt>
          <kbd>{t('keys.ctrl')}</kbd> <kbd>{'K'}</kbd>
        </dt>
        <dd>{t('keys.palette')}</dd>
        <dt>
          <kbd>{'?'}</kbd>
        </dt>
        <dd>{t('keys.open')}</dd>
      </dl>
      {here.length > 0 && (
        <>
          <h3>{t('keys.here')}</h3>
          <dl className="keys">
            {here.map((one) => (
              <One key={one.key} shortcut={one} />
            ))}
          </dl>
        </>
      )}
      <label className="choice">
        <input type="checkbox" checked={areOn} onChange={({ target }) => turn(target.checked)} />
        {t('keys.on')}
      </label>
      <p className="help">{t('keys.onWhy')}</p>
    </Panel>
  );
}

function One({ shortcut: { key, says } }: Readonly<{ shortcut: Shortcut }>) {
  const { t } = useWords();
  return (
    <>
      <dt>
        <kbd>{key}</kbd>
      </dt>
      <dd>{t(says)}</dd>
    </>
  );
}
