// Where the bars and marks of a chart of figures stand: numbers in, coordinates out.
import type { DirectionFigures } from '../../connector/rpc.ts';

export const WIDTH = 360;
export const HEIGHT = 162;
/** As far as minutes go; beside it stands what the lines mean. */
export const PLOT = 318;
/** Two strips above each other: how many, and how quickly. Each with its upper and its lower edge. */
export const COUNTS = { top: 18, bottom: 58 } as const;
export const TIMES = { top: 82, bottom: 146 } as const;

/** Times are drawn on a logarithmic scale: 30 ms and 30 s are both to be seen. In ms. */
const FASTEST = 10;
const SLOWEST = 100_000;
/** Lines across the strip of times, in ms. */
export const GRID = [100, 1_000, 10_000] as const;

export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** From the median up to the slowest of a minute. */
export interface Mark {
  x: number;
  median: number;
  worst: number;
}

export interface Shape {
  bars: Bar[];
  marks: Mark[];
  /** What the highest bar stands for. */
  most: number;
}

export function shapeOf({ minutes }: Pick<DirectionFigures, 'minutes'>): Shape {
  const step = PLOT / Math.max(1, minutes.length);
  const most = Math.max(1, ...minutes.map(({ count }) => count));
  const shape: Shape = { bars: [], marks: [], most };
  minutes.forEach(({ count, p50, worst }, n) => {
    if (count === 0 || p50 === null || worst === null) return;
    const height = ((COUNTS.bottom - COUNTS.top) * count) / most;
    shape.bars.push({ x: n * step + 0.5, y: COUNTS.bottom - height, width: step - 1, height });
    shape.marks.push({ x: (n + 0.5) * step, median: timeAt(p50), worst: timeAt(worst) });
  });
  return shape;
}

/** How high in its strip a time stands; what is off the scale stands at its end. */
export function timeAt(ms: number): number {
  const share = Math.log(ms / FASTEST) / Math.log(SLOWEST / FASTEST);
  const within = Math.min(1, Math.max(0, share));
  return TIMES.bottom - within * (TIMES.bottom - TIMES.top);
}
