// The steps of matching: which are taken, and in which order.
import { useEffect, useId, useRef } from 'preact/hooks';
import type { MatchingStep } from '../../../shared/settings/schema.ts';
import { useSpeech } from '../language.tsx';
import { FieldErrors } from '../parts/field.tsx';

const ALL = ['override', 'email', 'displayName', 'sip'] as const satisfies readonly MatchingStep[];

interface MatchingOrderProps {
  steps: readonly MatchingStep[];
  errors: readonly string[];
  onChange(steps: MatchingStep[]): void;
}

export function MatchingOrder({ steps, errors, onChange }: MatchingOrderProps) {
  const { texts } = useSpeech();
  const words = texts.rules;
  const id = useId();
  const list = useRef<HTMLOListElement>(null);
  const moved = useRef('');
  // A moved row loses the focus in some browsers.
  useEffect(() => {
    if (moved.current)
      list.current?.querySelector<HTMLElement>(`[data-move=${moved.current}]`)?.focus();
    moved.current = '';
  });

  const shown = [...steps, ...ALL.filter((step) => !steps.includes(step))];
  const toggle = (step: MatchingStep) =>
    onChange(steps.includes(step) ? steps.filter((one) => one !== step) : [...steps, step]);
  const move = (step: MatchingStep, by: -1 | 1) => {
    const from = steps.indexOf(step);
    const to = from + by;
    if (from < 0 || to < 0 || to >= steps.length) return;
    const others = steps.filter((one) => one !== step);
    moved.current = `${step}${by}`;
    onChange([...others.slice(0, to), step, ...others.slice(to)]);
  };
  const mover = (step: MatchingStep, by: -1 | 1, possible: boolean) => {
    const { name } = words.steps[step];
    return (
      <button
        type="button"
        class="mover"
        data-move={`${step}${by}`}
        aria-disabled={!possible}
        aria-label={by < 0 ? words.up(name) : words.down(name)}
        onClick={() => move(step, by)}
      >
        {by < 0 ? '↑' : '↓'}
      </button>
    );
  };

  return (
    <fieldset class="group" aria-describedby={`${id}-hint`}>
      <legend>{words.names.matching}</legend>
      <p class="hint" id={`${id}-hint`}>
        {words.matchingHint}
      </p>
      <ol class="steps" ref={list}>
        {shown.map((step) => {
          const at = steps.indexOf(step);
          const { name, hint } = words.steps[step];
          return (
            <li key={step} class={at < 0 ? 'step step-off' : 'step'}>
              <label>
                <input
                  type="checkbox"
                  checked={at >= 0}
                  aria-invalid={errors.length > 0}
                  onChange={() => toggle(step)}
                />
                <span>
                  <strong>{name}</strong>
                  <span class="hint">{hint}</span>
                </span>
              </label>
              {mover(step, -1, at > 0)}
              {mover(step, 1, at >= 0 && at < steps.length - 1)}
            </li>
          );
        })}
      </ol>
      <FieldErrors errors={errors} />
    </fieldset>
  );
}
