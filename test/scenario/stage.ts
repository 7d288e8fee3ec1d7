// What every scenario begins and ends with: the whole product set up in a directory of its own, all
// lamps green, and everything gone afterwards.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type MovingClock, movingClock } from '../sim/clock/moving-clock.ts';
import { type SetUp, type SetUpOptions, setUp } from '../sim/demo/set-up.ts';
import { type FullDisk, fullDisk } from '../sim/disk/full-disk.ts';
import { type Cast, castOf } from './cast.ts';

export interface Stage {
  demo: SetUp;
  cast: Cast;
  stateDir: string;
  /** What edge and agent have logged, as `[who] line`. */
  lines: string[];
}

/** A stage whose hours go by in seconds. */
export interface LongStage extends Stage {
  clock: MovingClock;
}

/** A stage whose edge writes to a disk that may be full, for hours. */
export interface DiskStage extends LongStage {
  disk: FullDisk;
}

/** A stage whose edge and agent have a clock each, which somebody may set; all else lives by the machine's. */
export interface ClocksStage extends Stage {
  clocks: { edge: MovingClock; agent: MovingClock };
}

/** Several stages are set at a time, some with hundreds of users. */
const GREEN_WITHIN_MS = 20_000;

type Staging = Pick<SetUpOptions, 'laboratory' | 'settings' | 'graphAt'>;

/** Sets the stage before the tests of this file, and hands it over. */
export function onStage(name: string, ready: (stage: Stage) => void, staging: Staging = {}): void {
  staged(name, async () => ({}), ready, staging);
}

/** The same, with a clock for everything on it. */
export function onLongStage(
  name: string,
  ready: (stage: LongStage) => void,
  staging: Staging = {},
): void {
  staged(name, async (directory) => ({ clock: await movingClock(directory) }), ready, staging);
}

/** The same, with a disk for the edge. */
export function onDiskStage(name: string, ready: (stage: DiskStage) => void): void {
  const props = async (directory: string) => ({
    clock: await movingClock(directory),
    disk: await fullDisk(directory),
  });
  staged(name, props, ready, {});
}

/** The same, with a clock for the edge and one for the agent. */
export function onClocksStage(name: string, ready: (stage: ClocksStage) => void): void {
  const clockIn = async (directory: string, whose: string) => {
    const own = join(directory, whose);
    await mkdir(own);
    return movingClock(own);
  };
  const props = async (directory: string) => ({
    clocks: { edge: await clockIn(directory, 'edge'), agent: await clockIn(directory, 'agent') },
  });
  staged(name, props, ready, {});
}

interface Props {
  clock?: MovingClock;
  clocks?: ClocksStage['clocks'];
  disk?: FullDisk;
}

function staged<Made extends Props>(
  name: string,
  propsIn: (directory: string) => Promise<Made>,
  ready: (stage: Stage & Made) => void,
  staging: Staging,
): void {
  let demo: SetUp | undefined;
  let props: Props | undefined;
  let directory: string;

  beforeAll(async () => {
    const lines: string[] = [];
    directory = await mkdtemp(join(tmpdir(), `${name}-`));
    const made = await propsIn(directory);
    props = made;
    // set-up empties its directory, and the dials have to stay.
    const stateDir = join(directory, 'state');
    demo = await setUp({
      ...staging,
      ...made,
      stateDir,
      port: 0,
      say: (who, line) => lines.push(`[${who}] ${line}`),
    });
    const cast = castOf(demo);
    await cast.allGreen(GREEN_WITHIN_MS).catch((error: unknown) => {
      throw new Error(`${error}\n${lines.join('\n')}`);
    });
    ready({ demo, cast, stateDir, lines, ...made });
  }, 60_000);

  afterAll(async () => {
    await demo?.close();
    for (const clock of [props?.clock, ...Object.values(props?.clocks ?? {})]) await clock?.close();
    await props?.disk?.close();
    await rm(directory, { recursive: true, force: true });
  });
}
