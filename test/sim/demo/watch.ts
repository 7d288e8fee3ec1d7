// Watches both sides and says which change arrived on the other one, and after how long.
import type { Laboratory } from '../laboratory.ts';

export interface Arrival {
  direction: 'Teams → PBX' | 'PBX → Teams';
  who: string;
  /** What was done, and what it became on the other side. */
  from: string;
  to: string;
  ms: number;
}

interface Cause {
  at: number;
  what: string;
}

/** Calls `tell` for each arrival until the returned function is called. */
export function watch(
  { microsoft, pbx }: Laboratory,
  tell: (arrival: Arrival) => void,
): () => void {
  const inTeams = new Map<string, Cause>();
  const onPbx = new Map<string, Cause>();

  const stopTeams = microsoft.on('presence', (change) => {
    const who = microsoft.user(change.userId).displayName;
    const what = `${change.availability}/${change.activity}`;
    if (change.cause === 'teams') inTeams.set(who, { at: change.at, what });
    if (change.cause === 'teams' || change.cause === 'time') return;
    const cause = onPbx.get(who);
    onPbx.delete(who);
    if (cause) {
      const ms = change.at - cause.at;
      tell({ direction: 'PBX → Teams', who, from: cause.what, to: what, ms });
    }
  });
  const stopPbx = pbx.on('presence', (change) => {
    const who = pbx.user(change.guid).row().cn;
    const what = change.activity || 'available';
    if (change.cause === 'human' || change.cause === 'call')
      onPbx.set(who, { at: change.at, what });
    if (change.cause !== 'api') return;
    const cause = inTeams.get(who);
    inTeams.delete(who);
    if (cause) {
      const ms = change.at - cause.at;
      tell({ direction: 'Teams → PBX', who, from: cause.what, to: what, ms });
    }
  });
  return () => {
    stopTeams();
    stopPbx();
  };
}

/** One line for the terminal. */
export const lineOf = ({ direction, who, from, to, ms }: Arrival): string =>
  `${direction}  ${who.padEnd(14)} ${from} → ${to}  ${ms} ms`;
