/** One's own way in: password, second factor, passkeys, tokens for programs, and ending it everywhere. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, answerOf, api, signIn } from '../app/client.ts';
import { useMe } from '../app/session.ts';
import { SettingsHead } from '../app/settings.tsx';
import { line, password, secret, some, whole } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type Passkey = Answer<'/api/me/passkeys', 'get'>['passkeys'][number];
type Token = Answer<'/api/tokens', 'get'>['tokens'][number];

const PASSWORD = { password: password('account.password') };
const CHANGE = { ...PASSWORD, newPassword: secret('account.newPassword') };
const CODE = { code: line('account.code', { help: 'account.codeHelp' }) };
const PASSKEY = { name: line('account.passkeyName', { help: 'account.passkeyNameHelp' }), ...PASSWORD };

export function Account() {
  const { t } = useWords();
  return (
    <>
      <SettingsHead title={t('account.name')} />
      <Password />
      <Factor />
      <Passkeys />
      <Tokens />
      <section aria-labelledby="everywhere">
        <h2 id="everywhere">{t('account.everywhere')}</h2>
        <Deed
          name={t('account.signOut')}
          why={t('account.signOutWhy')}
          parts={{}}
          run={async () => {
            await answerOf(api.POST('/api/sign-out-everywhere'));
            signIn();
          }}
        />
      </section>
    </>
  );
}

function Password() {
  const { t } = useWords();
  return (
    <section aria-labelledby="password">
      <h2 id="password">{t('account.password')}</h2>
      <Deed
        name={t('account.change')}
        why={t('account.changeWhy')}
        parts={CHANGE}
        run={async (body) => {
          await answerOf(api.PUT('/api/me/password', { body }));
          // It ends every session, this one too.
          signIn();
        }}
      />
    </section>
  );
}

/** An app that shows a new code every half minute. */
function Factor() {
  const { t } = useWords();
  const { hasSecondFactor } = useMe().person;
  return (
    <section aria-labelledby="factor">
      <h2 id="factor">{t('account.factor')}</h2>
      <p>{t(hasSecondFactor ? 'account.factorIs' : 'account.factorIsNot')}</p>
      {hasSecondFactor ? (
        <Deed
          name={t('account.factorRemove')}
          sure={t('account.factorRemoveSure')}
          parts={{ ...PASSWORD, ...CODE }}
          run={(body) => answerOf(api.POST('/api/me/second-factor/remove', { body }))}
        />
      ) : (
        <>
          <Deed
            name={t('account.factorBegin')}
            parts={PASSWORD}
            run={(body) => answerOf(api.POST('/api/me/second-factor', { body }))}
          >
            {({ secret: key, address }) => (
              <>
                <p>{t('account.factorSecret')}</p>
                <p>
                  <code className="hash">{key}</code>
                </p>
                <p>
                  <a href={address}>{t('account.factorOpen')}</a>
                </p>
              </>
            )}
          </Deed>
          <Deed
            name={t('account.factorConfirm')}
            parts={CODE}
            run={(body) => answerOf(api.POST('/api/me/second-factor/confirm', { body }))}
          />
        </>
      )}
    </section>
  );
}

function Passkeys() {
  const { t } = useWords();
  const passkeys = useQuery({
    queryKey: ['passkeys'],
    queryFn: () => answerOf(api.GET('/api/me/passkeys')),
  });
  return (
    <section aria-labelledby="passkeys">
      <h2 id="passkeys">{t('account.passkeys')}</h2>
      <Loaded query={passkeys}>
        {({ passkeys: all }) =>
          all.length === 0 ? (
            <Empty title={t('account.noPasskey')}>
              <p>{t('account.noPasskeyWhy')}</p>
            </Empty>
          ) : (
            <ul className="plain rows">
              {all.map((one) => (
                <li key={one.id}>
                  <PasskeyLine passkey={one} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <Deed name={t('account.passkeyAdd')} parts={PASSKEY} run={addPasskey} />
    </section>
  );
}

/** The browser asks its owner, and makes the key; ours is only what can be verified with. */
async function addPasskey({ name, password: word }: Readonly<{ name: string; password: string }>) {
  const asked = await answerOf(api.POST('/api/me/passkeys/begin', { body: { password: word } }));
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked);
  const made = await navigator.credentials.create({ publicKey });
  if (!(made instanceof PublicKeyCredential)) throw new Error('The browser made no passkey.');
  const credential = made.toJSON() as Parameters<typeof keepPasskey>[1];
  return keepPasskey(name, credential);
}

type Credential = Extract<
  Parameters<typeof api.POST<'/api/me/passkeys', { body: never }>>[1],
  { body: unknown }
>['body'];

const keepPasskey = (name: string, credential: Credential['credential']) =>
  answerOf(api.POST('/api/me/passkeys', { body: { name, credential } }));

function PasskeyLine({ passkey: { id, name, madeAt, usedAt } }: Readonly<{ passkey: Passkey }>) {
  const { t } = useWords();
  return (
    <>
      <span className="row-title">{name}</span>
      <span className="soft">
        {t('account.made')} <When at={madeAt} />
      </span>
      {usedAt !== null && (
        <span className="soft">
          {t('account.used')} <When at={usedAt} />
        </span>
      )}
      <Deed
        name={t('account.passkeyRemove')}
        parts={PASSWORD}
        run={(given) => answerOf(api.POST('/api/me/passkeys/remove', { body: { ...given, passkey: id } }))}
      />
    </>
  );
}

function Tokens() {
  const { t } = useWords();
  const { roles } = useMe();
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: () => answerOf(api.GET('/api/tokens')) });
  const make = {
    name: line('account.tokenName'),
    scopes: some('account.tokenRoles', roles, { group: 'role', first: [] }),
    days: whole('account.tokenDays', { first: '90' }),
  };
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens">{t('account.tokens')}</h2>
      <p className="soft">{t('account.tokensWhy')}</p>
      <Loaded query={tokens}>
        {({ tokens: all }) =>
          all.length === 0 ? (
            <Empty title={t('account.noToken')} />
          ) : (
            <ul className="plain rows">
              {all.map((one) => (
                <li key={one.id}>
                  <TokenLine token={one} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {roles.length > 0 && (
        <Deed
          name={t('account.tokenMake')}
          parts={make}
          run={(body) => answerOf(api.POST('/api/tokens', { body }))}
        >
          {({ secret: key }) => (
            <>
              <p className="empty-title">{t('account.tokenOnce')}</p>
              <p>
                <code className="hash">{key}</code>
              </p>
            </>
          )}
        </Deed>
      )}
    </section>
  );
}

function TokenLine({ token }: Readonly<{ token: Token }>) {
  const { t, named } = useWords();
  const nameOf = useName();
  const { id, name, person, scopes, expires, usedAt, revokedAt } = token;
  return (
    <>
      <span className="row-title">{name}</span>
      <span>{nameOf(person)}</span>
      <span>{scopes.map((one) => named('role', one)).join(', ')}</span>
      {revokedAt === null ? (
        <span className="soft">
          {t('account.expires')} <When at={expires} />
        </span>
      ) : (
        <strong>{t('account.revoked')}</strong>
      )}
      {usedAt !== null && (
        <span className="soft">
          {t('account.used')} <When at={usedAt} />
        </span>
      )}
      {revokedAt === null && (
        <Deed
          name={t('account.revoke')}
          parts={{}}
          run={() => answerOf(api.DELETE('/api/tokens/{token}', { params: { path: { token: id } } }))}
        />
      )}
    </>
  );
}
