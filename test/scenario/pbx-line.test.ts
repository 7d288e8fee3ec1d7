// What networks do to the line between agent and PBX: both sides are equal within 5 s of its being back, the
// log says what was, once, and what the PBX took without being able to say so is nobody's choice.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type MovingClock, movingClock } from '../sim/clock/moving-clock.ts';
import { answers, type SetUp, setUp } from '../sim/demo/set-up.ts';
import { freePort } from '../sim/network/free-port.ts';
import { startWire, type Wire } from '../sim/network/tcp-proxy.ts';
import { type Cast, castOf } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { saidAt } from './log-time.ts';

const BACK_WITHIN_MS = 5_000;
/** A PBX that says nothing is noticed within this, in ms of the agent's clock. */
const NOTICED_WITHIN_MS = 15_000;
/** And where another line can be had, that stands, and both sides are equal. */
const REPAIRED_WITHIN_MS = 20_000;
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
  const port = await freePort();
  const health = `health = "127.0.0.1:${port}"\n`;
  await writeFile(demo.configFile, health + toml.replace(url, behind.href));
  await demo.restartAgent();
  // On a machine that is overrun its time waits for the agent.
  clock.follow(() => answers(`http://127.0.0.1:${port}/healthz`));
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

/** Lets the agent notice that the line is of no use since `begun`, by its clock, and says so in time. */
async function isNoticed(begun: number): Promise<void> {
  // Read later than said: what counts is when it was said.
  await clock.passUntil(() => log().length > 0, 2 * NOTICED_WITHIN_MS, RATE);
  expect(saidAt(lines, 'PBX pbx:') - begun).toBeLessThanOrEqual(NOTICED_WITHIN_MS);
}

/** Lets the agent dial into whatever the line is now. */
async function isDialled(): Promise<void> {
  const before = wire.cameAt.length;
  await clock.passUntil(() => wire.cameAt.length > before, BACK_WITHIN_MS, RATE);
  await clock.pass(500, RATE);
}

/** Both sides equal in time after the line is back, with what was changed meanwhile. */
async function back(lost: RegExp): Promise<void> {
  const since = Date.now();
  await eventually(log, (said) => said.length > 1, BACK_WITHIN_MS);
  await cast.bothSidesEqual(BACK_WITHIN_MS);
  cast.showsWhatWasChanged();
  expect(Date.now() - since).toBeLessThan(BACK_WITHIN_MS);
  expect(log()).toEqual([expect.stringMatching(lost), AGAIN]);
}

const SILENT = /^warn {2}PBX pbx: the PBX has said nothing for 14 s$/;

it('is slow: everything arrives all the same, and nothing is lost', {
  timeout: 30_000,
  retry: 0,
}, async () => {
  await quiet();
  wire.delayMs = 400;
  cast.changeBothSides();
  await cast.bothSidesEqual(BACK_WITHIN_MS);
  cast.showsWhatWasChanged();
  expect(log()).toEqual([]);
});

it('is a black hole', { timeout: 30_000, retry: 0 }, async () => {
  await quiet();
  const begun = clock.now();
  wire.mode = 'black-hole';
  cast.changeBothSides();
  await isNoticed(begun);
  // What it says while it dials is swallowed, too.
  await isDialled();
  wire.mode = 'pass';
  await back(SILENT);
});

it('gives one byte a second', { timeout: 30_000, retry: 0 }, async () => {
  await quiet();
  const begun = clock.now();
  // The agent lives as much faster.
  wire.bytesPerSecond = RATE;
  cast.changeBothSides();
  await isNoticed(begun);
  wire.bytesPerSecond = null;
  await back(SILENT);
  expect(clock.now() - begun).toBeLessThan(REPAIRED_WITHIN_MS);
});

it('is half closed by the side of the PBX', { timeout: 30_000, retry: 0 }, async () => {
  await quiet();
  const begun = clock.now();
  wire.halfClose();
  cast.changeBothSides();
  await isNoticed(begun);
  await back(/^warn {2}PBX pbx: the PBX (has said nothing|closed the connection)/);
  expect(clock.now() - begun).toBeLessThan(REPAIRED_WITHIN_MS);
});

it('breaks, and hangs up on whoever dials for three seconds', {
  timeout: 30_000,
  retry: 0,
}, async () => {
  await quiet();
  wire.mode = 'drop';
  wire.reset();
  cast.changeBothSides();
  await clock.pass(3_000, 1);
  wire.mode = 'pass';
  await back(/^warn {2}PBX pbx: the PBX closed the connection/);
});

it('brings a write and not its answer: what is chosen in Teams since stands', {
  timeout: 30_000,
  retry: 0,
}, async () => {
  await quiet();
  const begun = clock.now();
  wire.mode = 'one-way';
  cast.teams('alice').choose('Busy');
  cast.teams('erik').show({ availability: 'Busy', activity: 'InACall' });
  await becomes(cast.onPbx('alice'), 'busy');
  await becomes(cast.onPbx('erik'), 'on-the-phone');
  cast.teams('alice').choose('Available');
  await isNoticed(begun);
  wire.mode = 'pass';
  await eventually(log, (said) => said.length > 1, BACK_WITHIN_MS);
  await becomes(cast.onPbx('alice'), '');
  cast.teams('erik').show(null);
  await becomes(cast.onPbx('erik'), '');
  await cast.bothSidesEqual(BACK_WITHIN_MS);
  expect(cast.inTeams('alice')()).toBe('Available/Available');
});
