// A button. While it works it stays focusable and is only marked as disabled, so that the focus is not lost.
import type { ComponentChildren } from 'preact';

interface ButtonProps {
  children: ComponentChildren;
  kind?: 'main' | 'plain' | 'danger' | 'quiet';
  type?: 'button' | 'submit';
  busy?: boolean;
  disabled?: boolean;
  /** What it is called where its words alone do not say enough. */
  label?: string;
  onClick?: () => void;
}

export function Button({
  children,
  kind = 'plain',
  type = 'button',
  busy = false,
  disabled = false,
  label,
  onClick,
}: ButtonProps) {
  return (
    <button
      type={type}
      class={`button button-${kind}`}
      aria-disabled={busy || disabled}
      aria-label={label}
      onClick={(event) => {
        if (busy || disabled) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
    </button>
  );
}
