/** Opens the palette with Ctrl K (⌘ K) and the list of keys with `?`. Both are loaded when somebody wants them. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { useShortcuts } from './keys.tsx';

const Palette = lazy(() => import('./palette.tsx').then((file) => ({ default: file.Palette })));
const KeyList = lazy(() => import('./key-list.tsx').then((file) => ({ default: file.KeyList })));

export function WaysByKey() {
  const [open, setOpen] = useState<'palette' | 'keys'>();
  useShortcuts([{ key: '?', says: 'keys.open', run: () => setOpen('keys') }]);
  useEffect(() => {
    const handleKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      setOpen((now) => (now === 'palette' ? undefined : 'palette'));
    };
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  }, []);
  const close = () => setOpen(undefined);
  return (
    <Suspense>
      {open === 'palette' && <Palette onClose={close} />}
      {open === 'keys' && <KeyList onClose={close} />}
    </Suspense>
  );
}
