// Percentiles and ratios of one run: figures of different machines are not comparable, ratios are.

export interface Figures {
  n: number;
  p50: number;
  p95: number;
  p99: number;
}

/** Of spans in ms; rounded to 0.1 ms. */
export function figures(spans: readonly number[]): Figures {
  const sorted = [...spans].sort((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return Math.round(value * 10) / 10;
  };
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** How many times `b` goes into `a`, at the median. */
export const ratio = (a: Figures, b: Figures): number =>
  Math.round((a.p50 / Math.max(b.p50, 0.1)) * 10) / 10;
