// The user in front of a Teams client: what people do, as opposed to what applications call.
import type { Pair, UserPresence } from './presence-model.ts';
import type { PresenceStore } from './presence-store.ts';

const day = 86_400_000;

// What the Teams menu offers, as preferred pair with its life (§1.1, §1.3).
const choices: Record<string, { pair: Pair; lifeMs: number }> = {
  Available: { pair: { availability: 'Available', activity: 'Available' }, lifeMs: 7 * day },
  Busy: { pair: { availability: 'Busy', activity: 'Busy' }, lifeMs: day },
  DoNotDisturb: { pair: { availability: 'DoNotDisturb', activity: 'DoNotDisturb' }, lifeMs: day },
  BeRightBack: { pair: { availability: 'BeRightBack', activity: 'BeRightBack' }, lifeMs: 7 * day },
  Away: { pair: { availability: 'Away', activity: 'Away' }, lifeMs: 7 * day },
  Offline: { pair: { availability: 'Offline', activity: 'OffWork' }, lifeMs: 7 * day },
};

export type TeamsChoice =
  | 'Available'
  | 'Busy'
  | 'DoNotDisturb'
  | 'BeRightBack'
  | 'Away'
  | 'Offline';

export interface TeamsClient {
  /** Picks a status from the menu. */
  choose(status: TeamsChoice): void;
  /** "Reset status": no preferred presence any more. */
  reset(): void;
  call(kind?: 'InACall' | 'InAConferenceCall' | 'Presenting'): void;
  hangUp(): void;
  /** A calendar meeting begins; `endMeeting` ends it. */
  meeting(): void;
  endMeeting(): void;
  outOfOffice(message?: string): void;
  backInOffice(): void;
  /** Shows this pair whatever else holds, for causes that are not modelled; `null` ends it. */
  show(pair: Pair | null): void;
  /** The machine is left alone, and touched again. */
  idle(device?: string): void;
  active(device?: string): void;
  signIn(device?: string): void;
  /** Ends one client, or all of them with any call. */
  signOut(device?: string): void;
  /** What others see now. */
  presence(): Pair & { sequenceNumber: string };
}

/** The names that control may call with `{"do": name}`. */
export const teamsActs = [
  'choose',
  'reset',
  'call',
  'hangUp',
  'meeting',
  'endMeeting',
  'outOfOffice',
  'backInOffice',
  'show',
  'idle',
  'active',
  'signIn',
  'signOut',
] as const;

/** Acts as one user; throws for a choice made where no client runs. */
export function teamsClient(store: PresenceStore, userId: string, now: () => number): TeamsClient {
  const act = (change: (state: UserPresence) => void): void =>
    store.change(userId, 'teams', change);
  const set = (part: Partial<UserPresence>): void =>
    act((state) => {
      Object.assign(state, part);
    });
  const running = (state: UserPresence): void => {
    if (state.clients.size === 0) throw new Error('No Teams client of this user is running.');
  };
  return {
    choose: (status) => {
      const chosen = choices[status];
      if (!chosen) throw new Error(`Teams offers no status "${status}".`);
      act((state) => {
        running(state);
        state.preferred = { ...chosen.pair, expiresAt: now() + chosen.lifeMs };
      });
    },
    reset: () => set({ preferred: null }),
    call: (kind = 'InACall') =>
      act((state) => {
        running(state);
        state.call = kind;
      }),
    hangUp: () => set({ call: null }),
    meeting: () => set({ meeting: true }),
    endMeeting: () => set({ meeting: false }),
    outOfOffice: (message = 'I am out of office.') => set({ outOfOffice: { message } }),
    backInOffice: () => set({ outOfOffice: null }),
    show: (shown) => set({ shown }),
    idle: (device = 'desktop') => act((state) => void state.clients.set(device, { idle: true })),
    active: (device = 'desktop') => act((state) => void state.clients.set(device, { idle: false })),
    signIn: (device = 'desktop') => act((state) => void state.clients.set(device, { idle: false })),
    signOut: (device) =>
      act((state) => {
        if (device === undefined) state.clients.clear();
        else state.clients.delete(device);
        if (state.clients.size === 0) state.call = null;
      }),
    presence: () => {
      const found = store.read(userId);
      if (!found)
        return { availability: 'PresenceUnknown', activity: 'PresenceUnknown', sequenceNumber: '' };
      return { ...found.shown, sequenceNumber: found.sequenceNumber };
    },
  };
}
