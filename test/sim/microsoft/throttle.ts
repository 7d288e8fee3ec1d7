// Counts requests per app and tenant in a sliding window (facts/graph.md §4). A refused request
// counts too, as Graph's do.
import type { Knobs } from './knobs.ts';

export interface Window {
  readonly limit: number;
  readonly windowMs: number;
}

export class Throttle {
  readonly #buckets = new Map<string, { at: number; cost: number }[]>();

  /** Spends `cost`; null when within the limit, else the milliseconds until a request fits again. */
  spend(key: string, cost: number, window: Window, now: number): number | null {
    const entries = (this.#buckets.get(key) ?? []).filter(
      (entry) => entry.at > now - window.windowMs,
    );
    const used = entries.reduce((sum, entry) => sum + entry.cost, 0);
    const last = entries.at(-1);
    // Entries of one moment share a row, so that a burst of thousands stays cheap.
    if (last && now - last.at < window.windowMs / 300) last.cost += cost;
    else entries.push({ at: now, cost });
    this.#buckets.set(key, entries);
    if (used + cost <= window.limit) return null;
    return Math.max(1, freeAt(entries, cost, window) - now);
  }

  clear(): void {
    this.#buckets.clear();
  }
}

/** When a request of this cost fits, should none come until then; what was refused counts as well. */
function freeAt(
  entries: readonly { at: number; cost: number }[],
  cost: number,
  { limit, windowMs }: Window,
): number {
  let left = entries.reduce((sum, entry) => sum + entry.cost, 0);
  let at = 0;
  for (const entry of entries) {
    if (left + cost <= limit) break;
    left -= entry.cost;
    at = entry.at + windowMs;
  }
  return at;
}

/** The Retry-After header in the form the knob asks for. */
export function retryAfterHeader(
  knobs: Knobs,
  waitMs: number,
  now: number,
): Record<string, string> {
  switch (knobs.retryAfter) {
    case 'none':
      return {};
    case 'integer':
      return { 'retry-after': String(Math.ceil(waitMs / 1000)) };
    case 'fractional':
      return { 'retry-after': (waitMs / 1000).toFixed(3) };
    case 'date':
      // A date has whole seconds only: rounded up, never too early.
      return { 'retry-after': new Date(Math.ceil((now + waitMs) / 1000) * 1000).toUTCString() };
  }
}
