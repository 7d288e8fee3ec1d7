// KV at its worst, as another place on Cloudflare sees it: for a minute after a write it answers what
// was there before, and what a reader has seen – also "not there" – it goes on seeing for a minute.
// Time is the test's. It does not model lists, metadata, expiry or the limit of one write a second.

/** Longest that an answer may be behind the truth in one go, in ms; both kinds of lag add up. */
export const KV_LAG_MS = 60_000;

interface Version {
  text: string | null;
  at: number;
}

export class SlowKv {
  readonly #now: () => number;
  readonly #written = new Map<string, Version[]>();
  readonly #seen = new Map<string, Version>();

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly put = async (key: string, text: string): Promise<void> => this.#write(key, text);

  readonly delete = async (key: string): Promise<void> => this.#write(key, null);

  readonly get = async (key: string, type?: unknown): Promise<unknown> => {
    const text = this.#look(key);
    return type === 'json' && text !== null ? JSON.parse(text) : text;
  };

  /** What will be read once everything has arrived. */
  truth(key: string): string | null {
    return this.#written.get(key)?.at(-1)?.text ?? null;
  }

  #write(key: string, text: string | null): void {
    const versions = this.#written.get(key) ?? [];
    this.#written.set(key, [...versions, { text, at: this.#now() }]);
  }

  #look(key: string): string | null {
    const now = this.#now();
    const seen = this.#seen.get(key);
    if (seen && now - seen.at < KV_LAG_MS) return seen.text;
    const arrived = this.#written.get(key)?.findLast(({ at }) => now - at >= KV_LAG_MS);
    const text = arrived?.text ?? null;
    this.#seen.set(key, { text, at: now });
    return text;
  }
}
