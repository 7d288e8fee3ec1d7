// How many notifications are decrypted a second. Each takes a good part of a millisecond (RSA), and an isolate
// does one thing at a time; what exceeds the budget is read from Microsoft instead, hundreds in one request.
import type { ConnectorName } from '../../shared/ids.ts';

/** What one second fills, which is also what is taken at once at most: a tenth of a processor. */
const ALL = 100;
/** Each connector's own, once another has used that up: enough for a thousand users on an ordinary day. */
const OWN = 20;
/** What all that is their own takes together. */
const ALL_OWN = 100;
/** Connectors whose use is remembered: as many as speak in a second, and more. */
const MAX_CONNECTORS = 1_000;

export class DecryptionBudget {
  readonly #now: () => number;
  readonly #all: Allowance;
  readonly #allOwn: Allowance;
  readonly #own = new Map<ConnectorName, Allowance>();

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now;
    this.#all = new Allowance(ALL, now());
    this.#allOwn = new Allowance(ALL_OWN, now());
  }

  /** How many of so many may be decrypted for this connector now. */
  take(connector: ConnectorName, count: number): number {
    const now = this.#now();
    const shared = Math.min(count, this.#all.left(now));
    this.#all.use(shared);
    if (shared === count) return count;
    const ofConnector = this.#ownOf(connector, now);
    const own = Math.min(count - shared, ofConnector.left(now), this.#allOwn.left(now));
    ofConnector.use(own);
    this.#allOwn.use(own);
    return shared + own;
  }

  #ownOf(connector: ConnectorName, now: number): Allowance {
    const known = this.#own.get(connector);
    if (known) return known;
    if (this.#own.size >= MAX_CONNECTORS) this.#own.clear();
    const made = new Allowance(OWN, now);
    this.#own.set(connector, made);
    return made;
  }
}

/** Fills with so many a second, up to as many. */
class Allowance {
  readonly #aSecond: number;
  #left: number;
  #at: number;

  constructor(aSecond: number, now: number) {
    this.#aSecond = aSecond;
    this.#left = aSecond;
    this.#at = now;
  }

  left(now: number): number {
    // A clock that was set, either way, fills it.
    const elapsedMs = Math.abs(now - this.#at);
    this.#left = Math.min(this.#aSecond, this.#left + (elapsedMs * this.#aSecond) / 1_000);
    this.#at = now;
    return Math.floor(this.#left);
  }

  use(count: number): void {
    this.#left -= count;
  }
}
