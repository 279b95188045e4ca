/** Keys of single letters, which a view offers beside its buttons. Whoever is disturbed by them turns them off. */
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react';
import type { Key as Message } from '../words/index.tsx';

export type Shortcut = Readonly<{
  /** As the keyboard says it: `/`, `n`. */
  key: string;
  says: Message;
  run: () => void;
}>;

type Keys = Readonly<{
  offer: (shortcuts: readonly Shortcut[]) => () => void;
  offered: () => readonly Shortcut[];
  areOn: boolean;
  turn: (areOn: boolean) => void;
}>;

const KEPT = 'forthright-keys';
const Context = createContext<Keys | undefined>(undefined);

function useContextOfKeys(): Keys {
  const keys = use(Context);
  if (keys === undefined) throw new Error('Keys are asked for outside of KeysProvider.');
  return keys;
}

/** What the list behind `?` shows, and whether single letters are heard (WCAG 2.1.4). */
export const useKeys = (): Omit<Keys, 'offer'> => useContextOfKeys();

/** Offers these keys while the view is there. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const { offer } = useContextOfKeys();
  useEffect(() => offer(shortcuts));
}

/** Whoever types means letters, and within a dialog they mean the dialog. */
const isTypedInto = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('input, textarea, select, [role=dialog], [role=menu]') !== null);

export function KeysProvider({ children }: Readonly<{ children: ReactNode }>) {
  const all = useRef(new Set<readonly Shortcut[]>());
  const [areOn, setOn] = useState(() => localStorage.getItem(KEPT) !== 'off');
  useEffect(() => {
    if (!areOn) return;
    const handleKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTypedInto(event.target)) return;
      const found = [...all.current].flat().find(({ key }) => key === event.key);
      if (found === undefined) return;
      event.preventDefault();
      found.run();
    };
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  }, [areOn]);
  const keys = useMemo(
    (): Keys => ({
      areOn,
      offer: (shortcuts) => {
        all.current.add(shortcuts);
        return () => all.current.delete(shortcuts);
      },
      offered: () => [...all.current].flat(),
      turn: (next) => {
        if (next) localStorage.removeItem(KEPT);
        else localStorage.setItem(KEPT, 'off');
        setOn(next);
      },
    }),
    [areOn],
  );
  return <Context value={keys}>{children}</Context>;
}
