// The public keys of others at hand – Microsoft's, Cloudflare's –, so that what they signed waits for them only
// where nobody has met its key before. One of these lives as long as its isolate; what it learns is kept for
// those that come after.
import { AppError } from '../shared/errors.ts';
import type { Published, SigningKey } from './key-set.ts';

/** Keys rotate without notice; older than this (ms) they are refreshed, behind the answer that they serve. */
const FRESH_MS = 24 * 3_600_000;
/**
 * Older than this (ms) nothing is believed: for so long a key that was withdrawn could still sign.
 * A day longer than fresh, so that no outage of the login is felt; a longer one ends all subscriptions anyway,
 * whose tokens live for an hour or so (facts: graph §2.3).
 */
const BELIEVED_MS = 2 * FRESH_MS;
/** After its owner was asked for a kid that it does not have, nobody asks for one, in ms: forged ones cost no more. */
const ASK_AGAIN_MS = 60_000;
/** A token that is not of our time makes us ask what time it is, at most this often (ms). */
const ASK_TIME_MS = 2_000;
/** After a request that failed nobody makes, or waits for, another one for this long, in ms. */
const REST_MS = 5_000;
/** Whoever publishes keys is not asked for longer than this, in ms, however many requests it takes. */
export const ANSWERED_WITHIN_MS = 6_000;
/** Nobody begins to wait for a request that has hung for this long (ms); it counts when it comes. */
const WORTH_WAITING_MS = 1_500;
/** A request that has said nothing for this long (ms) went down with whoever made it. */
const LOST_MS = ANSWERED_WITHIN_MS + 1_000;
/** Keys that did not change are written anew when what is kept is older than this, in ms. */
const WRITE_AGAIN_MS = 30 * 60_000;

export interface KeySet {
  keys: Map<string, SigningKey>;
  /** When their owner was asked for them, epoch ms. */
  fetchedAt: number;
}

/** Where keys outlive an isolate. Both may fail: then every isolate asks for itself. */
export interface KeptKeys {
  read(): Promise<KeySet | null>;
  write(set: KeySet): Promise<void>;
}

export interface Keeping {
  kept: KeptKeys;
  /** Epoch ms */
  now(): number;
  /** Work that goes on after the answer. */
  background(work: Promise<unknown>): void;
  log(level: 'warn', event: string, fields: { detail: string }): void;
}

export interface SigningKeys {
  /** The key with this id where it is believed and needs no waiting; `null`: `find` may still find it. */
  inHand(kid: string): SigningKey | null;
  /**
   * The key with this id, `null` where its owner has none. May take as long as they do: whoever
   * calls says how long that may be.
   * @throws AppError `login-unavailable`: not known whether there is one
   */
  find(kid: string): Promise<SigningKey | null>;
  /** Their owner's time, epoch ms: it holds where the clock of this machine is wrong. Ours where it says none. */
  timeThere(): Promise<number>;
}

/**
 * @param publish asks whoever signs with them, and is over within `ANSWERED_WITHIN_MS`
 */
export function signingKeys(
  publish: () => Promise<Published>,
  { kept, background, log, now: time }: Keeping,
): SigningKeys {
  let held: KeySet | null = null;
  /** As last seen where it is kept. */
  let keptSet: KeySet | null = null;
  let request: { beganAt: number; answered: Promise<void> } | null = null;
  let answeredAt: number | null = null;
  let failedAt: number | null = null;
  let refreshedAt: number | null = null;
  /** When their owner was asked in vain for a kid. */
  let inVainAt: number | null = null;
  /** How far their owner's clock is ahead of ours, in ms. */
  let aheadMs = 0;

  /** Either way: a clock that was set back must not keep us from asking. */
  const isWithin = (ms: number, at: number | null): boolean =>
    at !== null && Math.abs(time() - at) < ms;
  const isOf = (ms: number, set: KeySet | null): set is KeySet =>
    set !== null && isWithin(ms, set.fetchedAt);

  async function takeKept(): Promise<void> {
    keptSet = await kept.read().catch(() => null);
    if (!isOf(BELIEVED_MS, keptSet)) return;
    if (!isOf(BELIEVED_MS, held) || keptSet.fetchedAt > held.fetchedAt) held = keptSet;
  }

  /** Resolves when they were published anew. Whoever asks meanwhile waits for the same request. */
  function ask(kid?: string): Promise<void> {
    if (request && isWithin(LOST_MS, request.beganAt)) {
      if (isWithin(WORTH_WAITING_MS, request.beganAt)) return request.answered;
      return Promise.reject(keysUnavailable('Whose keys they are has not answered yet.'));
    }
    if (isWithin(REST_MS, failedAt)) {
      return Promise.reject(keysUnavailable('Whose keys they are did not answer just now.'));
    }
    const mine = { beganAt: time(), answered: Promise.resolve() };
    const isMine = () => request === mine;
    request = mine;
    mine.answered = fetched(isMine, kid).finally(() => {
      if (isMine()) request = null;
    });
    // Whoever began it may be gone before it ends, and others wait for it.
    background(mine.answered.catch(() => undefined));
    return mine.answered;
  }

  /** One that was given up as lost, and comes after others, changes nothing. */
  async function fetched(counts: () => boolean, kid: string | undefined): Promise<void> {
    try {
      const { keys, at } = await publish();
      if (!counts()) return;
      const now = time();
      answeredAt = now;
      failedAt = null;
      if (kid !== undefined) inVainAt = keys.has(kid) ? null : now;
      aheadMs = (at ?? now) - now;
      held = { keys, fetchedAt: now };
      const isNews = !isOf(WRITE_AGAIN_MS, keptSet) || !haveSameKeys(keptSet, held);
      keptSet = held;
      if (isNews) background(kept.write(held).catch(() => undefined));
    } catch (error) {
      if (counts()) failedAt = time();
      throw error;
    }
  }

  async function refresh(): Promise<void> {
    await takeKept();
    if (isOf(FRESH_MS, held)) return;
    await ask().catch((error: unknown) => {
      log('warn', 'signing-keys-stale', { detail: String(error) });
    });
  }

  /** What is believed of what is held; refreshed behind, where it is no longer fresh. */
  function inHand(kid: string): SigningKey | null {
    const known = isOf(BELIEVED_MS, held) ? held.keys.get(kid) : undefined;
    if (known && !isOf(FRESH_MS, held) && !isWithin(REST_MS, refreshedAt)) {
      refreshedAt = time();
      background(refresh());
    }
    return known ?? null;
  }

  return {
    inHand,
    async find(kid) {
      const known = inHand(kid);
      if (known || isWithin(ASK_AGAIN_MS, inVainAt)) return known;
      await takeKept();
      const met = inHand(kid);
      if (met || isWithin(ASK_AGAIN_MS, inVainAt)) return met;
      await ask(kid);
      return inHand(kid);
    },
    async timeThere() {
      if (!isWithin(ASK_TIME_MS, answeredAt)) await ask().catch(() => undefined);
      return time() + aheadMs;
    },
  };
}

const haveSameKeys = (one: KeySet, other: KeySet): boolean =>
  JSON.stringify([...one.keys]) === JSON.stringify([...other.keys]);

export const keysUnavailable = (detail: string): AppError =>
  new AppError({ code: 'login-unavailable', retry: 'backoff', detail });
