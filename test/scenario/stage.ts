// What every scenario begins and ends with: the whole product set up in a directory of its own, all
// lamps green, and everything gone afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
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

/** Several stages are set at a time, some with hundreds of users. */
const GREEN_WITHIN_MS = 20_000;

type Staging = Pick<SetUpOptions, 'laboratory' | 'settings'>;

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

type Props = Pick<SetUpOptions, 'clock' | 'disk'>;

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
    await props?.clock?.close();
    await props?.disk?.close();
    await rm(directory, { recursive: true, force: true });
  });
}
