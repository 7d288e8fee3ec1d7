// `npm run soak`: the whole product for as long as one likes, with random changes, calls and
// restarts. Ends with 1 when the sides differ or show another choice than the last one, a call's mark stays,
// something was written beyond the allowed, or memory grows. SEED, MINUTES (default 10) and PORT come from the environment.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { residentMb } from '../bench/process-figures.ts';
import { castOf, NAMES } from '../scenario/cast.ts';
import { eventually } from '../scenario/eventually.ts';
import { lastChoices } from '../scenario/last-choices.ts';
import { hangUpAll, liveABit, type Side } from '../sim/demo/life.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { dice } from './dice.ts';
import { ledger } from './ledger.ts';

/** Acts until a checkpoint, in ms. */
const ROUND_MS = 30_000;
/** Between two acts, at most, in ms. */
const PACE_MS = 400;
/** Longest call in `life.ts`, and the time both sides may take to become equal, in ms. */
const CALLS_END_MS = 4_500;
const EQUAL_WITHIN_MS = 10_000;
/** Where somebody chooses in a round: on one side only, or on both. */
const SIDES: readonly (Side | undefined)[] = ['teams', 'pbx', undefined];

const seed = Number(process.env['SEED'] || Date.now() % 1_000_000);
const minutes = Number(process.env['MINUTES'] || 10);
const roll = dice(seed);

console.log(`seed ${seed}, ${minutes} minutes`);
const demo = await setUp({
  stateDir: resolve('.state/soak'),
  port: Number(process.env['PORT'] || 0),
  say: (who, line) => console.error(`[${who}] ${line}`),
});
const cast = castOf(demo);
const choices = lastChoices(cast);
const book = ledger(demo.lab);
const faults: string[] = [];
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

try {
  await cast.allGreen(20_000);
  const end = Date.now() + minutes * 60_000;
  for (let round = 1; Date.now() < end && !stop.signal.aborted && faults.length === 0; round += 1) {
    await act();
    await delay(CALLS_END_MS);
    await checkpoint(round);
  }
  await noMarks();
} finally {
  await demo.close();
}
for (const fault of faults) console.log(`FAULT ${fault}`);
console.log(faults.length === 0 ? `seed ${seed}: all well` : `seed ${seed}: failed`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** People at work, and now and then a part that dies. */
async function act(): Promise<void> {
  const until = Date.now() + ROUND_MS;
  choices.forget();
  const sides = new Map(NAMES.map((name: string) => [name, SIDES[roll(SIDES.length)]]));
  const restartAt = Date.now() + roll(ROUND_MS);
  let restarted = false;
  while (Date.now() < until && !stop.signal.aborted) {
    choices.note(liveABit(demo.lab, NAMES, roll, { sideOf: (name) => sides.get(name) }));
    if (!restarted && Date.now() > restartAt) {
      restarted = true;
      await restart(demo);
    }
    await delay(roll(PACE_MS));
  }
}

async function restart({ lab }: SetUp): Promise<void> {
  book.restarted();
  switch (roll(5)) {
    case 0:
      return demo.restartAgent();
    case 1:
      demo.agent.kill('SIGKILL');
      return demo.restartAgent();
    case 2:
      return demo.restartEdge('close');
    case 3:
      return demo.restartEdge('kill');
    default:
      await lab.pbx.reboot({ forgetPresence: false, downMs: roll(2_000) });
  }
}

/** What lies above a call's mark is taken away: nothing may be below. */
async function noMarks(): Promise<void> {
  hangUpAll(demo.lab, NAMES);
  for (const name of NAMES) {
    cast.pbx(name).setPresence('');
    cast.teams(name).reset();
  }
  const marked = () => NAMES.filter((name) => cast.inTeams(name)() !== 'Available/Available');
  await eventually(marked, (list) => list.length === 0, EQUAL_WITHIN_MS).catch((error: unknown) =>
    faults.push(`A mark stays: ${error}`),
  );
}

async function checkpoint(round: number): Promise<void> {
  const fault = (error: unknown) => void faults.push(String(error));
  const isNone = (list: readonly string[]) => list.length === 0;
  await cast.bothSidesEqual(EQUAL_WITHIN_MS).catch(fault);
  await eventually(() => choices.lost(), isNone, EQUAL_WITHIN_MS).catch(fault);
  const counts = book.collect();
  faults.push(...book.beyond(NAMES.length));
  const memory = { edge: await residentMb(demo.edge.pid), agent: await residentMb(demo.agent.pid) };
  console.log(
    `${new Date().toISOString()} round ${round}: ${JSON.stringify(counts)} MB ${JSON.stringify(memory)}`,
  );
}
