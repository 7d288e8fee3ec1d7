// The connector's own admin tokens. The object knows digests only; it never sees a token.
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import { sameDigest } from '../secret-text.ts';
import type { TokenView } from './rpc.ts';
import type { Database } from './store/database.ts';

const KEY = 'tokens';
/** All of them travel with each copy of the settings in KV. */
const MOST = 50;

interface StoredToken {
  id: string;
  name: string | null;
  hash: string;
  /** Epoch ms */
  createdAt: number;
}

export class Tokens {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(name: string | null, hash: string, now: number): Outcome<TokenView> {
    const all = this.#all();
    if (all.length >= MOST) {
      return refused('conflict', `A connector has ${MOST} tokens at most: revoke one first.`);
    }
    const token = { id: crypto.randomUUID(), name, hash, createdAt: now };
    this.#database.write(KEY, [...all, token]);
    return accepted(viewOf(token));
  }

  /** `false`: there is no such token. */
  revoke(id: string): boolean {
    const all = this.#all();
    const left = all.filter((token) => token.id !== id);
    if (left.length === all.length) return false;
    this.#database.write(KEY, left);
    return true;
  }

  /** Oldest first. */
  list(): TokenView[] {
    return this.#all().map(viewOf);
  }

  /** The id of the token with this id or digest; `null`: it was revoked, or never was. */
  find(by: { id: string } | { hash: string }): string | null {
    const found = this.#all().find((token) =>
      'id' in by ? token.id === by.id : sameDigest(token.hash, by.hash),
    );
    return found?.id ?? null;
  }

  /** For the copy in KV. */
  digests(): { id: string; hash: string }[] {
    return this.#all().map(({ id, hash }) => ({ id, hash }));
  }

  #all(): StoredToken[] {
    return this.#database.read<StoredToken[]>(KEY) ?? [];
  }
}

const viewOf = ({ id, name, createdAt }: StoredToken): TokenView => ({
  id,
  ...(name === null ? {} : { name }),
  createdAt: new Date(createdAt).toISOString(),
});
