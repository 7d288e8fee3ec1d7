// What the object has to do and when. One alarm drives everything; what is due survives in a table.
import type { Database } from './database.ts';

/** What is done by the clock, in the order in which things due at once depend on each other. */
export const TASKS = [
  'settings-copy',
  'tenants',
  'pairing',
  'accounts',
  'sweep',
  'teams-users',
] as const;
export type Task = (typeof TASKS)[number];

export class Agenda {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Does `task` at `at` (epoch ms), whatever was planned for it before. */
  plan(task: Task, at: number, failures = 0): void {
    this.#database.run('INSERT OR REPLACE INTO agenda VALUES (?, ?, ?)', task, at, failures);
  }

  /** Does `task` at `at` or earlier. */
  planBy(task: Task, at: number): void {
    const known = this.#database.first<{ due_at: number }>(
      'SELECT due_at FROM agenda WHERE task = ?',
      task,
    );
    if (!known || known.due_at > at) this.plan(task, at);
  }

  drop(task: Task): void {
    this.#database.run('DELETE FROM agenda WHERE task = ?', task);
  }

  due(now: number): { task: Task; failures: number }[] {
    const rows = this.#database.all<{ task: string; failures: number }>(
      'SELECT task, failures FROM agenda WHERE due_at <= ?',
      now,
    );
    return TASKS.flatMap((task) =>
      rows.filter((row) => row.task === task).map(({ failures }) => ({ task, failures })),
    );
  }

  /** When the next task becomes due after `now`; what is due already is under way. */
  nextDueAt(now: number): number | null {
    const row = this.#database.first<{ at: number | null }>(
      'SELECT min(due_at) AS at FROM agenda WHERE due_at > ?',
      now,
    );
    return row?.at ?? null;
  }
}
