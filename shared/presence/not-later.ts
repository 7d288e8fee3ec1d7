// Where the clock was set back, what was seen and written seems still to come.

/** The same with no time in it after `now` (epoch ms). No other number is as large as a time. */
export function notLater<T>(value: T, now: number): T {
  const text = JSON.stringify(value);
  return JSON.parse(text, (_, part) => (typeof part === 'number' && part > now ? now : part)) as T;
}
