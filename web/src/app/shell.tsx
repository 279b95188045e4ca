/** What surrounds every view: where one is, where one can go, and who one is. */
import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../kit/states.tsx';
import { LANGUAGES, type Language, useWords } from '../words/index.tsx';
import { answerOf, api, signIn } from './client.ts';
import { KeysProvider } from './keys.tsx';
import { hasOne, KEEPERS, type Me, meQuery, READERS, SPEAKERS } from './session.ts';
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
        {me.data !== undefined && <Ways me={me.data} />}
        {me.data !== undefined && <Account me={me.data} />}
      </header>
      <main id="main" tabIndex={-1}>
        <Loaded query={me} isWhole>
          {() => <Outlet />}
        </Loaded>
      </main>
      {me.data !== undefined && <WaysByKey />}
    </KeysProvider>
  );
}

function Ways({ me }: Readonly<{ me: Me }>) {
  const { t } = useWords();
  return (
    <nav aria-label={t('shell.ways')} className="ways">
      {(hasOne(me, READERS) || !hasOne(me, SPEAKERS)) && (
        <Link to="/" activeOptions={{ exact: true }}>
          {t('home.name')}
        </Link>
      )}
      {hasOne(me, READERS) && <Link to="/incidents">{t('incidents.name')}</Link>}
      {hasOne(me, [...READERS, ...KEEPERS]) && <Link to="/register">{t('register.name')}</Link>}
      {hasOne(me, SPEAKERS) && <Link to="/desk">{t('desk.name')}</Link>}
      {hasOne(me, KEEPERS) && <Link to="/people">{t('people.name')}</Link>}
    </nav>
  );
}

function Account({ me }: Readonly<{ me: Me }>) {
  const { t, language, chooseLanguage } = useWords();
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
            <Menu.Item className="menu-item" onClick={() => window.location.assign('/account')}>
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
