// The way on from a step that has nothing to save.
import { useSpeech } from '../language.tsx';
import { addressOf } from '../route.ts';
import type { StepId } from './steps.ts';
import type { Setup } from './use-setup.ts';

export function NextStep({ setup: { steps }, after }: { setup: Setup; after: StepId }) {
  const { texts } = useSpeech();
  const at = steps.findIndex(({ id }) => id === after);
  const next = steps[at + 1];
  if (!next) return null;
  // What does not work is to be put right first.
  const kind = steps[at]?.state === 'attention' ? 'plain' : 'main';
  return (
    <a class={`button button-${kind}`} href={addressOf('setup', next.id)}>
      {texts.setup.nextStep(texts.setup.steps[next.id].title)}
    </a>
  );
}
