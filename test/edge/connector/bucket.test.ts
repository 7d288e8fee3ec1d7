import { describe, expect, test } from 'vitest';
import {
  type Bucket,
  close,
  fullBucket,
  PACE,
  RESERVE,
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
  expect(waitUntil).toBe(NOW + 26);
  expect(take(bucket, NOW + 26).waitUntil).toBeNull();
});

test('never more than Microsoft allows in any 30 s, also where they arrive 0.7 s closer together', () => {
  let { bucket, taken } = drain(fullBucket(NOW), NOW);
  for (let at = NOW; at <= NOW + 30_700; at += 100) {
    const more = drain(bucket, at);
    bucket = more.bucket;
    taken += more.taken;
  }
  expect(taken).toBeLessThanOrEqual(1_500);
  expect(taken).toBeGreaterThan(1_480);
});

test('what is not urgent leaves room for 300 calls within five seconds', () => {
  const { bucket } = drain(fullBucket(NOW), NOW, RESERVE.other);
  let { bucket: rest, taken } = drain(bucket, NOW);
  for (let at = NOW; at <= NOW + 5_000; at += 250) {
    const more = drain(rest, at);
    rest = more.bucket;
    taken += more.taken;
  }
  expect(taken).toBeGreaterThanOrEqual(300);
});

test('reads get through beside manual states that take all they may', () => {
  const { bucket } = drain(fullBucket(NOW), NOW, RESERVE.other);
  expect(drain(bucket, NOW, RESERVE.other).taken).toBe(0);
  expect(drain(bucket, NOW, RESERVE.read).taken).toBeGreaterThanOrEqual(10);
});

describe('closed by Microsoft', () => {
  const closed = close(fullBucket(NOW), NOW, NOW + 20_000);
  test('gives nothing before its time', () => {
    expect(take(closed, NOW + 19_999).waitUntil).toBe(NOW + 20_000);
    expect(take(closed, NOW + 20_000).waitUntil).toBeNull();
  });
  test('an earlier time does not open it', () => {
    expect(close(closed, NOW, NOW + 1).closedUntil).toBe(NOW + 20_000);
  });
});

const HOUR = 3_600_000;
test('a clock that was set back leaves it closed for as long as Microsoft said, and no longer', () => {
  const { bucket } = take(close(fullBucket(NOW), NOW, NOW + 20_000), NOW + 5_000);
  const { bucket: back, waitUntil } = take(bucket, NOW - HOUR);
  expect(waitUntil).toBe(NOW - HOUR + 15_000);
  expect(take(back, NOW - HOUR + 14_999).waitUntil).not.toBeNull();
  expect(take(back, NOW - HOUR + 15_000).waitUntil).toBeNull();
});

test('a clock that was set back gives nothing away', () => {
  const { bucket } = drain(fullBucket(NOW), NOW);
  expect(drain(bucket, NOW - 60_000).taken).toBe(0);
});
