// A dialog over the page, open as long as it is rendered; of our own, because in a frame of another site
// the browser's are forbidden. Where the session ends meanwhile it steps aside, and comes back after the
// sign-in: an open one would keep everything else on the page, the sign-in too, out of reach.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePaused } from '../paused.ts';

export interface Modal {
  dialog: RefObject<HTMLDialogElement | null>;
  /** Whoever closes it means it, by Escape too. */
  onClose(): void;
  close(): void;
}

export function useModal(onClose: () => void): Modal {
  const dialog = useRef<HTMLDialogElement>(null);
  const paused = usePaused();
  useLayoutEffect(() => {
    if (paused) return;
    const open = dialog.current;
    open?.showModal();
    // Closing gives the focus back to where it was; merely taking the dialog away would not.
    return () => open?.close();
  }, [paused]);
  return {
    dialog,
    onClose: () => {
      if (!paused) onClose();
    },
    close: () => dialog.current?.close(),
  };
}
