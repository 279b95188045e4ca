/** For tests: what mail programs write around a message that they forward, in the ten languages of notices. */

type Labels = Readonly<{ from: string; date: string; subject: string; to: string; reply: string }>;
type Language = Readonly<{
  gmail: Labels;
  apple: Readonly<{ begin: string }> & Labels;
  outlook: Labels;
  thunderbird: string;
  yahoo: string;
  day: string;
  wrote: (day: string, who: string) => string;
  ask: string;
}>;

const labels = (from: string, date: string, subject: string, to: string, reply: string): Labels => ({
  from,
  date,
  subject,
  to,
  reply,
});

export const LANGUAGES: Readonly<Record<string, Language>> = {
  en: {
    gmail: labels('From', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: { begin: 'Begin forwarded message:', ...labels('From', 'Date', 'Subject', 'To', 'Reply-To') },
    outlook: labels('From', 'Sent', 'Subject', 'To', ''),
    thunderbird: 'Forwarded Message',
    yahoo: 'Forwarded Message',
    day: 'Sunday, November 22, 2026 9:31 AM',
    wrote: (day, who) => `On ${day}, ${who} wrote:`,
    ask: 'Is this really from you?',
  },
  de: {
    gmail: labels('Von', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: {
      begin: 'Anfang der weitergeleiteten Nachricht:',
      ...labels('Von', 'Datum', 'Betreff', 'An', 'Antwort an'),
    },
    outlook: labels('Von', 'Gesendet', 'Betreff', 'An', ''),
    thunderbird: 'Weitergeleitete Nachricht',
    yahoo: 'Weitergeleitete Nachricht',
    day: 'Sonntag, 22. November 2026 um 09:31 Uhr',
    wrote: (day, who) => `Am ${day} schrieb ${who}:`,
    ask: 'Ist das wirklich von Ihnen?',
  },
  fr: {
    gmail: labels('De', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: { begin: 'Début du message transféré :', ...labels('De', 'Date', 'Objet', 'À', 'Répondre à') },
    outlook: labels('De', 'Envoyé', 'Objet', 'À', ''),
    thunderbird: 'Message transféré',
    yahoo: 'Message transmis',
    day: 'dimanche 22 novembre 2026 à 09:31',
    wrote: (day, who) => `Le ${day}, ${who} a écrit :`,
    ask: 'Est-ce vraiment de vous ?',
  },
  it: {
    gmail: labels('Da', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: { begin: 'Inizio messaggio inoltrato:', ...labels('Da', 'Data', 'Oggetto', 'A', 'Rispondi a') },
    outlook: labels('Da', 'Inviato', 'Oggetto', 'A', ''),
    thunderbird: 'Messaggio Inoltrato',
    yahoo: 'Messaggio inoltrato',
    day: 'domenica 22 novembre 2026 09:31',
    wrote: (day, who) => `Il giorno ${day} ${who} ha scritto:`,
    ask: 'È davvero vostro?',
  },
  es: {
    gmail: labels('De', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: {
      begin: 'Inicio del mensaje reenviado:',
      ...labels('De', 'Fecha', 'Asunto', 'Para', 'Responder a'),
    },
    outlook: labels('De', 'Enviado', 'Asunto', 'Para', ''),
    thunderbird: 'Mensaje reenviado',
    yahoo: 'Mensaje reenviado',
    day: 'domingo, 22 de noviembre de 2026 9:31',
    wrote: (day, who) => `El ${day}, ${who} escribió:`,
    ask: '¿Es realmente suyo?',
  },
  pt: {
    gmail: labels('De', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: {
      begin: 'Início da mensagem reencaminhada:',
      ...labels('De', 'Data', 'Assunto', 'Para', 'Responder a'),
    },
    outlook: labels('De', 'Enviado', 'Assunto', 'Para', ''),
    thunderbird: 'Mensagem reencaminhada',
    yahoo: 'Mensagem reencaminhada',
    day: 'domingo, 22 de novembro de 2026 09:31',
    wrote: (day, who) => `Em ${day}, ${who} escreveu:`,
    ask: 'É mesmo vosso?',
  },
  nl: {
    gmail: labels('Van', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: {
      begin: 'Begin doorgestuurd bericht:',
      ...labels('Van', 'Datum', 'Onderwerp', 'Aan', 'Antwoord aan'),
    },
    outlook: labels('Van', 'Verzonden', 'Onderwerp', 'Aan', ''),
    thunderbird: 'Doorgestuurd bericht',
    yahoo: 'Doorgestuurd bericht',
    day: 'zondag 22 november 2026 09:31',
    wrote: (day, who) => `Op ${day} schreef ${who}:`,
    ask: 'Is dit echt van u?',
  },
  pl: {
    gmail: labels('Od', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: {
      begin: 'Początek przekazywanej wiadomości:',
      ...labels('Od', 'Data', 'Temat', 'Do', 'Odpowiedz do'),
    },
    outlook: labels('Od', 'Wysłane', 'Temat', 'Do', ''),
    thunderbird: 'Treść przekazanej wiadomości',
    yahoo: 'Przekazana wiadomość',
    day: 'niedziela, 22 listopada 2026 09:31',
    wrote: (day, who) => `Dnia ${day} ${who} napisał:`,
    ask: 'Czy to naprawdę od Państwa?',
  },
  sv: {
    gmail: labels('Från', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: { begin: 'Vidarebefordrat mejl:', ...labels('Från', 'Datum', 'Ämne', 'Till', 'Svar till') },
    outlook: labels('Från', 'Skickat', 'Ämne', 'Till', ''),
    thunderbird: 'Vidarebefordrat meddelande',
    yahoo: 'Vidarebefordrat meddelande',
    day: 'den 22 november 2026 09:31',
    wrote: (day, who) => `Den ${day} skrev ${who}:`,
    ask: 'Är det här verkligen från er?',
  },
  ja: {
    gmail: labels('From', 'Date', 'Subject', 'To', 'Reply-To'),
    apple: { begin: '転送されたメッセージ:', ...labels('差出人', '日付', '件名', '宛先', '返信先') },
    outlook: labels('差出人', '送信日時', '件名', '宛先', ''),
    thunderbird: '転送メッセージ',
    yahoo: '転送メッセージ',
    day: '2026年11月22日 9:31',
    wrote: (day, who) => `${day}、${who} のメール:`,
    ask: '本当に御社からですか。',
  },
};

export type Forwarded = Readonly<{
  subject: string;
  text: string;
  name: string;
  address: string;
  to: string;
  replyTo: string;
}>;

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');

/** Lines broken again at this width, as programs do that send `format=flowed` or none. */
export const rewrapped = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => {
      const lines = [''];
      for (const word of line.split(' ')) {
        const last = lines.at(-1) ?? '';
        if (last !== '' && last.length + word.length >= width) lines.push(word);
        else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
      }
      return lines;
    })
    .join('\n');

/** By program: the body that it writes when it forwards this. */
export const PROGRAMS: Readonly<Record<string, (given: Forwarded, language: Language) => string>> = {
  gmail: ({ subject, text, name, address, to }, { gmail: l, day }) =>
    `---------- Forwarded message ---------\n${l.from}: ${name} <${address}>\n${l.date}: ${day}\n${l.subject}: ${subject}\n${l.to}: <${to}>\n\n\n${text}`,
  apple: ({ subject, text, name, address, to, replyTo }, { apple: l, day }) =>
    `${l.begin}\n\n${quoted(`${l.from}: ${name} <${address}>\n${l.subject}: ${subject}\n${l.date}: ${day}\n${l.to}: ${to}\n${l.reply}: ${replyTo}\n\n${text}`)}`,
  outlook: ({ subject, text, name, address, to }, { outlook: l, day }) =>
    `________________________________\n${l.from}: ${name} <${address}>\n${l.date}: ${day}\n${l.to}: ${to} <${to}>\n${l.subject}: ${subject}\n\n${text.replaceAll(address, `${address}<mailto:${address}>`)}`,
  outlookDesktop: ({ subject, text, name, address }, { outlook: l, day }) =>
    `\n\n${l.from}: ${name} <${address}> \n${l.date}: ${day}\n${l.to}: Anna Winter\n${l.subject}: ${subject}\n\n${text.replaceAll('\n', '\r\n')}`,
  thunderbird: ({ subject, text, name, address, to }, { outlook: l, apple, thunderbird, day }) =>
    `-------- ${thunderbird} --------\n${l.subject}: \t${subject}\n${apple.date}: \t${day}\n${l.from}: \t${name} <${address}>\n${l.to}: \t${to}\n\n\n\n${text}`,
  yahoo: ({ subject, text, name, address, to }, { outlook: l, yahoo, day }) =>
    `   ----- ${yahoo} ----- ${l.from}: ${name} <${address}>${l.to}: "${to}" <${to}>${l.date}: ${day}${l.subject}: ${subject}\n ${text}`,
  reply: ({ text, name, address }, { wrote, day }) =>
    `${wrote(day, `${name} <${address}>`)}\n\n${quoted(rewrapped(text, 60))}`,
  outlook2019: ({ text, name, address }, { wrote, day }) =>
    `${wrote(day, `"${name}" <${address}>`)}\n\n    ${text.replaceAll('\n', '\n    ')}`,
};
