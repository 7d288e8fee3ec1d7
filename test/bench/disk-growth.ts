// What changes leave on the disk: the same few users change again and again, until all that is kept of them is there,
// and on. Limited are the decisions of a user (50) and SQLite's journal, which is written into the database and begun
// anew at 1,000 pages: so the disk has to stop growing.
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../scenario/eventually.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { diskKb } from './disk.ts';

/** So many users of the PBX change; each change reaches every connector. */
const CHANGING = 5;
/** Changes of each: two decisions each, the change and its echo, and some 10 KB of the journal. Even: each is one. */
const ROUNDS = { filling: 100, more: 20 };
const STILL_MS = 300;
/** Within which the first write of a round has come. */
const FIRST_MS = 60_000;
/** Of a connector, in KB: pages that come and go are no growth. */
const NO_GROWTH_KB = 50;
const STATES = ['busy', 'away'] as const;

export interface DiskGrowth {
  seen: Record<string, number>;
  held: Record<string, boolean>;
}

/** @param folder where the edge keeps everything */
export async function diskGrowth(
  demo: SetUp,
  folder: string,
  connectors: number,
): Promise<DiskGrowth> {
  const before = await diskKb(folder);
  await change(demo, ROUNDS.filling);
  const filled = await diskKb(folder);
  await change(demo, ROUNDS.more);
  const after = await diskKb(folder);
  const perChange = (kb: number, rounds: number) =>
    Math.round((kb * 1_024) / (connectors * CHANGING * rounds));
  const moreKb = (after - filled) / connectors;
  return {
    seen: {
      'changes of each connector': CHANGING * (ROUNDS.filling + ROUNDS.more),
      'disk for a change until all that is kept is there, bytes': perChange(
        filled - before,
        ROUNDS.filling,
      ),
      'disk for a change from then on, bytes': perChange(after - filled, ROUNDS.more),
      'disk of a connector before, KB': Math.round(before / connectors),
      'disk of a connector after, KB': Math.round(after / connectors),
      'of it journals, KB': Math.round((await diskKb(folder, '-wal')) / connectors),
    },
    held: { 'disk does not grow for ever': moreKb < NO_GROWTH_KB },
  };
}

async function change({ lab }: SetUp, rounds: number): Promise<void> {
  const users = lab.pbx.users().slice(0, CHANGING);
  for (let round = 0; round < rounds; round += 1) {
    lab.microsoft.records.clear();
    for (const { guid } of users) lab.pbx.user(guid).setPresence(STATES[round % 2] ?? '');
    const { records } = lab.microsoft;
    await untilStill(
      () => records.requests.filter(({ path }) => /UserPreferredPresence$/.test(path)).length,
    );
  }
}

/** Writes to Teams have come, and no more of them do. Throws where none comes. */
async function untilStill(written: () => number): Promise<void> {
  let now = await eventually(written, (count) => count > 0, FIRST_MS);
  for (let before = 0; now > before; now = written()) {
    before = now;
    await delay(STILL_MS);
  }
}
