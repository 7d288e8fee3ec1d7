// A sentence that stands out: good, to be noticed, or wrong.
import type { ComponentChildren } from 'preact';
import type { Refusal } from '../ask.ts';
import { useSpeech } from '../language.tsx';
import { problemText } from '../problem-text.ts';

export type Tone = 'ok' | 'warning' | 'error' | 'plain';

export function Notice({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** Why something was not done; nothing where nothing went wrong. */
export function Fault({ of, stale = false }: { of: Refusal | undefined; stale?: boolean }) {
  const speech = useSpeech();
  if (!of) return null;
  const { text, lang } = problemText(speech, of);
  return (
    <Notice tone="error">
      <span lang={lang}>{text}</span>
      {stale && ` ${speech.texts.common.stale}`}
    </Notice>
  );
}
