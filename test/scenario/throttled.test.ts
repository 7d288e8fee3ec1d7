// Microsoft asks us to wait, in every form in which it says how long, or says nothing: nobody asks before
// that, a wait for reads holds up no call, and afterwards both sides are equal.
import { afterEach, describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { defaultKnobs } from '../sim/microsoft/knobs.ts';
import type { RequestRecord } from '../sim/microsoft/records.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onLongStage } from './stage.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
/** Slow enough that a request of this machine under load is no time-out. */
const RATE = 20;
/** So long after a refusal, in ms, what had left before it may still arrive. */
const UNDER_WAY_MS = 2 * SECOND;
const READ = 'POST /communications/getPresencesByUserId';
const WRITE = 'POST /users/{id}/presence/setUserPreferredPresence';

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage('throttled', (stage) => {
  ({ demo, cast, clock } = stage);
});

const { presenceRequests: requests, presenceWindowMs, retryAfter } = defaultKnobs;
const DEFAULTS = { presenceRequests: requests, presenceWindowMs, retryAfter };
afterEach(() => {
  demo.lab.microsoft.heal();
  demo.lab.microsoft.turn(DEFAULTS);
  cast.pbx('erik').hangUp();
});

/** On whatever route, those in a batch one by one. */
const presenceRequests = (): RequestRecord[] =>
  demo.lab.microsoft.records.requests.filter(({ route }) => /presence/i.test(route));
const refused = () => presenceRequests().filter(({ status }) => status === 429);
const isRead = ({ route }: RequestRecord): boolean =>
  route === READ || route === 'GET /users/{id}/presence';

/** When somebody who got this may ask again, epoch ms; `null`: it does not say. */
function mayAskAt({ at, retryAfter }: RequestRecord): number | null {
  if (retryAfter === '') return null;
  return /^[\d.]+$/.test(retryAfter) ? at + Number(retryAfter) * SECOND : Date.parse(retryAfter);
}

/**
 * Requests that came though Microsoft had asked to wait: after a write that was refused any at all, after a
 * read any read. What was under way beside the refused one could not know.
 */
const askedTooSoon = (): string[] =>
  refused().flatMap((refusal) => {
    const from = refusal.at + UNDER_WAY_MS;
    const until = mayAskAt(refusal) ?? from;
    const soon = presenceRequests().filter(
      (one) => one.at > from && one.at < until && (isRead(one) || !isRead(refusal)),
    );
    return soon.map(
      ({ route, at }) => `${route} after ${at - refusal.at} of ${until - refusal.at} ms`,
    );
  });

async function quiet(): Promise<void> {
  for (const name of NAMES) cast.pbx(name).setPresence('');
  await clock.passUntil(cast.isAllGreen, 5 * MINUTE, RATE);
  await cast.everybodyAvailable();
  await cast.allGreen();
  demo.lab.microsoft.records.clear();
}

/** Header, and how long nobody may ask, in ms: a date has whole seconds only. */
const forms: [string, () => string, number][] = [
  ['whole seconds', () => '20', 20 * SECOND],
  ['a fraction', () => '20.5', 20.5 * SECOND],
  ['a date', () => new Date(clock.now() + 21 * SECOND).toUTCString(), 20 * SECOND],
];

describe.each(forms)('Retry-After as %s', (_, header, waitMs) => {
  it('on a write: nothing is written before, and then it is', async () => {
    await quiet();
    demo.lab.microsoft.fail({ route: WRITE, status: 429, headers: { 'retry-after': header() } });
    cast.pbx('dora').setPresence('dnd');
    const [first] = await eventually(refused, ({ length }) => length === 1);
    await eventually(
      () => cast.lamp('sync'),
      ({ state }) => state === 'warning',
    );
    // Something for every route: a choice, a call, the end of both, and a read of everybody.
    cast.pbx('carol').setPresence('away');
    const call = cast.pbx('erik').call();
    await demo.admin.send('POST', '/api/checks/sync');
    await clock.passUntil(
      () =>
        cast.inTeams('dora')() === 'DoNotDisturb/DoNotDisturb' &&
        cast.inTeams('carol')() === 'Away/Away' &&
        presenceRequests().some((one) => isRead(one)) &&
        presenceRequests().some(({ route }) => route.endsWith('/setPresence')),
      2 * MINUTE,
      RATE,
    );
    // A read may have been on its way beside it.
    const refusedAt = first?.at ?? 0;
    const next = presenceRequests().find(
      (one) => one !== first && (!isRead(one) || one.at > refusedAt + UNDER_WAY_MS),
    );
    expect((next?.at ?? 0) - refusedAt).toBeGreaterThanOrEqual(waitMs);
    expect(presenceRequests().filter(({ route }) => route === WRITE)).toHaveLength(3);
    expect(askedTooSoon()).toEqual([]);
    call.hangUp();
    await cast.allGreen();
    await cast.bothSidesEqual();
  });

  it('on a read: none before, and a call is written meanwhile as ever', async () => {
    await quiet();
    demo.lab.microsoft.fail({ route: READ, status: 429, headers: { 'retry-after': header() } });
    await demo.admin.send('POST', '/api/checks/sync');
    const [first] = await eventually(refused, ({ length }) => length === 1);
    cast.teams('erik').reset();
    const call = cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    // One may have been on its way beside it.
    const refusedAt = first?.at ?? 0;
    const next = () =>
      presenceRequests().find((one) => isRead(one) && one.at > refusedAt + UNDER_WAY_MS);
    expect(next()).toBeUndefined();
    await clock.passUntil(() => next() !== undefined, 2 * MINUTE, RATE);
    expect((next()?.at ?? 0) - refusedAt).toBeGreaterThanOrEqual(waitMs);
    expect(askedTooSoon()).toEqual([]);
    call.hangUp();
    await becomes(cast.inTeams('erik'), 'Available/Available');
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});

describe('without Retry-After', () => {
  it('a write is tried again ever more slowly, and arrives', async () => {
    await quiet();
    demo.lab.microsoft.fail({ route: WRITE, status: 429, times: 4 });
    cast.pbx('dora').setPresence('dnd');
    await clock.passUntil(() => cast.inTeams('dora')() === 'DoNotDisturb/DoNotDisturb', 5 * MINUTE);
    const times = presenceRequests()
      .filter(({ route }) => route === WRITE)
      .map(({ at }) => at);
    expect(times).toHaveLength(5);
    const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});

describe('one user is refused, without a time', () => {
  it('and another one calls: at once, and the first is tried by themselves', async () => {
    await quiet();
    const { microsoft } = demo.lab;
    microsoft.fail({ route: WRITE, status: 429, times: 3 });
    cast.pbx('dora').setPresence('dnd');
    await eventually(refused, ({ length }) => length >= 1);
    cast.teams('erik').reset();
    const call = cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    expect(cast.inTeams('dora')()).toBe('Available/Available');
    await clock.passUntil(
      () => cast.inTeams('dora')() === 'DoNotDisturb/DoNotDisturb',
      5 * MINUTE,
      RATE,
    );
    expect(refused()).toHaveLength(3);
    call.hangUp();
    await becomes(cast.inTeams('erik'), 'Available/Available');
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});

describe("Microsoft's own count", () => {
  it.each(['integer', 'fractional', 'date', 'none'] as const)(
    'is exceeded by far, and it says so as %s: few more are refused, and all of it arrives',
    async (retryAfter) => {
      await quiet();
      demo.lab.microsoft.turn({ presenceRequests: 2, presenceWindowMs: 6 * SECOND, retryAfter });
      const [all, some] = [[...NAMES], ['alice', 'bob'] as const];
      for (const name of all) cast.pbx(name).setPresence('dnd');
      for (const name of some) cast.teams(name).choose('Busy');
      const different = () => all.filter((name) => cast.inTeams(name)() === 'Available/Available');
      await clock.passUntil(() => different().length === 0, 5 * MINUTE, RATE / 2);
      expect(refused().length).toBeGreaterThan(0);
      expect(refused().length).toBeLessThan(40);
      if (retryAfter !== 'none') expect(refused().every(({ retryAfter }) => retryAfter)).toBe(true);
      expect(askedTooSoon()).toEqual([]);
      demo.lab.microsoft.turn(DEFAULTS);
      await clock.passUntil(cast.isAllGreen, 5 * MINUTE, RATE);
      await cast.bothSidesEqual();
    },
  );
});
