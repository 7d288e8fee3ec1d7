// Microsoft's side is away for ten minutes, in each way in which it can be: it is left in peace meanwhile, and
// what changed shows on both sides when it is back. The same inside workerd, request by request:
// test/edge/cloud/graph-down.test.ts.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Knobs } from '../sim/microsoft/knobs.ts';
import type { RequestRecord } from '../sim/microsoft/records.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes } from './eventually.ts';
import { onLongStage } from './stage.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** How long it is away, in ms. */
const AWAY_MS = 10 * MINUTE;
/** Ten minutes in ten seconds: an agent is not taken for dead on a busy machine. The return goes by a clock as any other. */
const RATE = { away: 60, back: 1, green: 40 };
/** Requests while it is away: one line asks every 2 s on average, others now and then; and in any one second. */
const MOST = { all: AWAY_MS / (1.3 * SECOND), inOneSecond: 8 };
/** What hangs is given up after this long; until then nothing else is written for its user. */
const HANGS_MS = 10 * SECOND;
/** Both sides are equal so soon after Microsoft is back, or after the time at which it has asked us to come again. */
const EQUAL_WITHIN_MS = 5 * SECOND;
/** Where Microsoft says when to come again, which is 5 s, all waits for that. */
const BACK_WITHIN_MS = { told: 6 * SECOND, untold: EQUAL_WITHIN_MS };

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage('graph-down', (stage) => {
  ({ demo, cast, clock } = stage);
});

// The first notification makes the edge ask for Microsoft's public keys: while time goes fast, this machine's
// milliseconds are what it would wait for them.
beforeAll(async () => {
  cast.teams('bob').choose('Busy');
  await becomes(cast.onPbx('bob'), 'busy');
});

const UP: Partial<Knobs> = { graphDown: false, loginDown: false };
afterEach(async () => {
  demo.lab.microsoft.turn(UP);
  await clock.pass(HANGS_MS, RATE.green);
});

/** The most that were asked within one second. */
function busiest(requests: readonly { at: number }[]): number {
  const inSecond = new Map<number, number>();
  for (const { at } of requests) {
    const second = Math.floor(at / SECOND);
    inSecond.set(second, (inSecond.get(second) ?? 0) + 1);
  }
  return Math.max(...inSecond.values());
}

/** The latest time that a refusal has named, epoch ms; none where none did. */
const toldAt = (requests: readonly RequestRecord[]): number =>
  Math.max(0, ...requests.map(({ at, retryAfter }) => at + Number(retryAfter) * SECOND));

// A second is 17 ms of this machine: where it is overrun, requests of several are counted in one, hence no `retry: 0`.
describe('Microsoft is away for ten minutes', () => {
  const ways: [string, Partial<Knobs>, number][] = [
    ['Graph answers 503', { graphDown: 503 }, BACK_WITHIN_MS.told],
    ['Graph answers 429', { graphDown: 429 }, BACK_WITHIN_MS.told],
    ['Graph answers nothing', { graphDown: 'hang' }, BACK_WITHIN_MS.untold],
    [
      'Graph and login break off every connection',
      { graphDown: 'cut', loginDown: 'cut' },
      BACK_WITHIN_MS.untold,
    ],
  ];

  it.each(ways)('%s', { timeout: 90_000 }, async (_, down, backWithinMs) => {
    for (const name of NAMES) cast.pbx(name).setPresence('');
    await cast.everybodyAvailable();
    cast.teams('erik').reset();
    await cast.allGreen();
    const { records } = demo.lab.microsoft;
    records.clear();
    demo.lab.microsoft.turn(down);
    cast.teams('alice').choose('Busy');
    cast.pbx('carol').setPresence('away');
    cast.pbx('dora').setPresence('dnd');
    const call = cast.pbx('erik').call();
    await clock.pass(AWAY_MS / 2, RATE.away);
    expect(await cast.lamp('sync')).toMatchObject({ state: 'warning' });
    // Nobody can be asked whether that was news: it is believed, not kept back until they can.
    expect(cast.onPbx('alice')()).toBe('busy');
    cast.teams('bob').choose('DoNotDisturb');
    cast.pbx('dora').setPresence('busy');
    call.hangUp();
    await clock.pass(AWAY_MS / 2, RATE.away);
    expect(await cast.lamp('sync')).toMatchObject({ state: 'warning' });
    expect(cast.onPbx('bob')()).toBe('dnd');
    expect(records.requests.length).toBeLessThan(MOST.all);
    expect(busiest(records.requests)).toBeLessThanOrEqual(MOST.inOneSecond);

    const mayAskAt = Math.max(clock.now(), toldAt(records.requests));
    demo.lab.microsoft.turn(UP);
    await clock.passUntil(() => cast.areBothSidesEqual(), backWithinMs, RATE.back);
    expect(clock.now() - mayAskAt).toBeLessThan(EQUAL_WITHIN_MS);
    expect([cast.onPbx('alice')(), cast.onPbx('bob')()]).toEqual(['busy', 'dnd']);
    expect(['carol', 'dora', 'erik'].map((name) => cast.inTeams(name)())).toEqual([
      'Away/Away',
      'Busy/Busy',
      'Available/Available',
    ]);
    await clock.passUntil(() => cast.isAllGreen(), 2 * MINUTE, RATE.green);
  });
});

// Not long enough to be known for away: what was asked hangs, and is not waited for until it is given up.
it('Microsoft answers nothing for two seconds', { timeout: 30_000, retry: 0 }, async () => {
  await cast.everybodyAvailable();
  demo.lab.microsoft.turn({ graphDown: 'hang' });
  for (const name of NAMES) cast.pbx(name).setPresence('dnd');
  await clock.pass(2 * SECOND, RATE.back);
  demo.lab.microsoft.turn(UP);
  await clock.passUntil(() => cast.areBothSidesEqual(), BACK_WITHIN_MS.untold, RATE.back);
  for (const name of NAMES) {
    await becomes(cast.inTeams(name), 'DoNotDisturb/DoNotDisturb');
    cast.pbx(name).setPresence('');
  }
});

// Nor is Graph away where one request takes long: what it was given up for arrives, and nothing overtakes it.
describe('a write that Microsoft carries out only after seven seconds', { timeout: 30_000 }, () => {
  const WRITES = 'POST /users/{id}/presence/';
  const isSlow = (action: string) =>
    demo.lab.microsoft.fail({ route: `${WRITES}${action}`, how: 'delay', delayMs: 7 * SECOND });

  it('is not undone by it: what the user chose last stands', async () => {
    await cast.quiet('dora');
    isSlow('setUserPreferredPresence');
    cast.pbx('dora').setPresence('dnd');
    await clock.pass(4.5 * SECOND, RATE.back);
    cast.pbx('dora').setPresence('');
    await clock.pass(8 * SECOND, RATE.back);
    await cast.bothSidesEqual();
    expect([cast.inTeams('dora')(), cast.onPbx('dora')()]).toEqual(['Available/Available', '']);
  });

  it('leaves no mark of a call that has ended', async () => {
    await cast.quiet('erik');
    isSlow('setPresence');
    const call = cast.pbx('erik').call();
    await clock.pass(4 * SECOND, RATE.back);
    call.hangUp();
    await clock.pass(8 * SECOND, RATE.back);
    await becomes(cast.inTeams('erik'), 'Available/Available');
    await cast.bothSidesEqual();
    await cast.allGreen();
  });
});
