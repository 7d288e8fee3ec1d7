// The set-up, step by step: all steps in view with how far each has come, one of them open. Which one
// stands in the address, so that it can be left, linked to and come back to.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import type { Listening } from '../live/use-live.ts';
import { PolledFault } from '../parts/notice.tsx';
import { addressOf } from '../route.ts';
import type { Settings } from '../settings/use-settings.ts';
import { StepBody } from './step-body.tsx';
import type { Step } from './steps.ts';
import { type Setup, useSetup } from './use-setup.ts';

interface GuideProps {
  api: Api;
  live: Listening;
  settings: Settings;
  /** The step that is open; `undefined`: where to go on is to be found out. */
  of: string | undefined;
}

export function Guide({ api, live, settings, of }: GuideProps) {
  const { texts } = useSpeech();
  const [enrolling, setEnrolling] = useState(false);
  const setup = useSetup({ api, live, settings, enrolling });
  const { steps, next, lamps } = setup;
  const open = steps.find(({ id }) => id === of)?.id;
  const goOnAt = open === undefined ? next : undefined;
  useEffect(() => {
    if (goOnAt !== undefined) location.replace(addressOf('setup', goOnAt));
  }, [goOnAt]);

  const done = steps.filter(({ state }) => state === 'done').length;
  return (
    <>
      <p class="muted" role="status">
        {next === undefined ? texts.common.loading : texts.setup.progress(done, steps.length)}
      </p>
      <PolledFault of={lamps} />
      <ol class="guide">
        {steps.map((step, at) => (
          <StepRow
            key={step.id}
            setup={setup}
            step={step}
            number={at + 1}
            open={step.id === open}
            onEnrolling={setEnrolling}
          />
        ))}
      </ol>
    </>
  );
}

interface StepRowProps {
  setup: Setup;
  step: Step;
  number: number;
  open: boolean;
  onEnrolling(enrolling: boolean): void;
}

function StepRow({ setup, step, number, open, onEnrolling }: StepRowProps) {
  const { texts } = useSpeech();
  const { id, state } = step;
  const { title, lead } = texts.setup.steps[id];
  const link = useRef<HTMLAnchorElement>(null);
  const wasOpen = useRef(open);
  // What is entered in a step outlives a look at another one.
  const everOpen = useRef(open);
  everOpen.current ||= open;
  useLayoutEffect(() => {
    // Opened by a button further up or down: the eyes and the keyboard go there. As soon as it shows: who is
    // quick has moved on by the next frame.
    if (open && !wasOpen.current) link.current?.focus();
    wasOpen.current = open;
  }, [open]);
  return (
    <li class={`guide-step guide-${state}`} data-step={id} data-state={state}>
      <h3>
        <a ref={link} href={addressOf('setup', id)} aria-current={open ? 'step' : undefined}>
          <span class="guide-number" aria-hidden="true">
            {state === 'done' ? '✓' : number}
          </span>
          <span class="guide-title">{title}</span>
          <span class="guide-state">{texts.setup.states[state]}</span>
        </a>
      </h3>
      <div class="guide-body" hidden={!open}>
        <p class="guide-lead">{lead}</p>
        {everOpen.current && (
          <StepBody setup={setup} step={step} open={open} onEnrolling={onEnrolling} />
        )}
      </div>
    </li>
  );
}
