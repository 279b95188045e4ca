import { useBlocker } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useWords } from '../words/index.tsx';

type Search = Readonly<Record<string, unknown>>;

/**
 * Asks before what was typed and is kept nowhere is left, by a way within the application or by closing the page. Returns what is
 * called once it is kept.
 */
export function useUnsaved(
  isTyped: boolean,
  /** Whether another address of the same page still shows the form. */
  isStill: (search: Search) => boolean = () => true,
): () => void {
  const { t } = useWords();
  const isKept = useRef(false);
  // What is typed after something was kept is a new text.
  useEffect(() => {
    if (!isTyped) isKept.current = false;
  }, [isTyped]);
  const isLost = () => isTyped && !isKept.current;
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      (current.pathname !== next.pathname || !isStill(next.search)) &&
      isLost() &&
      !window.confirm(t('unsaved.leave')),
    enableBeforeUnload: isLost,
  });
  return () => {
    isKept.current = true;
  };
}
