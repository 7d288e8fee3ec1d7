// A subscription stands at Microsoft and is renewed, and no notification comes of it: sweeps notice, the
// lamp says so, it is made anew, and the next notification makes all green.
import { expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onLongStage } from './stage.ts';

const MINUTE = 60_000;
/** A sweep comes at least so often. */
const SWEEP_MS = 5 * MINUTE;
/** What changed before a subscription had stood for so long says nothing about it. */
const SETTLED_MS = 6 * MINUTE;
/** Whatever changes is read within this, and that is answered. */
const READ_WITHIN_MS = 5_000;
/** After a change that nobody told, notifications have so long to come. */
const GRACE_MS = 95_000;

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage('silent-subscription', (stage) => {
  ({ demo, cast, clock } = stage);
});

const standing = () =>
  demo.lab.microsoft.subscriptions.flatMap(({ id, kind }) => (kind === 'presence' ? [id] : []));
/** Exactly one stands, and it is not that one. */
const another = (before: string) =>
  eventually(standing, (ids) => ids.length === 1 && ids[0] !== before);

/** Of this: while a jump's renewals are on their way, there are other warnings. */
const isWarned = async () =>
  (await cast.lamp('subscriptions')).message.includes('without a notification');

/**
 * The subscription stands for long enough. What the changes before have led to is read 3 s later: a read that the
 * jump overtook would be a time-out of Graph, and after one nothing that was silent before counts.
 */
async function settled(): Promise<void> {
  await clock.pass(READ_WITHIN_MS, 8);
  await cast.nothingOnItsWay();
  await clock.stride(SETTLED_MS + MINUTE, cast.isAllGreen, 3 * MINUTE);
  await clock.pass(READ_WITHIN_MS, 8);
}

it('is noticed, shown and made anew; the first notification makes the lamp green', async () => {
  await cast.everybodyAvailable();
  const [silent = ''] = standing();
  demo.lab.microsoft.silence(silent);
  await settled();

  cast.teams('alice').choose('Busy');
  await clock.stride(SWEEP_MS, () => cast.onPbx('alice')() === 'busy', SWEEP_MS);
  await clock.stride(GRACE_MS, isWarned, 10 * MINUTE);
  const { message } = await cast.lamp('subscriptions');
  expect(message).toContain(demo.lab.microsoft.account.username);
  expect(message).toMatch(/without a notification\. It has been made anew/);
  await another(silent);

  cast.teams('bob').choose('DoNotDisturb');
  await becomes(cast.onPbx('bob'), 'dnd');
  await cast.allGreen();
  await cast.bothSidesEqual();
}, 60_000);

it('while Microsoft tells nothing at all, everybody is read every minute, and it ends by itself', async () => {
  const [silent = ''] = standing();
  demo.lab.microsoft.turn({ silent: true });
  await settled();
  cast.teams('alice').choose('Available');
  await clock.stride(SWEEP_MS, () => cast.onPbx('alice')() === '', SWEEP_MS);
  await clock.stride(GRACE_MS, isWarned, 10 * MINUTE);
  await another(silent);
  cast.teams('carol').choose('Away');
  await clock.stride(MINUTE, () => cast.onPbx('carol')() === 'away', MINUTE);

  demo.lab.microsoft.turn({ silent: false });
  cast.teams('carol').choose('Available');
  await becomes(cast.onPbx('carol'), '');
  await cast.allGreen();
  await cast.bothSidesEqual();
}, 60_000);
