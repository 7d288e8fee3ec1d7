// What networks do to the lines between the edge and Microsoft, both ways: both sides are equal within 5 s of
// the line being back, with what was changed meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import { PUBLIC_HOST } from '../sim/laboratory.ts';
import { startWire, type Wire } from '../sim/network/tcp-proxy.ts';
import { type Cast, NAMES } from './cast.ts';
import { eventually } from './eventually.ts';
import { onStage } from './stage.ts';

const BACK_WITHIN_MS = 5_000;
/** A write that hangs is given up after this long; until then nothing else is written for its user. */
const HANGS_MS = 10_000;
/** How long a fault lasts, in ms: longer than a request is waited for. */
const LASTS_MS = 4_000;

let demo: SetUp;
let cast: Cast;
/** From the edge to Graph, and from Microsoft to the webhook. */
let toGraph: Wire;
let toEdge: Wire;
onStage(
  'microsoft-lines',
  (stage) => {
    ({ demo, cast } = stage);
  },
  {
    graphAt: async (origin) => {
      toGraph = await startWire(portOf(origin));
      return `http://127.0.0.1:${toGraph.port}`;
    },
  },
);

beforeAll(async () => {
  toEdge = await startWire(portOf(demo.edge.origin));
  demo.lab.microsoft.setHosts({ [PUBLIC_HOST]: `http://127.0.0.1:${toEdge.port}` });
  // Microsoft repeats after 10 s, 20 s, 40 s …: here within the 5 s that the edge has.
  demo.lab.microsoft.turn({ retryScale: 0.1 });
});

afterAll(async () => {
  await toGraph?.down();
  await toEdge?.down();
});

beforeEach(async () => {
  for (const name of NAMES) await cast.quiet(name);
  // A chosen "Available" would hide the call.
  cast.teams('erik').reset();
  await cast.bothSidesEqual();
  await cast.allGreen();
});

const portOf = (origin: string): number => Number(new URL(origin).port);

const FAULTS: [string, (wire: Wire) => void][] = [
  [
    'a black hole',
    (wire) => {
      wire.mode = 'black-hole';
    },
  ],
  [
    'one that swallows the answers',
    (wire) => {
      wire.mode = 'one-way';
    },
  ],
  [
    'one that gives one byte a second',
    (wire) => {
      wire.bytesPerSecond = 1;
    },
  ],
  [
    'one that breaks, and hangs up on whoever connects',
    (wire) => {
      wire.mode = 'drop';
      wire.reset();
    },
  ],
  ['half closed', (wire) => wire.halfClose()],
  [
    'slow',
    (wire) => {
      wire.delayMs = 400;
    },
  ],
];

function well(wire: Wire): void {
  wire.mode = 'pass';
  wire.bytesPerSecond = null;
  wire.delayMs = 0;
}

describe.each([
  ['from the edge to Graph', () => toGraph, () => {}],
  // For how long Microsoft waits for an answer that is lost, is its own affair.
  ['from Microsoft to the webhook', () => toEdge, () => toEdge.reset()],
])('the line %s is', (_, wireOf, giveUp) => {
  it.each(FAULTS)('%s', { timeout: 40_000, retry: 0 }, async (_fault, spoil) => {
    const wire = wireOf();
    spoil(wire);
    cast.changeBothSides();
    const call = cast.pbx('erik').call();
    onTestFinished(() => call.hangUp());
    await delay(LASTS_MS);
    well(wire);
    giveUp();
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    cast.showsWhatWasChanged();
    expect(cast.inTeams('erik')()).toBe('Busy/InACall');
    call.hangUp();
    await eventually(
      cast.inTeams('erik'),
      (shown) => shown === 'Available/Available',
      HANGS_MS + BACK_WITHIN_MS,
    );
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    expect(demo.lab.microsoft.records.refusals.filter(({ status }) => status === 429)).toEqual([]);
  });
});
