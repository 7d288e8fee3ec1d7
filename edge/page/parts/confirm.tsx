// Asks before something is taken away. A dialog of our own: in a frame of another site the browser's
// is forbidden.
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Doing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from './button.tsx';
import { Fault } from './notice.tsx';

interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  doing: Doing;
  onConfirm(): void;
  onCancel(): void;
}

/** Open as long as it is rendered. */
export function Confirm({ title, text, action, doing, onConfirm, onCancel }: ConfirmProps) {
  const { texts } = useSpeech();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const open = dialog.current;
    open?.showModal();
    // Closing gives the focus back to where it was; merely taking the dialog away would not.
    return () => open?.close();
  }, []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={onCancel}>
      <h3 id={id}>{title}</h3>
      <p>{text}</p>
      <Fault of={doing.fault} />
      <div class="actions actions-end">
        <Button onClick={() => dialog.current?.close()}>{texts.common.cancel}</Button>
        <Button kind="danger" busy={doing.busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </dialog>
  );
}
