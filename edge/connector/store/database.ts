// The object's SQLite database, and single values in it.
import { SCHEMA } from './schema.ts';

type Value = string | number | null;
export type Row = Record<string, Value>;

/** Thin on purpose: SQL stays where its table is. One belongs to one life of a connector. */
export class Database {
  readonly #storage: DurableObjectStorage;
  #exists: boolean | undefined;
  #over = false;
  /** Called after each write: whatever anybody could see of the object changes by one. */
  onWrite: () => void = () => undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Whether the connector was created here. */
  get exists(): boolean {
    if (this.#over) return false;
    this.#exists ??= this.all("SELECT 1 FROM sqlite_master WHERE name = 'meta'").length > 0;
    return this.#exists;
  }

  /** Whether it was erased: what comes late finds nothing, and leaves nothing. */
  get over(): boolean {
    return this.#over;
  }

  /** Makes the tables and what `first` puts into them: all of it or nothing. */
  create(first: () => void): void {
    this.transaction(() => {
      this.run(SCHEMA);
      first();
    });
    this.#exists = true;
  }

  /** Erases everything, alarm included. Nothing is written here any more. */
  async erase(): Promise<void> {
    this.#over = true;
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
  }

  all<T extends Row = Row>(query: string, ...values: Value[]): T[] {
    return this.#sql.exec<T>(query, ...values).toArray();
  }

  /** Rows as lists of their values: with many thousands that is much quicker. */
  lists<T extends Value[]>(query: string, ...values: Value[]): T[] {
    return [...this.#sql.exec(query, ...values).raw<T>()];
  }

  first<T extends Row = Row>(query: string, ...values: Value[]): T | undefined {
    return this.all<T>(query, ...values)[0];
  }

  run(query: string, ...values: Value[]): void {
    this.#sql.exec(query, ...values);
    this.onWrite();
  }

  /** All of `work` or nothing of it. It must not be asynchronous. */
  transaction<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }

  /** A single value by name, kept as JSON. */
  read<T>(key: string): T | undefined {
    const row = this.first<{ value: string }>('SELECT value FROM meta WHERE key = ?', key);
    return row && (JSON.parse(row.value) as T);
  }

  write(key: string, value: unknown): void {
    this.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, JSON.stringify(value));
  }

  forget(key: string): void {
    this.run('DELETE FROM meta WHERE key = ?', key);
  }

  get #sql(): SqlStorage {
    if (this.#over) throw new Error('This connector was deleted.');
    return this.#storage.sql;
  }
}
