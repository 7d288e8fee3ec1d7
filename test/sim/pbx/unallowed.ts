/** Pending presence subscriptions that no visibility allows: what MonitorUnallowed tells (facts §2.3). */
import { createSignal, type Signal } from './signal.ts';

/** The pending subscribers of one user changed; none = the user is no longer listed. */
export interface UnallowedChange {
  guid: string;
  srcs: string[];
}

/** Counts pending subscriptions by user and subscriber. */
export interface UnallowedMonitor {
  readonly changes: Signal<UnallowedChange>;
  all(): UnallowedChange[];
  add(guid: string, app: string): void;
  remove(guid: string, app: string): void;
}

/** Makes an empty monitor. */
export function createUnallowedMonitor(): UnallowedMonitor {
  const pending = new Map<string, Map<string, number>>();
  const changes = createSignal<UnallowedChange>();

  function count(guid: string, app: string, by: number): void {
    const srcs = pending.get(guid) ?? new Map<string, number>();
    const before = srcs.get(app) ?? 0;
    const after = before + by;
    if (after > 0) srcs.set(app, after);
    else srcs.delete(app);
    if (srcs.size > 0) pending.set(guid, srcs);
    else pending.delete(guid);
    if (before > 0 !== after > 0) changes.tell({ guid, srcs: [...srcs.keys()] });
  }

  return {
    changes,
    all: () => [...pending].map(([guid, srcs]) => ({ guid, srcs: [...srcs.keys()] })),
    add: (guid, app) => count(guid, app, 1),
    remove: (guid, app) => count(guid, app, -1),
  };
}
