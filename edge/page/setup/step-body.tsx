// What each step shows.
import type { ComponentChildren } from 'preact';
import { ReadingStep, WritingStep } from './entra-steps.tsx';
import { NotificationsStep, PbxStep, SourceStep } from './first-steps.tsx';
import { AccountsStep, AgentStep, FinishStep } from './last-steps.tsx';
import type { Step, StepId } from './steps.ts';
import type { Setup } from './use-setup.ts';

export interface StepProps {
  setup: Setup;
  step: Step;
  open: boolean;
}

interface StepBodyProps extends StepProps {
  onEnrolling(enrolling: boolean): void;
}

const BODIES: Record<StepId, (props: StepBodyProps) => ComponentChildren> = {
  source: SourceStep,
  pbx: PbxStep,
  reading: ReadingStep,
  notifications: NotificationsStep,
  writing: WritingStep,
  accounts: AccountsStep,
  agent: AgentStep,
  finish: FinishStep,
};

export function StepBody(props: StepBodyProps) {
  const Body = BODIES[props.step.id];
  return <Body {...props} />;
}
