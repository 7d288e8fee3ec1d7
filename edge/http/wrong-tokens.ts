// Counts wrong tokens per client, in the memory of this isolate: the first fence against guessing.

const LIMIT = 20;
const WINDOW_MS = 60_000;
/** Clients remembered; beyond it the oldest are forgotten. */
const MAX_CLIENTS = 10_000;

interface Count {
  wrong: number;
  since: number;
  /** Digests of tokens that were right from this client, so that a neighbour's guessing bars nobody. */
  right: Set<string>;
}

export interface WrongTokens {
  /** How long, in ms, the client has to wait before this token is looked at; 0: not at all. */
  waitMs(client: string, digest: string, now: number): number;
  /** A digest that was right once is so no longer. */
  wrong(client: string, digest: string, now: number): void;
  right(client: string, digest: string, now: number): void;
}

export function countWrongTokens(): WrongTokens {
  const clients = new Map<string, Count>();

  const countOf = (client: string, now: number): Count => {
    const known = clients.get(client);
    if (known && now - known.since >= WINDOW_MS) {
      known.wrong = 0;
      known.since = now;
    }
    if (known) return known;
    if (clients.size >= MAX_CLIENTS) {
      const [oldest = ''] = clients.keys();
      clients.delete(oldest);
    }
    const count: Count = { wrong: 0, since: now, right: new Set() };
    clients.set(client, count);
    return count;
  };

  return {
    waitMs(client, digest, now) {
      const count = countOf(client, now);
      if (count.wrong < LIMIT || count.right.has(digest)) return 0;
      return count.since + WINDOW_MS - now;
    },
    wrong(client, digest, now) {
      const count = countOf(client, now);
      count.wrong += 1;
      count.right.delete(digest);
    },
    right(client, digest, now) {
      const { right } = countOf(client, now);
      if (right.size < 100) right.add(digest);
    },
  };
}
