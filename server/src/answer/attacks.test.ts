import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LANGUAGES, PROGRAMS } from './forms.testing.ts';
import { checkMessage, openFolder, type Truth } from './index.ts';
import { LETTERHEAD, SENT_MS, type Sent, type World, world } from './testing.ts';

let all: World;
let folder: Truth;
let anna: Sent;
before(async () => {
  all = await world();
  folder = await openFolder(all.folder, () => new Date(SENT_MS));
  anna = all.sent[0] as Sent;
});
after(() => all.close());

const tell = (given: string | Uint8Array, truth: Truth = all.server) =>
  checkMessage({ bytes: typeof given === 'string' ? Buffer.from(given, 'utf8') : given }, truth);

async function isRefused(given: string | Uint8Array, what: string): Promise<void> {
  for (const truth of [all.server, folder])
    assert.doesNotMatch((await tell(given, truth)).verdict, /genuine/, what);
}

async function isGenuine(given: string | Uint8Array, what: string): Promise<void> {
  const told = await tell(given);
  assert.match(told.verdict, /genuine/, `${what} ${JSON.stringify(told)}`);
}

const encoded = (words: string): string =>
  Buffer.from(words, 'utf8').toString('base64').replace(/.{76}/g, '$&\r\n');
const part = (type: string, words: string): string =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded(words)}\r\n`;
const unsigned = (): string => anna.unsigned.toString('latin1');
const head = (): string => unsigned().replace(/\r\nMIME-Version[\s\S]*$/, '');
const single = (type: string, words: string, above = head()): string =>
  `${above}\r\nMIME-Version: 1.0\r\n${part(type, words)}`;
const multi = (kind: string, parts: readonly string[], above = head()): string =>
  `${above}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/${kind}; boundary=bb\r\n\r\n${parts.map((p) => `--bb\r\n${p}`).join('')}--bb--\r\n`;
const PLAIN = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

const WORD = 'Search engines';
const NUMBER = 'It concerns 2,142 people.';
const NOT = 'These data were not part of it: password and card number.';
/** Two paragraphs, one behind the other. */
const TWO = /<p>([^<]{100,})<\/p>\s*<p>([^<]{60,})<\/p>/;

type Change = (page: string) => string;
const styled =
  (css: string, by: Change = (p) => p): Change =>
  (p) =>
    by(p.replace('</style>', `</style><style>${css}</style>`));
const around =
  (begin: string, end: string): Change =>
  (p) =>
    p.replace(WORD, `${begin}${WORD}${end}`);
const times = (n: number, begin: string, end: string): Change => {
  return (p) => p.replace(TWO, `<p>$1</p>${begin.repeat(n)}$2${end.repeat(n)}`);
};
const between = (what: string): Change => {
  return (p) => p.replace(TWO, (_, one, two) => `<p>${one}</p>${what}<p>${two}</p>`);
};

const hidden = around('<span class=x>', '</span>');
const PAGES: Readonly<Record<string, Change>> = {
  'margin in margin, by a class': styled('.x{margin-left:199px}', times(9, '<div class=x>', '</div>')),
  'margin in margin, by a sheet below': (p) =>
    times(9, '<div class=x>', '</div>')(p).replace('</body>', '<style>.x{margin-left:199px}</style></body>'),
  'margin in margin, by any selector': styled('*{margin-left:99px}', times(9, '<div>', '</div>')),
  'margin in margin, of large letters': times(3, '<div style="font-size:36px;margin-left:9.9em">', '</div>'),
  'table in table': times(
    12,
    '<table cellpadding=39 cellspacing=39 border=39><tr><td>',
    '</td></tr></table>',
  ),
  'larger and larger, by a class': styled('.x{font-size:3em}', times(6, '<div class=x>', '</div>')),
  'screens below, by a class': styled('p{margin-top:199px}', between('<p></p>'.repeat(20))),
  'screens below, by lines that are kept': (p) =>
    p.replace(TWO, (_, one, two) => `<p style="white-space:pre-wrap">${one}${'\n'.repeat(300)}${two}</p>`),
  'screens below, by lines that a class keeps': styled('p{white-space:pre-line}', (p) =>
    p.replace(TWO, (_, one, two) => `<p>${one}${'\n'.repeat(300)}${two}</p>`),
  ),
  'screens below, by bullets': between('<p>-</p>'.repeat(300)),
  'screens below, by a line of lines': between(`<p>${'-'.repeat(30_000)}</p>`),
  'screens below, by wide blanks': (p) => p.replace(WORD, `${'&emsp;'.repeat(20_000)}${WORD}`),
  'screens below, by separators': (p) => p.replace(WORD, `${'\u2028'.repeat(300)}${WORD}`),
  'a line that never ends, by its blanks': (p) =>
    p.replace(TWO, (_, one: string, two: string) => `<p>${`${one} ${two}`.replaceAll(' ', '&nbsp;')}</p>`),
  'screens beside': around('<p style="width:1999px;text-align:right">', '</p>'),
  'a first line out of the window, by a margin that is taken back': (p) =>
    p.replace('<p>', '<p style="text-indent:-39px;margin-left:39px;margin-left:0">'),
  'side by side': (p) => p.replace(TWO, '<table><tr><td>$1</td><td>$2</td></tr></table>'),
  'side by side, in few words': (p) =>
    p.replace(
      NOT,
      '<table><tr><td>These data were<br>not part of it:</td><td>password and<br>card number.</td></tr></table>',
    ),
  'side by side, in blocks': (p) =>
    p.replace(
      NOT,
      '<span style="display:inline-block;width:30%">These data were not</span> part of it: password and card number.',
    ),
  'behind what comes behind it': (p) =>
    p.replace('These data were not part of it:', '<table align=right><tr><td>$&</td></tr></table>'),
  'joined to the next': (p) => p.replace('<p>', '<p style="display:inline">'),
  'torn apart': (p) => p.replace('without', 'with<span style="display:block">out</span>'),
  'covered by the line below': (p) =>
    p.replace(NUMBER, `<span style="padding-top:100px;background:#fff">${NUMBER}</span>`),
  'covered by a border': (p) => p.replace(NUMBER, `<b style="border-top:19px solid white">${NUMBER}</b>`),
  'covered by a class': styled('.x{padding-top:100px;background:#fff}', (p) =>
    p.replace(NUMBER, `<span class=x>${NUMBER}</span>`),
  ),
  'lines over each other': around('<p style="font-size:36px;line-height:10px">', '</p>'),
  'lines over each other, by what is around': around(
    '<p style="line-height:100%"><span style="font-size:36px">',
    '</span></p>',
  ),
  'white on white, at night': around('<span style="background:#fff">', '</span>'),
  'white on white, at night, by an attribute': around('<table bgcolor=white><tr><td>', '</td></tr></table>'),
  'white, by more than there is': around('<span style="color:rgb(512,512,512)">', '</span>'),
  'black, by a word that is no colour': around('<table bgcolor=none><tr><td>', '</td></tr></table>'),
  'dark, by a colour for styles': around('<table bgcolor="rgb(255,255,255)"><tr><td>', '</td></tr></table>'),
  'light, by a word for styles': around('<font color=currentcolor>', '</font>'),
  'a style sheet that ends sooner': (p) =>
    p.replace('</main>', '<style>/*</style x><p>Pay now at evil.example</p>*/</style></main>'),
  'a style sheet that ends with a stroke': (p) =>
    p.replace('</main>', '<style>/*</style/><p>Pay now at evil.example</p>*/</style></main>'),
  'a style sheet that is none': (p) =>
    p.replace('</main>', '<style\u00a0>/* Pay now at evil.example */</style></main>'),
  'a style sheet that does not end': around('<style></style\u00a0>', '<style></style>'),
  'a style sheet that does not end, by a tab': around('<style></style\v>', '<style></style>'),
  'a style sheet that is shown': (p) =>
    p.replace('</main>', '<style style="display:block">/* Pay now at evil.example */</style></main>'),
  'a tag with another blank': around('<pre\u00a0x>', '</pre>'),
  'a style sheet for Outlook': (p) =>
    hidden(
      p.replace(
        '</head>',
        '<!--[if mso]><style>v\\:* {behavior:url(#default#VML);} .x{mso-hide:all}</style><![endif]--></head>',
      ),
    ),
  'a comment that is none': styled('/<!--* {} .x{visibility:hidden} */{}', hidden),
  'letters from elsewhere, spelt otherwise': styled(
    '@font-face{font-family:Arial;s\\72c:u\\72l(https://evil.example/x)}',
  ),
  'brackets in quotation marks': styled(
    '.x{font-family:"}";visibility:hidden;font-family:"{color:inherit}',
    hidden,
  ),
  'in ornaments': around('<span style="font-family:Bodoni Ornaments">', '</span>'),
  'our sheet, torn': (p) => p.replace('font-size: 1.5rem', 'font-si ze: 1.5rem'),
  'two charsets': (p) =>
    p.replace(
      '<meta charset="utf-8">',
      '$&<meta http-equiv=content-type content="text/html; charset=koi8-r">',
    ),
  'a charset behind a comment': (p) =>
    p.replace('<meta charset="utf-8">', '<!-- $& --><meta charset="koi8-r">'),
  'a tag in an attribute': (p) => p.replace('<h1>', '<h1 data-x="</h1><p>Pay now at evil.example</p>">'),
  'a picture for who can’t see': around('<span role=img>', '</span>'),
};

test('a page that hides words, moves them or shows others, by sheets, tables, blanks and what programs read otherwise', async () => {
  for (const [name, change] of Object.entries(PAGES)) {
    const page = change(anna.html);
    assert.notEqual(page, anna.html, name);
    await isRefused(single(HTML, page), name);
    await isRefused(multi('alternative', [part(PLAIN, anna.text), part(HTML, page)]), `${name}, beside`);
    await isRefused(page, `${name}, alone`);
  }
});

test('a text whose rest is lost far below or beside is not genuine', async () => {
  for (const [name, text] of Object.entries({
    quoted: anna.text.replace('\n\n', `\n${'>\n'.repeat(500)}`),
    bullets: anna.text.replace('\n\n', `\n${'-\n'.repeat(500)}`),
    pages: anna.text.replace('\n\n', `\n${'\f\n'.repeat(500)}`),
    'wide blanks': anna.text.replace('\n\n', `\n${'\u2003\n'.repeat(500)}`),
    'a long line': anna.text.replace('-------------', '-'.repeat(50_000)),
    blanks: anna.text.replace('not part of it:', `${' '.repeat(5000)}not part of it:`),
    'deep in quotations': anna.text.replace('\nnot part', `\n${'>'.repeat(5000)} not part`),
  })) {
    assert.notEqual(text, anna.text, name);
    await isRefused(single(PLAIN, text), name);
    await isRefused(text, `${name}, pasted`);
  }
  await isRefused(
    single(`${PLAIN}; format=flowed; delsp=yes`, anna.text.replace('not part', 'not \npart')),
    'words that some programs join',
  );
});

test('fields that show other words than ours are not genuine', async () => {
  const raw = anna.mail.toString('latin1');
  const field = (line: string) => raw.replace('\r\nTo: ', `\r\n${line}\r\nTo: `);
  const own = [part(PLAIN, anna.text), part(HTML, anna.html)] as const;
  for (const [name, mail] of Object.entries({
    'a flag': field('X-Message-Flag: Pay now at evil.example'),
    'a topic': field('Thread-Topic: Pay now'),
    newsgroups: field('Newsgroups: pay.now'),
    importance: field('Importance: high'),
    priority: field('X-Priority: 1 (Highest)'),
    'words before the date': unsigned().replace('Date: ', 'Date: Pay now at evil '),
    'words behind the date': unsigned().replace('08:31:00 +0000', '08:31:00 +0000 (call us now)'),
    'words behind the date, signed': raw.replace('08:31:00 +0000', '08:31:00 +0000 (call us now)'),
    'a group in To': unsigned().replace(/\r\nTo: .*/, '\r\nTo: Your account is locked call now:;'),
    'a group in From': unsigned().replace(/\r\nFrom: .*/, '\r\nFrom: Marlow Security visit evil.example:;'),
    'a group in Reply-To': unsigned().replace(
      /\r\nReply-To: .*/,
      '\r\nReply-To: Marlow visit evil.example:;',
    ),
    'a subject with another blank': unsigned().replace('data of yours were', 'data of your s were'),
    'a name of a text, in another charset': multi('alternative', [
      part(`${PLAIN}; name*=utf-8''Call%20now%20112`, anna.text),
      own[1],
    ]),
    'a name of a text, in pieces': multi('alternative', [
      part(`${PLAIN}; name*0="Call now"; name*1=" 112"`, anna.text),
      own[1],
    ]),
    'a page of nothing': multi('alternative', [own[0], part(HTML, '<html><body> </body></html>')]),
    'a link of nothing': multi('mixed', [
      own[0],
      part(HTML, '<a href="https://evil.example" style="border:19px solid navy">&nbsp;</a>'),
    ]),
    'an encoding of parts': multi('mixed', own).replace(
      'boundary=bb\r\n',
      'boundary=bb\r\nContent-Transfer-Encoding: base64\r\n',
    ),
    'a boundary with a blank': multi('mixed', [part(HTML, anna.html)])
      .replace('boundary=bb', 'boundary="bb "')
      .replaceAll('--bb', '--bb '),
  })) {
    assert.notEqual(mail, raw, name);
    await isRefused(Buffer.from(mail, 'latin1'), name);
  }
  for (const line of [`Thread-Topic: ${anna.subject}`, 'Importance: Normal', 'X-Priority: 3'])
    await isGenuine(Buffer.from(field(line), 'latin1'), line);
});

test('in what says that it comes from us nothing is forwarded, and no scanner says that it is bad', async () => {
  for (const words of [
    'To: Everybody who was worried before, this was all long ago',
    'Date: in 2026 nobody lost a thing so sleep well',
    'In 2026 nobody lost a thing here, Marlow Market wrote:',
    'This is spam. Do not trust this message.',
    'Please open the attachment and click on the link.',
    'WARNING: this message is dangerous malware and not safe.',
  ]) {
    await isRefused(single(PLAIN, `${words}\n\n${anna.text}`), `above: ${words}`);
    await isRefused(single(PLAIN, `${anna.text}\n-- \n${words}\n`), `below: ${words}`);
  }
});

test('who forwards it shows no name or subject that leads anywhere, and nobody else’s as ours', async () => {
  const inner = (PROGRAMS.gmail as (typeof PROGRAMS)[string])(
    { ...anna, ...LETTERHEAD, to: anna.address },
    LANGUAGES.en as (typeof LANGUAGES)[string],
  );
  const above = (from: string, more = '') =>
    `From: ${from}\r\nTo: check@marlow.example\r\nSubject: Fwd: a message\r\n${more}MIME-Version: 1.0\r\n`;
  const inline = (start: string) => `${start}${part(PLAIN, inner)}`;
  const attached = (start: string) =>
    `${start}Content-Type: message/rfc822\r\n\r\n${anna.mail.toString('latin1')}`;
  const ben = 'Ben Roth <ben@people.example>';
  for (const start of [
    above('"Pay now at evil.example" <x@evil.example>'),
    above('ben@people.example (Marlow Market Support)'),
    above('Marlow Market: ben@people.example;'),
    above(ben, 'Reply-To: Marlow Market <x@evil.example>\r\n'),
    above(ben, 'Sender: Marlow Market <x@evil.example>\r\n'),
    above(ben, 'Resent-From: Marlow Market <x@evil.example>\r\n'),
    above(ben, 'Sender: Marlow Market <x@evil.example>\r\n').replace(/^From:.*\r\n/, ''),
    above(ben, 'Subject: Pay now at evil.example\r\n'),
    above(ben).replace('To: check@', 'To: "Call +352 99 12 34 56 now" check@'),
    above(ben, 'Cc: "Call +352 99 12 34 56 now" <c@people.example>\r\n'),
  ]) {
    await isRefused(inline(start), `inline: ${start}`);
    await isRefused(attached(start), `attached: ${start}`);
  }
  await isGenuine(inline(above(ben, 'Cc: carla@people.example\r\n')), 'a copy to somebody');
  await isRefused(`${above(ben)}${part(PLAIN, `From:\nTo:\n\n${anna.text}`)}`, 'from nobody');
  await isRefused(
    multi(
      'alternative',
      [part(PLAIN, inner), part(HTML, anna.html)],
      'From: Data Office <dpo@evil.example>\r\nTo: anna@customer.example\r\nSubject: Fwd: a message',
    ),
    'forwarded in the text, and not in the page',
  );
});

/** As these programs write pages that forward; what is around the words of the notice is theirs to the letter. */
const FORWARDED: Readonly<Record<string, (subject: string, page: string, style: string) => string>> = {
  'Outlook on the web': (subject, page) =>
    `<html><head><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head><body dir="ltr"><div style="font-family: Aptos, Calibri, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);">Is this real?</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000"><b>From:</b> Marlow Market &lt;privacy@marlow.example&gt;<br><b>Sent:</b> Sunday, November 22, 2026 9:31 AM<br><b>To:</b> anna@customer.example &lt;anna@customer.example&gt;<br><b>Subject:</b> ${subject}</font><div>&nbsp;</div></div><div style="font-size: 12pt;"><div style="font-size: 12pt;"><div style="font-size: 12pt;"><div style="font-size: 12pt;">${page}</div></div></div></div></body></html>`,
  'Outlook for Windows': (subject, page) =>
    `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15 (filtered medium)"><!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}\n.shape {behavior:url(#default#VML);}\n</style><![endif]--><style><!--\n/* Font Definitions */\n@font-face\n\t{font-family:"Cambria Math";\n\tpanose-1:2 4 5 3 5 4 6 3 2 4;}\np.MsoNormal, li.MsoNormal\n\t{margin:0cm;\n\tfont-size:11.0pt;\n\tfont-family:"Calibri",sans-serif;}\np.MsoListParagraph\n\t{margin-left:36.0pt;}\na:link, span.MsoHyperlink\n\t{mso-style-priority:99;\n\tcolor:#0563C1;\n\ttext-decoration:underline;}\n@page WordSection1\n\t{size:612.0pt 792.0pt;\n\tmargin:70.85pt 70.85pt 2.0cm 70.85pt;}\ndiv.WordSection1\n\t{page:WordSection1;}\n--></style></head><body lang=EN-US link="#0563C1" vlink="#954F72" style='word-wrap:break-word'><div class=WordSection1><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Marlow Market &lt;privacy@marlow.example&gt; <br><b>Sent:</b> Sunday, November 22, 2026 9:31 AM<br><b>To:</b> anna@customer.example<br><b>Subject:</b> ${subject}<o:p></o:p></p></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>${page.replaceAll('<p>', '<p class=MsoNormal>').replaceAll('<li>', "<li class=MsoNormal style='mso-margin-top-alt:auto'>")}</div></body></html>`,
  Thunderbird: (subject, page, style) =>
    `<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"></head><body><p>Is this real?<br></p><div class="moz-forward-container"><br>-------- Forwarded Message --------\n<table class="moz-email-headers-table" cellspacing="0" cellpadding="0" border="0"><tbody>${[
      ['Subject', subject],
      ['Date', 'Sun, 22 Nov 2026 08:31:00 +0000'],
      [
        'From',
        'Marlow Market <a class="moz-txt-link-rfc2396E" href="mailto:privacy@marlow.example">&lt;privacy@marlow.example&gt;</a>',
      ],
      ['To', '<a href="mailto:anna@customer.example">anna@customer.example</a>'],
    ]
      .map(
        ([name, value]) =>
          `\n<tr>\n<th valign="BASELINE" align="RIGHT" nowrap="nowrap">${name}: </th>\n<td>${value}</td>\n</tr>`,
      )
      .join(
        '',
      )}</tbody></table><br><br><meta charset="utf-8">${style}<main>${page}</main></div></body></html>`,
  'Apple Mail': (subject, page) =>
    `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">Is this real?<br><div><blockquote type="cite"><div>Begin forwarded message:</div><br class="Apple-interchange-newline"><div style="margin-top: 0px; margin-right: 0px;"><span style="font-family: -webkit-system-font, Helvetica, sans-serif; color:rgba(0, 0, 0, 1.0);"><b>From: </b></span><span>Marlow Market &lt;<a href="mailto:privacy@marlow.example">privacy@marlow.example</a>&gt;<br></span></div><div><b>Subject: </b><b>${subject}</b><br></div><div><b>Date: </b>November 22, 2026 at 9:31:00 AM GMT+1<br></div><div><b>To: </b>anna@customer.example<br></div><br><div>${page}</div></blockquote></div><br></body></html>`,
};

test('pages of real programs that forward are genuine', async () => {
  const [, page = ''] = /<main>([\s\S]*)<\/main>/.exec(anna.html) ?? [];
  const [style = ''] = /<style>[\s\S]*<\/style>/.exec(anna.html) ?? [];
  for (const [name, write] of Object.entries(FORWARDED))
    await isGenuine(
      single(
        HTML,
        write(anna.subject, page, style),
        `From: Anna Winter <anna@customer.example>\r\nTo: check@marlow.example\r\nSubject: Fwd: ${anna.subject}`,
      ),
      name,
    );
});

test('what is saved as Windows’ Unicode is read; of a document or a picture nothing can be said', async () => {
  const wide = Buffer.from(`\ufeff${anna.text}`, 'utf16le');
  await isGenuine(wide, 'the lower octet first');
  await isGenuine(Buffer.from(wide).swap16(), 'the higher octet first');
  const octets = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) & 255));
  for (const kind of ['25504446', '504b0304', 'd0cf11e0a1b11ae1', '89504e470d0a1a0a', 'ffd8ffe0'])
    for (const truth of [all.server, folder])
      assert.equal(
        (await tell(Buffer.concat([Buffer.from(kind, 'hex'), octets]), truth)).verdict,
        'cannot-tell',
        kind,
      );
  await isGenuine(
    single(`${PLAIN}; format=flowed; delsp=yes`, anna.text.replace(/(\w)\n(?=\w)/g, '$1  \n')),
    'as Apple Mail breaks lines',
  );
});
