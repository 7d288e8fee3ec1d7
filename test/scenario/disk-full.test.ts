// The disk of a self-hosted edge is full: what it cannot store it refuses, what it acknowledged it keeps, also
// where it dies meanwhile, and when there is room again it goes on by itself.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { FullDisk } from '../sim/disk/full-disk.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onDiskStage } from './stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How long after there is room both sides may differ. */
const BACK_WITHIN_MS = 5_000;

/** Of the unit in docs/operating.md. */
const RESTART_SEC = 2;

let demo: SetUp;
let cast: Cast;
let disk: FullDisk;
let clock: MovingClock;
let lines: string[];
onDiskStage('disk-full', (stage) => {
  ({ demo, cast, disk, clock, lines } = stage);
});

const settings = () => demo.admin.get<{ pollSeconds: number }>('/api/settings');
let seconds = 10;
/** What was acknowledged last. */
let acknowledged: number;

/** Notifications that the edge did not take. */
const refusals = () =>
  demo.lab.microsoft.records.notifications.filter(({ outcome }) => outcome === 'failed');

/** An admin changes something until that is refused. */
async function refused(): Promise<string> {
  for (;;) {
    seconds += 1;
    const refusal = await demo.admin
      .send('PATCH', '/api/settings', { pollSeconds: seconds })
      .then(() => undefined, String);
    if (refusal !== undefined) return refusal;
    acknowledged = seconds;
  }
}

/** The edge dies, and its service manager starts it again and again, as in docs/operating.md. */
async function killed(): Promise<void> {
  for (;;) {
    try {
      return await demo.restartEdge('kill');
    } catch (error) {
      expect(String(error)).toContain('workerd ended before it served');
      await delay(RESTART_SEC * 1_000);
    }
  }
}

beforeEach(async () => {
  await cast.everybodyAvailable();
  for (const name of NAMES) cast.pbx(name).setPresence('');
  cast.teams('erik').reset();
  demo.lab.microsoft.records.clear();
  await demo.admin.send('PATCH', '/api/settings', { pollSeconds: seconds });
  acknowledged = seconds;
  await cast.bothSidesEqual();
  // What the story before has left is history: rows have learned all of it. A busy machine needs a moment for that.
  await clock.pass(10_000, 10);
});

afterEach(() => disk.makeRoom());

describe.each(['growth', 'every write'] as const)('the disk is full for %s', (what) => {
  it.each(['lives on', 'is killed meanwhile'])('and the edge %s', async (fate) => {
    const died: string[] = [];
    void demo.edge.ended.then(() => died.push('workerd'));
    const call = cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');

    await disk.fill(what);
    cast.teams('alice').choose('Busy');
    cast.pbx('carol').setPresence('away');
    expect(await refused()).toMatch(/ 50[03] /);
    call.hangUp();
    cast.teams('bob').choose('DoNotDisturb');
    cast.pbx('dora').setPresence('dnd');
    await eventually(
      () => lines.join('\n'),
      (text) => text.includes('"event":"storage-failed"'),
    );
    expect(died).toEqual([]);
    const back = fate === 'lives on' ? undefined : killed();
    // Microsoft repeats what was not stored; with `growth` there may be room for it in a file.
    await eventually(refusals, ({ length }) => length > 0 || what === 'growth');
    expect(refusals().filter(({ status }) => status !== 0 && status < 500)).toEqual([]);

    await disk.makeRoom();
    const since = Date.now();
    await back;
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    await becomes(cast.onPbx('alice'), 'busy');
    await becomes(cast.onPbx('bob'), 'dnd');
    await becomes(cast.inTeams('carol'), 'Away/Away');
    await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
    await becomes(cast.inTeams('erik'), 'Available/Available');
    expect(Date.now() - since).toBeLessThan(BACK_WITHIN_MS);
    expect((await settings()).pollSeconds).toBe(acknowledged);
    await cast.allGreen();
  });
});

describe('the disk is full for more than an hour', () => {
  it('until alarms are given up and the subscription has ended: all is back at once', async () => {
    const subscription = () =>
      demo.lab.microsoft.subscriptions.find(({ kind }) => kind === 'presence');
    await disk.fill('every write');
    cast.teams('alice').choose('Busy');
    await clock.pass(5 * MINUTE, 100);
    await clock.jump(HOUR);
    cast.pbx('carol').setPresence('away');
    await eventually(subscription, (found) => found === undefined);

    await disk.makeRoom();
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    await becomes(cast.onPbx('alice'), 'busy');
    await becomes(cast.inTeams('carol'), 'Away/Away');
    await cast.allGreen();
    cast.teams('bob').choose('DoNotDisturb');
    await becomes(cast.onPbx('bob'), 'dnd');
  });
});
