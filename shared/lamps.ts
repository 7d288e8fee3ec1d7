// Lamps: what the admin sees of each step that has to work, and the words for it.

export const LAMP_IDS = [
  'settings',
  'tokenForReading',
  'tokenForWriting',
  'teamsUsers',
  'subscriptions',
  'notificationUrl',
  'agent',
  'pbx',
  'rights',
  'pairing',
  'sync',
] as const;
export type LampId = (typeof LAMP_IDS)[number];
export type LampState = 'ok' | 'warning' | 'error' | 'unknown';

/** A lamp before it has words: a code of `texts.ts` and what to fill in there. */
export interface Lamp {
  id: LampId;
  state: LampState;
  /** Epoch ms since when it is in this state. */
  since: number;
  code: string;
  params: Record<string, string | number>;
}

/** A lamp as an admin reads it, with words in their language. */
export interface LampView {
  id: LampId;
  state: LampState;
  /** ISO 8601 */
  since: string;
  message: string;
  /** What to do; empty where there is nothing to do. */
  action: string;
}

const WORST_FIRST: readonly LampState[] = ['error', 'warning', 'unknown', 'ok'];

/** The lamp to look at first: of the worst, the one that the others depend on. */
export const worstOf = <T extends { state: LampState }>(lamps: readonly T[]): T | undefined =>
  WORST_FIRST.flatMap((state) => lamps.filter((lamp) => lamp.state === state))[0];
