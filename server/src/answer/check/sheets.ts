/** Rules of style sheets, as far as it must be known which elements they may count for. */

export type Rule = Readonly<{
  /** For each selector what an element must have: its name, `.class` or `#id`; nothing where it may be any. */
  selectors: readonly (readonly string[])[];
  /** Of its declarations those that move words or make them larger. */
  css: string;
}>;

/** Whatever may be a style sheet of a page, in comments as well. */
export const sheetsIn = (html: string): readonly string[] =>
  html
    .split(/<style(?=[^a-z0-9])/i)
    .slice(1)
    .map((rest) => rest.slice(rest.indexOf('>') + 1).split(/<\/style/i, 1)[0] ?? '');

export function rulesOf(sheet: string): readonly Rule[] {
  const plain = sheet.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/<!--|-->/g, ' ');
  return [...plain.matchAll(/([^{}]*)\{([^{}]*)\}/g)].map(([, selectors = '', css = '']) => ({
    selectors: selectors.split(',').map(tokensOf),
    css: css
      .split(';')
      .filter((one) => /^\s*(?:margin|padding|border|font-size|line-height)/i.test(one))
      .join(';'),
  }));
}

/** Of the element that a selector is about; what is not understood asks for nothing, so that it counts for more. */
function tokensOf(selector: string): readonly string[] {
  const last =
    selector
      .replace(/\[[^\]]*\]|::?[\w-]+(?:\([^()]*\))?/g, '*')
      .trim()
      .split(/[\s>+~]+/)
      .at(-1) ?? '';
  return [...last.toLowerCase().matchAll(/[.#]?[^.#*]+/g)].map(([token]) => token);
}

/** The declarations of all rules that may count for an element. */
export function cssFor(
  rules: readonly Rule[],
  name: string,
  attributes: ReadonlyMap<string, string>,
): string {
  if (rules.length === 0) return '';
  const has = new Set([
    name,
    `#${attributes.get('id')?.toLowerCase() ?? ''}`,
    ...(attributes.get('class')?.toLowerCase().split(/\s+/) ?? []).map((one) => `.${one}`),
  ]);
  return rules
    .filter(({ selectors }) => selectors.some((tokens) => tokens.every((token) => has.has(token))))
    .map(({ css }) => css)
    .join(';');
}
