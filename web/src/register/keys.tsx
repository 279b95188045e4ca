/** The keys that sign the register and seal what is secret: changed by hand, or ended when one may have leaked. */
import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../app/client.ts';
import { hasOne, useMe } from '../app/session.ts';
import { SettingsHead } from '../app/settings.tsx';
import { moment, prose, whole } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

const OVERLAP = { overlapHours: whole('sign-keys.overlap', { help: 'sign-keys.overlapHelp', first: '720' }) };
// A key's name is its origin, its eight hex digits and what verifies, with a plus between.
const REVOKE = { safeUntil: moment('sign-keys.safeUntil'), reason: prose('ask.reason') };
const REASON = { reason: prose('ask.reason') };

export function Keys() {
  const { t } = useWords();
  const mayChange = hasOne(useMe(), ['administrator']);
  const register = useQuery({
    queryKey: ['register', 'keys'],
    queryFn: () => answerOf(api.GET('/api/register')),
  });
  return (
    <>
      <SettingsHead title={t('sign-keys.name')} />
      <Loaded query={register}>
        {({ state, why, size, origin, keys }) => (
          <>
            <h2>{t('sign-keys.register')}</h2>
            <Facts
              of={[
                [t('sign-keys.state'), t(`sign-keys.${state}`)],
                [t('sign-keys.why'), why],
                [t('sign-keys.origin'), origin],
                [t('sign-keys.size'), size],
              ]}
            />
            {state === 'stopped' && mayChange && (
              <Deed
                name={t('sign-keys.continue')}
                why={t('sign-keys.continueWhy')}
                parts={REASON}
                run={(body) => answerOf(api.POST('/api/register/continue', { body }))}
              />
            )}
            <ul className="plain rows">
              {keys.map(({ vkey, from, until }) => (
                <li key={vkey}>
                  <code className="hash whole">{vkey}</code>
                  <span>
                    {t('sign-keys.from')} <When at={from} />
                  </span>
                  {until !== null && (
                    <span>
                      {t('sign-keys.until')} <When at={until} />
                    </span>
                  )}
                  {mayChange && (
                    <Deed
                      name={t('sign-keys.revoke')}
                      why={t('sign-keys.revokeWhy')}
                      sure={t('sign-keys.revokeSure')}
                      parts={REVOKE}
                      run={(body) =>
                        answerOf(
                          api.POST('/api/register/keys/{key}/revoke', {
                            params: { path: { key: vkey.split('+')[1] ?? '' } },
                            body,
                          }),
                        )
                      }
                    />
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      {mayChange && (
        <>
          <Deed
            name={t('sign-keys.rotate')}
            parts={OVERLAP}
            run={(body) => answerOf(api.POST('/api/register/keys', { body }))}
          />
          <h2>{t('sign-keys.seal')}</h2>
          <p className="soft">{t('sign-keys.sealWhy')}</p>
          <Deed
            name={t('sign-keys.sealRotate')}
            parts={OVERLAP}
            run={(body) => answerOf(api.POST('/api/seal-keys', { body }))}
          >
            {({ resealed }) => <p>{t('sign-keys.resealed', { count: resealed })}</p>}
          </Deed>
        </>
      )}
    </>
  );
}
