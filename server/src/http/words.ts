/** The words of the pages for signing in, which need no script and so no message file of the web application. */
import type { ErrorCode } from '@forthright/contract';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

const en = {
  signInTitle: 'Sign in to Forthright',
  email: 'Your e-mail address',
  password: 'Your password',
  code: 'The six digits of your app, if you have one',
  signIn: 'Sign in',
  signInWith: (company: string) => `Sign in with ${company}`,
  usePasskey: 'Sign in with a passkey',
  noPasskey: 'No passkey was used. Try again, or use your password.',
  signedIn: 'You are signed in',
  as: (who: string) => `As: ${who}.`,
  asPerson: (who: string) => `As ${who}.`,
  goOn: 'Go on',
  toHome: 'Go on to Forthright',
  makePasskeyTitle: 'Make a passkey',
  makePasskeyWhy: 'It signs you in without a password: by fingerprint, face, PIN or key.',
  passkeyName: 'What to call it',
  thisDevice: 'This device',
  passwordAgain: 'Your password, once more',
  makePasskey: 'Make it',
  madePasskey: 'The passkey “%” is made.',
  signOut: 'Sign out',
  welcomeTitle: 'Welcome to Forthright',
  firstAdministrator: 'You will be its first administrator.',
  choosePassword: 'Choose a password for your account.',
  onceOnly: 'This link works once.',
  name: 'Your name',
  newPassword: 'A new password, of twelve characters or more',
  setPassword: 'Set the password and sign in',
  account: 'Your account',
  accountWhy: 'make a passkey for it, so that you need no password.',
  errors: {} as Partial<Record<ErrorCode, string>>,
};
export type PageWords = typeof en;

const de: PageWords = {
  signInTitle: 'Bei Forthright anmelden',
  email: 'Ihre E-Mail-Adresse',
  password: 'Ihr Passwort',
  code: 'Die sechs Ziffern Ihrer App, falls Sie eine haben',
  signIn: 'Anmelden',
  signInWith: (company) => `Mit ${company} anmelden`,
  usePasskey: 'Mit einem Passkey anmelden',
  noPasskey: 'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal, oder nehmen Sie Ihr Passwort.',
  signedIn: 'Sie sind angemeldet',
  as: (who) => `Als: ${who}.`,
  asPerson: (who) => `Als ${who}.`,
  goOn: 'Weiter',
  toHome: 'Weiter zu Forthright',
  makePasskeyTitle: 'Einen Passkey anlegen',
  makePasskeyWhy: 'Er meldet Sie ohne Passwort an: mit Fingerabdruck, Gesicht, PIN oder Schlüssel.',
  passkeyName: 'Wie er heißen soll',
  thisDevice: 'Dieses Gerät',
  passwordAgain: 'Ihr Passwort, noch einmal',
  makePasskey: 'Anlegen',
  madePasskey: 'Der Passkey „%“ ist angelegt.',
  signOut: 'Abmelden',
  welcomeTitle: 'Willkommen bei Forthright',
  firstAdministrator: 'Sie werden die erste Person, die es verwaltet.',
  choosePassword: 'Wählen Sie ein Passwort für Ihr Konto.',
  onceOnly: 'Dieser Link gilt einmal.',
  name: 'Ihr Name',
  newPassword: 'Ein neues Passwort, mindestens zwölf Zeichen',
  setPassword: 'Passwort setzen und anmelden',
  account: 'Ihr Konto',
  accountWhy: 'Legen Sie einen Passkey an, dann brauchen Sie kein Passwort.',
  errors: {
    'sign-in-refused': 'Die Adresse, das Passwort oder der Code stimmt nicht.',
    'link-invalid': 'Dieser Link gilt nicht oder nicht mehr. Bitten Sie um einen neuen.',
    'too-many-requests': 'Zu viele Versuche. Warten Sie ein wenig.',
  },
};

export const PAGE_WORDS: Readonly<Record<Language, PageWords>> = { en, de };

/** The first language of the header that we have; English when there is none. */
export function languageOf(header: string | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((part, place) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const q = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { language: tag.slice(0, 2).toLowerCase(), weight: q === undefined ? 1 : Number(q), place };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.place - b.place)
    .map(({ language }) => LANGUAGES.find((one) => one === language));
  return wanted.find((one) => one !== undefined) ?? 'en';
}
