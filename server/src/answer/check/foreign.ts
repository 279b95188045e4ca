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
  const found = new Map<string, Mark>();
  let rest = text.slice(0, 20_000);
  for (const [is, pattern] of PATTERNS)
    rest = rest.replace(pattern, (thing) => {
      const trimmed = is === 'hidden' ? thing : thing.trim().replace(/[.,;:!?]+$/, '');
      const shown = is === 'hidden' ? pointOf(thing) : trimmed;
      if (!found.has(`${is} ${shown}`) && !known(trimmed)) found.set(`${is} ${shown}`, { is, text: shown });
      return ' ';
    });
  return [...found.values()].slice(0, 50);
}

const pointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** What thieves ask for, in the languages of notices. Words of worry (“my account”, “is this real”) are not among them. */
const ASKS =
  /pass(?:word|code|wort)|kennwort|mot de passe|contraseñ|senha|wachtwoord|hasł|lösenord|palavra-passe|parola|パスワード|暗証|bitcoin|crypto|gift ?card|gutschein|iban|\bpin\b|\bcvv\b|überweis|transfer money|wire|pay(?: |$)|payment|zahl(?:en|ung)|payer|paiement|pagar|pago|pagamento|pagare|betal|płac|zapłać|betala|支払|振込|click|klick|cliqu|clic |fai clic|haz clic|klik|クリック|log ?in|sign in|anmelden|connect(?:ez|er)|iniciar sesión|accedi|inloggen|zaloguj|logga in|ログイン|call us|call now|rufen sie|appelez|llame|chiam|ligue|\bbel\b|zadzwoń|ring oss|電話|attached|anhang|pièce jointe|adjunt|allegat|anexo|bijlage|załącz|bifoga|添付|gefällig|urgent|dringend|pilne|brådskande|至急|suspend|gesperrt|blocked|bloqu|blocc|geblokkeerd|zablokow|spärr/iu;

/** Data that thieves want, and how they ask for them, where they name no link, number or account. */
const WANTS =
  /date of birth|maiden name|(?:card|account|social security) number|passport|geburtsdatum|mädchenname|(?:karten|konto|ausweis)nummer|bankdaten|ausweis|date de naissance|num[ée]ro de (?:carte|compte)|pi[èe]ce d.identit|coordonnées bancaires|data di nascita|numero (?:di|della) carta|carta d.identit|coordinate bancarie|fecha de nacimiento|número de (?:tarjeta|cuenta)|documento de identidad|datos bancarios|data de nascimento|número do cartão|dados bancários|geboortedatum|(?:kaart|rekening)nummer|data urodzenia|datę urodzenia|numer (?:karty|konta)|dowód osobisty|födelsedatum|(?:kort|person|konto)nummer|生年月日|(?:カード|口座)番号|(?:send|give) (?:us|me|him|her|them|your)\b|(?:reply|answer|respond) with\b|(?:enter|provide|submit|confirm|update) your\b|fill (?:in|out)\b|hand over|(?:senden|schicken|geben|nennen|teilen) sie|antworten sie mit|füllen sie|envoyez|répondez (?:avec|en)|saisissez|remplissez|communiquez|invi(?:ate|i|aci|ateci)\b|rispond(?:ete|a) con|inseri(?:te|sca)|compil(?:ate|i)\b|env[íi]e|respond[ae] co[nm]|introduzca|rellene|insira|preencha|stuur ons|antwoord met|vul uw|(?:wyślij|prześlij|podaj|wpisz|wypełnij)|odpowiedz podając|skicka (?:oss|in|din|ditt)|svara med|fyll i|ange din|送ってください|お送りください|入力して|記入して|返信してください|\b(?:visit|install|download)|scan the|\bqr\b|whatsapp|telegram|refund|compensation|voucher|installieren|herunterladen|besuchen sie|erstattung|entschädigung|installez|téléchargez|rendez-vous sur|remboursement|indemnis|installate|scaric(?:ate|hi)|rimborso|risarcimento|instale|descargue|reembolso|indemniz|baixe|installeer|terugbetaling|schadevergoeding|zainstaluj|pobierz|zwrot|odszkodowani|installera|ladda ner|återbetalning|ersättning|インストール|ダウンロード|返金|賠償|\p{L}+ dot \p{L}+/iu;
/** What thieves say to whoever reads, without a link or a number: of the reader’s own things, and whom to turn to, and soon. */
const PRESSES =
  /\b(?:verif|confirm|contact|identit|ident|kontakt|kontact)\p{L}*|vérifi|bestätig|bevestig|potwierd|zweryfik|bekräfta|tożsamo|skontakt|\b(?:hack|compromis|breach(?:ed)? into)\p{L}*|gehackt|pirat[éeao]|violat[oi]\b|invadid|przejęt|\b(?:bank|credit|debit|ssn|atm)\b|(?:kredit|giro|bank)kart|kreditkort|carte bancaire|tarjeta|your (?:\p{L}+ )?(?:accounts?|money|cards?|banks?|savings|details|data|door|phone|computer|device)\b|(?:open|see|read|view) the (?:files?|documents?|forms?)|(?:act|answer|respond|call|move|contact) (?:now|soon|today|at once|right away)|immediate|sofort|umgehend|immédiat|subito|inmediat|imediat|onmiddel|natychmiast|omedelbar|right away|security (?:team|code|department|service)|our (?:agents?|team|staff|experts?)|unser\p{L}* (?:team|mitarbeiter)|(?:our|the) agent|we (?:are|will|must|have)\b|\b(?:text|call|ring|dial|phone) \p{L}+|\b(?:zero|one|two|three|four|five|six|seven|eight|nine)(?:[ ,-]+(?:zero|one|two|three|four|five|six|seven|eight|nine)){2,}|(?:^|\s)(?:\p{L}[\s.]+){4,}|本人確認|連絡|すぐに|お急ぎ|乗っ取/iu;

/** Who says that the notice is wrong, and does not ask whether it is, would have its reader do nothing. */
const DENIES =
  /disregard|ignore|\b(?:fake|spam)\b|(?:do not|don.t|never) (?:read|trust|believe)|false alarm|(?:is|was|are|were) (?:wrong|false|not true|incorrect|a test|only a test|outdated)|ignorier|fehlalarm|(?:ist|war|sind) (?:falsch|ein test|nur ein test|veraltet|nicht wahr|unwahr)|ignorez|fausse alerte|(?:est|sont|était) (?:faux|fausse|erroné|un test)|ignor(?:ate|i|a)\b|falso allarme|(?:è|sono|era) (?:sbagliat|falso|errat|un test)|falsa alarma|(?:es|son|era) (?:fals|incorrect|erróne|una prueba)|falso alarme|(?:é|são|era) (?:fals|incorret|errad|um teste)|negeer|vals alarm|(?:is|zijn|was) (?:onjuist|vals|een test)|zignoruj|fałszywy alarm|(?:jest|są|to) (?:błędn|fałszyw|test|nieprawd)|ignorera|falskt alarm|(?:är|var) (?:fel|falsk|ett test|inte sant)|無視して|誤報|間違いです|誤りです|テストです/iu;
const QUESTIONS = /[^.!?。？！\n]*[?？]/gu;

const MOST_BLAND = 1000;

/** Whether a text beside ours is short, leads nowhere and asks for nothing. */
export const isBland = (text: string, known: (thing: string) => boolean = () => false): boolean =>
  text.length <= MOST_BLAND &&
  !ASKS.test(text) &&
  !WANTS.test(text) &&
  !PRESSES.test(text) &&
  !DENIES.test(text.replace(QUESTIONS, '')) &&
  marksIn(text, known).every(({ is, text: t }) => is === 'number' && t.length <= 2);
