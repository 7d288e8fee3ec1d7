// What every scenario begins and ends with: the whole product set up in a directory of its own, all
// lamps green, and everything gone afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type MovingClock, movingClock } from '../sim/clock/moving-clock.ts';
import { type SetUp, type SetUpOptions, setUp } from '../sim/demo/set-up.ts';
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

/** Several stages are set at a time, some with hundreds of users. */
const GREEN_WITHIN_MS = 20_000;

type Staging = Pick<SetUpOptions, 'laboratory' | 'settings'>;

/** Sets the stage before the tests of this file, and hands it over. */
export function onStage(name: string, ready: (stage: Stage) => void, staging: Staging = {}): void {
  staged(
    name,
    () => undefined,
    (stage) => ready(stage),
    staging,
  );
}

/** The same, with a clock for everything on it. */
export function onLongStage(
  name: string,
  ready: (stage: LongStage) => void,
  staging: Staging = {},
): void {
  staged(name, movingClock, (stage, clock) => ready({ ...stage, clock }), staging);
}

function staged<Clock extends MovingClock | undefined>(
  name: string,
  clockIn: (stateDir: string) => Promise<Clock> | Clock,
  ready: (stage: Stage, clock: Clock) => void,
  staging: Staging,
): void {
  let demo: SetUp | undefined;
  let clock: Clock | undefined;
  let directory: string;

  beforeAll(async () => {
    const lines: string[] = [];
    directory = await mkdtemp(join(tmpdir(), `${name}-`));
    const made = await clockIn(directory);
    clock = made;
    // set-up empties its directory, and the clock's dial has to stay.
    const stateDir = join(directory, 'state');
    demo = await setUp({
      ...staging,
      ...(made && { clock: made }),
      stateDir,
      port: 0,
      say: (who, line) => lines.push(`[${who}] ${line}`),
    });
    const cast = castOf(demo);
    await cast.allGreen(GREEN_WITHIN_MS).catch((error: unknown) => {
      throw new Error(`${error}\n${lines.join('\n')}`);
    });
    ready({ demo, cast, stateDir, lines }, made);
  }, 60_000);

  afterAll(async () => {
    await demo?.close();
    await clock?.close();
    await rm(directory, { recursive: true, force: true });
  });
}
