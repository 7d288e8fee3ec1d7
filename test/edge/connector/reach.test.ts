import { describe, expect, test } from 'vitest';
import {
  answered,
  asking,
  hastened,
  isDown,
  isOpen,
  isOutage,
  PROBE,
  pauseMs,
  type Reach,
  released,
  UP,
  unanswered,
} from '../../../edge/connector/reach.ts';
import { AppError } from '../../../shared/errors.ts';

const NOW = 1_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const PAUSE_MS = 1_500;
const failing = (code: string, retryAfterMs?: number) =>
  new AppError({
    code,
    retry: 'backoff',
    detail: '',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
const HANGS = failing('graph-timeout');
const CUT = failing('graph-unreachable');
const BUSY = failing('graph-unavailable');
const SLOW_DOWN = failing('graph-throttled', 20 * SECOND);

type Failure = [AppError, string | null];
/** A request that leaves at `leftAt` and fails at `now`. */
const fail = (reach: Reach, [error, who]: Failure, now = NOW, leftAt = now) =>
  unanswered(reach, { error, who, leftAt, pauseMs: PAUSE_MS }, now);
const having = (...failures: Failure[]): Reach =>
  failures.reduce((reach, failure) => fail(reach, failure).reach, UP);

test.each<[string, Failure[], boolean]>([
  ['nothing failed', [], false],
  ['one hangs', [[HANGS, 'alice']], true],
  ['one is cut off', [[CUT, 'alice']], true],
  ['one is throttled: all are', [[SLOW_DOWN, 'alice']], true],
  ['one gets 503: perhaps it is about her', [[BUSY, 'alice']], false],
  ['it always is about her', Array.from({ length: 9 }, () => [BUSY, 'alice']), false],
  [
    'another one gets 503 too',
    [
      [BUSY, 'alice'],
      [BUSY, 'bob'],
    ],
    true,
  ],
  ['several get 503 together', [[BUSY, null]], true],
])('%s', (_, failures, down) => {
  const reach = having(...failures);
  expect(isDown(reach)).toBe(down);
  expect(isOpen(reach, NOW)).toBe(!down);
});

test.each<[string, unknown, boolean]>([
  ['a time-out', HANGS, true],
  ['no connection', CUT, true],
  ['503', BUSY, true],
  ['429 with a time', SLOW_DOWN, true],
  ['429 without one', failing('graph-throttled'), false],
  ['429 with none to speak of', failing('graph-throttled', 0), false],
  ['403', failing('graph-forbidden'), false],
  ['404', failing('graph-not-found'), false],
  ['a token refused', failing('graph-unauthorized'), false],
  ['a fault of ours', new Error('oops'), false],
])('whether %s is everybody’s', (_, error, everybody) => {
  expect(isOutage(error)).toBe(everybody);
});

test('who alone gets 503 asks again by her own failures, who gets none with others when one may ask', () => {
  expect(fail(UP, [BUSY, 'alice']).retryAt).toBeNull();
  const { reach, retryAt } = fail(UP, [CUT, 'alice']);
  expect(retryAt).toBe(reach.probeAt);
});

test('an answer in between takes the suspicion away', () => {
  const reach = answered(having([BUSY, 'alice']), NOW);
  expect(isDown(fail(reach, [BUSY, 'bob'], NOW + 1).reach)).toBe(false);
});

test('what left before others were answered says nothing of Graph', () => {
  const { reach, retryAt } = fail(answered(UP, NOW), [HANGS, 'alice'], NOW + 5 * SECOND, NOW - 1);
  expect([isDown(reach), retryAt]).toEqual([false, null]);
});

test('what hung from before Graph was back is said again at once', () => {
  const back = answered(having([CUT, 'bob']), NOW);
  const late = fail(back, [HANGS, 'alice'], NOW + 3 * SECOND, NOW - 1);
  expect([isDown(late.reach), late.retryAt]).toEqual([false, NOW + 3.5 * SECOND]);
  const new_ = fail(back, [HANGS, 'alice'], NOW + 9 * SECOND, NOW + 1);
  expect(isDown(new_.reach)).toBe(true);
});

describe('while nobody is answered', () => {
  test('one asks, and the next one not before a while has passed, whatever becomes of the first', () => {
    const down = having([CUT, 'alice'], [CUT, 'bob'], [CUT, 'carol']);
    const at = down.probeAt;
    expect([isOpen(down, at - 1), isOpen(down, at)]).toEqual([false, true]);
    const asked = asking(down, at, PAUSE_MS);
    expect(isOpen(asked, at)).toBe(false);
    const { probeAt } = fail(asked, [CUT, 'alice'], at + 100, at).reach;
    expect(probeAt).toBe(asked.probeAt);
  });

  test.each([0, 0.3, 0.999])(
    'for the first minutes: within 3.5 s of the last one (dice: %d)',
    (dice) => {
      let reach = having([CUT, 'alice']);
      while (reach.probeAt < NOW + 10 * MINUTE) {
        const at = reach.probeAt;
        reach = asking(reach, at, pauseMs(PROBE, reach, at, dice));
        expect(reach.probeAt - at).toBeGreaterThanOrEqual(500);
        expect(reach.probeAt - at).toBeLessThanOrEqual(500 + PROBE.maxMs);
        reach = fail(reach, [CUT, 'alice'], reach.probeAt, at).reach;
      }
    },
  );

  test('Microsoft says when: nobody asks before, however often one of others fails', () => {
    let { reach } = fail(UP, [SLOW_DOWN, 'alice']);
    expect(reach.probeAt).toBe(NOW + 20 * SECOND);
    for (const failure of [CUT, HANGS, BUSY, failing('graph-throttled', SECOND)]) {
      ({ reach } = fail(reach, [failure, 'bob'], NOW + SECOND));
      expect(reach.probeAt).toBe(NOW + 20 * SECOND);
    }
    expect(isOpen(reach, NOW + 20 * SECOND - 1)).toBe(false);
  });

  test('others are answered: one may find out at once, but not before Microsoft said', () => {
    expect(hastened(having([CUT, 'alice']), NOW + 1).probeAt).toBe(NOW + 1);
    expect(hastened(having([SLOW_DOWN, 'alice']), NOW + 1).probeAt).toBe(NOW + 20 * SECOND);
    expect(hastened(having([SLOW_DOWN, 'alice']), NOW + 30 * SECOND).probeAt).toBe(
      NOW + 30 * SECOND,
    );
    expect(hastened(UP, NOW)).toBe(UP);
  });

  test('everybody is let go: at once, but not before Microsoft said', () => {
    expect(released(having([CUT, 'alice']), NOW + 1)).toEqual(UP);
    expect(released(having([BUSY, 'alice']), NOW + 1)).toEqual(UP);
    const told = released(having([SLOW_DOWN, 'alice'], [CUT, 'bob']), NOW + 1);
    expect([isOpen(told, NOW + 20 * SECOND - 1), isOpen(told, NOW + 20 * SECOND)]).toEqual([
      false,
      true,
    ]);
    expect(released(told, NOW + 20 * SECOND)).toEqual(UP);
  });

  test('what was told by a clock that was set back since holds nobody who is let go', () => {
    expect(released(having([SLOW_DOWN, 'alice']), NOW - 60 * MINUTE)).toEqual(UP);
  });

  test.each([
    ['ten minutes', 10 * MINUTE, 3.5 * SECOND],
    ['an hour', 60 * MINUTE, 15 * SECOND],
    ['a day', 24 * 60 * MINUTE, 121 * SECOND],
  ])('after %s it is asked at least every so often', (_, awayMs, mostMs) => {
    const down = Array.from({ length: 20 }, (): Failure => [CUT, 'alice']);
    const pause = pauseMs(PROBE, having(...down), NOW + awayMs, 1);
    expect(pause).toBeLessThanOrEqual(mostMs);
    expect(pause).toBeGreaterThan(mostMs * 0.9);
  });

  test('any answer lets everybody go', () => {
    const reach = answered(having([CUT, 'alice'], [HANGS, null]), NOW + 1);
    expect([isDown(reach), isOpen(reach, NOW + 1), reach.backAt]).toEqual([false, true, NOW + 1]);
    expect(answered(reach, NOW + 9).backAt).toBe(NOW + 1);
  });
});

test('where Graph answers, a request that leaves changes nothing', () => {
  expect(asking(UP, NOW, PAUSE_MS)).toBe(UP);
});
