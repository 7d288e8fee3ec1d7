import { describe, expect, test } from 'vitest';
import { type Ended, type Supervised, supervise } from '../../agent/supervise.ts';
import { fakeClock, settled } from './fake-clock.ts';
import { fakeLog } from './fake-log.ts';

const lost = (code = 'lost', retry: Ended['retry'] = 'backoff'): Ended => ({
  code,
  detail: `it is ${code}`,
  retry,
});

/** A connection that the test ends; each dial is noted with its time. */
function setup(more: Partial<Supervised> = {}) {
  const clock = fakeClock(0);
  const { log, lines } = fakeLog();
  const stop = new AbortController();
  const dials: number[] = [];
  let end: (ended: Ended) => void = () => {};
  let up: () => void = () => {};
  const over = supervise(
    {
      backoff: { firstMs: 200, maxMs: 20_000 },
      slowMs: 60_000,
      connectOnce(isUp) {
        dials.push(clock.now());
        up = isUp;
        return new Promise((resolve) => {
          end = resolve;
        });
      },
      ...more,
    },
    { clock, random: () => 0.5, log },
    stop.signal,
  );
  return {
    ...{ clock, lines, dials, stop, over },
    up: () => up(),
    async end(ended: Ended) {
      end(ended);
      await settled();
    },
  };
}

test('a connection that fails by a fault of the agent is said, and tried again', async () => {
  let tries = 0;
  const it = setup({
    async connectOnce() {
      tries += 1;
      throw new TypeError('no');
    },
  });
  await it.clock.pass(1_000);
  expect(tries).toBeGreaterThan(2);
  expect(it.lines).toEqual([expect.stringContaining('a fault of its own (TypeError: no)')]);
});

test('what fails by a fault of the agent each time it is up is dialled ever more rarely', async () => {
  const dials: number[] = [];
  let now = () => 0;
  const it = setup({
    stableMs: 0,
    async connectOnce(up) {
      dials.push(now());
      up();
      throw new TypeError('no');
    },
  });
  now = it.clock.now;
  await it.clock.pass(60_000);
  const waits = dials.slice(1).map((at, n) => at - (dials[n] ?? 0));
  expect(waits.slice(0, 8)).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000]);
});

test('a fault of the agent that ends a session of some length is tried again at once', async () => {
  const dials: number[] = [];
  let now = () => 0;
  let fail: () => void = () => {};
  const it = setup({
    stableMs: 0,
    connectOnce(up) {
      dials.push(now());
      if (dials.length > 6) up();
      return new Promise((_, reject) => {
        fail = () => reject(new TypeError('no'));
        if (dials.length <= 6) fail();
      });
    },
  });
  now = it.clock.now;
  await it.clock.pass(20_000);
  expect(dials).toHaveLength(7);
  const at = now();
  fail();
  await settled();
  await it.clock.pass(100);
  expect(dials).toHaveLength(8);
  expect((dials[7] ?? 0) - at).toBe(100);
});

describe('the supervisor', () => {
  test('waits longer after each failure, up to the ceiling, and never gives up', async () => {
    const it = setup();
    for (let failure = 0; failure < 12; failure++) {
      await it.end(lost());
      await it.clock.pass(10_000);
    }
    const waits = it.dials.slice(1).map((at, i) => at - i * 10_000);
    const most = Array.from({ length: 5 }, () => 10_000);
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, ...most]);
  });

  test('does not start from zero after a connection that lived less than 10 s', async () => {
    const it = setup();
    for (let failure = 0; failure < 4; failure++) {
      it.up();
      await it.clock.pass(1_000);
      await it.end(lost());
      await it.clock.pass(0);
      const before = it.dials.length;
      await it.clock.pass(100 * 2 ** failure - 1);
      expect(it.dials).toHaveLength(before);
      await it.clock.pass(1);
      expect(it.dials).toHaveLength(before + 1);
    }
  });

  test('starts from zero after a connection that lived 10 s', async () => {
    const it = setup();
    for (let failure = 0; failure < 5; failure++) {
      await it.end(lost());
      await it.clock.pass(20_000);
    }
    it.up();
    await it.clock.pass(10_000);
    await it.end(lost());
    await it.clock.pass(100);
    expect(it.dials).toHaveLength(7);
  });

  test('takes another time than 10 s for a good one where it is told so', async () => {
    const it = setup({ stableMs: 2_000 });
    for (let failure = 0; failure < 4; failure++) {
      it.up();
      await it.clock.pass(2_000);
      await it.end(lost());
      await it.clock.pass(100);
      expect(it.dials).toHaveLength(failure + 2);
    }
  });

  test('logs one line when lost and one when back', async () => {
    const it = setup();
    it.up();
    for (let failure = 0; failure < 3; failure++) {
      await it.end(lost());
      await it.clock.pass(20_000);
    }
    it.up();
    expect(it.lines).toEqual([
      'info  connected',
      'warn  it is lost',
      'info  connected again after 60 s',
    ]);
  });

  test('faces of the same outage are one line, a trouble of its own is another', async () => {
    const it = setup();
    it.up();
    for (const code of ['silent', 'unreachable', 'closed', 'tls', 'unreachable', 'tls']) {
      await it.end(lost(code));
      await it.clock.pass(20_000);
    }
    expect(it.lines).toEqual(['info  connected', 'warn  it is silent', 'warn  it is tls']);
  });

  test('an outage of five minutes is said once more, louder', async () => {
    const it = setup();
    it.up();
    for (let failure = 0; failure < 40; failure++) {
      await it.end(lost());
      await it.clock.pass(20_000);
    }
    it.up();
    expect(it.lines).toEqual([
      'info  connected',
      'warn  it is lost',
      'error not connected for 5 min: it is lost',
      'info  connected again after 13 min',
    ]);
  });

  test('says so when the reason changes', async () => {
    const it = setup();
    for (const code of ['unreachable', 'unreachable', 'login-refused']) {
      await it.end(lost(code));
      await it.clock.pass(20_000);
    }
    expect(it.lines).toEqual(['warn  it is unreachable', 'warn  it is login-refused']);
  });

  test('dials slowly where only the admin can help', async () => {
    const it = setup();
    await it.end(lost('revoked', 'slow'));
    await it.clock.pass(59_999);
    expect(it.dials).toHaveLength(1);
    await it.clock.pass(1);
    expect(it.dials).toHaveLength(2);
  });

  test('ends a slow wait when something makes it pointless', async () => {
    let resolve = () => {};
    const enrolled = new Promise<void>((done) => {
      resolve = done;
    });
    const it = setup({ wake: () => enrolled });
    await it.end(lost('revoked', 'slow'));
    resolve();
    await settled();
    expect(it.dials).toHaveLength(2);
    expect(it.clock.timers()).toBe(0);
  });

  test('stops for good after an end that says never', async () => {
    const it = setup();
    await it.end(lost('replaced', 'never'));
    expect(await it.over).toMatchObject({ code: 'replaced' });
    expect(it.lines).toEqual(['error it is replaced']);
  });

  test('ends at once when told to stop while it waits', async () => {
    const it = setup();
    await it.end(lost('revoked', 'slow'));
    it.stop.abort();
    expect(await it.over).toBeUndefined();
    expect(it.clock.timers()).toBe(0);
  });

  test('tells of ups and downs', async () => {
    const told: string[] = [];
    const it = setup({ onUp: () => told.push('up'), onDown: ({ code }) => told.push(code) });
    it.up();
    await it.end(lost());
    expect(told).toEqual(['up', 'lost']);
  });
});
