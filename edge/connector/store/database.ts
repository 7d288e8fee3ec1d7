// The object's SQLite database, and single values in it.
import { SCHEMA } from './schema.ts';

type Value = string | number | null;
export type Row = Record<string, Value>;

/** Thin on purpose: SQL stays where its table is. One belongs to one life of a connector. */
export class Database {
  readonly #storage: DurableObjectStorage;
  #exists: boolean | undefined;
  #over = false;
  /** Values by name that were read or written since the object woke, as JSON; `null`: there is none. */
  readonly #values = new Map<string, string | null>();
  /** What memory takes back where the transaction that is under way fails; `null`: none is. */
  #undo: (() => void)[] | null = null;
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
    this.#values.clear();
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
    const outer = this.#undo;
    const undo: (() => void)[] = [];
    this.#undo = undo;
    try {
      const result = this.#storage.transactionSync(work);
      outer?.push(...undo);
      return result;
    } catch (error) {
      // What was written in it was not.
      this.#values.clear();
      for (const takeBack of undo.reverse()) takeBack();
      throw error;
    } finally {
      this.#undo = outer;
    }
  }

  /** Whoever keeps in memory what is stored: `takeBack` is called if what is being stored is not, after all. */
  orElse(takeBack: () => void): void {
    this.#undo?.push(takeBack);
  }

  /** A single value by name, kept as JSON. */
  read<T>(key: string): T | undefined {
    const text = this.#text(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  }

  write(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (this.#values.get(key) === text) return;
    this.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, text);
    this.#values.set(key, text);
  }

  forget(key: string): void {
    if (this.#values.get(key) === null) return;
    this.run('DELETE FROM meta WHERE key = ?', key);
    this.#values.set(key, null);
  }

  #text(key: string): string | null {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const row = this.first<{ value: string }>('SELECT value FROM meta WHERE key = ?', key);
    const text = row?.value ?? null;
    this.#values.set(key, text);
    return text;
  }

  get #sql(): SqlStorage {
    if (this.#over) throw new Error('This connector was deleted.');
    return this.#storage.sql;
  }
}
