/** Deadlines of law in words. Those of one incident that end at the same instant are told together. */
import { useWords } from '../words/index.tsx';

export type Clock = Readonly<{
  incident: string;
  title: string | null;
  duty: string;
  until: string;
  isMissed: boolean;
  delayedUntil: string | null;
}>;
export type Ending = Omit<Clock, 'duty'> & Readonly<{ duties: readonly string[] }>;

/** In the order in which they came, which is that of their ends. */
export function endings(clocks: readonly Clock[]): Ending[] {
  const found = new Map<string, Ending>();
  for (const { duty, ...clock } of clocks) {
    const key = `${clock.incident} ${clock.until}`;
    found.set(key, { ...clock, duties: [...(found.get(key)?.duties ?? []), duty] });
  }
  return [...found.values()];
}

/** `EU/authority` and `UK/authority` as `Authority: European Union and United Kingdom`. */
export function useDuties(): (duties: readonly string[]) => string {
  const { named, list, country } = useWords();
  const regime = (code: string) => {
    const own = named('regime', code);
    const [state, region] = code.split('-');
    if (own !== code || state === undefined) return own;
    return region === undefined ? country(state) : `${country(state)} (${region})`;
  };
  return (duties) => {
    const byAddressee = new Map<string, string[]>();
    for (const duty of duties) {
      const [code = '', to = '', ...place] = duty.split('/');
      const where = place.length === 0 ? regime(code) : place.map(regime).join(', ');
      byAddressee.set(to, [...(byAddressee.get(to) ?? []), where]);
    }
    return [...byAddressee].map(([to, places]) => `${named('duty', to)}: ${list(places)}`).join('; ');
  };
}
