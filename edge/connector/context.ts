// What the parts of a ConnectorObject share: the outside world as arguments, and the database.
import type { EdgeEnv } from '../env.ts';
import type { Fetch } from '../graph/exchange.ts';
import type { Keyring } from '../keyring.ts';
import type { Objects } from '../objects.ts';
import type { Database } from './store/database.ts';

/**
 * A part that waits, and keeps in memory for what. The alarm is only ever brought forward, so that each
 * time it has gone off everybody is asked again; what a table holds is found there.
 */
export interface Waiting {
  /** Until when, epoch ms; `null`: for nothing. */
  readonly waitsUntil: number | null;
}

export interface Context {
  readonly database: Database;
  readonly env: EdgeEnv;
  readonly keyring: Keyring;
  readonly objects: Objects;
  readonly fetch: Fetch;
  /** Epoch ms. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Sees to it that the alarm goes off at `at` (epoch ms) or earlier. */
  wakeBy(at: number): void;
  /** Lets work go on after the event that began it. */
  background(work: Promise<unknown>): void;
  log(
    level: 'info' | 'warn' | 'error',
    event: string,
    fields?: Record<string, string | number>,
  ): void;
}
