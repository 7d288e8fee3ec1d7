import { expect, test } from 'vitest';
import { AppError, accepted, refused } from '../../shared/errors.ts';

test('an error carries its code, whether to try again, and why', () => {
  const cause = new TypeError('fetch failed');
  const error = new AppError({
    code: 'graph-throttled',
    retry: 'backoff',
    detail: 'Microsoft asks us to slow down.',
    requestId: 'r1',
    retryAfterMs: 3000,
    cause,
  });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code: 'graph-throttled', retry: 'backoff', retryAfterMs: 3000 });
  expect(error.message).toBe('Microsoft asks us to slow down.');
  expect(error.name).toBe('AppError');
  expect(error.requestId).toBe('r1');
  expect(error.cause).toBe(cause);
});

test('an error without a cause has none', () => {
  expect('cause' in new AppError({ code: 'x', retry: 'never', detail: 'X.' })).toBe(false);
});

test('outcomes are values; errors stand there only where there are any', () => {
  expect(accepted(5)).toEqual({ ok: true, value: 5 });
  expect(refused('stale', 'Changed meanwhile.')).toStrictEqual({
    ok: false,
    error: { code: 'stale', detail: 'Changed meanwhile.' },
  });
  const errors = [{ path: 'cloud', message: 'Must be global.' }];
  expect(refused('invalid', 'Not valid.', errors)).toMatchObject({ error: { errors } });
});
