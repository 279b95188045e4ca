/** What surrounds every view: where one is, where one can go, and who one is. */
import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../kit/states.tsx';
import { LANGUAGES, type Language, useWords } from '../words/index.tsx';
import { answerOf, api, signIn } from './client.ts';
import { KeysProvider } from './keys.tsx';
import { useHere, useIsTheirs, usePlaces } from './places.ts';
import { hasOne, type Me, meQuery, READERS, SPEAKERS, useMe } from './session.ts';
import { chooseTheme, chosenTheme, THEMES, type Theme } from './theme.ts';
import { WaysByKey } from './ways-by-key.tsx';

export function Shell() {
  const { t } = useWords();
  const me = useQuery(meQuery);
  return (
    <KeysProvider>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <header className="head">
        <Link to="/" className="wordmark" translate="no">
          {t('shell.name')}
        </Link>
        {me.data !== undefined && <Ways />}
        {me.data !== undefined && <Account me={me.data} />}
      </header>
      <main id="main" tabIndex={-1}>
        <Loaded query={me} isWhole>
          {() => <View />}
        </Loaded>
      </main>
      {me.data !== undefined && <WaysByKey />}
    </KeysProvider>
  );
}

/** Whoever comes by an address that is not theirs is told so, as the server would. */
function View() {
  const { t } = useWords();
  const isTheirs = useIsTheirs();
  if (isTheirs) return <Outlet />;
  return (
    <div className="failed" role="alert">
      <h1>{t('state.failed')}</h1>
      <p>{t('refused.not-permitted')}</p>
      <p>
        <Link to="/">{t('notFound.home')}</Link>
      </p>
    </div>
  );
}

/** The ways that are everybody's, those that the roles open, and behind one more what is set up once. */
function Ways() {
  const { t } = useWords();
  const places = usePlaces();
  const me = useMe();
  const settings = places.filter(({ group }) => group === 'settings');
  const here = useHere(settings.map((one) => ({ ...one, to: one.path })));
  const [first] = settings;
  // Whoever only speaks with customers has one place.
  const isElsewhere = hasOne(me, READERS) || !hasOne(me, SPEAKERS);
  return (
    <nav aria-label={t('shell.ways')} className="ways">
      {places
        .filter(({ isWay, path }) => isWay && (path !== '/' || isElsewhere))
        .map(({ name, path }) => (
          <Link key={path} to={path} activeOptions={{ exact: path === '/', includeSearch: false }}>
            {t(name)}
          </Link>
        ))}
      {first !== undefined && (
        <Link to={first.path} className={here === undefined ? '' : 'active'}>
          {t('shell.settings')}
        </Link>
      )}
    </nav>
  );
}

function Account({ me }: Readonly<{ me: Me }>) {
  const { t, language, chooseLanguage } = useWords();
  const navigate = useNavigate();
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const handleSignOut = async () => {
    await answerOf(api.POST('/api/sign-out'));
    signIn();
  };
  return (
    <Menu.Root>
      <Menu.Trigger className="account">{me.person.name}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={8}>
          <Menu.Popup className="menu">
            <Menu.Group>
              <Menu.GroupLabel className="menu-label">{t('shell.language')}</Menu.GroupLabel>
              <Menu.RadioGroup value={language} onValueChange={(chosen: Language) => chooseLanguage(chosen)}>
                {LANGUAGES.map((one) => (
                  <Menu.RadioItem key={one} value={one} className="menu-item" lang={one}>
                    {t(`language.${one}`)}
                    <Menu.RadioItemIndicator className="menu-mark" />
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className="menu-line" />
            <Menu.Group>
              <Menu.GroupLabel className="menu-label">{t('shell.theme')}</Menu.GroupLabel>
              <Menu.RadioGroup
                value={theme}
                onValueChange={(chosen: Theme) => {
                  setTheme(chosen);
                  chooseTheme(chosen);
                }}
              >
                {THEMES.map((one) => (
                  <Menu.RadioItem key={one} value={one} className="menu-item">
                    {t(`theme.${one}`)}
                    <Menu.RadioItemIndicator className="menu-mark" />
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className="menu-line" />
            <Menu.Item className="menu-item" onClick={() => void navigate({ to: '/my-sign-in' })}>
              {t('shell.account')}
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={() => void handleSignOut()}>
              {t('shell.signOut')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
