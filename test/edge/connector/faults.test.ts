import { expect, test } from 'vitest';
import { retryDelayMs } from '../../../edge/connector/faults.ts';
import { AppError, type Retry } from '../../../shared/errors.ts';

const error = (retry: Retry, retryAfterMs?: number) =>
  new AppError({
    code: 'some',
    retry,
    detail: '',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

test.each<[string, unknown, number, number, number]>([
  ['as long as Microsoft asks', error('backoff', 2_128), 1, 0.9, 2_128],
  ['as long as Microsoft asks, however often', error('backoff', 20_000), 9, 0.9, 20_000],
  ['also where only an admin can help', error('never', 5_000), 1, 0.9, 5_000],
  ['asked for nothing: by itself', error('backoff', 0), 1, 0.5, 1_000],
  ['asked for nothing again: backs off', error('backoff', 0), 6, 0.5, 16_500],
  ['not told', error('backoff'), 1, 0, 500],
  ['not told, the second time', error('backoff'), 2, 0.5, 1_500],
  ['not told, the hundredth time', error('backoff'), 100, 0.999, 120_380],
  ['a fault of our own', new Error('oops'), 1, 0.5, 1_000],
  ['only an admin can help', error('never'), 1, 0.5, 60_000],
  ['only an admin can help, still', error('never'), 50, 0.999, 629_400],
])('%s', (_, what, failures, random, ms) => {
  expect(retryDelayMs(what, failures, random)).toBe(ms);
});
