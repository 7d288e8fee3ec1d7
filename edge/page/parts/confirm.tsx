// Asks before something is taken away.
import { useId } from 'preact/hooks';
import type { Doing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from './button.tsx';
import { useModal } from './modal.ts';
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
  const { dialog, onClose, close } = useModal(onCancel);
  const id = useId();
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={onClose}>
      <h3 id={id}>{title}</h3>
      <p>{text}</p>
      <Fault of={doing.fault} />
      <div class="actions actions-end">
        <Button onClick={close}>{texts.common.cancel}</Button>
        <Button kind="danger" busy={doing.busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </dialog>
  );
}
