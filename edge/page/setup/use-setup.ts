// Everything that the set-up knows, and what its steps can ask for.
import { useCallback } from 'preact/hooks';
import type { LampView } from '../../../shared/lamps.ts';
import type { AccountView } from '../../connector/rpc.ts';
import { type Accounts, useAccounts } from '../accounts/use-accounts.ts';
import { type Agents, enrolled, useAgents } from '../agents/use-agents.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { type Listening, useTold } from '../live/use-live.ts';
import { type Polled, usePolled } from '../polled.ts';
import { addressOf } from '../route.ts';
import type { Settings } from '../settings/use-settings.ts';
import { isKnown, lampsFor, nextStep, type Step, type StepId, stepsOf } from './steps.ts';

/** Where they are not told as they change: somebody has just done something, and waits for what comes of it. */
const EVERY_MS = 2_000;

export interface Setup {
  api: Api;
  settings: Settings;
  steps: Step[];
  lamps: Polled<LampView[]>;
  accounts: Accounts;
  agents: Agents;
  /** Where to go on; `undefined` while it is not known how far the steps are. */
  next: StepId | undefined;
  /** Has everything behind a step done now, at Microsoft and on site. */
  check(id: StepId): Promise<void>;
  goTo(id: StepId): void;
}

interface SetupNeeds {
  api: Api;
  live: Listening;
  settings: Settings;
  /** Whether an agent is about to come. */
  enrolling: boolean;
}

export function useSetup({ api, live, settings, enrolling }: SetupNeeds): Setup {
  const { language } = useSpeech();
  const { draft, changed, state } = settings;
  const stored = state.at === 'stored' ? state.stored.settings : undefined;
  const asks = stored !== undefined;
  const load = useCallback(
    async (signal: AbortSignal) => (asks ? await api.lamps(signal) : []),
    // Asked again in another language: the sentences come from the server.
    [api, asks, language],
  );
  const lamps = usePolled(load, live.isUp ? null : EVERY_MS);
  useTold(live, 'status', lamps.take);
  const accounts = useAccounts(api, asks);
  const agents = useAgents(api, enrolling, asks);
  const facts = {
    draft,
    changed,
    stored,
    lamps: lamps.value,
    accounts: accounts.value && signedIn(accounts.value),
    agents: agents.value && enrolled(agents.value).length,
  };
  const steps = stepsOf(facts);

  async function check(id: StepId): Promise<void> {
    for (const lamp of lampsFor(id, draft.source)) {
      put(await api.check(lamp));
    }
    // One step done has often brought others forward.
    lamps.again();
    accounts.again();
  }
  const put = (checked: LampView) =>
    lamps.put((all) => all.map((lamp) => (lamp.id === checked.id ? checked : lamp)));

  return {
    api,
    settings,
    steps,
    lamps,
    accounts,
    agents,
    next: isKnown(facts) ? nextStep(steps, facts) : undefined,
    check,
    goTo: (id) => {
      location.hash = addressOf('setup', id);
    },
  };
}

/** How many have done with signing in, whatever came of it: those that have not are no fault yet. */
const signedIn = (accounts: readonly AccountView[]): number =>
  accounts.filter(({ state }) => state !== 'waiting').length;
