// The steps of the set-up: which there are, what each asks for, and how far each has come – told from the
// settings and the lamps alone, so that one may leave at any step and come back. Pure.
import type { LampId, LampView } from '../../../shared/lamps.ts';
import type { SettingsView } from '../../../shared/settings/schema.ts';
import type { Draft, DraftKey, StoredProof } from '../settings/draft.ts';

/** In their order: what a step needs comes before it. */
export const STEP_IDS = [
  'source',
  'pbx',
  'reading',
  'notifications',
  'writing',
  'accounts',
  'agent',
  'finish',
] as const;
export type StepId = (typeof STEP_IDS)[number];

/**
 * `open`: something is missing. `unsaved`: changed, not saved. `entered`: all is there, nothing known of
 * it yet. `done`: it works. `attention`: it does not, or not quite. `asking`: that is being asked for.
 */
export type StepState = 'open' | 'unsaved' | 'entered' | 'done' | 'attention' | 'asking';

export interface Step {
  id: StepId;
  state: StepState;
  /** The lamps that say whether it works, in their order. */
  lamps: LampView[];
}

export interface SetupFacts {
  draft: Draft;
  /** What is not saved yet. */
  changed: readonly DraftKey[];
  /** `undefined`: the connector does not exist. */
  stored: SettingsView | undefined;
  /** `undefined`: not known yet, as the next two. */
  lamps: readonly LampView[] | undefined;
  /** That have signed in, or failed to. */
  accounts: number | undefined;
  /** Enrolled and not removed. */
  agents: number | undefined;
}

const FIELDS: Record<StepId, readonly DraftKey[]> = {
  source: ['source', 'cloud'],
  pbx: ['masterPbx'],
  reading: ['clientIdSyncToPbx', 'tenantSyncToPbx'],
  notifications: ['notificationUrl'],
  writing: [
    'clientIdSyncToTeams',
    'tenantSyncToTeams',
    'clientSecretSyncToTeams',
    'certificateSyncToTeams',
  ],
  accounts: [],
  agent: [],
  finish: [],
};

/** The settings that a step asks for. */
export const fieldsOf = (id: StepId): readonly DraftKey[] => FIELDS[id];

const ONLY_SUBSCRIBING: ReadonlySet<StepId> = new Set(['reading', 'notifications', 'accounts']);

const SUBSCRIBING: Record<StepId, readonly LampId[]> = {
  source: [],
  pbx: ['pbx', 'rights'],
  reading: ['tokenForReading'],
  notifications: ['notificationUrl'],
  writing: ['settings', 'tokenForWriting'],
  accounts: ['tokenForReading', 'teamsUsers', 'subscriptions'],
  agent: ['agent'],
  finish: ['pairing', 'sync'],
};

/** The one app reads as well. */
const POLLING: Record<StepId, readonly LampId[]> = {
  ...SUBSCRIBING,
  writing: ['settings', 'tokenForWriting', 'teamsUsers', 'subscriptions'],
};

/** The steps that a source of presence has. */
export const stepIds = (source: Draft['source']): StepId[] =>
  STEP_IDS.filter((id) => source === 'subscribe' || !ONLY_SUBSCRIBING.has(id));

export function stepsOf(facts: SetupFacts): Step[] {
  const { draft, lamps = [] } = facts;
  return stepIds(draft.source).map((id) => {
    const own = isEarly(id, facts)
      ? []
      : lamps.filter((lamp) => lampsFor(id, draft.source).includes(lamp.id));
    return { id, state: stateOf(id, own, facts), lamps: own };
  });
}

/** Whether what the lamps of a step speak of is only just coming: that is no fault yet. */
function isEarly(id: StepId, { stored, accounts, agents }: SetupFacts): boolean {
  if (!stored) return true;
  // Without an account nothing is known of the app that accounts sign in to.
  if (id === 'reading' || id === 'notifications' || id === 'accounts') return !accounts;
  return (id === 'pbx' || id === 'agent') && !agents;
}

/** Whether how far the steps of a connector are can be told at all. */
export const isKnown = ({ stored, lamps, accounts, agents }: SetupFacts): boolean =>
  !stored ||
  (lamps !== undefined && lamps.length > 0 && accounts !== undefined && agents !== undefined);

function stateOf(id: StepId, own: readonly LampView[], facts: SetupFacts): StepState {
  const { stored, changed, lamps } = facts;
  if (missingIn(id, facts)) return 'open';
  if (!stored) return fieldsOf(id).length > 0 ? 'entered' : 'open';
  if (fieldsOf(id).some((key) => changed.includes(key))) return 'unsaved';
  if (id === 'source') return 'done';
  if (!isKnown(facts)) return 'asking';
  if (isEarly(id, facts)) return fieldsOf(id).length > 0 ? 'entered' : 'open';
  // At the end everything counts.
  const all = id === 'finish' ? (lamps ?? []) : own;
  if (all.length === 0) return id === 'finish' ? 'open' : 'entered';
  if (id === 'finish' && all.some(({ state }) => state === 'unknown')) return 'open';
  if (all.some(({ state }) => state === 'error' || state === 'warning')) return 'attention';
  return all.some(({ state }) => state === 'unknown') ? 'entered' : 'done';
}

const proofGiven = (draft: Draft, stored: StoredProof | undefined): boolean =>
  draft.clientSecretSyncToTeams.trim() !== '' ||
  draft.certificateSyncToTeams.certificate.trim() !== '' ||
  (stored?.clientSecretSyncToTeams.set ?? false) ||
  (stored?.certificateSyncToTeams.set ?? false);

/** Whether a field that the step cannot do without is empty. */
function missingIn(id: StepId, { draft, stored }: Pick<SetupFacts, 'draft' | 'stored'>): boolean {
  const empty = fieldsOf(id).some((key) => {
    if (key === 'clientSecretSyncToTeams' || key === 'certificateSyncToTeams') return false;
    const value = draft[key];
    return typeof value === 'string' && value.trim() === '';
  });
  return empty || (id === 'writing' && !proofGiven(draft, stored));
}

/** The lamps that a step's check asks for. */
export const lampsFor = (id: StepId, source: Draft['source']): readonly LampId[] =>
  (source === 'poll' ? POLLING : SUBSCRIBING)[id];

/** The steps without which there is nothing to save. */
export const lacking = (facts: Pick<SetupFacts, 'draft' | 'stored'>): StepId[] =>
  stepIds(facts.draft.source).filter((id) => missingIn(id, facts));

/**
 * Where to go on: the first step that does not work, else the first that is not known to; where nothing
 * was entered yet, the first of all.
 */
export function nextStep(steps: readonly Step[], { stored, changed }: SetupFacts): StepId {
  if (!stored && changed.length === 0) return 'source';
  const first = (...states: StepState[]) => steps.find(({ state }) => states.includes(state));
  const next = first('open', 'unsaved', 'attention') ?? first('entered');
  return next?.id ?? 'finish';
}
