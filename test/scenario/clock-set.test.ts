// Somebody, or the network, sets the clock of the edge's or the agent's machine by an hour, and later right
// again: what changes meanwhile shows at once, nobody asks in a loop, and nothing waits for the hour to pass.
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { type ClocksStage, onClocksStage } from './stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How long after a change both sides may differ, in ms. */
const EQUAL_WITHIN_MS = 5_000;
/** How long somebody would have to ask in a loop to be found out, in ms, and what is asked for a change or two. */
const QUIET_MS = 1_000;
const MOST_REQUESTS = 40;

let demo: SetUp;
let cast: Cast;
let clocks: ClocksStage['clocks'];
let lines: string[];
onClocksStage('clock-set', (stage) => {
  ({ demo, cast, clocks, lines } = stage);
});

beforeEach(async () => {
  for (const name of NAMES) cast.pbx(name).setPresence('');
  await cast.everybodyAvailable();
  cast.teams('erik').reset();
  lines.length = 0;
});

/** Somebody changes on each side, and it shows on the other. */
async function changes(chosen: 'Busy' | 'DoNotDisturb', set: 'away' | 'dnd'): Promise<void> {
  demo.lab.microsoft.records.clear();
  cast.teams('alice').choose(chosen);
  cast.pbx('carol').setPresence(set);
  await eventually(
    () => [cast.onPbx('alice')(), cast.inTeams('carol')()],
    ([alice, carol]) =>
      alice === (chosen === 'Busy' ? 'busy' : 'dnd') &&
      carol === (set === 'away' ? 'Away/Away' : 'DoNotDisturb/DoNotDisturb'),
    EQUAL_WITHIN_MS,
  );
  await cast.bothSidesEqual(EQUAL_WITHIN_MS);
  await delay(QUIET_MS);
  expect(demo.lab.microsoft.records.requests.length).toBeLessThan(MOST_REQUESTS);
  console.log(demo.lab.microsoft.records.requests.map((r) => r.route + r.status).join(' | '));
}

describe.each(['edge', 'agent'] as const)('the clock of the %s', (whose) => {
  it.each([
    ['ahead', HOUR],
    ['back', -HOUR],
  ])('is set an hour %s, during a call, and right again', async (_, ms) => {
    const call = cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    clocks[whose].set(ms);
    await changes('Busy', 'away');
    expect(cast.inTeams('erik')()).toBe('Busy/InACall');
    clocks[whose].set(-ms);
    await changes('DoNotDisturb', 'dnd');
    call.hangUp();
    await becomes(cast.inTeams('erik'), 'Available/Available');
    await cast.allGreen().catch((e) => console.log(String(e)));
    console.log(lines.join('\n'));
  });
});

it('what the edge does by the clock does not wait until the hour has passed', async () => {
  const subscription = () =>
    demo.lab.microsoft.subscriptions.find(({ kind }) => kind === 'presence');
  clocks.edge.set(HOUR);
  await changes('Busy', 'away');
  clocks.edge.set(-HOUR);
  demo.lab.microsoft.records.clear();
  await changes('DoNotDisturb', 'dnd');
  await clocks.edge.passUntil(
    () => demo.lab.microsoft.records.requests.some(({ route }) => route.startsWith('PATCH /subs')),
    11 * MINUTE,
    120,
  );
  expect(subscription()).toBeDefined();
  await cast.allGreen();
});
