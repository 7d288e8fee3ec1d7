// What the simulator saw: requests, refusals, handshakes, deliveries. Passwords, secrets and
// tokens never get in. Kept up to a limit, oldest first out.
import type { Ask } from './http.ts';

export interface RequestRecord {
  readonly n: number;
  readonly at: number;
  readonly side: 'login' | 'graph';
  /** Part of a $batch. */
  readonly batched: boolean;
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  /** The route it matched, e.g. `POST /users/{id}/presence/setPresence`; empty where none did. */
  readonly route: string;
  readonly tenantId: string;
  readonly appId: string;
  readonly userId: string;
  /** 0 where no answer was given. */
  readonly status: number;
  /** The header Retry-After of the answer; empty where there was none. */
  readonly retryAfter: string;
  /** Error code and message of a refusal. */
  readonly refusal: string;
  readonly body: unknown;
  readonly ms: number;
}

export interface HandshakeRecord {
  readonly at: number;
  readonly url: string;
  readonly ok: boolean;
  readonly reason: string;
  readonly ms: number;
}

export interface NotificationRecord {
  readonly at: number;
  readonly url: string;
  readonly outcome: 'delivered' | 'failed' | 'givenUp' | 'lost' | 'silent' | 'parked' | 'gone';
  /** HTTP status of the receiver, 0 where there was none. */
  readonly status: number;
  readonly reason: string;
  readonly attempt: number;
  readonly ms: number;
  readonly rich: boolean;
  readonly items: readonly NotificationItemRecord[];
}

export interface NotificationItemRecord {
  readonly subscriptionId: string;
  /** The user it is about; empty for a lifecycle event. */
  readonly userId: string;
  readonly what: string;
}

/** Remembers a bounded number of things. */
export class Log<T> {
  readonly #items: T[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(item: T): void {
    this.#items.push(item);
    // Trimmed in bulk: shifting one by one would cost the whole length each time.
    if (this.#items.length > this.#limit * 1.25) {
      this.#items.splice(0, this.#items.length - this.#limit);
    }
  }

  get all(): readonly T[] {
    return this.#items;
  }

  clear(): void {
    this.#items.length = 0;
  }
}

export class Records {
  readonly requestLog: Log<RequestRecord>;
  readonly handshakeLog: Log<HandshakeRecord>;
  readonly notificationLog: Log<NotificationRecord>;
  #count = 0;

  constructor(limit: number) {
    this.requestLog = new Log(limit);
    this.handshakeLog = new Log(limit);
    this.notificationLog = new Log(limit);
  }

  request(entry: Omit<RequestRecord, 'n'>): void {
    this.#count += 1;
    this.requestLog.add({ n: this.#count, ...entry });
  }

  get requests(): readonly RequestRecord[] {
    return this.requestLog.all;
  }
  /** Requests that were refused, with the reason. */
  get refusals(): readonly RequestRecord[] {
    return this.requestLog.all.filter((entry) => entry.status >= 400);
  }
  get handshakes(): readonly HandshakeRecord[] {
    return this.handshakeLog.all;
  }
  get notifications(): readonly NotificationRecord[] {
    return this.notificationLog.all;
  }

  clear(): void {
    this.requestLog.clear();
    this.handshakeLog.clear();
    this.notificationLog.clear();
  }
}

const secretFields = new Set([
  'password',
  'client_secret',
  'client_assertion',
  'refresh_token',
  'device_code',
  'authorization',
]);

/** The body of a request as a value, secrets replaced. */
export function recordableBody(ask: Ask): unknown {
  if (ask.body === '') return undefined;
  if ((ask.headers['content-type'] ?? '').includes('x-www-form-urlencoded')) {
    const fields: Record<string, string> = {};
    for (const [name, value] of new URLSearchParams(ask.body)) {
      fields[name] = secretFields.has(name.toLowerCase()) ? '<redacted>' : value;
    }
    return fields;
  }
  try {
    return JSON.parse(ask.body, recordable);
  } catch {
    return `<${ask.body.length} characters that are not JSON>`;
  }
}

// 650 ids a request, for hours, would fill the memory.
const longestList = 20;

function recordable(name: string, value: unknown): unknown {
  if (secretFields.has(name.toLowerCase())) return '<redacted>';
  if (!Array.isArray(value) || value.length <= longestList) return value;
  return [...value.slice(0, longestList), `… ${value.length} in all`];
}
