// What every scenario begins and ends with: the whole product set up in a directory of its own, all
// lamps green, and everything gone afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { type Cast, castOf } from './cast.ts';

export interface Stage {
  demo: SetUp;
  cast: Cast;
  stateDir: string;
  /** What edge and agent have logged, as `[who] line`. */
  lines: string[];
}

/** Sets the stage before the tests of this file, and hands it over. */
export function onStage(name: string, ready: (stage: Stage) => void): void {
  let demo: SetUp | undefined;
  let stateDir: string;

  beforeAll(async () => {
    const lines: string[] = [];
    stateDir = await mkdtemp(join(tmpdir(), `${name}-`));
    demo = await setUp({ stateDir, port: 0, say: (who, line) => lines.push(`[${who}] ${line}`) });
    const cast = castOf(demo);
    await cast.allGreen().catch((error: unknown) => {
      throw new Error(`${error}\n${lines.join('\n')}`);
    });
    ready({ demo, cast, stateDir, lines });
  }, 60_000);

  afterAll(async () => {
    await demo?.close();
    await rm(stateDir, { recursive: true, force: true });
  });
}
