// `npm run soak`: the whole product for as long as one likes, with random changes, calls and
// restarts. Ends with 1 when the sides differ, something was written beyond the allowed, or memory
// grows. SEED, MINUTES (default 10) and PORT come from the environment.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { residentMb } from '../bench/process-figures.ts';
import { castOf, NAMES } from '../scenario/cast.ts';
import { liveABit } from '../sim/demo/life.ts';
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
} finally {
  await demo.close();
}
for (const fault of faults) console.log(`FAULT ${fault}`);
console.log(faults.length === 0 ? `seed ${seed}: all well` : `seed ${seed}: failed`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** People at work, and now and then a part that dies. */
async function act(): Promise<void> {
  const until = Date.now() + ROUND_MS;
  const restartAt = Date.now() + roll(ROUND_MS);
  let restarted = false;
  while (Date.now() < until && !stop.signal.aborted) {
    liveABit(demo.lab, NAMES, roll);
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

async function checkpoint(round: number): Promise<void> {
  await cast.bothSidesEqual(EQUAL_WITHIN_MS).catch((error: unknown) => faults.push(String(error)));
  const counts = book.collect();
  faults.push(...book.beyond(NAMES.length));
  const memory = { edge: await residentMb(demo.edge.pid), agent: await residentMb(demo.agent.pid) };
  console.log(
    `${new Date().toISOString()} round ${round}: ${JSON.stringify(counts)} MB ${JSON.stringify(memory)}`,
  );
}
