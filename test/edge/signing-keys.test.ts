// How Microsoft's public keys are kept: who waits for them, who does not, and for how long which are believed.
import { describe, expect, test } from 'vitest';
import { loginKeys } from '../../edge/graph/login-keys.ts';
import { type KeptKeys, type KeySet, signingKeys } from '../../edge/signing-keys.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 23, 12);
const GONE = { code: 'login-unavailable', retry: 'backoff' };

const key = (kid: string) => ({ kid, kty: 'RSA', n: `${kid}-modulus`, e: 'AQAB' });

/** A login that can be held, away, or change its keys; and what one isolate after the other keeps of it. */
function login() {
  const clock = { now: NOW };
  const store: { set: KeySet | null; writes: number } = { set: null, writes: 0 };
  const kept: KeptKeys = {
    read: async () => store.set,
    write: async (set) => {
      store.set = set;
      store.writes += 1;
    },
  };
  const behind: Promise<unknown>[] = [];
  const waiting: { answer(): void; cut(): void }[] = [];
  const logged: string[] = [];
  const at = {
    clock,
    store,
    logged,
    published: [key('one')] as object[],
    hangs: false,
    away: false,
    /** Requests for keys. */
    asked: 0,
    answer() {
      for (const { answer } of waiting.splice(0)) answer();
    },
    cut() {
      for (const { cut } of waiting.splice(0)) cut();
    },
    /** Until what goes on behind the answers is over. */
    async settled() {
      while (behind.length > 0) await Promise.all(behind.splice(0));
    },
    /** As an isolate begins: it knows nothing but what is kept. */
    isolate: () =>
      signingKeys(() => loginKeys({ cloud: 'global', fetch: answered, now: () => clock.now }), {
        kept,
        now: () => clock.now,
        background: (work) => void behind.push(work),
        log: (_, event) => void logged.push(event),
      }),
    /** Keys that were fetched so long ago. */
    keep(ageMs: number, ...kids: string[]) {
      const keys = kids.map((kid) => ({ jwk: key(kid), issuer: undefined }));
      store.set = {
        fetchedAt: clock.now - ageMs,
        keys: new Map(keys.map((one) => [one.jwk.kid, one])),
      };
    },
  };
  async function answered(url: string): Promise<Response> {
    if (url.endsWith('openid-configuration')) {
      return Response.json({
        jwks_uri: 'https://login.microsoftonline.com/common/discovery/keys',
      });
    }
    at.asked += 1;
    if (at.hangs) {
      await new Promise<void>((answer, cut) =>
        waiting.push({ answer, cut: () => cut(new TypeError('Said by the test.')) }),
      );
    }
    if (at.away) throw new TypeError('Nobody there.');
    return Response.json({ keys: at.published });
  }
  return at;
}

/** Lets what does not wait for the login come to its end. */
const breath = () => new Promise((settle) => setTimeout(settle, 10));

describe('an isolate that begins', () => {
  test('finds the keys where they are kept, and asks nobody', async () => {
    const at = login();
    at.hangs = true;
    at.keep(HOUR, 'one');
    expect(await at.isolate().find('one')).toMatchObject({ jwk: { kid: 'one' } });
    expect(at.asked).toBe(0);
  });

  test('fetches them where none are kept, and keeps them for the next', async () => {
    const at = login();
    expect(await at.isolate().find('one')).toMatchObject({ jwk: { kid: 'one' } });
    await at.settled();
    at.hangs = true;
    expect(await at.isolate().find('one')).not.toBeNull();
    expect(at.asked).toBe(1);
  });

  test.each([
    ['fails', () => Promise.reject(new Error('KV GET failed: 500'))],
    ['refuses to write', undefined],
  ])('works without what is kept, where that %s', async (_, read) => {
    const at = login();
    const kept: KeptKeys = {
      read: read ?? (async () => null),
      write: () => Promise.reject(new Error('KV PUT failed: 429')),
    };
    const now = () => NOW;
    const fetch = async () => Response.json({ keys: at.published });
    const keys = signingKeys(() => loginKeys({ cloud: 'global', now, fetch }), {
      kept,
      now,
      background: (work) => void work,
      log: () => undefined,
    });
    expect(await keys.find('one')).not.toBeNull();
  });
});

describe('while the login hangs', () => {
  test('all who need it share one request, and get what it brings', async () => {
    const at = login();
    at.hangs = true;
    const keys = at.isolate();
    const found = Array.from({ length: 20 }, () => keys.find('one'));
    await breath();
    expect(at.asked).toBe(1);
    at.answer();
    expect((await Promise.all(found)).every((one) => one?.jwk.kid === 'one')).toBe(true);
    expect(at.asked).toBe(1);
  });

  test('nobody begins to wait for a request that has hung for long; it counts when it comes', async () => {
    const at = login();
    at.hangs = true;
    const keys = at.isolate();
    const first = keys.find('one');
    await breath();
    at.clock.now += 2 * SECOND;
    await expect(keys.find('one')).rejects.toMatchObject(GONE);
    expect(at.asked).toBe(1);
    at.answer();
    expect(await first).not.toBeNull();
    expect(await keys.find('one')).not.toBeNull();
    expect(at.asked).toBe(1);
  });

  test('after it failed nobody asks for some seconds, then one does', async () => {
    const at = login();
    at.away = true;
    const keys = at.isolate();
    const storm = () => Promise.allSettled(Array.from({ length: 10 }, () => keys.find('one')));
    for (const { status } of await storm()) expect(status).toBe('rejected');
    expect(at.asked).toBe(1);
    at.clock.now += 4 * SECOND;
    await expect(keys.find('one')).rejects.toMatchObject(GONE);
    expect(at.asked).toBe(1);
    at.clock.now += 2 * SECOND;
    await storm();
    expect(at.asked).toBe(2);
    at.away = false;
    at.clock.now += 6 * SECOND;
    expect(await keys.find('one')).not.toBeNull();
  });

  test('a request of which nothing is ever heard does not stand in the way for ever', async () => {
    const at = login();
    at.hangs = true;
    const keys = at.isolate();
    const lost = keys.find('one');
    await breath();
    at.hangs = false;
    at.clock.now += 10 * SECOND;
    expect(await keys.find('one')).not.toBeNull();
    expect(at.asked).toBe(2);
    // What was thought lost comes after all, and puts nothing back.
    at.published = [key('two')];
    at.clock.now += 2 * MINUTE;
    expect(await keys.find('two')).not.toBeNull();
    at.published = [key('one')];
    at.answer();
    await lost;
    expect(await keys.find('two')).not.toBeNull();
  });
});

describe('keys a day old', () => {
  test('serve at once and are refreshed behind the answer, by one request', async () => {
    const at = login();
    at.hangs = true;
    at.keep(25 * HOUR, 'one');
    const keys = at.isolate();
    for (let n = 0; n < 10; n += 1) expect(await keys.find('one')).not.toBeNull();
    await breath();
    expect(at.asked).toBe(1);
    at.answer();
    await at.settled();
    expect(at.store.set?.fetchedAt).toBe(at.clock.now);
    await keys.find('one');
    expect(at.asked).toBe(1);
  });

  test('are looked for where others keep theirs before Microsoft is asked', async () => {
    const at = login();
    at.keep(25 * HOUR, 'one');
    const keys = at.isolate();
    at.away = true;
    await keys.find('one');
    await at.settled();
    at.keep(MINUTE, 'one', 'two');
    at.clock.now += 6 * SECOND;
    await keys.find('one');
    await at.settled();
    expect(at.asked).toBe(1);
    expect(await keys.find('two')).not.toBeNull();
    expect(at.asked).toBe(1);
  });

  test('go on serving while the login is away, which is tried every few seconds and logged', async () => {
    const at = login();
    at.away = true;
    at.keep(25 * HOUR, 'one');
    const keys = at.isolate();
    for (let n = 0; n < 30; n += 1) {
      expect(await keys.find('one')).not.toBeNull();
      await at.settled();
      at.clock.now += SECOND;
    }
    expect(at.asked).toBeGreaterThan(2);
    expect(at.asked).toBeLessThanOrEqual(6);
    expect(at.logged).toEqual(Array(at.asked).fill('signing-keys-stale'));
  });

  test('no longer serve after two days: what Microsoft has withdrawn ends', async () => {
    const at = login();
    at.away = true;
    at.keep(47 * HOUR, 'one');
    const keys = at.isolate();
    expect(await keys.find('one')).not.toBeNull();
    at.clock.now += 2 * HOUR;
    await expect(keys.find('one')).rejects.toMatchObject(GONE);
    await expect(at.isolate().find('one')).rejects.toMatchObject(GONE);
    at.away = false;
    at.published = [key('two')];
    expect(await at.isolate().find('one')).toBeNull();
  });
});

test('keys that a clock kept which was days ahead take the place of none that are at hand', async () => {
  const at = login();
  const keys = at.isolate();
  await keys.find('one');
  await at.settled();
  at.keep(-72 * HOUR, 'other');
  at.away = true;
  await expect(keys.find('forged')).rejects.toMatchObject(GONE);
  expect(await keys.find('one')).not.toBeNull();
  await expect(at.isolate().find('other')).rejects.toMatchObject(GONE);
});

describe('a login that publishes', () => {
  test('no key at all takes the place of none that are at hand or kept', async () => {
    const at = login();
    at.keep(25 * HOUR, 'one');
    const keys = at.isolate();
    at.published = [];
    expect(await keys.find('one')).not.toBeNull();
    await at.settled();
    expect(at.asked).toBe(1);
    expect(at.logged).toEqual(['signing-keys-stale']);
    expect([...(at.store.set?.keys.keys() ?? [])]).toEqual(['one']);
    await expect(keys.find('two')).rejects.toMatchObject(GONE);
    expect(await keys.find('one')).not.toBeNull();
  });

  test.each([
    ['without an id', { kty: 'RSA', n: 'modulus', e: 'AQAB' }],
    ['that is none', 'key'],
  ])('one %s beside others: the others are found', async (_, odd) => {
    const at = login();
    at.published = [odd as object, key('one')];
    expect(await at.isolate().find('one')).toMatchObject({ jwk: { kid: 'one' } });
  });

  test('none that could be found: it is not known whether there is one', async () => {
    const at = login();
    at.published = [{ kty: 'RSA', n: 'modulus', e: 'AQAB' }];
    await expect(at.isolate().find('one')).rejects.toMatchObject(GONE);
    expect(at.store.writes).toBe(0);
  });
});

describe('a key id that nobody knows', () => {
  test('is found where Microsoft has changed its keys', async () => {
    const at = login();
    at.keep(HOUR, 'one');
    const keys = at.isolate();
    await keys.find('one');
    at.published = [key('one'), key('two')];
    expect(await keys.find('two')).toMatchObject({ jwk: { kid: 'two' } });
    await at.settled();
    expect([...(at.store.set?.keys.keys() ?? [])]).toEqual(['one', 'two']);
  });

  test('is found at once, also where Microsoft was asked for another one just before', async () => {
    const at = login();
    const keys = at.isolate();
    await keys.find('one');
    for (const kid of ['two', 'three', 'four']) {
      at.published = [...at.published, key(kid)];
      expect(await keys.find(kid)).not.toBeNull();
    }
    expect(at.asked).toBe(4);
  });

  test('is found where another isolate has met it already, though the login hangs', async () => {
    const at = login();
    at.keep(HOUR, 'one');
    const keys = at.isolate();
    await keys.find('one');
    at.hangs = true;
    at.keep(MINUTE, 'one', 'two');
    expect(await keys.find('two')).not.toBeNull();
    expect(at.asked).toBe(0);
  });

  test.each([
    ['of an hour', HOUR],
    ['of a day', 25 * HOUR],
  ])('makes one request, however many there are: keys %s', async (_, ageMs) => {
    const at = login();
    at.keep(ageMs, 'one');
    const keys = at.isolate();
    const storm = (from: number) =>
      Promise.all(Array.from({ length: 200 }, (_none, n) => keys.find(`forged-${from + n}`)));
    expect(new Set(await storm(0))).toEqual(new Set([null]));
    for (let n = 0; n < 5; n += 1) {
      at.clock.now += 10 * SECOND;
      await storm(200 * n);
    }
    await at.settled();
    expect(at.asked).toBe(1);
    at.clock.now += 11 * SECOND;
    await storm(0);
    expect(at.asked).toBe(2);
  });

  test('is no verdict while the login is away, and keeps nobody else from theirs', async () => {
    const at = login();
    at.away = true;
    at.keep(HOUR, 'one');
    const keys = at.isolate();
    for (let n = 0; n < 10; n += 1) {
      await expect(keys.find(`forged-${n}`)).rejects.toMatchObject(GONE);
      expect(await keys.find('one')).not.toBeNull();
    }
    expect(at.asked).toBe(1);
  });
});

describe('Microsoft’s time', () => {
  test('is not waited for while the login hangs or has just failed', async () => {
    const at = login();
    at.hangs = true;
    at.keep(HOUR, 'one');
    const keys = at.isolate();
    const first = keys.timeThere();
    await breath();
    at.clock.now += 2 * SECOND;
    expect(await keys.timeThere()).toBe(at.clock.now);
    at.cut();
    expect(await first).toBe(at.clock.now);
    expect(await keys.timeThere()).toBe(at.clock.now);
    expect(at.asked).toBe(1);
  });
});

test('keys that did not change are not written again and again', async () => {
  const at = login();
  at.keep(2 * MINUTE, 'one');
  const keys = at.isolate();
  for (let n = 0; n < 10; n += 1) {
    await keys.find('forged');
    at.clock.now += MINUTE + SECOND;
  }
  await at.settled();
  expect(at.asked).toBe(10);
  expect(at.store.writes).toBe(0);
  at.published = [key('one'), key('two')];
  await keys.find('two');
  await at.settled();
  expect(at.store.writes).toBe(1);
});
