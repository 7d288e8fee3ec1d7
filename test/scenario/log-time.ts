// When something was said, by the clock of whoever said it: later than that it is only read.

/** Epoch ms of the first of these lines of an agent's log that fits; endless where none does. */
export function saidAt(lines: readonly string[], what: string | RegExp): number {
  const line = lines.find((one) =>
    typeof what === 'string' ? one.includes(what) : what.test(one),
  );
  return line === undefined
    ? Number.POSITIVE_INFINITY
    : Date.parse(line.slice(0, line.indexOf(' ')));
}
