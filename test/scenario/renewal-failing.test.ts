// Microsoft does not renew the subscription: a lamp says so while it still stands, notifications go on, and it
// is renewed, or made anew, once that is possible.
import { afterEach, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Fault } from '../sim/microsoft/faults.ts';
import type { Cast } from './cast.ts';
import { becomes } from './eventually.ts';
import { onLongStage } from './stage.ts';

const MINUTE = 60_000;
/** A renewal is due every ten minutes, and one that hangs is given up after 20 s. */
const DUE_AFTER_MS = 9 * MINUTE;
const DUE_WITHIN_MS = 6 * MINUTE;

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage('renewal-failing', (stage) => {
  ({ demo, cast, clock } = stage);
});
afterEach(() => demo.lab.microsoft.heal());

const standing = () =>
  demo.lab.microsoft.subscriptions.find(({ kind }) => kind === 'presence') ?? {
    id: '',
    expiresAt: 0,
  };
const isRenewed = () => standing().expiresAt > clock.now() + 50 * MINUTE;

/** Shown on the other side, both ways. */
async function changesShow(chosen: 'Busy' | 'DoNotDisturb', shown: 'busy' | 'dnd'): Promise<void> {
  cast.teams('alice').choose(chosen);
  cast.pbx('carol').setPresence(shown);
  await becomes(cast.onPbx('alice'), shown);
  await becomes(cast.inTeams('carol'), `${chosen}/${chosen}`);
  await cast.bothSidesEqual();
}

const failing = (how: Partial<Fault>): void =>
  demo.lab.microsoft.fail({ route: 'PATCH /subscriptions/{id}', times: -1, ...how });

it.each<[string, Partial<Fault>, RegExp]>([
  ['429', { status: 429, headers: { 'retry-after': '20' } }, /too many|throttl|slow/i],
  ['503', { status: 503 }, /503|unavailable|away/i],
  ['no answer', { how: 'hang' }, /answer/i],
  ['a cut connection', { how: 'cut' }, /reach/i],
])(
  '%s: yellow, and everything goes on; then it is renewed',
  { timeout: 60_000 },
  async (_, how, why) => {
    const { id } = standing();
    failing(how);
    await clock.stride(
      DUE_AFTER_MS,
      async () => (await cast.lamp('subscriptions')).state === 'warning',
      DUE_WITHIN_MS,
    );
    const { message, action } = await cast.lamp('subscriptions');
    expect(message).toMatch(
      /^The subscription of \S+@\S+ stands until \d\d:\d\d UTC, but cannot be renewed: /,
    );
    expect(message).toMatch(why);
    expect(message).toMatch(/Next try at/);
    expect(action).not.toBe('');
    await changesShow('Busy', 'busy');

    demo.lab.microsoft.heal();
    await clock.passUntil(async () => isRenewed() && (await cast.isAllGreen()), DUE_WITHIN_MS);
    expect(standing().id).toBe(id);
    await changesShow('DoNotDisturb', 'dnd');
  },
);

it.each([403, 409])('%i again and again: one is made anew', { timeout: 60_000 }, async (status) => {
  const { id } = standing();
  failing({ status });
  const isAnother = () => standing().id !== id && standing().id !== '';
  await clock.stride(DUE_AFTER_MS, isAnother, DUE_WITHIN_MS);
  await clock.passUntil(cast.isAllGreen, DUE_WITHIN_MS);
  await changesShow('Busy', 'busy');
  demo.lab.microsoft.heal();
  await changesShow('DoNotDisturb', 'dnd');
});
