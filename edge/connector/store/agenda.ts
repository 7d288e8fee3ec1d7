// What the object has to do and when. One alarm drives everything; what is due survives in a table,
// also while it is being done: an object that ends in the middle begins anew.
import type { Database } from './database.ts';
import { type Upcoming, upcoming } from './upcoming.ts';

/** What is done by the clock, in the order in which things due at once depend on each other. */
export const TASKS = [
  'decryption-keys',
  'settings-copy',
  'tenants',
  'app-sign-in',
  'master',
  'doubted-list',
  'pairing',
  'accounts',
  'spread',
  'listening',
  'sweep',
  'teams-users',
  'credential',
  'timeline',
] as const;
export type Task = (typeof TASKS)[number];

/** A task as planned. `plan` tells it from the same task planned anew. */
export interface Planned {
  task: Task;
  failures: number;
  plan: number;
}

export class Agenda {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Does `task` at `at` (epoch ms), whatever was planned for it before. */
  plan(task: Task, at: number, failures = 0): void {
    this.#database.run(
      `INSERT INTO agenda (task, due_at, failures) VALUES (?, ?, ?) ON CONFLICT (task) DO UPDATE SET
       due_at = excluded.due_at, failures = excluded.failures, plan = plan + 1`,
      task,
      at,
      failures,
    );
  }

  /** Does `task` at `at` or earlier. */
  planBy(task: Task, at: number): void {
    const known = this.#database.first<{ due_at: number }>(
      'SELECT due_at FROM agenda WHERE task = ?',
      task,
    );
    if (!known || known.due_at > at) this.plan(task, at);
  }

  /** Whatever is planned for later is due at `now` (epoch ms). */
  hasten(now: number): void {
    this.#database.run('UPDATE agenda SET due_at = ? WHERE due_at > ?', now, now);
  }

  /** It was done as planned: nothing is left of it, unless it was planned anew meanwhile. */
  done({ task, plan }: Planned): void {
    this.#database.run('DELETE FROM agenda WHERE task = ? AND plan = ?', task, plan);
  }

  drop(task: Task): void {
    this.#database.run('DELETE FROM agenda WHERE task = ?', task);
  }

  due(now: number): Planned[] {
    const rows = this.#database.all<{ task: string; failures: number; plan: number }>(
      'SELECT task, failures, plan FROM agenda WHERE due_at <= ?',
      now,
    );
    return TASKS.flatMap((task) =>
      rows
        .filter((row) => row.task === task)
        .map(({ failures, plan }) => ({ task, failures, plan })),
    );
  }

  upcoming(now: number): Upcoming {
    return upcoming(this.#database, 'agenda', now);
  }
}
