// Who comes when: whether many who come back do so spread over time, or as a herd.

/** A tenth of a second, in ms. */
export const BUCKET_MS = 100;

/** How many came in the busiest bucket, wherever it begins. */
export function busiest(times: readonly number[], bucketMs = BUCKET_MS): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [to, time] of sorted.entries()) {
    while (time - (sorted[from] ?? time) >= bucketMs) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** The same as a share of so many who might have come, in percent. */
export const busiestShare = (times: readonly number[], of: number): number =>
  Math.round((1_000 * busiest(times)) / of) / 10;
