// How many changes went each way in the last hour, and how long each took: from when the edge saw it to
// when the other side had taken it. What a pair took stands in its row, which is written then anyway.
import type { DirectionFigures, Figure, Figures } from './rpc.ts';

export type Direction = 'teams-to-pbx' | 'pbx-to-teams';

/** One change that the other side has taken. */
export interface Took {
  /** Epoch ms */
  at: number;
  direction: Direction;
  ms: number;
}

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** Kept of one pair: nobody changes more often by hand. */
const KEPT = 20;

export const hourBefore = (now: number): number => now - MINUTES * MINUTE_MS;

/** Times changes on their way; `Of` is whose they are. What is under way is not kept over a restart. */
export class Stopwatch<Of extends { took: readonly Took[] }> {
  readonly #began: Record<Direction, WeakMap<Of, number>> = {
    'teams-to-pbx': new WeakMap(),
    'pbx-to-teams': new WeakMap(),
  };

  /** @param at when the change was seen, epoch ms; one under way is overtaken by it */
  begin(of: Of, direction: Direction, at: number): void {
    this.#began[direction].set(of, at);
  }

  /** Nothing is to be written for it any more. */
  drop(of: Of, direction: Direction): void {
    this.#began[direction].delete(of);
  }

  /** The other side took it; whoever calls keeps `of`. */
  end(of: Of, direction: Direction, now: number): void {
    const began = this.#began[direction].get(of);
    if (began === undefined) return;
    this.drop(of, direction);
    const lately = of.took.filter(({ at }) => at > hourBefore(now));
    const took = { at: now, direction, ms: Math.max(0, now - began) };
    of.took = [...lately, took].slice(-KEPT);
  }
}

/** The minute that has begun is the last one. */
export function figuresOf(all: readonly Took[], now: number): Figures {
  return {
    teamsToPbx: inOneDirection(all, 'teams-to-pbx', now),
    pbxToTeams: inOneDirection(all, 'pbx-to-teams', now),
  };
}

function inOneDirection(all: readonly Took[], direction: Direction, now: number): DirectionFigures {
  const last = Math.floor(now / MINUTE_MS);
  const byMinute = Array.from({ length: MINUTES }, (): number[] => []);
  for (const took of all) {
    if (took.direction !== direction) continue;
    byMinute[MINUTES - 1 - (last - Math.floor(took.at / MINUTE_MS))]?.push(took.ms);
  }
  return {
    hour: figureOf(byMinute.flat()),
    minutes: byMinute.map((times, n) => ({
      at: new Date((last - (MINUTES - 1) + n) * MINUTE_MS).toISOString(),
      ...figureOf(times),
    })),
  };
}

function figureOf(times: number[]): Figure {
  const sorted = times.sort((a, b) => a - b);
  return {
    count: sorted.length,
    p50: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
    worst: sorted.at(-1) ?? null,
  };
}
