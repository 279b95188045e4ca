import { markup } from '../../kernel/index.ts';
import type { Language } from './language.ts';

/** What a notice says, in reading order. */
export type Block =
  | Readonly<{ is: 'title'; text: string }>
  | Readonly<{ is: 'heading'; text: string }>
  | Readonly<{ is: 'paragraph'; text: string }>
  | Readonly<{ is: 'list'; items: readonly string[] }>;

const WIDTH = 76;

/** Plain text, complete by itself. */
export function textOf(blocks: readonly Block[]): string {
  const parts = blocks.map(plainBlock);
  const text = parts.map((part, i) => (blocks[i]?.is === 'heading' ? `${part}\n` : `${part}\n\n`)).join('');
  return `${text.trimEnd()}\n`;
}

function plainBlock(block: Block): string {
  switch (block.is) {
    case 'title':
    case 'paragraph':
      return wrap(block.text);
    case 'heading':
      return `${block.text}\n${'-'.repeat(Math.min(WIDTH, columnsOf(block.text)))}`;
    case 'list':
      return block.items.map((item) => `- ${wrap(item, '  ')}`).join('\n');
  }
}

/**
 * A page that needs nothing from elsewhere: no image, no script, no link. It names no colour, so that a reader's own
 * choice, light or dark, has the contrast that they chose.
 */
export function htmlOf(blocks: readonly Block[], subject: string, language: Language): string {
  const body = blocks.map(htmlBlock);
  return `<!DOCTYPE html>
<html lang="${markup(language.language)}" dir="${language.isRightToLeft ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${markup(bare(subject))}</title>
<style>
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 38rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.125rem; margin-top: 2rem; }
</style>
</head>
<body>
<main>
${body.join('\n')}
</main>
</body>
</html>
`;
}

function htmlBlock(block: Block): string {
  switch (block.is) {
    case 'title':
      return `<h1>${words(block.text)}</h1>`;
    case 'heading':
      return `<h2>${words(block.text)}</h2>`;
    case 'paragraph':
      return `<p>${words(block.text)}</p>`;
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${words(item)}</li>`).join('\n')}\n</ul>`;
  }
}

/** What somebody typed, or a fact. Isolates become elements: what shows HTML may leave the characters out. */
export const words = (text: string): string =>
  text
    .split(/([\u2068\u2069])/)
    .map((part) => (part === '\u2068' ? '<bdi>' : part === '\u2069' ? '</bdi>' : markup(part)))
    .join('');

const bare = (text: string): string => text.replace(/[\u2068\u2069]/g, '');

/** How many columns a text takes: East Asian letters take two. */
const columnsOf = (text: string): number =>
  [...text].reduce(
    (sum, letter) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        letter,
      )
        ? 2
        : 1),
    0,
  );

/** Broken at blanks alone, as any program can put it together again; without blanks a line stays whole. */
function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && columnsOf(`${line} ${word}`) > WIDTH - indent.length) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.join(`\n${indent}`);
}
