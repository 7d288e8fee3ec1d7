// What the object has to do and when. One alarm drives everything; what is due survives in a table.
import type { Database } from './database.ts';

/** Names of the things done by the clock. */
export const TASKS = [
  'tenants',
  'teams-users',
  'pairing',
  'accounts',
  'sweep',
  'settings-copy',
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
    return this.#database
      .all<{ task: string; failures: number }>(
        'SELECT task, failures FROM agenda WHERE due_at <= ? ORDER BY due_at',
        now,
      )
      .map((row) => ({ task: row.task as Task, failures: row.failures }));
  }

  nextDueAt(): number | null {
    const row = this.#database.first<{ at: number | null }>('SELECT min(due_at) AS at FROM agenda');
    return row?.at ?? null;
  }
}
