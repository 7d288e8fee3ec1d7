// The object's SQLite database, and single values in it.
import { SCHEMA } from './schema.ts';

type Value = string | number | null;
export type Row = Record<string, Value>;

/** Thin on purpose: SQL stays where its table is. */
export class Database {
  readonly #storage: DurableObjectStorage;
  #exists: boolean | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Whether the connector was created here. */
  get exists(): boolean {
    this.#exists ??= this.all("SELECT 1 FROM sqlite_master WHERE name = 'meta'").length > 0;
    return this.#exists;
  }

  create(): void {
    this.#storage.sql.exec(SCHEMA);
    this.#exists = true;
  }

  /** Erases everything, alarm included. */
  async erase(): Promise<void> {
    this.#exists = false;
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
  }

  all<T extends Row = Row>(query: string, ...values: Value[]): T[] {
    return this.#storage.sql.exec<T>(query, ...values).toArray();
  }

  first<T extends Row = Row>(query: string, ...values: Value[]): T | undefined {
    return this.all<T>(query, ...values)[0];
  }

  run(query: string, ...values: Value[]): void {
    this.#storage.sql.exec(query, ...values);
  }

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
}
