import type { Span } from './types.ts';

export type FoundDate = Span & Readonly<{ year: number | undefined; month: number; day: number }>;

/** A day, as it is written in one language: `20 November 2025`, `November 20`, `20.11.2025`, `2025-11-20`, `11月20日`. */
export function datesIn(text: string, language: string): FoundDate[] {
  const months = monthsOf(language);
  const names = [...months.keys()]
    .sort((a, b) => b.length - a.length)
    .map(literally)
    .join('|');
  const found: FoundDate[] = [];
  const add = (
    pattern: string,
    read: (
      g: Readonly<Record<string, string | undefined>>,
    ) => readonly [string | undefined, number, string | undefined],
  ) => {
    for (const match of text.matchAll(new RegExp(pattern, 'giu'))) {
      const [year, month, day] = read(match.groups ?? {});
      const at = { from: match.index, to: match.index + match[0].length };
      const isNew = found.every((f) => f.to <= at.from || f.from >= at.to);
      if (isNew && month >= 1 && month <= 12 && Number(day) >= 1 && Number(day) <= 31)
        found.push({ ...at, year: year === undefined ? undefined : Number(year), month, day: Number(day) });
    }
  };
  const monthOf = (name: string | undefined) => months.get((name ?? '').toLowerCase()) ?? 0;
  add('(?<y>\\d{4})年\\s*(?<m>\\d{1,2})月\\s*(?<d>\\d{1,2})日', (g) => [g.y, Number(g.m), g.d]);
  add('(?<m>\\d{1,2})月\\s*(?<d>\\d{1,2})日', (g) => [undefined, Number(g.m), g.d]);
  add('(?<!\\d)(?<y>\\d{4})-(?<m>\\d{2})-(?<d>\\d{2})(?!\\d)', (g) => [g.y, Number(g.m), g.d]);
  add(
    `(?<!\\d)(?<d>\\d{1,2})(?:st|nd|rd|th|er|\\.|º|ª)?\\s+(?:de\\s+|di\\s+|of\\s+)?(?<m>${names})\\.?,?(?:\\s+(?:de\\s+)?(?<y>\\d{4}))?(?![\\p{L}])`,
    (g) => [g.y, monthOf(g.m), g.d],
  );
  add(
    `(?<![\\p{L}])(?<m>${names})\\.?\\s+(?<d>\\d{1,2})(?:st|nd|rd|th)?(?!\\d)(?:,?\\s+(?<y>\\d{4}))?`,
    (g) => [g.y, monthOf(g.m), g.d],
  );
  // 11/20/2025 and 20/11/2025: the part above twelve is the day; where both could be, the language decides.
  add('(?<!\\d)(?<a>\\d{1,2})(?<s>[./-])(?<b>\\d{1,2})\\k<s>(?<y>\\d{4})(?!\\d)', (g) => {
    const isMonthFirst = Number(g.b) > 12 || (language === 'en' && g.s === '/' && Number(g.a) <= 12);
    return isMonthFirst ? [g.y, Number(g.a), g.b] : [g.y, Number(g.b), g.a];
  });
  return found.sort((a, b) => a.from - b.from);
}

function monthsOf(language: string): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const style of ['long', 'short'] as const) {
    // With a day, since some languages inflect the month then; and alone.
    for (const options of [{ month: style, day: 'numeric' } as const, { month: style } as const]) {
      const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
      for (let month = 0; month < 12; month++) {
        const name = format.formatToParts(Date.UTC(2025, month, 3)).find((p) => p.type === 'month')?.value;
        const plain = name?.toLowerCase().replace(/\.$/, '');
        if (plain !== undefined && /\p{L}/u.test(plain) && plain.length > 2) names.set(plain, month + 1);
      }
    }
  }
  return names.size === 0 ? new Map([['—', 0]]) : names;
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
