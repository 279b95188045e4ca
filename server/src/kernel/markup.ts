import { visible } from './visible.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What somebody typed, for a page: it stays text. No tag, no turned writing direction, no hidden character. */
export const markup = (text: string): string =>
  text
    .split('\n')
    .map((line) => visible(line).replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c))
    .join('<br>');
