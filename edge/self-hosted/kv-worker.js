// The KV namespace of a self-hosted edge: what workerd's KV binding speaks (HTTP, one path a key), kept
// in one Durable Object on the local disk. Unlike Cloudflare's it agrees with itself at once. It is
// JavaScript because workerd loads it as it is.
import { DurableObject } from 'cloudflare:workers';

const MAX_LIST = 1000;

export class KvStore extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value BLOB, expires_at INTEGER) WITHOUT ROWID',
    );
  }

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const key = decodeURIComponent(pathname.slice(1));
    if (request.method === 'GET') return key === '' ? this.#list(searchParams) : this.#get(key);
    if (request.method === 'PUT') return this.#put(key, await request.arrayBuffer(), searchParams);
    if (request.method === 'DELETE') return this.#delete(key);
    return new Response(null, { status: 405 });
  }

  #get(key) {
    const [row] = this.ctx.storage.sql.exec(
      'SELECT value FROM kv WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)',
      key,
      Date.now() / 1000,
    );
    return row ? new Response(row.value) : new Response(null, { status: 404 });
  }

  #put(key, value, options) {
    const ttl = options.get('expiration_ttl');
    const expiresAt = ttl === null ? options.get('expiration') : Date.now() / 1000 + Number(ttl);
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO kv VALUES (?, ?, ?)',
      key,
      value,
      expiresAt === null ? null : Math.floor(Number(expiresAt)),
    );
    return new Response();
  }

  #delete(key) {
    this.ctx.storage.sql.exec('DELETE FROM kv WHERE key = ?', key);
    return new Response();
  }

  /** Keys in order; the cursor is the last key of the page before. */
  #list(options) {
    const limit = Math.min(Number(options.get('key_count_limit') ?? MAX_LIST), MAX_LIST);
    const prefix = options.get('prefix') ?? '';
    const rows = this.ctx.storage.sql
      .exec(
        `SELECT key AS name FROM kv WHERE substr(key, 1, length(?1)) = ?1 AND key > ?2
         AND (expires_at IS NULL OR expires_at > ?3) ORDER BY key LIMIT ?4`,
        prefix,
        options.get('cursor') ?? '',
        Date.now() / 1000,
        limit + 1,
      )
      .toArray();
    const keys = rows.slice(0, limit);
    const more = rows.length > limit;
    return Response.json({
      keys,
      list_complete: !more,
      ...(more ? { cursor: keys.at(-1).name } : {}),
    });
  }
}

export default {
  fetch: (request, env) => env.STORE.getByName('settings').fetch(request),
};
