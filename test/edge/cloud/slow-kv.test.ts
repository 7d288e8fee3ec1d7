import { expect, test } from 'vitest';
import { KV_LAG_MS, SlowKv } from './slow-kv.ts';

function kv() {
  const clock = { now: 0 };
  const slow = new SlowKv(() => clock.now);
  return { slow, clock, read: () => slow.get('key') };
}

test('a write is there after a minute, where nobody looked before', async () => {
  const { slow, clock, read } = kv();
  await slow.put('key', 'one');
  clock.now = KV_LAG_MS;
  expect(await read()).toBe('one');
});

test('whoever looks in vain just before sees nothing for a minute more', async () => {
  const { slow, clock, read } = kv();
  await slow.put('key', 'one');
  clock.now = KV_LAG_MS - 1;
  expect(await read()).toBeNull();
  clock.now = 2 * KV_LAG_MS - 2;
  expect(await read()).toBeNull();
  clock.now = 2 * KV_LAG_MS - 1;
  expect(await read()).toBe('one');
});

test('what was overwritten or deleted is still read', async () => {
  const { slow, clock, read } = kv();
  await slow.put('key', 'one');
  clock.now = KV_LAG_MS;
  await slow.put('key', 'two');
  expect(await read()).toBe('one');
  clock.now = 2 * KV_LAG_MS;
  expect(await read()).toBe('two');
  await slow.delete('key');
  expect(slow.truth('key')).toBeNull();
  clock.now = 3 * KV_LAG_MS - 1;
  expect(await read()).toBe('two');
  clock.now = 4 * KV_LAG_MS;
  expect(await read()).toBeNull();
});
