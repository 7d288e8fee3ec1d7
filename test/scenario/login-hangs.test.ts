// Microsoft's login answers nothing, and its public keys are needed to know its notifications: they count all
// the same while the keys are known, and are sent again, without making Microsoft wait, while they are not.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

/** Slower than this, in ms, and Microsoft may leave our address out. */
const SLOW_MS = 2_900;

let demo: SetUp;
let cast: Cast;
let stateDir: string;
onStage('login-hangs', (stage) => {
  ({ demo, cast, stateDir } = stage);
});
afterEach(() => demo.lab.microsoft.turn({ loginDown: false, retryScale: 1, itemsPerPost: 20 }));

const told = () => demo.lab.microsoft.records.notifications;
const askedForKeys = () =>
  demo.lab.microsoft.records.requests.filter(
    ({ side, method }) => side === 'login' && method === 'GET',
  );

/** Which keys of others lie on the edge's disk: they get there behind the answer to what was signed with them. */
async function keptKeys(): Promise<unknown[]> {
  const folder = join(stateDir, 'edge', 'storage', 'presence-connector-KvStore');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sqlite'));
  return names.flatMap((name) => {
    const store = new DatabaseSync(join(folder, name), { readOnly: true });
    try {
      return store.prepare(`SELECT key FROM kv WHERE key LIKE 'signing-keys:%'`).all();
    } catch (error) {
      // workerd keeps stores of its own beside it.
      if (String(error).includes('no such table')) return [];
      throw error;
    } finally {
      store.close();
    }
  });
}

it('the edge starts anew: it takes notifications at once, by the keys that it knew before', async () => {
  await cast.everybodyAvailable();
  cast.teams('carol').choose('Busy');
  await becomes(cast.onPbx('carol'), 'busy');
  await eventually(keptKeys, ({ length }) => length > 0);
  demo.lab.microsoft.turn({ loginDown: 'hang' });
  await demo.restartEdge('kill');
  demo.lab.microsoft.records.clear();
  cast.teams('alice').choose('Busy');
  cast.teams('bob').choose('DoNotDisturb');
  await becomes(cast.onPbx('alice'), 'busy');
  await becomes(cast.onPbx('bob'), 'dnd');
  await eventually(told, ({ length }) => length > 0);
  for (const { status, ms } of told()) {
    expect(status).toBe(202);
    expect(ms).toBeLessThan(SLOW_MS);
  }
  expect(askedForKeys()).toEqual([]);
  demo.lab.microsoft.turn({ loginDown: false });
  await cast.allGreen();
  await cast.bothSidesEqual();
});

it('Microsoft signs with a new key: it is found, and nothing is sent twice', async () => {
  await cast.everybodyAvailable();
  await demo.lab.microsoft.rotateLoginKeys();
  demo.lab.microsoft.records.clear();
  for (const name of NAMES) cast.teams(name).choose('Busy');
  for (const name of NAMES) await becomes(cast.onPbx(name), 'busy');
  await demo.lab.microsoft.idle();
  expect(new Set(told().map(({ status }) => status))).toEqual(new Set([202]));
  expect(askedForKeys().filter(({ path }) => path.endsWith('/keys'))).toHaveLength(1);
  await cast.allGreen();
  await cast.bothSidesEqual();
});

it('while a new key cannot be had Microsoft never waits for long, and what it told counts afterwards', async () => {
  await cast.everybodyAvailable();
  await demo.lab.microsoft.rotateLoginKeys();
  demo.lab.microsoft.turn({ loginDown: 'hang', retryScale: 0.02, itemsPerPost: 1 });
  demo.lab.microsoft.records.clear();
  for (const name of NAMES) cast.teams(name).choose('DoNotDisturb');
  await eventually(told, ({ length }) => length >= 4 * NAMES.length, 20_000);
  for (const { status, ms } of told()) {
    expect(status).toBe(503);
    expect(ms).toBeLessThan(SLOW_MS);
  }
  // One request, of two steps, for all of them; the next one after a rest.
  expect(askedForKeys().length).toBeLessThanOrEqual(6);
  expect(told().filter(({ ms }) => ms < 500).length).toBeGreaterThan(NAMES.length);
  demo.lab.microsoft.turn({ loginDown: false });
  await eventually(
    () => told().filter(({ status }) => status === 202),
    ({ length }) => length > 0,
    20_000,
  );
  for (const name of NAMES) await becomes(cast.onPbx(name), 'dnd');
  await cast.allGreen();
  await cast.bothSidesEqual();
});
