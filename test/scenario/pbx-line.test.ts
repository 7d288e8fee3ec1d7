// What networks do to the line between agent and PBX: both sides are equal within 5 s of its being back, the
// log says what was, once, and what the PBX took without being able to say so is nobody's choice.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type MovingClock, movingClock } from '../sim/clock/moving-clock.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { startWire, type Wire } from '../sim/network/tcp-proxy.ts';
import { type Cast, castOf } from './cast.ts';
import { becomes, eventually } from './eventually.ts';

const BACK_WITHIN_MS = 5_000;
/** A PBX that says nothing is noticed within this, in ms of the agent's clock. */
const NOTICED_WITHIN_MS = 16_000;
/** How fast the agent's clock goes while nobody is to notice but the agent. */
const RATE = 5;

let demo: SetUp;
let cast: Cast;
let wire: Wire;
let clock: MovingClock;
let directory: string;
const lines: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbx-line-'));
  const own = join(directory, 'clock');
  await mkdir(own);
  clock = await movingClock(own);
  demo = await setUp({
    stateDir: join(directory, 'state'),
    port: 0,
    clocks: { agent: clock },
    say: (who, line) => {
      if (who === 'agent') lines.push(line);
    },
  });
  const { url } = demo.lab.pbx;
  wire = await startWire(Number(new URL(url).port));
  const behind = new URL(url);
  behind.port = String(wire.port);
  const toml = await readFile(demo.configFile, 'utf8');
  await writeFile(demo.configFile, toml.replace(url, behind.href));
  await demo.restartAgent();
  cast = castOf(demo);
  await cast.allGreen();
}, 60_000);

afterEach(() => {
  wire.mode = 'pass';
  wire.delayMs = 0;
  wire.bytesPerSecond = null;
});

afterAll(async () => {
  await demo?.close();
  await wire?.down();
  await clock?.close();
  await rm(directory, { recursive: true, force: true });
});

/** The edge knows all of it: no answer is on the line that is about to fail. */
async function quiet(): Promise<void> {
  await cast.everybodyAvailable();
  await cast.bothSidesEqual();
  lines.length = 0;
}

/** Lines about the PBX, without time. */
const log = () => lines.filter((line) => line.includes('PBX pbx:')).map((line) => line.slice(25));
const AGAIN = expect.stringMatching(/^info {2}PBX pbx: connected again after [\d.]+ s$/);
const isNoticed = () => log().length > 0;

/** Both sides equal in time after the line is back, with what was changed meanwhile. */
async function back(lost: RegExp): Promise<void> {
  await eventually(log, (said) => said.length > 1, BACK_WITHIN_MS);
  await cast.bothSidesEqual(BACK_WITHIN_MS);
  await cast.showsWhatWasChanged();
  expect(log()).toEqual([expect.stringMatching(lost), AGAIN]);
}

const SILENT = /^warn {2}PBX pbx: the PBX has said nothing for 14 s$/;

it('is slow: everything arrives all the same, and nothing is lost', async () => {
  await quiet();
  wire.delayMs = 400;
  cast.changeBothSides();
  await cast.bothSidesEqual(BACK_WITHIN_MS);
  await cast.showsWhatWasChanged();
  expect(log()).toEqual([]);
});

it('is a black hole', async () => {
  await quiet();
  wire.mode = 'black-hole';
  cast.changeBothSides();
  await clock.passUntil(isNoticed, NOTICED_WITHIN_MS, RATE);
  wire.mode = 'pass';
  await back(SILENT);
}, 30_000);

it('gives one byte a second', async () => {
  await quiet();
  // The agent lives as much faster.
  wire.bytesPerSecond = RATE;
  cast.changeBothSides();
  await clock.passUntil(isNoticed, NOTICED_WITHIN_MS, RATE);
  wire.bytesPerSecond = null;
  await back(SILENT);
}, 30_000);

it('is half closed by the side of the PBX', async () => {
  await quiet();
  wire.halfClose();
  cast.changeBothSides();
  await clock.passUntil(isNoticed, NOTICED_WITHIN_MS, RATE);
  await back(/^warn {2}PBX pbx: the PBX (has said nothing|closed the connection)/);
}, 30_000);

it('breaks, and hangs up on whoever dials for three seconds', async () => {
  await quiet();
  wire.mode = 'drop';
  wire.reset();
  cast.changeBothSides();
  await clock.pass(3_000, 1);
  wire.mode = 'pass';
  await back(/^warn {2}PBX pbx: the PBX closed the connection/);
}, 30_000);

it('brings a write and not its answer: what is chosen in Teams since stands', async () => {
  await quiet();
  wire.mode = 'one-way';
  cast.teams('alice').choose('Busy');
  cast.teams('erik').show({ availability: 'Busy', activity: 'InACall' });
  await becomes(cast.onPbx('alice'), 'busy');
  await becomes(cast.onPbx('erik'), 'on-the-phone');
  cast.teams('alice').choose('Available');
  await clock.passUntil(isNoticed, NOTICED_WITHIN_MS, RATE);
  wire.mode = 'pass';
  await eventually(log, (said) => said.length > 1, BACK_WITHIN_MS);
  await becomes(cast.onPbx('alice'), '');
  cast.teams('erik').show(null);
  await becomes(cast.onPbx('erik'), '');
  await cast.bothSidesEqual(BACK_WITHIN_MS);
  expect(cast.inTeams('alice')()).toBe('Available/Available');
}, 30_000);
