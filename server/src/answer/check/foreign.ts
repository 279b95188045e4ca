/** What a stranger's words may want of the reader: links, addresses, accounts, numbers, money. */

export const MARKS = ['link', 'address', 'account', 'money', 'phone', 'number', 'hidden'] as const;
export type Mark = Readonly<{ is: (typeof MARKS)[number]; text: string }>;

const PATTERNS: readonly (readonly [Mark['is'], RegExp])[] = [
  ['address', /[^\s<>"'()[\],;:]{1,64}@[^\s<>"'()[\],;:]{1,255}/gu],
  ['link', /(?:\b[a-z][a-z0-9+.-]{1,20}:\/\/|\bwww\.|\bmailto:|\bjavascript:|\bdata:)[^\s<>"']{1,500}/giu],
  [
    'link',
    /(?<![\p{L}\p{N}@.-])(?:[\p{L}\p{N}-]{1,63}[.。．])+[\p{L}]{2,24}(?![\p{L}\p{N}])(?:\/[^\s<>"']{0,300})?/gu,
  ],
  ['account', /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b/gu],
  ['account', /\b(?:bc1|[13])[a-zA-HJ-NP-Z0-9]{25,60}\b|\b0x[0-9a-fA-F]{40}\b/gu],
  [
    'money',
    /[$€£¥₿]\s?\d[\d.,]*|\d[\d.,]*\s?(?:[$€£¥₿]|EUR|USD|GBP|CHF|PLN|SEK|BRL|JPY|BTC|kr|zł|円)(?!\p{L})/gu,
  ],
  ['phone', /(?<![\p{L}\p{N}])\+?\(?\d[\d\s()./-]{5,20}\d(?![\p{L}\p{N}])/gu],
  ['number', /\p{N}[\p{N}.,]*/gu],
  // Characters that are not seen, or turn what is seen around.
  [
    'hidden',
    /\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]|[\ufe00-\ufe0f]|[\u{e0000}-\u{e0fff}]/gu,
  ],
];

/** Each thing of a text that isn't `known`, once, in the order of the list above. */
export function marksIn(text: string, known: (thing: string) => boolean = () => false): readonly Mark[] {
  const found: Mark[] = [];
  let rest = text.slice(0, 20_000);
  for (const [is, pattern] of PATTERNS)
    rest = rest.replace(pattern, (thing) => {
      const trimmed = is === 'hidden' ? thing : thing.trim().replace(/[.,;:!?]+$/, '');
      if (!known(trimmed) && !found.some((mark) => mark.is === is && mark.text === trimmed))
        found.push({ is, text: is === 'hidden' ? pointOf(thing) : trimmed });
      return ' ';
    });
  return found.slice(0, 50);
}

const pointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** What thieves ask for, in the languages of notices. Words of worry (“my account”, “is this real”) are not among them. */
const ASKS =
  /pass(?:word|code|wort)|kennwort|mot de passe|contraseñ|senha|wachtwoord|hasł|lösenord|palavra-passe|parola|パスワード|暗証|bitcoin|crypto|gift ?card|gutschein|iban|\bpin\b|\bcvv\b|überweis|transfer money|wire|pay(?: |$)|payment|zahl(?:en|ung)|payer|paiement|pagar|pago|pagamento|pagare|betal|płac|zapłać|betala|支払|振込|click|klick|cliqu|clic |fai clic|haz clic|klik|クリック|log ?in|sign in|anmelden|connect(?:ez|er)|iniciar sesión|accedi|inloggen|zaloguj|logga in|ログイン|call us|call now|rufen sie|appelez|llame|chiam|ligue|\bbel\b|zadzwoń|ring oss|電話|attached|anhang|pièce jointe|adjunt|allegat|anexo|bijlage|załącz|bifoga|添付|gefällig|urgent|dringend|pilne|brådskande|至急|suspend|gesperrt|blocked|bloqu|blocc|geblokkeerd|zablokow|spärr/iu;

const MOST_BLAND = 1000;

/** Whether a text beside ours is short, leads nowhere and asks for nothing. */
export const isBland = (text: string, known: (thing: string) => boolean = () => false): boolean =>
  text.length <= MOST_BLAND &&
  !ASKS.test(text) &&
  marksIn(text, known).every(({ is, text: t }) => is === 'number' && t.length <= 2);
