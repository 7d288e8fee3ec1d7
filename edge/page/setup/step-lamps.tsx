// What the connector itself found out about a step: how it is, and what to do.
import type { LampView } from '../../../shared/lamps.ts';
import { useSpeech } from '../language.tsx';
import { StateMark } from '../parts/state-mark.tsx';

export function StepLamps({ lamps }: { lamps: readonly LampView[] }) {
  const { texts } = useSpeech();
  if (lamps.length === 0) return null;
  return (
    <ul class="step-lamps" aria-live="polite">
      {lamps.map(({ id, state, message, action }) => (
        <li key={id} class={`lamp-${state}`} data-lamp={id} data-state={state}>
          <strong>{texts.lamps[id]}</strong>{' '}
          <StateMark tone={state} word={texts.lampStates[state]} />
          <p>{message}</p>
          {action !== '' && (
            <p class="to-do">
              <strong>{texts.overview.toDo}</strong> {action}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
