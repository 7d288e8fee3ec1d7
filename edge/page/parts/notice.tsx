// A sentence that stands out: good, to be noticed, or wrong.
import type { ComponentChildren } from 'preact';
import type { Refusal } from '../ask.ts';
import { useSpeech } from '../language.tsx';
import type { Polled } from '../polled.ts';
import { problemText } from '../problem-text.ts';

type Asked<T> = Pick<Polled<T>, 'value' | 'fault'>;
export type Tone = 'ok' | 'warning' | 'error' | 'plain';

export function Notice({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** Why something was not done, by whoever asked for it; nothing where nothing went wrong. */
export function Fault({ of }: { of: Refusal | undefined }) {
  const speech = useSpeech();
  if (!of) return null;
  const { text, lang } = problemText(speech, of);
  return (
    <Notice tone="error">
      <span lang={lang}>{text}</span>
    </Notice>
  );
}

/** Why what is asked again and again was not answered last; what is shown beside it is older. */
export function PolledFault<T>({ of: { value, fault } }: { of: Asked<T> }) {
  const speech = useSpeech();
  if (!fault) return null;
  const { problems, common } = speech.texts;
  const { text, lang } =
    fault.code === 'offline'
      ? { text: problems.offlineNow, lang: speech.language }
      : problemText(speech, fault);
  return (
    <Notice tone="error">
      <span lang={lang}>{text}</span>
      {value !== undefined && ` ${common.stale}`}
    </Notice>
  );
}
