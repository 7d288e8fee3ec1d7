// Microsoft's side is away for a while, in each way in which it can be: it is left in peace meanwhile, and
// what changed shows on both sides when it is back. Ten minutes of it, on a clock that a test moves, are
// in test/edge/cloud/graph-down.test.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Knobs } from '../sim/microsoft/knobs.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

/** How long it is away, in ms. */
const AWAY_MS = 4_000;
/** Each of five users has at most a few tries within that time, the rest of the edge hardly more. */
const MOST_REQUESTS = 40;
/** The last wait before the return was no longer than the time away. */
const BACK_WITHIN_MS = 15_000;

let demo: SetUp;
let cast: Cast;
onStage('graph-down', (stage) => {
  ({ demo, cast } = stage);
});

const UP: Partial<Knobs> = { graphDown: false, loginDown: false };
afterEach(() => demo.lab.microsoft.turn(UP));

describe('Microsoft is away', () => {
  const ways: [string, Partial<Knobs>][] = [
    ['Graph answers 503', { graphDown: 503 }],
    ['Graph answers 429', { graphDown: 429 }],
    ['Graph breaks off every connection', { graphDown: 'cut' }],
    ['login and Graph both', { graphDown: 'cut', loginDown: 'cut' }],
  ];

  it.each(ways)('%s', { timeout: 90_000 }, async (_, down) => {
    for (const name of NAMES) cast.pbx(name).setPresence('');
    await cast.everybodyAvailable();
    await cast.allGreen();
    demo.lab.microsoft.records.clear();
    demo.lab.microsoft.turn(down);
    cast.teams('alice').choose('Busy');
    cast.pbx('carol').setPresence('away');
    cast.pbx('dora').setPresence('dnd');
    const call = cast.pbx('erik').call();
    await eventually(
      () => cast.lamp('sync'),
      ({ state }) => state === 'warning',
    );
    // The time away is what is tested: nothing is to be waited for.
    await delay(AWAY_MS);
    cast.teams('bob').choose('DoNotDisturb');
    cast.pbx('dora').setPresence('busy');
    call.hangUp();
    expect(demo.lab.microsoft.records.requests.length).toBeLessThan(MOST_REQUESTS);

    demo.lab.microsoft.turn(UP);
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    await becomes(cast.onPbx('alice'), 'busy');
    await becomes(cast.onPbx('bob'), 'dnd');
    await becomes(cast.inTeams('carol'), 'Away/Away');
    await becomes(cast.inTeams('dora'), 'Busy/Busy');
    await eventually(
      cast.inTeams('erik'),
      (shown) => shown === 'Available/Available',
      BACK_WITHIN_MS,
    );
    await cast.allGreen(BACK_WITHIN_MS);
  });
});
