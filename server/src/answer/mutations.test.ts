import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { groupsOf } from '../prove/codes/index.ts';
import { LANGUAGES, PROGRAMS } from './forms.testing.ts';
import { checkMessage, openFolder, type Truth } from './index.ts';
import { LETTERHEAD, SENT_MS, type Sent, type World, world } from './testing.ts';

let all: World;
let folder: Truth;
let anna: Sent;
let ben: Sent;
before(async () => {
  all = await world();
  folder = await openFolder(all.folder, () => new Date(SENT_MS));
  [anna, ben] = all.sent as [Sent, Sent];
});
after(() => all.close());

async function verdictOf(given: string | Uint8Array, truth: Truth = all.server): Promise<string> {
  return (
    await checkMessage({ bytes: typeof given === 'string' ? Buffer.from(given, 'utf8') : given }, truth)
  ).verdict;
}

/** Neither place calls it genuine. */
async function isRefused(given: string | Uint8Array, what: string): Promise<string> {
  const told = await verdictOf(given);
  for (const verdict of [told, await verdictOf(given, folder)]) assert.doesNotMatch(verdict, /genuine/, what);
  return told;
}

const headerOf = (mail: Buffer): string => mail.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
const unsignedHeader = (): string => headerOf(anna.unsigned).replace(/\r\nMIME-Version[\s\S]*$/, '');
const encoded = (words: string): string =>
  Buffer.from(words, 'utf8').toString('base64').replace(/.{76}/g, '$&\r\n');
const part = (type: string, words: string): string =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded(words)}\r\n`;
const single = (type: string, words: string): string =>
  `${unsignedHeader()}\r\nMIME-Version: 1.0\r\n${part(type, words)}`;
const multi = (kind: string, parts: readonly string[]): string =>
  `${unsignedHeader()}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/${kind}; boundary=bb\r\n\r\n${parts.map((p) => `--bb\r\n${p}`).join('')}--bb--\r\n`;
const PLAIN = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

const HOMOGRAPHS: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'о',
  p: 'р',
  c: 'с',
  i: 'і',
  M: 'М',
  l: 'I',
  '1': 'l',
  '0': 'O',
};
const INVISIBLE = [
  '\u200b',
  '\u200d',
  '\u2060',
  '\u00ad',
  '\ufeff',
  '\u202e',
  '\u2067',
  '\u200f',
  '\u034f',
  '\u{e0041}',
  '\u0301',
  '\0',
];

/** By kind of change: a text of ours with it somewhere; the same text when there is no such place. */
const CHANGES: Readonly<Record<string, (text: string, at: number) => string>> = {
  'a digit': (text, at) => replaceNth(text, /\d/g, at, (digit) => String((Number(digit) + 1) % 10)),
  'a letter': (text, at) => replaceNth(text, /\p{L}/gu, at, (letter) => (letter === 'x' ? 'y' : 'x')),
  'a look-alike': (text, at) =>
    replaceNth(text, /[aeopciMl10]/g, at, (letter) => HOMOGRAPHS[letter] ?? letter),
  'an invisible character': (text, at) =>
    replaceNth(text, /(?<=\p{L})(?=\p{L})/gu, at, () => INVISIBLE[at % INVISIBLE.length] ?? ''),
  'a word left out': (text, at) => replaceNth(text, /(?<=\s)\p{L}+ /gu, at, () => ''),
  'a word put in': (text, at) => replaceNth(text, /(?<=\p{L} )/gu, at, () => 'not '),
  'a link put in': (text, at) =>
    replaceNth(text, /(?<=\. )/g, at, () => 'See https://marlow-market.example/check now. '),
  'an account put in': (text, at) =>
    replaceNth(text, /(?<=\. )/g, at, () => 'Pay to LU28 0019 4006 4475 0000. '),
  'another address': (text) => text.replaceAll('privacy@marlow.example', 'privacy@mar1ow.example'),
  'another domain': (text) => text.replace(/(?<!@)marlow\.example/, 'marlow.example.evil.example'),
  'another name': (text) => text.replace('Anna Winter', 'Anna Winters'),
  'a line below': (text) => `${text}\nCall +352 99 12 34 to secure your account.\n`,
  'a line above': (text) => `Your account is locked. Go to marlow-secure.example at once.\n\n${text}`,
  'a harmless line above': (text) => `Please read this.\n\n${text}`,
};

function replaceNth(text: string, pattern: RegExp, at: number, by: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  const one = found[at % Math.max(1, found.length)];
  return one === undefined
    ? text
    : text.slice(0, one.index) + by(one[0]) + text.slice(one.index + one[0].length);
}

test('one change of the text, wherever and in whatever form it comes, and it is genuine no more', async () => {
  const program = fc.constantFrom(...Object.keys(PROGRAMS));
  const language = fc.constantFrom(...Object.keys(LANGUAGES));
  const form = fc.constantFrom('pasted', 'text', 'page', 'both', 'forwarded');
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(CHANGES)),
      fc.nat(2000),
      form,
      program,
      language,
      async (kind, at, how, by, where) => {
        const change = CHANGES[kind] as (text: string, at: number) => string;
        const text = change(anna.text, at);
        const body =
          how === 'page'
            ? anna.html.replace(
                /<main>([\s\S]*)<\/main>/,
                (_, inner) => `<main>${changedPage(inner, change, at)}</main>`,
              )
            : anna.html;
        if (how === 'page' ? body === anna.html : text === anna.text) return;
        const written: Readonly<Record<typeof how, () => string>> = {
          pasted: () => text,
          text: () => single(PLAIN, text),
          page: () => single(HTML, body),
          both: () => multi('alternative', [part(PLAIN, text), part(HTML, anna.html)]),
          forwarded: () =>
            (PROGRAMS[by] as (typeof PROGRAMS)[string])(
              { ...anna, ...LETTERHEAD, text, to: anna.address },
              LANGUAGES[where] as (typeof LANGUAGES)[string],
            ),
        };
        const given = written[how]();
        // Where a program itself writes a quotation, a few harmless words above it are the forwarder's.
        if (kind === 'a harmless line above' && how === 'forwarded') return;
        const told = await isRefused(given, `${kind} ${at} ${how} ${by} ${where}`);
        // A code with one other character is no code.
        if (!text.includes(groupsOf(anna.code))) return;
        seen.add(`${kind} ${told}`);
        assert.ok(
          ['based-on-ours-changed', 'replay', 'cannot-tell'].includes(told),
          `${kind} ${at} ${how}: ${told}`,
        );
      },
    ),
    { numRuns: 700 },
  );
  assert.ok(seen.size >= 10);
});

/** Changes the words between tags. */
function changedPage(html: string, change: (text: string, at: number) => string, at: number): string {
  const pieces = html.split(/(<[^>]*>)/);
  const words = pieces
    .map((piece, i) => ({ piece, i }))
    .filter(({ piece }) => !piece.startsWith('<') && piece.trim().length > 20);
  const one = words[at % words.length];
  if (one === undefined) return html;
  pieces[one.i] = change(one.piece, at).replace(/\0/g, '\ufffd');
  return pieces.join('');
}

const WORD = 'Search engines';
/** Two paragraphs, one behind the other. */
const TWO = /<p>([^<]{100,})<\/p>\s*<p>([^<]{60,})<\/p>/;
/** What hides a word of ours, or shows one of another's, by means of HTML. */
const PAGES: Readonly<Record<string, (page: string) => string>> = {
  'display: none': (p) => p.replace(WORD, `<span style="display:none">${WORD}</span>`),
  'size 0': (p) => p.replace(WORD, `<span style="font-size:0">${WORD}</span>`),
  'smaller and smaller': (p) =>
    p.replace(WORD, `${'<span style="font-size:0.9em">'.repeat(40)}${WORD}${'</span>'.repeat(40)}`),
  'white on white': (p) => p.replace(WORD, `<span style="color:#fff">${WORD}</span>`),
  'white by name': (p) => p.replace(WORD, `<font color=white>${WORD}</font>`),
  'dark on dark': (p) => p.replace(WORD, `<span style="background:black">${WORD}</span>`),
  'out of sight': (p) => p.replace(WORD, `<span style="margin-left:9999px">${WORD}</span>`),
  moved: (p) => p.replace(WORD, `<span style="position:absolute;left:-9999px">${WORD}</span>`),
  'see-through': (p) => p.replace(WORD, `<span style="opacity:0">${WORD}</span>`),
  'struck through': (p) => p.replace(WORD, `<span style="text-decoration:line-through">${WORD}</span>`),
  deleted: (p) => p.replace(WORD, `<del>${WORD}</del>`),
  hidden: (p) => p.replace(WORD, `<span hidden>${WORD}</span>`),
  'by a class': (p) =>
    p.replace('</style>', '.x{display:none}</style>').replace(WORD, `<span class=x>${WORD}</span>`),
  'by Outlook': (p) => p.replace(WORD, `<span style="mso-hide:all">${WORD}</span>`),
  'turned around': (p) => p.replace(WORD, `<bdo dir="rtl">${WORD}</bdo>`),
  'in symbols': (p) => p.replace(WORD, `<span style="font-family:Wingdings">${WORD}</span>`),
  'in letters from elsewhere': (p) =>
    p.replace('</style>', '@font-face{font-family:x;src:url(https://evil.example/x)}</style>'),
  'in a comment': (p) => p.replace(WORD, `<!-- ${WORD} -->`),
  'a comment that ends at once': (p) => p.replace(WORD, `${WORD}<!--> Pay now -->`),
  'a comment for Outlook': (p) => p.replace(WORD, `${WORD}<!--[if mso]> Pay now <![endif]-->`),
  'a comment of two ends': (p) => p.replace(WORD, `${WORD}<!-- --!> Pay now -->`),
  'words by a style': (p) => p.replace('</style>', 'h1::before{content:"Pay now"}</style>'),
  'words by an attribute': (p) => p.replace('<h1>', '<h1 style="content:attr(lang)">'),
  'an image': (p) => p.replace('</main>', '<img src="https://evil.example/x.png"></main>'),
  'an image with words': (p) => p.replace('</main>', '<img alt="Pay now"></main>'),
  'a background': (p) => p.replace('<main>', '<main style="background:url(https://evil.example)">'),
  'a drawing': (p) => p.replace('</main>', '<svg><text>Pay now</text></svg></main>'),
  'a form': (p) =>
    p.replace('</main>', '<form action="https://evil.example"><input name=password></form></main>'),
  'a button': (p) => p.replace('</main>', '<input type=submit value="Pay now"></main>'),
  'a script': (p) => p.replace('</main>', '<script>document.body.innerHTML="Pay now"</script></main>'),
  'a frame': (p) => p.replace('</main>', '<iframe srcdoc="Pay now"></iframe></main>'),
  'another place': (p) =>
    p.replace('<head>', '<head><meta http-equiv="refresh" content="0;url=https://evil.example">'),
  'a link over ours': (p) => p.replace('marlow.example', '<a href="https://evil.example">marlow.example</a>'),
  'a link through Safe Links': (p) =>
    p.replace(
      'marlow.example',
      '<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example">marlow.example</a>',
    ),
  'a link of two ways': (p) =>
    p.replace(
      'marlow.example',
      '<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fmarlow.example&url=https%3A%2F%2Fevil.example">marlow.example</a>',
    ),
  'a link through what looks like Safe Links': (p) =>
    p.replace(
      'marlow.example',
      '<a href="https://a.safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fmarlow.example">marlow.example</a>',
    ),
  'a link over all': (p) =>
    p.replace('<main>', '<main><a href="https://evil.example">').replace('</main>', '</a></main>'),
  'a link that is not closed': (p) => p.replace('<p>', '<p><a href="https://evil.example">'),
  'a template': (p) => p.replace(WORD, `<template>${WORD}</template>`),
  'no script': (p) => p.replace(WORD, `<noscript>${WORD}</noscript>`),
  'raw text': (p) => p.replace('</main>', '<xmp>Pay now</xmp></main>'),
  'the rest as text': (p) => p.replace('</main>', '<plaintext></main>'),
  'numbers before lines': (p) => p.replace('<ul>', '<ol start=999>').replace('</ul>', '</ol>'),
  'a title that is shown': (p) => p.replace('</main>', '<style>title{display:block}</style></main>'),
  'words behind the end': (p) => `${p}<p>Pay now</p>`,
  'a second body': (p) => p.replace('</body>', '</body><body><p>Pay now at evil.example</p></body>'),
  'an attribute twice': (p) => p.replace('<h1>', '<h1 class=a style="" style="display:none">'),
  'a number turned around': (p) => p.replace('+352 20 00 00', '<span dir="rtl">+352 20 00 00</span>'),
  'rows that change places': (p) =>
    p.replace(TWO, '<table><tfoot><tr><td>$1</td></tr></tfoot><tbody><tr><td>$2</td></tr></tbody></table>'),
  'rows that change places, from above': (p) =>
    p.replace(TWO, '<table><tbody><tr><td>$1</td></tr></tbody><thead><tr><td>$2</td></tr></thead></table>'),
  'words in no cell': (p) => p.replace(TWO, '<table><tr><td>$1</td></tr>$2</table>'),
  'a table in no cell': (p) =>
    p.replace(TWO, '<table><tr><td>$1</td></tr><table><tr><td>$2</td></tr></table></table>'),
  'lines that never end': (p) => p.replace('<main>', '<main style="white-space:nowrap">'),
  'a line that never ends': (p) => p.replace(TWO, '<pre>$1 $2</pre>'),
  'margin in margin': (p) => p.replace(TWO, `${'<div style="margin-left:199px">'.repeat(9)}$1$2`),
  'quotation in quotation': (p) => p.replace(TWO, `${'<blockquote>'.repeat(30)}$1$2`),
  'beside where it stood': (p) => p.replace(WORD, `<span style="float:inline-end">${WORD}</span>`),
  'screens below, by one line': (p) => p.replace(TWO, '$1<hr size=9999>$2'),
  'screens below, by a table': (p) =>
    p.replace(TWO, '$1<table cellpadding=9999><tr><td>$2</td></tr></table>'),
  'screens below, by margins': (p) => p.replace(TWO, `$1${'<div style="margin-top:199px">'.repeat(20)}$2`),
  'screens below, by large letters': (p) =>
    p.replace(TWO, `$1${'<p style="font-size:3em">'.repeat(9)}<br>$2`),
  'screens beside': (p) => p.replace(WORD, `<p style="width:99999px;text-align:right">${WORD}</p>`),
  'white, by Outlook': (p) =>
    p.replace(WORD, `<span style="mso-style-textfill-fill-color:white">${WORD}</span>`),
  'in symbols, by Outlook': (p) =>
    p.replace(WORD, `<span style="mso-ascii-font-family:Wingdings">${WORD}</span>`),
  'screens below, by Outlook': (p) => p.replace(WORD, `<p style="mso-margin-top-alt:9999pt">${WORD}</p>`),
  'black on black, at night, by a style sheet': (p) =>
    p.replace('</style>', '</style><style>p{color:#000}</style>'),
  'black on black, at night': (p) => p.replace('<main>', '<main style="color:#000">'),
  'black on black, at night, by an attribute': (p) => p.replace('<body>', '<body text=black>'),
  'far below': (p) => p.replace(TWO, `$1${'<br>'.repeat(100)}$2`),
  'a first line out of the window': (p) => p.replace('<p>', '<p style="text-indent:-39px">'),
  'an unfinished tag': (p) => p.replace(WORD, `<b ${WORD}`),
};

test('a page that hides a word or shows another one is never genuine', async () => {
  for (const [name, change] of Object.entries(PAGES)) {
    const page = change(anna.html);
    assert.notEqual(page, anna.html, name);
    await isRefused(single(HTML, page), name);
    await isRefused(
      multi('alternative', [part(PLAIN, anna.text), part(HTML, page)]),
      `${name}, beside the text`,
    );
    await isRefused(page, `${name}, alone`);
  }
});

const phishing =
  'Your account is locked. Confirm your card at https://marlow-secure.example/login within 24 hours.';

test('what is built so that readers may show something else is never genuine', async () => {
  const own = [part(PLAIN, anna.text), part(HTML, anna.html)] as const;
  const raw = anna.mail.toString('latin1');
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? '';
  const field = (line: string) => raw.replace('\r\nTo: ', `\r\n${line}\r\nTo: `);
  const cases: Readonly<Record<string, string>> = {
    'a second alternative': multi('alternative', [...own, part(HTML, phishing)]),
    'a first alternative': multi('alternative', [part(PLAIN, phishing), ...own]),
    'the text ours, the page another': multi('alternative', [own[0], part(HTML, `<p>${phishing}</p>`)]),
    'the page ours, the text another': multi('alternative', [part(PLAIN, phishing), own[1]]),
    'a part above': multi('mixed', [part(PLAIN, phishing), ...own]),
    'a part below': multi('mixed', [...own, part(PLAIN, phishing)]),
    'an attachment': multi('mixed', [own[0], part('application/pdf; name=a.pdf', 'x')]),
    'an image': multi('mixed', [own[0], part('image/png', 'x')]),
    'an invitation': multi('alternative', [...own, part('text/calendar; method=REQUEST', 'BEGIN:VCALENDAR')]),
    'another kind of text': multi('alternative', [...own, part('text/enriched', phishing)]),
    'a page for AMP': multi('alternative', [own[0], part('text/x-amp-html', phishing), own[1]]),
    'the code in a text of another': single(
      PLAIN,
      `${phishing}\n\nThe check code of this message: ${groupsOf(anna.code)}\n`,
    ),
    'two codes': single(PLAIN, `${anna.text}\n${groupsOf(ben.code)}\n`),
    'a second From': field('From: Marlow Market <billing@evil.example>'),
    'a second Subject': field('Subject: Pay now'),
    'another Subject': raw.replace(/\r\nSubject: .*(?:\r\n .*)*/, '\r\nSubject: Pay now'),
    'a Subject that looks the same': raw.replace('Subject: Marlow ', 'Subject: =?UTF-8?Q?M=D0=B0rlow?= '),
    'another name in From': raw.replace('From: Marlow Market', 'From: Marlow Market Billing'),
    'another address in From': raw.replace('<privacy@marlow.example>', '<privacy@mar1ow.example>'),
    'a comment in From': raw.replace('From: Marlow Market ', 'From: Marlow Market (call +352 99 12 34) '),
    'a comment in To': raw.replace(`To: <${anna.address}>`, `To: <${anna.address}> (pay now)`),
    'a name on the text': multi('alternative', [
      part(`${PLAIN}; name="Call +352 99 12 34.txt"`, anna.text),
      own[1],
    ]),
    'a name of a file': multi('alternative', [
      part(PLAIN, anna.text).replace('\r\n', '\r\nContent-Disposition: attachment; filename=bill.exe\r\n'),
      own[1],
    ]),
    'a description': multi('alternative', [
      part(PLAIN, anna.text).replace('\r\n', '\r\nContent-Description: Pay now\r\n'),
      own[1],
    ]),
    'the rest far below': single(PLAIN, anna.text.replace('\n\n', '\n'.repeat(100))),
    'an address in the name': raw.replace(
      'From: Marlow Market <privacy@marlow.example>',
      'From: "privacy@marlow.example" <x@evil.example>',
    ),
    'another Reply-To': raw.replace('<questions@marlow.example>', '<questions@evil.example>'),
    'a Sender': field('Sender: x@evil.example'),
    'a copy to others': field('Cc: ben@people.example'),
    'somebody who sent it again': field('Resent-From: x@evil.example'),
    'a button of the program': field('List-Unsubscribe: <https://evil.example>'),
    'another date': raw.replace('Sun, 22 Nov 2026 08:31:00', 'Mon, 23 Nov 2026 08:31:00'),
    'two recipients': raw.replace(`To: <${anna.address}>`, `To: <${anna.address}>, <ben@people.example>`),
    'another boundary': raw.replace(`boundary="${boundary}"`, 'boundary="-----------"'),
    'as text': raw.replace('Content-Type: multipart/alternative;', 'Content-Type: text/plain;'),
    'two types': field('Content-Type: text/html'),
    'another encoding': field('Content-Transfer-Encoding: base64'),
    'letters of another kind': single('text/plain; charset=utf-7', anna.text),
    'letters of another script': raw.replaceAll('charset=utf-8', 'charset=koi8-r'),
    'a line that is none of the header': raw.replace('\r\nTo: ', '\r\n \r\nTo: '),
    'a line that is no field': raw.replace('\r\nTo: ', '\r\nPay now at evil.example\r\nTo: '),
    'words behind the end of the parts': `${raw}\r\n--${boundary}\r\nContent-Type: text/plain\r\n\r\n${phishing}\r\n`,
    'words in between': raw.replace(
      `\r\n--${boundary}\r\n`,
      `\r\n--${boundary}\r\nContent-Type: text/plain\r\n\r\n${phishing}\r\n--${boundary}\r\n`,
    ),
    'words below the parts': `${raw}\r\n${phishing}\r\n`,
    'another message below': `${raw}\r\nFrom x@evil.example Sun Nov 22 2026\r\nSubject: Pay now\r\n\r\n${phishing}\r\n`,
    'words above the parts': raw.replace(`\r\n\r\n--${boundary}`, `\r\n\r\n${phishing}\r\n--${boundary}`),
    'a From that looks like a mailbox file’s line': `From : x@evil.example\r\n${raw}`,
    'letters whose octets are ours in the name': raw.replace(
      'From: Marlow',
      `From: ${Buffer.from('Mšrlow').toString('latin1')}`,
    ),
    'a page that says another charset': single(
      'text/html',
      anna.html.replace('charset="utf-8"', 'charset="shift_jis"'),
    ),
    'cut off': raw.slice(0, -400),
    'from another sender, without a quotation': single(PLAIN, anna.text).replace(
      'privacy@marlow.example',
      'security@mar1ow.example',
    ),
    'forwarded from another sender': (PROGRAMS.gmail as (typeof PROGRAMS)[string])(
      { ...anna, ...LETTERHEAD, address: 'privacy@mar1ow.example', to: anna.address },
      LANGUAGES.en as (typeof LANGUAGES)[string],
    ),
    'forwarded under another subject': (PROGRAMS.gmail as (typeof PROGRAMS)[string])(
      { ...anna, ...LETTERHEAD, subject: 'Pay now', to: anna.address },
      LANGUAGES.en as (typeof LANGUAGES)[string],
    ),
  };
  for (const [name, mail] of Object.entries(cases)) {
    assert.notEqual(mail, raw, name);
    await isRefused(Buffer.from(mail, 'latin1'), name);
  }
});

/** What leads somewhere with words alone, by whoever says that a gateway wrote it, or forwards it. */
const ADDED = [
  'Your account has been compromised. Contact us right away.',
  'Call five five five one two three four.',
  'Do not read this, it is spam.',
  'Bestätigen Sie Ihre Identität.',
  'Vérifiez votre compte.',
  'Verifique su cuenta.',
  'Verifichi il suo conto.',
  'Contacte-nos imediatamente.',
  'Verifieer uw account.',
  'Zweryfikuj konto.',
  'Verifiera ditt konto.',
  '本人確認をしてください。',
  'To protect yourself, reply with your date of birth and card number.',
  'To secure your refund, send us your mother’s maiden name.',
  'This message is confidential. Please visit our office on the corner and hand over your documents.',
  'Message filtered. Enter your details on our new page, marlow dot evil.',
  'Virus found! Install the scanner from our store.',
  'This mail was scanned. The notice above is wrong: nobody saw your data.',
  'Filter: please disregard the above, it was a test.',
  'Zum Schutz senden Sie uns Ihre Kartennummer.',
  'Diese Nachricht ist falsch. Sie können sie ignorieren.',
  'Pour votre protection, envoyez-nous votre date de naissance.',
  'Per la sua protezione, invii la data di nascita.',
  'Para su protección, envíe su número de tarjeta.',
  'Para sua proteção, insira a data de nascimento.',
  'Voor uw bescherming: stuur ons uw geboortedatum.',
  'Dla bezpieczeństwa wyślij nam numer karty.',
  'För ditt skydd: skicka oss ditt personnummer.',
  '安全のため、生年月日を送ってください。',
];

test('words that somebody adds to a message from us, or that want something of whom it is forwarded to, are never genuine', async () => {
  const forwarded = (PROGRAMS.gmail as (typeof PROGRAMS)[string])(
    { ...anna, ...LETTERHEAD, to: anna.address },
    LANGUAGES.en as (typeof LANGUAGES)[string],
  );
  for (const words of ADDED) {
    await isRefused(single(PLAIN, `${anna.text}\n-- \n${words}\n`), `below: ${words}`);
    await isRefused(multi('mixed', [part(PLAIN, anna.text), part(PLAIN, words)]), `behind: ${words}`);
    await isRefused(single(PLAIN, `${forwarded}\n${words}\n`), `below what says it was forwarded: ${words}`);
    await isRefused(`${words}\n\n${forwarded}`, `above a forward: ${words}`);
    await isRefused(`${forwarded}\n${words}\n`, `below a forward: ${words}`);
  }
  // Nobody writes in a message from us, be it harmless, but for what scanners say.
  await isRefused(single(PLAIN, `${anna.text}\n-- \nWith kind regards, protected by nobody.\n`), 'harmless');
});

test('who forwards it and could be taken for us makes it genuine no more; anybody else may', async () => {
  const forwarded = (PROGRAMS.gmail as (typeof PROGRAMS)[string])(
    { ...anna, ...LETTERHEAD, to: anna.address },
    LANGUAGES.en as (typeof LANGUAGES)[string],
  );
  const from = (who: string) =>
    `From: ${who}\r\nTo: check@marlow.example\r\nSubject: Fwd: a message\r\nMIME-Version: 1.0\r\n`;
  const inline = (who: string) => `${from(who)}${part(PLAIN, forwarded)}`;
  const attached = (who: string) =>
    `${from(who)}Content-Type: message/rfc822\r\n\r\n${anna.mail.toString('latin1')}`;
  for (const who of [
    'Marlow Market <x@evil.example>',
    '"Marlow Market Support" <x@evil.example>',
    '"privacy@marlow.example" <x@evil.example>',
    'Mаrlow Market <x@evil.example>',
    'Help <help@mar1ow.example>',
    'Help <help@marlow.example.evil.example>',
  ]) {
    await isRefused(inline(who), `inline: ${who}`);
    await isRefused(Buffer.from(attached(who), 'utf8'), `attached: ${who}`);
  }
  for (const who of ['Ben Roth <ben@gmail.example>', 'ben@mail.example', 'Иван <ivan@people.example>']) {
    assert.equal(await verdictOf(inline(who)), 'genuine-touched', who);
    assert.equal(await verdictOf(attached(who)), 'genuine-unchanged', who);
  }
});

test('without our signature another date is not ours, where the records have the date', async () => {
  const unsigned = anna.unsigned.toString('latin1');
  assert.equal(await verdictOf(anna.unsigned), 'genuine-touched');
  const later = unsigned.replace('Sun, 22 Nov 2026 08:31:00', 'Mon, 23 Nov 2026 08:31:00');
  assert.equal(await verdictOf(Buffer.from(later, 'latin1')), 'based-on-ours-changed');
});

test('what scanners write below in ten languages leaves it genuine', async () => {
  for (const words of [
    'This message has been scanned for viruses and dangerous content by MailScanner, and is believed to be clean.',
    'This email has been checked for viruses by Avast antivirus software.',
    'Diese E-Mail wurde von Avast Antivirus-Software auf Viren geprüft.',
    'Cet e-mail a été vérifié par le logiciel antivirus d’Avast.',
    'Questa e-mail è stata controllata per individuare virus con Avast antivirus.',
    'El software de antivirus Avast ha analizado este correo electrónico en busca de virus.',
    'Esta mensagem foi verificada pelo software antivírus Avast.',
    'Dit e-mail bericht is gecontroleerd op virussen met Avast antivirussoftware.',
    'Ta wiadomość została sprawdzona na obecność wirusów przez oprogramowanie Avast.',
    'Det här e-postmeddelandet har sökts igenom efter virus med antivirusprogram från Avast.',
    'このメールはウイルスチェックされています。',
  ])
    assert.equal(await verdictOf(single(PLAIN, `${anna.text}\n-- \n${words}\n`)), 'genuine-touched', words);
});

test('without its code it is based on ours; a code of nobody in foreign words is not ours', async () => {
  for (const truth of [all.server, folder]) {
    assert.equal(await verdictOf(anna.text.replace(groupsOf(anna.code), ''), truth), 'based-on-ours-changed');
    assert.equal(
      await verdictOf(single(PLAIN, `${phishing}\nCode: 7KQ4-HCMX0-AAAAA-AAAAA`), truth),
      'not-ours',
    );
    assert.equal(await verdictOf(single(PLAIN, phishing), truth), 'not-ours');
  }
  const spliced = single(
    PLAIN,
    `${phishing} ${'And so on and on with words of others, many of them. '.repeat(5)}${groupsOf(anna.code)}`,
  );
  assert.equal(await verdictOf(spliced), 'not-ours');
});

test('whatever bytes are changed: where it is called genuine, another program reads the very text that we sent', async () => {
  const read = async (mail: Uint8Array) => {
    const { text, html, subject, from, to, replyTo } = await PostalMime.parse(mail);
    const shown = (html ?? '').replace(/<(style|title)>[\s\S]*<\/\1>/g, '').replace(/<[^>]*>/g, ' ');
    // Marks of quotations and lists, lines of signs, and what programs write around bold words say nothing (check/words.ts).
    const words = [text ?? '', shown].map((t) =>
      t
        .split(/\s+/)
        .map((word) => word.replace(/^[>|*_]+|[*_]+$/g, ''))
        .filter((word) => !/^(?:[-*•·◦▪o–—+]|[-*_=~]*)$/u.test(word))
        .join(' '),
    );
    // Gateways fold a subject where they like.
    const about = (subject ?? '').replace(/\s/g, '');
    return [...words, about, ...[from, to, replyTo].map((found) => JSON.stringify(found) ?? '')];
  };
  const expected = await read(anna.mail);
  const edits = fc.array(
    fc.record({
      at: fc.nat(anna.mail.length - 1),
      by: fc.integer({ min: 0, max: 255 }),
      how: fc.constantFrom('set', 'insert', 'delete', 'cut'),
    }),
    { minLength: 1, maxLength: 3 },
  );
  let genuine = 0;
  await fc.assert(
    fc.asyncProperty(edits, fc.constantFrom('server', 'folder'), async (list, where) => {
      let mail = Buffer.from(anna.mail);
      for (const { at, by, how } of list) {
        const [start, end] = [mail.subarray(0, at), mail.subarray(how === 'insert' ? at : at + 1)];
        if (how === 'cut') mail = Buffer.concat([start, mail.subarray(at + by)]);
        else mail = Buffer.concat([start, how === 'delete' ? Buffer.alloc(0) : Buffer.from([by]), end]);
      }
      const verdict = await verdictOf(mail, where === 'server' ? all.server : folder);
      if (!verdict.startsWith('genuine')) return;
      genuine += 1;
      // A part or a field that is gone says nothing; what is there says what we wrote.
      const seen = await read(mail);
      assert.ok(seen[0] !== '' || seen[1] !== '');
      // One lone sign above our words is no word.
      for (const [i, shown] of seen.entries())
        if (shown !== '') assert.equal(i < 2 ? shown.replace(/^\D /, '') : shown, expected[i]);
    }),
    // One seed: in 40,000 runs of others, the two readers once differed about blanks, and a red run must mean more.
    { numRuns: 300, endOnFailure: true, seed: 20261122 },
  );
  assert.ok(genuine > 0, 'nothing that does not matter was changed');
});

test('hostile bytes have an answer, and soon', async () => {
  const deep = (depth: number) =>
    Array.from(
      { length: depth },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    ).join('');
  const nested = Array.from(
    { length: 1000 },
    () => 'MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n',
  ).join('');
  const cases: Readonly<Record<string, string | Uint8Array>> = {
    nothing: '',
    blanks: ' \n \n',
    'a thousand parts within parts': `From: x@y.example\r\nMIME-Version: 1.0\r\n${deep(1000)}`,
    'a thousand messages within messages': `From: x@y.example\r\n${nested}`,
    'ten thousand parts': `From: x@y.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(10_000)}`,
    'a header of a megabyte': `From: ${'x'.repeat(1_000_000)}@y.example\r\nMIME-Version: 1.0\r\n\r\nx`,
    'a line of a megabyte': `MIME-Version: 1.0\r\n\r\n${'x'.repeat(1_000_000)}`,
    'a megabyte of tags': `<html>${'<b '.repeat(300_000)}`,
    'a megabyte of open tags': `<html>${'<div>'.repeat(200_000)}`,
    'a megabyte of cells': `<html><table><tr>${'<td>x'.repeat(200_000)}`,
    'a megabyte of style sheets': `<html>${'<style>'.repeat(140_000)}`,
    'rules for a megabyte of elements': `<html><style>${'.a,.b{margin:1px}'.repeat(249)}</style>${'<p class=a>x'.repeat(80_000)}`,
    'a megabyte of brackets': '<'.repeat(1_000_000),
    'a megabyte of @': `a@${'b@'.repeat(500_000)}`,
    'a megabyte of codes': `${groupsOf(anna.code)}\n`.repeat(40_000),
    'a megabyte of our beginning':
      `${anna.text.slice(0, 200)}\n`.repeat(5000) + anna.text.replace('2,142', '1'),
    'random octets': Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919 + (i >> 3)) & 255)),
    'too much': Buffer.alloc(17 * 1024 ** 2, 'a'),
  };
  for (const [name, given] of Object.entries(cases))
    for (const truth of [all.server, folder]) {
      const before = process.cpuUsage();
      const verdict = await verdictOf(given, truth);
      assert.doesNotMatch(verdict, /genuine/, name);
      // Of processor: what else the machine does is nobody's fault.
      const { user, system } = process.cpuUsage(before);
      const ms = (user + system) / 1000;
      assert.ok(ms < 5000, `${name} took ${ms} ms`);
    }
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (any) =>
      assert.equal(typeof (await verdictOf(any)), 'string'),
    ),
    { numRuns: 200 },
  );
});
