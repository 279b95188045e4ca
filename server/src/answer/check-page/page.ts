/** The page on which anybody checks a code or a message, and what it answers to those whose browser runs no script. */
import type { CodeAnswer, MessageAnswer } from '@forthright/contract';
import { markup } from '../../kernel/index.ts';
import { pageOf, policyOf, STYLE, sectionOf } from '../page/html.ts';
import { type MarkedPiece, markedText } from './marks.ts';
import type { CheckKey, CheckLanguage } from './texts.ts';

const CHECK_STYLE = `${STYLE}
form { max-width: 36em; margin: 0 0 1.25rem; }
h4 { font-size: 1.125rem; margin: 1.25rem 0 .25rem; }
label { display: block; margin: 0 0 .9rem; }
input, textarea { display: block; width: 100%; margin-top: .25rem; padding: .5rem .6rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: 2px; }
input[name=code] { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 1rem; letter-spacing: .04em; }
input[type=file] { border: 0; padding-inline: 0; }
textarea { min-height: 9rem; resize: vertical; }
button { font: inherit; padding: .5rem 1.1rem; color: var(--paper); background: var(--link); border: 1px solid var(--link); border-radius: 2px; cursor: pointer; }
#result:empty { display: none; }
.verdict { border-top: 0; border-inline-start: .35rem solid var(--soft); padding: 0 1rem; margin: 1.5rem 0 2rem; display: block; }
.verdict h2 { font-size: 1.4rem; }
.good { border-color: var(--add); } .good h2 { color: var(--add); }
.bad { border-color: var(--cut); } .bad h2 { color: var(--cut); }
.words { white-space: pre-wrap; border: 1px solid var(--line); padding: .5rem .75rem; }
mark { color: var(--cut); background: var(--cut-paper); font-weight: bold; text-decoration: underline wavy; }
`;

/** The reader's own words in forms may go to our server; our own script may ask for our own files. No markup is ever made of text. */
const PAGE_POLICY =
  "form-action 'self'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

export type Tone = 'good' | 'bad' | 'unsure';
/** A sign beside the colour. */
export const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✗', unsure: '?' };
const TONES: Readonly<Record<MessageAnswer['verdict'], Tone>> = {
  'genuine-unchanged': 'good',
  'genuine-touched': 'good',
  'based-on-ours-changed': 'bad',
  replay: 'bad',
  'not-ours': 'bad',
  'cannot-tell': 'unsure',
};
const CODE_TONES: Readonly<Record<CodeAnswer['is'], Tone>> = {
  'sent-to-this-address': 'good',
  'not-sent-to-this-address': 'bad',
  'code-of-no-batch': 'bad',
  'code-mistyped': 'unsure',
  'no-proof': 'unsure',
};

export type Page = Readonly<{
  language: CheckLanguage;
  /** Who we are; '' while nothing was sent. */
  organisation: string;
  languages: readonly string[];
  /** For who hears the page. */
  words: Readonly<{ skip: string; languages: string }>;
}>;

function framed(
  { language, organisation, languages, words }: Page,
  body: string,
  at: string,
  isStatic: boolean,
): string {
  const say = (key: CheckKey): string => language.messages[key];
  const data = JSON.stringify({ ...language.messages, tones: TONES, codeTones: CODE_TONES, signs: SIGNS });
  return pageOf(
    {
      language: language.language,
      isRightToLeft: language.isRightToLeft,
      title: say('title'),
      organisation,
      ...words,
      others: languages.map((other) => ({ language: other, href: `${at}${other}.html` })),
      links: [],
      style: CHECK_STYLE,
      policy: policyOf(isStatic ? PAGE_POLICY : "form-action 'self'", CHECK_STYLE),
      ...(isStatic
        ? {
            // No script: data for it. Nothing in it can end the element.
            head: `<script type="application/json" id="texts">${data.replaceAll('<', '\\u003c')}</script>\n<script type="module" src="page.js"></script>\n`,
          }
        : {}),
    },
    body,
  );
}

/** The static page: forms that work without script, and say what they send. */
export function checkPage(page: Page): string {
  const say = (key: CheckKey): string => markup(page.language.messages[key]);
  const { language } = page.language;
  const hidden = `<input type="hidden" name="language" value="${language}">`;
  const address = `<label>${say('address')} <input name="address" type="email" required maxlength="320" autocomplete="email"></label>`;
  const byCode = `<form method="post" action="/check" id="by-code">${hidden}
<label>${say('code')} <input name="code" required maxlength="100" autocomplete="off" autocapitalize="characters" spellcheck="false"></label>
${address}
<p class="small" id="sent">${say('sent.plain')}</p>
<button>${say('check.code')}</button></form>`;
  const byMessage = `<form method="post" action="/check" enctype="multipart/form-data" id="by-message">${hidden}
${address}
<label>${say('message')} <textarea name="text" spellcheck="false"></textarea></label>
<label>${say('file')} <input name="eml" type="file" accept=".eml,message/rfc822"></label>
<p class="small">${say('sent.message')}</p>
<button>${say('check.message')}</button></form>`;
  return framed(
    page,
    `<h1>${say('title')}</h1>
<p class="lead">${say('lead')}</p>
<div id="result" role="status" tabindex="-1"></div>
${sectionOf(page.language.messages['heading.code'], byCode)}
${sectionOf(page.language.messages['heading.message'], byMessage)}`,
    '',
    true,
  );
}

export type Result =
  | Readonly<{ kind: 'code'; answer: CodeAnswer }>
  | Readonly<{ kind: 'message'; answer: MessageAnswer }>
  | Readonly<{ kind: 'refused'; because: 'failed' | 'too-many'; problems: readonly string[] }>;

/** What a form is answered with. `at`: where the static pages are, with a slash at the end. */
export function resultPage(page: Page, result: Result, at: string): string {
  const say = (key: CheckKey): string => markup(page.language.messages[key]);
  return framed(
    page,
    `<h1>${say('title')}</h1>
${resultOf(page.language, result)}
<p><a href="${at}${page.language.language}.html">${say('again')}</a></p>`,
    at,
    false,
  );
}

function resultOf({ messages }: CheckLanguage, result: Result): string {
  const say = (key: CheckKey): string => markup(messages[key]);
  if (result.kind === 'refused')
    return verdictOf(
      'unsure',
      messages[result.because],
      result.problems.map((text) => `<p>${markup(text)}</p>`),
    );
  if (result.kind === 'code') {
    const { is, code } = result.answer;
    return verdictOf(CODE_TONES[is], code ?? messages.code, [
      `<h3>${say('heading.checked')}</h3>\n<p>${say(`reason.${is}`)}</p>`,
      `<h3>${say('heading.next')}</h3>\n<p>${say(`codenext.${is}`)}</p>`,
    ]);
  }
  const { verdict, reasons, differences } = result.answer;
  return verdictOf(TONES[verdict], messages[`verdict.${verdict}`], [
    `<h3>${say('heading.checked')}</h3>\n<ul>${reasons.map(({ is }) => `<li>${say(`reason.${is}`)}</li>`).join('\n')}</ul>`,
    `<h3>${say('heading.next')}</h3>\n<p>${say(`next.${verdict}`)}</p>`,
    ...(differences.length === 0 ? [] : [`<h3>${say('heading.differences')}</h3>`]),
    ...differences.map(({ where, ours, theirs, marks }) => {
      const { pieces, rest } = markedText(theirs, marks);
      const word = (is: string): string => say(`mark.${is}` as CheckKey);
      const nothing = `<i>${say('nothing')}</i>`;
      const left = rest.map(({ is, text }) => `<li>${mark({ is, text }, word(is), say('not-ours'))}</li>`);
      return `<h4>${say(`where.${where}`)}</h4>
<p>${say('ours')}</p><p class="words">${ours === '' ? nothing : markup(ours)}</p>
<p>${say('theirs')}</p><p class="words">${theirs === '' ? nothing : pieces.map((piece) => (piece.is === undefined ? markup(piece.text) : mark(piece, word(piece.is), say('not-ours')))).join('')}</p>
${left.length === 0 ? '' : `<ul>${left.join('')}</ul>`}`;
    }),
  ]);
}

const mark = ({ text }: MarkedPiece, is: string, notOurs: string): string =>
  `<mark>⚠ ${markup(text)} <small>(${is}: ${notOurs})</small></mark>`;

const verdictOf = (tone: Tone, title: string, parts: readonly string[]): string =>
  `<section class="verdict ${tone}"><h2>${SIGNS[tone]} ${markup(title)}</h2>\n${parts.join('\n')}\n</section>`;
