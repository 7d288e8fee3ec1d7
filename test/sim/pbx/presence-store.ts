/** Presence of all users of one PBX system. Knows no connections; tells every change with its cause. */
import { initialPresence, type PresenceState } from './presence-model.ts';
import { createSignal, type Signal } from './signal.ts';

/** Who changed a presence: the human, a program through SetPresence, a call, the client, a reboot. */
export type Cause = 'human' | 'api' | 'call' | 'client' | 'reboot';

/** One change of one user. */
export interface PresenceChange {
  guid: string;
  cause: Cause;
}

/** The store. */
export interface PresenceStore {
  readonly changes: Signal<PresenceChange>;
  get(guid: string): PresenceState;
  change(guid: string, cause: Cause, step: (state: PresenceState) => PresenceState): void;
  forget(guid: string): void;
}

/** Makes a store; `online` says how a user's client stands before anything happened. */
export function createPresenceStore(online: (guid: string) => boolean | undefined): PresenceStore {
  const states = new Map<string, PresenceState>();
  const changes = createSignal<PresenceChange>();
  const get = (guid: string) => states.get(guid) ?? initialPresence(online(guid));
  return {
    changes,
    get,
    change(guid, cause, step) {
      states.set(guid, step(get(guid)));
      changes.tell({ guid, cause });
    },
    forget: (guid) => void states.delete(guid),
  };
}
