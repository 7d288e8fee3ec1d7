import { expect, test } from 'vitest';
import { steadyClock } from '../../../edge/connector/steady-clock.ts';

const NOW = 1_000_000;

test.each<[string, number[], number[]]>([
  ['it goes on', [NOW, NOW + 1, NOW + 900], [NOW, NOW + 1, NOW + 900]],
  [
    'an event that lives by an older time',
    [NOW, NOW - 1_500, NOW + 1, NOW],
    [NOW, NOW, NOW + 1, NOW + 1],
  ],
  [
    'it was set back by an hour, and goes on from there',
    [NOW, NOW - 3_600_000, NOW - 3_599_000],
    [NOW, NOW - 3_600_000, NOW - 3_599_000],
  ],
])('%s', (_, times, shown) => {
  const left = [...times];
  const now = steadyClock(() => left.shift() ?? 0);
  expect(times.map(now)).toEqual(shown);
});
