// The steps after the settings: Teams accounts, the agent, and the end.
import { useEffect } from 'preact/hooks';
import { AccountList } from '../accounts/account-list.tsx';
import { NewAccount } from '../accounts/new-account.tsx';
import { AgentList } from '../agents/agent-list.tsx';
import { Enrolment } from '../agents/enrolment.tsx';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import { addressOf } from '../route.ts';
import { NextStep } from './next-step.tsx';
import type { StepProps } from './step-body.tsx';
import { StepLamps } from './step-lamps.tsx';
import type { Step } from './steps.ts';
import type { Setup } from './use-setup.ts';

export function AccountsStep({ setup, step }: StepProps) {
  const { texts } = useSpeech();
  const { api, accounts, settings } = setup;
  if (settings.state.at !== 'stored') return <p class="muted">{texts.setup.later}</p>;
  return (
    <>
      <p>{texts.setup.accountsAre}</p>
      <AccountList api={api} accounts={accounts} />
      <NewAccount
        api={api}
        accounts={accounts}
        onAdded={() => {
          accounts.again();
          setup.lamps.again();
        }}
      />
      <Checked setup={setup} step={step} />
    </>
  );
}

interface AgentStepProps extends StepProps {
  onEnrolling(enrolling: boolean): void;
}

export function AgentStep({ setup, step, onEnrolling }: AgentStepProps) {
  const { texts } = useSpeech();
  const { api, agents, settings } = setup;
  // What has come is soon to be seen at the lamps.
  const count = agents.value?.length;
  const { again } = setup.lamps;
  useEffect(() => {
    if (count) again();
  }, [count, again]);
  if (settings.state.at !== 'stored') return <p class="muted">{texts.setup.later}</p>;
  return (
    <>
      <AgentList api={api} agents={agents} />
      <Enrolment
        api={api}
        agents={agents.value}
        masterPbx={settings.state.stored.settings.masterPbx}
        onOpen={onEnrolling}
      />
      <Checked setup={setup} step={step} />
    </>
  );
}

export function FinishStep({ setup, step }: StepProps) {
  const { texts } = useSpeech();
  const words = texts.setup.finish;
  if (setup.settings.state.at !== 'stored') return <p class="muted">{texts.setup.later}</p>;
  const lamps = setup.lamps.value ?? [];
  const bad = lamps.filter(({ state }) => state !== 'ok');
  if (step.state === 'done') {
    return (
      <>
        <Notice tone="ok">
          <strong>{words.done}</strong> {words.doneLead}
        </Notice>
        <ul class="look">
          {(['overview', 'users', 'rules'] as const).map((part) => (
            <li key={part}>
              <a href={addressOf(part)}>{texts.nav[part]}</a>: {words.look[part]}
            </li>
          ))}
        </ul>
      </>
    );
  }
  return (
    <>
      <p>{words.notYet}</p>
      <StepLamps lamps={bad} />
      <CheckButton setup={setup} step={step} />
    </>
  );
}

/** The lamps of a step that has nothing to save, its check, and the way on. */
function Checked({ setup, step }: { setup: Setup; step: Step }) {
  if (step.lamps.length === 0) return null;
  return (
    <>
      <StepLamps lamps={step.lamps} />
      <CheckButton setup={setup} step={step} />
    </>
  );
}

function CheckButton({ setup, step }: { setup: Setup; step: Step }) {
  const { texts } = useSpeech();
  const checking = useDoing();
  return (
    <>
      <Fault of={checking.fault} />
      <div class="actions">
        <Button busy={checking.busy} onClick={() => void checking.run(() => setup.check(step.id))}>
          {checking.busy ? texts.overview.checking : texts.overview.check}
        </Button>
        <NextStep setup={setup} after={step.id} />
      </div>
    </>
  );
}
