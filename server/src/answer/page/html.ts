/**
 * Pages that stand by themselves: no script, nothing from elsewhere, and a policy within that lets nothing else happen, so
 * that they are as safe on any web server as they are here.
 */
import { createHash } from 'node:crypto';
import { markup } from '../../kernel/index.ts';
import { type Block, words } from '../../notify/index.ts';
import type { PageText } from './types.ts';

export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1b19; --soft: #55524c; --paper: #fdfcf9; --line: #cfcac0; --link: #1d4f88; --add: #0b5d2c; --add-paper: #e3f3e6; --cut: #9a1c13; --cut-paper: #fbe6e3; }
@media (prefers-color-scheme: dark) { :root { --ink: #ebe7df; --soft: #b4aea3; --paper: #16171a; --line: #44433f; --link: #a3c8f5; --add: #9fe0b0; --add-paper: #17331f; --cut: #ffb3aa; --cut-paper: #42201c; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.125rem/1.6 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, "Noto Serif CJK JP", "Hiragino Mincho ProN", serif; overflow-wrap: anywhere; font-variant-numeric: oldstyle-nums; }
:lang(ja) { line-height: 1.8; }
.page { max-width: 58rem; margin: 0 auto; padding: 0 1.25rem 4rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, button:focus-visible, input:focus-visible, textarea:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; display: inline-block; padding: .5rem; }
.head { display: flex; flex-wrap: wrap; gap: .25rem 2rem; justify-content: space-between; align-items: baseline; padding: 1.25rem 0 .75rem; border-bottom: 1px solid var(--line); }
.head p { margin: 0; font-variant-caps: small-caps; letter-spacing: .04em; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 .35rem; margin: 0; padding: 0; list-style: none; font-size: .875rem; }
nav a { display: inline-block; min-width: 1.75rem; padding: .2rem .3rem; text-align: center; }
nav [aria-current] { color: var(--ink); font-weight: bold; text-decoration: none; }
h1 { font-size: clamp(1.7rem, 1.2rem + 2.4vw, 2.6rem); line-height: 1.18; font-weight: normal; letter-spacing: -.01em; text-wrap: balance; margin: 3rem 0 1rem; max-width: 24em; }
.lead { font-size: 1.25rem; color: var(--soft); max-width: 32em; margin: 0 0 2.5rem; }
h2 { font-size: 1.125rem; line-height: 1.4; font-weight: bold; margin: 0 0 .5rem; }
h3 { font-size: 1.125rem; font-weight: bold; margin: 1.5rem 0 .25rem; }
section { padding: 1.25rem 0 .75rem; border-top: 1px solid var(--line); }
section p, section ul, section dl { margin: 0 0 .75rem; max-width: 36em; }
section > div > :first-child { margin-top: 0; }
section ul { padding-inline-start: 1.1em; }
li { margin: 0 0 .3rem; }
@media (min-width: 52rem) { section { display: grid; grid-template-columns: 14rem minmax(0, 1fr); gap: 0 2.5rem; } section > h2 { grid-column: 1; } section > div { grid-column: 2; } }
section .editions, .editions { list-style: none; padding: 0; }
.editions > li { margin: 0 0 1.5rem; }
.small { font-size: .875rem; color: var(--soft); }
code, pre { font: .8125rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { margin: 0 0 .75rem; padding: .6rem .8rem; border: 1px solid var(--line); }
summary { cursor: pointer; padding: .25rem 0; }
del { color: var(--cut); background: var(--cut-paper); text-decoration: line-through; }
ins { color: var(--add); background: var(--add-paper); text-decoration: underline; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { :root { --ink: #000; --soft: #333; --paper: #fff; --line: #999; --link: #000; } @page { margin: 22mm 20mm; } body { font-size: 10.5pt; } nav, .skip { display: none; } .page { max-width: none; padding: 0; } section { break-inside: avoid; } h2 { break-after: avoid; } section { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 0 1.5rem; } }
`;

/** What a browser may do with a page of this style; `more` for a page that does more. */
export const policyOf = (more = "form-action 'none'", style = STYLE): string =>
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; ${more}`;

export type Frame = Readonly<{
  language: string;
  isRightToLeft: boolean;
  title: string;
  organisation: string;
  /** Words for who hears the page. */
  skip: string;
  languages: string;
  /** Each with the address of the same page in it; the page's own among them. */
  others: readonly Readonly<{ language: string; href: string }>[];
  links: readonly Readonly<{ rel: string; type: string; href: string; title: string }>[];
  policy?: string;
  style?: string;
  /** Of what stands in the head beside. */
  head?: string;
}>;

/** A whole page. `body` is markup already. */
export function pageOf(frame: Frame, body: string): string {
  const { language, isRightToLeft, title, organisation, skip, languages, others, links } = frame;
  const { policy = policyOf(), style = STYLE, head = '' } = frame;
  const choices = others.map(({ language: other, href }) => {
    const name = new Intl.DisplayNames([other], { type: 'language' }).of(other) ?? other;
    const here = other === language ? ' aria-current="page"' : '';
    return `<li><a href="${markup(href)}" lang="${other}" hreflang="${other}" title="${markup(name)}"${here}>${other}</a></li>`;
  });
  return `<!doctype html>
<html lang="${language}" dir="${isRightToLeft ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${markup(policy).replaceAll('&#39;', "'")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<title>${words(title)}</title>
<style>${style}</style>
${links.map(({ rel, type, href, title: name }) => `<link rel="${rel}" type="${type}" href="${markup(href)}" title="${markup(name)}">`).join('\n')}
${head}</head>
<body>
<div class="page">
<a class="skip" href="#text">${words(skip)}</a>
<header class="head"><p>${words(organisation)}</p>
<nav aria-label="${markup(languages)}"><ul>
${choices.join('\n')}
</ul></nav></header>
<main id="text" tabindex="-1">
${body}
</main>
</div>
</body>
</html>
`;
}

/** The words of an edition. */
export function articleOf({ title, lead, sections }: PageText): string {
  return `<h1>${words(title)}</h1>
<p class="lead">${words(lead)}</p>
${sections.map(({ heading, blocks }) => sectionOf(heading, blocks.map(blockOf).join('\n'))).join('\n')}`;
}

export const sectionOf = (heading: string, body: string): string =>
  `<section><h2>${words(heading)}</h2><div>\n${body}\n</div></section>`;

export function blockOf(block: Block): string {
  switch (block.is) {
    case 'title':
    case 'heading':
      return `<h3>${words(block.text)}</h3>`;
    case 'paragraph':
      return `<p>${words(block.text)}</p>`;
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${words(item)}</li>`).join('\n')}\n</ul>`;
  }
}

export const questionsOf = (heading: string, questions: PageText['questions']): string =>
  sectionOf(
    heading,
    questions
      .map(
        ({ question, answer }) =>
          `<h3>${words(question)}</h3>\n${answer.map((text) => `<p>${words(text)}</p>`).join('\n')}`,
      )
      .join('\n'),
  );

export type ChangeWords = Readonly<{ since: string; none: string; added: string; removed: string }>;

/** What differs from the edition before: marked by lines and colours, and said to who hears the page. */
export function changesOf({ changes }: PageText, said: ChangeWords): string {
  if (changes === undefined) return '';
  if (changes.length === 0) return `<p>${words(said.since)} ${words(said.none)}</p>`;
  const parts = changes.map(({ heading, pieces }) => {
    const body = pieces.map(({ is, text }) => {
      if (is === 'same') return words(text);
      const [tag, word] = is === 'added' ? (['ins', said.added] as const) : (['del', said.removed] as const);
      return `<${tag}><span class="unseen">${words(word)} </span>${words(text)}</${tag}>`;
    });
    return `<h3>${words(heading)}</h3>\n<p>${body.join('')}</p>`;
  });
  return `<p>${words(said.since)}</p>\n${parts.join('\n')}`;
}
