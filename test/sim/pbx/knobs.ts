/** Every behaviour of the PBX that is unknown, or that differs between PBXs, as a switch. */

/** Where an on-the-phone item stands in the list: always first, by its age, or always last. */
export type CallPosition = 'front' | 'newest' | 'back';

/**
 * What a call does to a stored item with the same contact (facts §7, unknown 3): both are listed, the
 * call hides it until it ends, or the call destroys it.
 */
export type CallCovering = 'beside' | 'over' | 'overwrite';

/** The knobs of one simulator; changed at any time through `pbx.knobs`. */
export interface Knobs {
  /** Activities that SetPresence refuses, such as `on-the-phone` and `meeting` (facts §7, unknown 2). */
  refusedActivities: string[];
  /** PresenceUpdate leaves before the SetPresenceResult that caused it. */
  updateBeforeResult: boolean;
  /** SetPresence with activity `""` and no note: the item stays without activity, or goes. */
  emptyActivity: 'keep' | 'remove';
  /** PresenceUpdate is also sent when the list is the same as before. */
  updateWhenEqual: boolean;
  /** Contact, position and covering of the on-the-phone item of a call that names none itself. */
  callContact: string;
  callPosition: CallPosition;
  callCovering: CallCovering;
  /** Calls of users homed at another PBX are seen here, too (facts §3.3: they are not). */
  callsOfOtherPbx: boolean;
  /** SubscribePresence of a user the App object may not see: up:false, nothing at all, or an error. */
  invisible: 'down' | 'silent' | 'error';
  /** KeepAlive is answered with KeepAlive (facts §1.8; unknown 5). */
  answerKeepAlive: boolean;
  /** WebSocket pings are answered. */
  answerPings: boolean;
  /** Results come without `src` (facts §1.2: it occurs). */
  resultsWithoutSrc: boolean;
  /** Messages are sent in WebSocket fragments of this many bytes; 0 sends them whole. */
  fragmentBytes: number;
  /** Everything sent is late by this many milliseconds. */
  latencyMs: number;
  /** Requested list columns without entries are left out, or sent as `[]`; both were seen. */
  emptyArrays: 'absent' | 'present';
  /** What `user` of MonitorUnallowedAdd/Del contains; not documented. */
  unallowedUser: 'h323' | 'guid' | 'cn';
  /** How long the PBX is away after a watchdog reboot. */
  watchdogDownMs: number;
}

/** The knobs as they stand when nothing is said. */
export const defaultKnobs: Readonly<Knobs> = Object.freeze({
  refusedActivities: [],
  updateBeforeResult: false,
  emptyActivity: 'keep',
  updateWhenEqual: false,
  callContact: 'phone:',
  callPosition: 'front',
  callCovering: 'beside',
  callsOfOtherPbx: false,
  invisible: 'down',
  answerKeepAlive: true,
  answerPings: true,
  resultsWithoutSrc: false,
  fragmentBytes: 0,
  latencyMs: 0,
  emptyArrays: 'absent',
  unallowedUser: 'h323',
  watchdogDownMs: 50,
});

/** Changes knobs by name, as JSON from outside does; an unknown name or a wrong type is an error. */
export function turnKnobs(knobs: Knobs, changes: Readonly<Record<string, unknown>>): void {
  const choices: Record<string, readonly string[]> = {
    emptyActivity: ['keep', 'remove'],
    callPosition: ['front', 'newest', 'back'],
    callCovering: ['beside', 'over', 'overwrite'],
    invisible: ['down', 'silent', 'error'],
    emptyArrays: ['absent', 'present'],
    unallowedUser: ['h323', 'guid', 'cn'],
  };
  for (const [name, value] of Object.entries(changes)) {
    const now: unknown = knobs[name as keyof Knobs];
    const fits = Array.isArray(now) ? Array.isArray(value) : typeof value === typeof now;
    if (now === undefined) throw new Error(`no knob ${name}; there are ${Object.keys(knobs)}`);
    if (!fits || (choices[name] && !choices[name].includes(String(value))))
      throw new Error(`knob ${name} cannot be ${JSON.stringify(value)}`);
  }
  Object.assign(knobs, changes);
}
