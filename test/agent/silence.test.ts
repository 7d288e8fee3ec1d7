import { expect, test } from 'vitest';
import { watchSilence } from '../../agent/silence.ts';
import { fakeClock } from './fake-clock.ts';

function setup() {
  const clock = fakeClock(0);
  const acts: string[] = [];
  const step = (afterMs: number) => ({
    afterMs,
    act: () => acts.push(`${afterMs} at ${clock.now()}`),
  });
  return { clock, acts, watch: watchSilence(clock, [step(5), step(10), step(14)]) };
}

test('silence is answered step by step', () => {
  const { clock, acts } = setup();
  clock.advance(100);
  expect(acts).toEqual(['5 at 5', '10 at 10', '14 at 14']);
});

test('every sign of life begins again at the first step', () => {
  const { clock, acts, watch } = setup();
  clock.advance(7);
  watch.heard();
  clock.advance(9);
  expect(acts).toEqual(['5 at 5', '5 at 12']);
});

test('a watch that is stopped is heard no more', () => {
  const { clock, acts, watch } = setup();
  watch.stop();
  watch.heard();
  clock.advance(100);
  expect(acts).toEqual([]);
  expect(clock.timers()).toBe(0);
});
