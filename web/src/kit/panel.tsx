/** A panel at the side, over the page: its title, a way out, and what it is for. What describes it stands in `Dialog.Description`. */
import { Dialog } from '@base-ui/react/dialog';
import type { ComponentProps, ReactNode } from 'react';
import { useWords } from '../words/index.tsx';

type Props = Readonly<{
  title: string;
  onEnd: () => void;
  children: ReactNode;
  /** For a few words: narrower. */
  isSmall?: boolean;
  isOpen?: boolean;
  initialFocus?: ComponentProps<typeof Dialog.Popup>['initialFocus'];
}>;

export function Panel({ title, onEnd, children, isSmall = false, isOpen = true, initialFocus }: Props) {
  const { t } = useWords();
  return (
    <Dialog.Root open={isOpen} onOpenChange={(staysOpen) => staysOpen || onEnd()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className={isSmall ? 'panel small-panel' : 'panel'} initialFocus={initialFocus}>
          <div className="panel-head">
            <Dialog.Title>{title}</Dialog.Title>
            <Dialog.Close className="button quiet">{t('close')}</Dialog.Close>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
