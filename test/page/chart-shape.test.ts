import { expect, test } from 'vitest';
import { COUNTS, PLOT, shapeOf, TIMES, timeAt } from '../../edge/page/overview/chart-shape.ts';

const minutes = (...busy: [n: number, count: number, p50: number, worst: number][]) =>
  Array.from({ length: 60 }, (_, n) => {
    const [, count = 0, p50 = null, worst = null] = busy.find(([at]) => at === n) ?? [];
    return { at: '', count, p50, worst };
  });

test('the busiest minute has the highest bar, the last one stands at the right edge', () => {
  const { bars, most } = shapeOf({ minutes: minutes([0, 2, 10, 10], [59, 4, 10, 10]) });
  expect(most).toBe(4);
  expect(bars).toHaveLength(2);
  expect(bars[0]).toMatchObject({ x: 0.5, height: (COUNTS.bottom - COUNTS.top) / 2 });
  expect(bars[1]).toMatchObject({ y: COUNTS.top, height: COUNTS.bottom - COUNTS.top });
  expect((bars[1]?.x ?? 0) + (bars[1]?.width ?? 0)).toBeCloseTo(PLOT - 0.5);
});

test('an hour without changes draws nothing', () => {
  expect(shapeOf({ minutes: minutes() })).toEqual({ bars: [], marks: [], most: 1 });
});

test('slower stands higher, and nothing leaves its strip', () => {
  const heights = [0, 10, 100, 1_000, 10_000, 100_000, 5_000_000].map(timeAt);
  expect(heights).toEqual(heights.toSorted((a, b) => b - a));
  expect(heights[0]).toBe(TIMES.bottom);
  expect(heights.at(-1)).toBe(TIMES.top);
  expect(heights[2]).not.toBe(heights[3]);
});
