// Somebody, or the network, sets the clock of the edge's or the agent's machine by an hour, and later right
// again: what changes meanwhile shows at once, nobody asks in a loop, and nothing waits for the hour to pass.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { type ClocksStage, onClocksStage } from './stage.ts';

const HOUR = 3_600_000;
/** How long an agent that came and went a few times may wait before it dials, in ms. */
const LINKED_WITHIN_MS = 20_000;
/** How long after a change both sides may differ, in ms. */
const EQUAL_WITHIN_MS = 5_000;
/** How long until a sign-in has been refused, in ms. */
const REFUSED_WITHIN_MS = 20_000;
/** How long somebody would have to ask in a loop to be found out, in ms, and what is asked for a change or two. */
const QUIET_MS = 500;
const MOST_REQUESTS = 40;

let demo: SetUp;
let cast: Cast;
let clocks: ClocksStage['clocks'];
let stateDir: string;
onClocksStage('clock-set', (stage) => {
  ({ demo, cast, clocks, stateDir } = stage);
});

beforeEach(async () => {
  // One that came and went in the story before would wait longer each time before it dials.
  await demo.restartAgent();
  await cast.allGreen();
  for (const name of NAMES) cast.pbx(name).setPresence('');
  await cast.everybodyAvailable();
  cast.teams('erik').reset();
});

const renewals = () =>
  demo.lab.microsoft.records.requests.filter(
    ({ route, status }) => /^(PATCH|POST) \/subscriptions/.test(route) && status < 300,
  );

/** 0 where it has seen none yet. */
const latestTime = async () =>
  Number(await readFile(join(stateDir, 'edge', 'latest-time'), 'utf8').catch(() => 0));

/** The edge starts anew where its clock was set back, as `npm run edge` does (test/edge-node/launcher.test.ts). */
async function set(whose: keyof ClocksStage['clocks'], ms: number): Promise<void> {
  const { setBack } = demo.edge;
  demo.lab.microsoft.records.clear();
  clocks[whose].set(ms);
  if (whose === 'agent') return;
  if (ms < 0) {
    await setBack;
    await demo.restartEdge('close');
    await eventually(
      () => cast.lamp('agent'),
      ({ state }) => state === 'ok',
      LINKED_WITHIN_MS,
    );
    // What it does by the clock does not wait for the hour to pass, and Microsoft takes it.
    await eventually(renewals, ({ length }) => length > 0);
  }
  // It looks every second, and has to have seen a time to miss it later.
  await eventually(latestTime, (latest) => latest >= clocks.edge.now() - 60_000);
}

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
}

it.each([
  ['edge', 'ahead', [HOUR, -HOUR]],
  ['edge', 'back', [-HOUR, HOUR]],
  ['agent', 'ahead, then back', [HOUR, -2 * HOUR, HOUR]],
] as const)(
  'the clock of the %s is set an hour %s, during a call, and right again',
  async (whose, _, steps) => {
    const call = cast.pbx('erik').call();
    onTestFinished(() => call.hangUp());
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    for (const [n, ms] of steps.entries()) {
      await set(whose, ms);
      await (n % 2 === 0 ? changes('Busy', 'away') : changes('DoNotDisturb', 'dnd'));
      expect(cast.inTeams('erik')()).toBe('Busy/InACall');
    }
    call.hangUp();
    await becomes(cast.inTeams('erik'), 'Available/Available', EQUAL_WITHIN_MS);
    await cast.allGreen();
  },
);

// What waits for a time that the wrong clock named does not wait for that hour to come.
it('the clock of the edge is set two hours ahead while the login is away, and right again', async () => {
  const { microsoft } = demo.lab;
  onTestFinished(() => microsoft.turn({ loginDown: false }));
  microsoft.turn({ loginDown: 'cut' });
  await set('edge', 2 * HOUR);
  // Its subscriptions have run out by this clock, and whoever wants a token for new ones is refused.
  await eventually(
    () => cast.lamp('tokenForReading'),
    ({ state }) => state !== 'ok',
    REFUSED_WITHIN_MS,
  );
  microsoft.turn({ loginDown: false });
  await set('edge', -2 * HOUR);
  await changes('Busy', 'dnd');
  await cast.allGreen();
});
