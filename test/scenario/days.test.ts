// A month: states that somebody chose on the PBX stay in Teams for as long as they are chosen, and the key
// that notifications are encrypted for is another one after thirty days, without a gap.
import { describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast } from './cast.ts';
import { becomes } from './eventually.ts';
import { onLongStage } from './stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Shorter than what a state lasts at Microsoft, longer than until it is renewed. */
const STRIDE_MS = 22 * HOUR;

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
/** When the connector was made, and with it its first key. */
let madeAt: number;
onLongStage('days', (stage) => {
  ({ demo, cast, clock } = stage);
  madeAt = clock.now();
});

const presenceSubscription = () =>
  demo.lab.microsoft.subscriptions.find(({ kind }) => kind === 'presence');
const keyId = () => presenceSubscription()?.key?.certificateId;
const isWell = async () => presenceSubscription() !== undefined && (await cast.isAllGreen());

async function notificationsArrive(): Promise<void> {
  const { records } = demo.lab.microsoft;
  records.clear();
  for (const [status, shown] of [
    ['Busy', 'busy'],
    ['Available', ''],
  ] as const) {
    cast.teams('alice').choose(status);
    await becomes(cast.onPbx('alice'), shown);
  }
  const arrived = records.notifications.filter(
    ({ outcome, rich }) => outcome === 'delivered' && rich,
  );
  expect(arrived.length).toBeGreaterThanOrEqual(2);
  expect(records.notifications.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
}

describe('a state chosen on the PBX', () => {
  it('is renewed before it ends, for nine days, and taken back when it is over', async () => {
    await cast.everybodyAvailable();
    cast.pbx('dora').setPresence('dnd');
    cast.pbx('carol').setPresence('vacation');
    await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
    await becomes(cast.inTeams('carol'), 'Away/Away');
    // Their answers are in.
    await cast.allGreen();
    const since = demo.lab.microsoft.feed().at(-1)?.n ?? 0;
    demo.lab.microsoft.records.clear();
    const writes = (name: string) =>
      demo.lab.microsoft.records.requests.filter(
        ({ route, path }) =>
          route.endsWith('/setUserPreferredPresence') && path.includes(cast.teamsId(name)),
      );
    for (let days = 1; days <= 10; days += 1) {
      const isRenewed = () => writes('dora').length >= days;
      await clock.stride(STRIDE_MS, async () => isRenewed() && (await cast.isAllGreen()), HOUR);
    }
    expect(writes('dora').map(({ body }) => body)).toContainEqual({
      availability: 'DoNotDisturb',
      activity: 'DoNotDisturb',
      expirationDuration: 'P1D',
    });
    // P7D: once within nine days.
    expect(writes('carol')).toHaveLength(1);
    const shown = demo.lab.microsoft.feed(since).map(({ userId }) => userId);
    expect(shown).not.toContain(cast.teamsId('dora'));
    expect(shown).not.toContain(cast.teamsId('carol'));

    for (const name of ['dora', 'carol']) cast.pbx(name).setPresence('');
    await becomes(cast.inTeams('dora'), 'Available/Available');
    await becomes(cast.inTeams('carol'), 'Available/Available');
    await cast.allGreen();
    await cast.bothSidesEqual();
  }, 60_000);
});

describe('the key of the notifications', () => {
  it('is the same for thirty days, also over days in which nothing was subscribed', async () => {
    const first = keyId();
    // Tokens, subscriptions and the place in the list of users have all ended by then.
    await clock.stride(madeAt + 30 * DAY - 5 * MINUTE - clock.now(), isWell, HOUR);
    expect(keyId()).toBe(first);
    await notificationsArrive();
  });

  it('is changed after thirty days: what is told before, meanwhile and after arrives', async () => {
    const first = keyId();
    const { microsoft } = demo.lab;
    // Encrypted for the old key, delivered when the new one has taken over.
    microsoft.holdNotifications();
    cast.teams('bob').choose('DoNotDisturb');
    // Microsoft has taken the new key over, and the edge does not know yet.
    microsoft.fail({
      route: 'PATCH /subscriptions/{id}',
      how: 'hold',
      when: 'after',
      times: -1,
    });
    await clock.stride(6 * MINUTE, () => keyId() !== first, 10 * MINUTE);
    cast.teams('alice').choose('Busy');
    microsoft.releaseNotifications();
    await becomes(cast.onPbx('bob'), 'dnd');
    await becomes(cast.onPbx('alice'), 'busy');
    expect(microsoft.held.length).toBeGreaterThan(0);
    microsoft.heal();
    await cast.quiet('alice');
    await notificationsArrive();
    await cast.allGreen();
    await cast.bothSidesEqual();
  });

  it('that is older is forgotten after a day, and nobody misses it', async () => {
    const second = keyId();
    await clock.stride(DAY + HOUR, isWell, HOUR);
    expect(keyId()).toBe(second);
    await notificationsArrive();
    await cast.bothSidesEqual();
  });
});
