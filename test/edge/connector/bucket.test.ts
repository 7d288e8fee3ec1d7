import { describe, expect, test } from 'vitest';
import {
  type Bucket,
  CALL_RESERVE,
  close,
  fullBucket,
  PACE,
  take,
} from '../../../edge/connector/bucket.ts';

const NOW = 1_000_000;

/** Takes as many as there are at one moment. */
function drain(from: Bucket, now: number, reserve = 0): { bucket: Bucket; taken: number } {
  let bucket = from;
  for (let taken = 0; ; taken += 1) {
    const next = take(bucket, now, reserve);
    bucket = next.bucket;
    if (next.waitUntil !== null) return { bucket, taken };
  }
}

test('a full bucket gives its burst at once, then says when there is more', () => {
  const { bucket, taken } = drain(fullBucket(NOW), NOW);
  expect(taken).toBe(PACE.burst);
  const { waitUntil } = take(bucket, NOW);
  expect(waitUntil).toBe(NOW + 25);
  expect(take(bucket, NOW + 25).waitUntil).toBeNull();
});

test('never more than Microsoft allows in any 30 s', () => {
  let { bucket, taken } = drain(fullBucket(NOW), NOW);
  for (let at = NOW; at <= NOW + 30_000; at += 100) {
    const more = drain(bucket, at);
    bucket = more.bucket;
    taken += more.taken;
  }
  expect(taken).toBeLessThanOrEqual(1_500);
  expect(taken).toBeGreaterThan(1_490);
});

test('what is not urgent leaves room for 300 calls within five seconds', () => {
  const { bucket } = drain(fullBucket(NOW), NOW, CALL_RESERVE);
  let { bucket: rest, taken } = drain(bucket, NOW);
  for (let at = NOW; at <= NOW + 5_000; at += 250) {
    const more = drain(rest, at);
    rest = more.bucket;
    taken += more.taken;
  }
  expect(taken).toBeGreaterThanOrEqual(300);
});

describe('closed by Microsoft', () => {
  const closed = close(fullBucket(NOW), NOW + 20_000);
  test('gives nothing before its time', () => {
    expect(take(closed, NOW + 19_999)).toEqual({ bucket: closed, waitUntil: NOW + 20_000 });
    expect(take(closed, NOW + 20_000).waitUntil).toBeNull();
  });
  test('an earlier time does not open it', () => {
    expect(close(closed, NOW + 1).closedUntil).toBe(NOW + 20_000);
  });
});

test('a clock that was set back gives nothing away', () => {
  const { bucket } = drain(fullBucket(NOW), NOW);
  expect(drain(bucket, NOW - 60_000).taken).toBe(0);
});
