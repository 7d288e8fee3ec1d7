// Who changed what, and when; keys only, never values.
import type { AuditEntry } from './rpc.ts';
import type { Database } from './store/database.ts';

/** Entries kept. */
const KEPT = 1000;

type AuditRow = { at: number; who: string; action: string; keys: string };

export class Audit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(at: number, who: string, action: string, keys: readonly string[]): void {
    this.#database.run(
      'INSERT INTO audit (at, who, action, keys) VALUES (?, ?, ?, ?)',
      at,
      who,
      action,
      JSON.stringify(keys),
    );
    this.#database.run('DELETE FROM audit WHERE n <= (SELECT max(n) FROM audit) - ?', KEPT);
  }

  /** Newest first. */
  list(): AuditEntry[] {
    return this.#database.all<AuditRow>('SELECT * FROM audit ORDER BY n DESC').map((row) => ({
      at: new Date(row.at).toISOString(),
      who: row.who,
      action: row.action,
      keys: JSON.parse(row.keys) as string[],
    }));
  }
}
