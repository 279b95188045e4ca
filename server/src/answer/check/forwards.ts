/**
 * What programs write around a text that is forwarded or quoted: lines of dashes, the header's fields under their names in
 * many languages, who wrote when; and what gateways write above and below. The names are those that Apple Mail, Gmail,
 * Outlook, Thunderbird and Yahoo write.
 */
import { isBland } from './foreign.ts';
import { isOfGateway } from './gateways.ts';

type Role = 'from' | 'to' | 'cc' | 'date' | 'subject' | 'reply';

const LABELS: Readonly<Record<Role, string>> = {
  from: 'from|von|de|da|van|od|från|fra|lähettäjä|šalje|feladó|expeditorul|отправитель|kimden|від кого|saatja|de la|gönderen|от|від|mittente|nadawca|expéditeur|remitente|remetente|afzender|avsändare|差出人|送信者|差出人名|发件人',
  to: 'to|an|à|a|para|aan|do|till|til|komu|vastaanottaja|prima|címzett|destinatarul|către|кому|pre|kime|pour|adresat|kellele|destinatario|destinatário|宛先|収件者|收件人',
  cc: 'cc|kopie|copie à|copie|copia|cópia|kopia|dw|ud|kopi|kopio|másolat|копия|копія|cc:n|bcc|ccn',
  date: 'date|sent|datum|gesendet|gesendet am|envoyé|envoyé le|data|inviato|inviato il|fecha|enviado|enviado el|enviado em|enviada em|verzonden|datum und uhrzeit|wysłano|wysłane|skickat|skickades|dato|sendt|päivämäärä|päiväys|lähetetty|dátum|küldve|elküldve|датум|дата|odesláno|poslano|odoslané|trimis|отправлено|надіслано|kuupäev|tarih|gönderildi|日付|日時|送信日時|送信日|发送时间',
  subject:
    'subject|betreff|objet|sujet|oggetto|asunto|assunto|onderwerp|temat|ämne|emne|aihe|předmět|predmet|tárgy|subiect|subiectul|тема|konu|naslov|teema|件名|主题',
  reply:
    'reply-to|reply to|antwort an|antworten an|répondre à|rispondi a|responder a|responder para|antwoord aan|odpowiedz do|svar till|svara till|svar til|返信先',
};
/** Yahoo writes the fields of what it forwards into one line: each in a line of its own again. */
export const withFieldsApart = (text: string): string =>
  text.replace(/^[ \t>]*-{3,}[^-\n]{3,80}-{3,}[ \t]*\S[^\n]{0,2000}$/gmu, (line) =>
    line.replace(/(-{3,}[^-\n]{3,80}-{3,})/, '$1\n').replace(ANY_LABEL, '\n$&'),
  );
const ANY_LABEL = new RegExp(`(?:${Object.values(LABELS).join('|')})\\s?[:：]`, 'giu');

const LABEL = new RegExp(
  `^[*_\\s]*(?:${Object.entries(LABELS)
    .map(([role, names]) => `(?<${role}>${names})`)
    .join('|')})[*_\\s]*[:：][*_\\s]*`,
  'iu',
);

/** Whether a text is the name of a field, and nothing else, as in a header that a program has made a table of. */
export function isFieldName(text: string): boolean {
  const [name] = LABEL.exec(text.trim()) ?? [];
  return name !== undefined && name.length === text.trim().length;
}

const SEPARATORS = new RegExp(
  `^(?:[-_=*]{5,}|[-_=\\s*]*(?:${[
    'begin forwarded message',
    'forwarded message',
    'forwarded by',
    'fwd\\.msg',
    'original message',
    'anfang der weitergeleiteten (?:nachricht|e-?mail)',
    'weitergeleitete nachricht',
    'ursprüngliche nachricht',
    'originalnachricht',
    'début du message (?:réexpédié|transféré)',
    "début de l'e-mail transféré",
    'message transféré',
    'message transmis',
    "message d'origine",
    'inizio messaggio inoltrato',
    'messaggio inoltrato',
    'messaggio originale',
    'inicio del mensaje reenviado',
    'mensaje reenviado',
    'mensaje original',
    'início da mensagem (?:reencaminhada|encaminhada)',
    'mensagem (?:reencaminhada|encaminhada|original)',
    'begin doorgestuurd bericht',
    'doorgestuurd bericht',
    'oorspronkelijk bericht',
    'początek przekazywanej wiadomości',
    '(?:przekazana|przesłana|oryginalna) wiadomość',
    'treść przekazanej wiadomości',
    'wiadomość oryginalna',
    'vidarebefordrat (?:mejl|meddelande|brev)',
    'ursprungligt meddelande',
    'videresendt (?:melding|meddelelse|besked)',
    'start på videresendt besked',
    'välitetty viesti(?: alkaa)?',
    'edelleenlähetetty viesti',
    'začátek přeposílané zprávy',
    'přeposlaná zpráva',
    'továbbított (?:levél kezdete|üzenet)',
    '転送(?:された)?メッセージ',
    '元のメッセージ',
    'ここから転送',
  ].join('|')})[\\s\\-/_=*:：.]*)+$`,
  'iu',
);

const WROTE =
  /wrote|schrieb|a écrit|escribió|ha scritto|scrive|escreveu|schreef|geschreven|napisał|pisze|skrev|kirjoitti|napsal|ezt írta|написал|のメール|書きました|さんは/iu;

/** What is known of our message, by which what stands around it is judged. */
export type Ours = Readonly<{
  from: Readonly<{ name: string; address: string }>;
  replyTo: string;
  subject: string;
  to: string;
}>;

export type Around = Readonly<{
  /** Somebody's program says here that it forwards or quotes a message of ours. */
  isForward: boolean;
  /** What whoever forwarded it wrote, or a gateway. */
  notes: readonly string[];
  /** What stands there and can't be: it says other than we, or wants something. */
  wrong: readonly Readonly<{ is: 'from' | 'to' | 'subject' | 'reply-to' | 'text'; text: string }>[];
}>;

/**
 * Judges the lines above our text. `isOurMail`: the message itself says that we sent it, so nobody else may write in it. What was
 * forwarded more than once has a header for each time: the last one is ours, and those above are of people who are not us.
 */
export function judgeAbove(lines: readonly string[], ours: Ours, isOurMail: boolean): Around {
  const headers: HeaderLine[][] = [];
  const notes: string[] = [];
  /** What stands behind a header: a note, where another header follows. */
  let behind: string[] = [];
  let isQuoted = false;
  for (const group of groups(lines)) {
    if (isAttribution(group.join(' '), ours)) {
      isQuoted = true;
      notes.push(...behind);
      behind = [];
      continue;
    }
    let isOpen = false;
    for (const line of group) {
      const found = fieldOf(line);
      if (SEPARATORS.test(line) || isSameText(withoutPrefixes(line), ours.subject)) isOpen = false;
      else if (found !== undefined) {
        const header = headers.at(-1);
        if (header === undefined || (!isOpen && header.some(({ role }) => role === found.role))) {
          notes.push(...behind);
          behind = [];
          headers.push([found]);
        } else header.push(found);
        isOpen = true;
      } else if (isOpen) headers.at(-1)?.push(continued(headers.at(-1)?.pop(), line));
      else if (headers.length > 0 || isQuoted) behind.push(line);
      else notes.push(line);
    }
  }
  const own = isQuoted ? [] : (headers.at(-1) ?? []);
  const others = isQuoted ? headers : headers.slice(0, -1);
  const wrong: Around['wrong'][number][] = behind.map((text) => ({ is: 'text', text }));
  const blame = (fields: readonly HeaderLine[], faultOf: typeof fieldFault) => {
    for (const field of fields) {
      const fault = faultOf(field, ours);
      if (fault !== undefined) wrong.push({ is: fault, text: field.text.trim() });
    }
  };
  blame(own, fieldFault);
  for (const header of others) blame(header, isOurMail ? fieldFault : fieldOfOthersFault);
  // In what says that it comes from us nobody forwards anything.
  if (isOurMail) for (const { text } of headers.flat()) wrong.push({ is: 'text', text });
  if (isOurMail && isQuoted) wrong.push({ is: 'text', text: lines.join('\n').trim() });
  const isFrom = ({ role, text }: HeaderLine) => role === 'from' && text.trim() !== '';
  const isForward = isQuoted || (own.some(isFrom) && own.length >= 2);
  const note = notes.join('\n');
  const mayStand = isOurMail || !isForward ? isOfGateway(note) : isBland(note);
  if (!mayStand) return { isForward, notes: [], wrong: [...wrong, { is: 'text', text: note }] };
  return { isForward, notes, wrong };
}

/** A field of somebody who forwarded it before: a person with one address, who does not look like us, and says nothing beside. */
function fieldOfOthersFault({ role, text }: HeaderLine, ours: Ours): ReturnType<typeof fieldFault> {
  const value = text.replace(/[*_]+$/, '').trim();
  const isName = (left: string) => left.length <= 200 && !/\p{N}/u.test(left) && isBland(left);
  const withoutAddresses = addressesIn(value).reduce((left, address) => left.replaceAll(address, ' '), value);
  switch (role) {
    case 'from': {
      const [address = '', ...more] = addressesIn(value.replace(/mailto:/gi, ' '));
      const isOne = more.every((one) => one === address);
      return isOne && !looksLikeUs(value, ours) && isName(withoutAddresses) ? undefined : 'from';
    }
    case 'to':
    case 'cc':
      return isName(withoutAddresses) ? undefined : 'to';
    case 'reply':
      return 'reply-to';
    case 'subject':
      return isSameText(withoutPrefixes(value), ours.subject) || isBland(value) ? undefined : 'subject';
    case 'date':
      return isDate(value) ? undefined : 'text';
  }
}

/** Whether a name, an address, or both, could be taken for ours: by our name, or by the name in our domain. */
export function looksLikeUs(value: string, { from }: Pick<Ours, 'from'>): boolean {
  // Letters of another alphabet in a name may be there to look like ours.
  if (/[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(value) && /[a-z]{2}/i.test(value)) return true;
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const labels = domain
    .split('.')
    .slice(0, -1)
    .filter((label) => label.length >= 3 && !OF_MANY.test(label));
  const theirs = lettersOf(value);
  return [from.name, ...labels].map(lettersOf).some((ours) => ours !== '' && theirs.includes(ours));
}

/** Labels before a domain of those who send mail, and of countries' second level: other people's have them, too. */
const OF_MANY =
  /^(?:e?mails?|news(?:letter)?|notif\w*|notices?|info|send(?:er)?|post|com|org|net|www|smtp|mx)$/;

/** Letters as they look: digits and marks that stand for letters are those. */
const lettersOf = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('0', 'o')
    .replace(/[1|!]/g, 'l')
    .replaceAll('5', 's')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replace(/[ı]/g, 'i')
    .replace(/\P{L}/gu, '');

/**
 * Judges the lines below our text: nothing, what a gateway says of its work, or, where somebody else forwarded it, a few harmless
 * words. `mayBeSigned`: there is such a somebody, and the message does not say that it comes from us.
 */
export function judgeBelow(lines: readonly string[], mayBeSigned: boolean): Pick<Around, 'notes' | 'wrong'> {
  const text = lines
    .filter((line) => !/^[-_=*\s]*$/.test(line))
    .join('\n')
    .trim();
  if (text === '') return { notes: [], wrong: [] };
  const mayStand = mayBeSigned ? isBland(text) : isOfGateway(text);
  return mayStand ? { notes: [text], wrong: [] } : { notes: [], wrong: [{ is: 'text', text }] };
}

type HeaderLine = Readonly<{ role: Role; text: string }>;

function fieldOf(line: string): HeaderLine | undefined {
  const label = LABEL.exec(line);
  const [role] = Object.entries(label?.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
  return label === null || role === undefined
    ? undefined
    : { role: role as Role, text: line.slice(label[0].length) };
}

const continued = (field: HeaderLine | undefined, line: string): HeaderLine => ({
  role: field?.role ?? 'subject',
  text: `${field?.text ?? ''} ${line}`,
});

function groups(lines: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const line of lines) {
    const bare = line.trim();
    if (bare === '') found.push([]);
    else found.at(-1)?.push(bare);
  }
  return found.filter((group) => group.length > 0);
}

/**
 * The addresses that lines say our message went to: those below a sender who is us. Where none is, those of all that was forwarded.
 */
export function statedRecipients(lines: readonly string[], from: Ours['from']): readonly string[] {
  const all: string[] = [];
  const ours: string[] = [];
  let isOurs = false;
  let isAny = false;
  for (const line of lines) {
    const field = fieldOf(line);
    if (field?.role === 'from') {
      isOurs = rest(field.text, [from.address, from.name]) === '';
      isAny ||= isOurs;
    }
    if (WROTE.test(line) && line.toLowerCase().includes(from.address.toLowerCase())) isOurs = isAny = true;
    if (field?.role !== 'to') continue;
    const found = addressesIn(field.text);
    all.push(...found);
    if (isOurs) ours.push(...found);
  }
  return isAny ? ours : all;
}

export const addressesIn = (text: string): readonly string[] => [
  ...new Set(
    [...text.slice(0, 5000).matchAll(/[^\s<>"'()[\],;:]{1,64}@[^\s<>"'()[\],;:]{1,255}/gu)].map(([found]) =>
      found.replace(/[.>]+$/, ''),
    ),
  ),
];

function fieldFault({ role, text }: HeaderLine, ours: Ours): Around['wrong'][number]['is'] | undefined {
  const value = text.replace(/[*_]+$/, '').trim();
  switch (role) {
    case 'from':
      return rest(value, [ours.from.address, ours.from.name]) === '' ? undefined : 'from';
    case 'reply':
      return rest(value, [ours.replyTo, ours.from.name]) === '' ? undefined : 'reply-to';
    case 'to': {
      const addresses = addressesIn(value);
      if (addresses.some((address) => address.toLowerCase() !== ours.to.toLowerCase())) return 'to';
      const left = rest(value, [ours.to]);
      return left.length <= 80 && !/[\p{N}@]/u.test(left) && isBland(left) ? undefined : 'to';
    }
    case 'cc':
      return value === '' ? undefined : 'to';
    case 'subject':
      return squeezed(withoutPrefixes(value)) === squeezed(ours.subject) ? undefined : 'subject';
    case 'date':
      return isDate(value) ? undefined : 'text';
  }
}

/** What is left of a value without these and without what stands around an address. */
export function rest(value: string, known: readonly string[]): string {
  let left = value.toLowerCase();
  for (const one of known) left = left.replaceAll(one.toLowerCase(), ' ');
  return left.replace(/mailto:|[\s<>[\]"'«»„“”()*_;]+/g, '');
}

const squeezed = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\u2068\u2069]/g, '')
    .replace(/[’‘]/g, "'")
    .replace(/[“”„]/g, '"')
    .replace(/[–—]/g, '-')
    .replace(/\s+/g, ' ')
    .replace(BESIDE_WIDE, '')
    .trim();
/** Programs break lines of these where they like, and leave a blank. */
const BESIDE_WIDE =
  /(?<=[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]) | (?=[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef])/g;

export const isSameText = (a: string, b: string): boolean => squeezed(a) === squeezed(b);

const TAGS =
  /^\s*(?:(?:fwd?|fw|wg|tr|rv|i|pd|enc|redir\.|vb|vl|vs|videresend|i̇lt|re|aw|sv|odp|r|転送)\s*[:：]\s*|\[(?:ext|external|extern|externe|externo|externa|esterno|external e-?mail|external sender|outside|spam\??|suspected spam|bulk)\]\s*:?\s*|(?:\*{2,5}\s*(?:spam|external)\s*\*{2,5}|external:|extern:)\s*)/iu;

/** A subject without what programs put before it when they forward or let something in. */
export function withoutPrefixes(subject: string): string {
  let left = subject;
  for (let times = 0; times < 5 && TAGS.test(left); times += 1) left = left.replace(TAGS, '');
  return left;
}

/** A date in any language's words: a year, and no number that could be another thing. */
function isDate(value: string): boolean {
  if (value.length > 90 || /[@/\\]{2}|https?|www\./i.test(value)) return false;
  const numbers = value.match(/[+-]?\p{Nd}+/gu) ?? [];
  const words = value.match(/\p{L}+/gu) ?? [];
  return (
    numbers.length <= 8 &&
    numbers.some((n) => /^-?20\d\d$/.test(n)) &&
    numbers.every((n) => /^-?20\d\d$/.test(n) || /^[+-]\d{4}$/.test(n) || /^[+-]?\d{1,2}$/.test(n)) &&
    words.length <= 10 &&
    isBland(words.join(' '))
  );
}

/** `On 22 November 2026 at 09:31, Marlow Market <privacy@marlow.example> wrote:` */
function isAttribution(text: string, { from }: Ours): boolean {
  if (text.length > 300 || !/[:：]\s*$/.test(text) || !WROTE.test(text)) return false;
  const lower = text.toLowerCase();
  if (!lower.includes(from.address.toLowerCase()) && !lower.includes(from.name.toLowerCase())) return false;
  const left = lower
    .replaceAll(from.address.toLowerCase(), ' ')
    .replaceAll(from.name.toLowerCase(), ' ')
    .replace(/mailto:/g, ' ')
    .replace(/[<>[\]"«»„“”()]/g, ' ');
  return isDate(left.replace(/\s+/g, ' ').trim());
}

/** A text that somebody forwarded, as their program has taken it apart. */
export type Forwarded = Readonly<{
  /** As the program wrote it: with an address, or a name alone. */
  from: Readonly<{ name: string; address: string | undefined }>;
  to: readonly string[];
  /** What stands below the header: the original, quoting marks taken off. */
  text: string;
}>;

/**
 * The first message that a text says it forwards or quotes: two fields of a header or more, one of them who it is from; or a
 * line that says who wrote. The first, since whatever stands further down may be written by whoever wrote the original.
 */
export function forwardedIn(text: string): Forwarded | undefined {
  const lines = withFieldsApart(text.slice(0, MOST_FORWARDED))
    .split('\n')
    .map((line) => line.replace(/^(?:[ \t]*>)+[ \t]?/, '').trim());
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (fieldOf(line) !== undefined) {
      const { fields, end } = headerFrom(lines, at);
      const from = fields.find(({ role }) => role === 'from');
      if (from !== undefined && new Set(fields.map(({ role }) => role)).size >= 2)
        return {
          from: whoIn(from.text),
          to: fields.filter(({ role }) => role === 'to').flatMap((field) => addressesIn(field.text)),
          text: lines.slice(end).join('\n').trim(),
        };
      at = end - 1;
      continue;
    }
    const wrote = [line, lines[at + 1] ?? '', lines[at + 2] ?? ''];
    for (let n = 1; n <= wrote.length; n += 1) {
      const said = wrote.slice(0, n).join(' ').trim();
      if (said.length <= 300 && /[:：]$/.test(said) && WROTE.test(said) && addressesIn(said).length === 1)
        return {
          from: whoWrote(said),
          to: [],
          text: lines
            .slice(at + n)
            .join('\n')
            .trim(),
        };
    }
  }
  return undefined;
}

const MOST_FORWARDED = 200_000;

/** Fields that stand one below the other from here on; one that names mailboxes may go on in the next lines. */
function headerFrom(lines: readonly string[], start: number): { fields: HeaderLine[]; end: number } {
  const fields: HeaderLine[] = [];
  let at = start;
  for (; at < lines.length && (lines[at] ?? '') !== ''; at += 1) {
    const line = lines[at] ?? '';
    const field = fieldOf(line);
    const last = fields.at(-1);
    if (field !== undefined) fields.push(field);
    else if (last !== undefined && goesOn(last, line)) fields.push(continued(fields.pop(), line));
    else break;
  }
  return { fields, end: Math.max(at, start + 1) };
}

const goesOn = ({ role, text }: HeaderLine, line: string): boolean =>
  ['from', 'to', 'cc'].includes(role) &&
  line.includes('@') &&
  (/[,;<"]\s*$/.test(text) || addressesIn(text).length === 0);

/** Of a line that says who wrote: which of its words are the name only quotation marks tell. */
const whoWrote = (said: string): Forwarded['from'] => ({
  name: /"([^"]{1,200})"\s*[<[]/.exec(said)?.[1] ?? '',
  address: whoIn(said).address,
});

/** `Lamp Shop <deals@lamps.example>`, `"Lamp Shop" [mailto:deals@lamps.example]`, `deals@lamps.example`, or a name alone. */
function whoIn(text: string): Forwarded['from'] {
  const [address] = addressesIn(text.replace(/mailto:/gi, ' '));
  const before = address === undefined ? text : text.slice(0, text.indexOf(address));
  const name = before
    .replace(/\[?mailto:.*$/i, '')
    .replace(/[<([]\s*$/, '')
    .replace(/^[\s*_"'“„«]+|[\s*_"'”“»:：]+$/g, '');
  return { name: name.slice(0, 200), address };
}
