// Edge, agent and PBX die at random, one or two at a time, while people work on both sides. Both sides are equal
// soon after, and show what was chosen last. Drawn from a seed:
// KILLS=200 SEED=4711 npx vitest run --project node test/scenario/killed-at-random
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Choice, choose, hangUpAll, liveABit, type Side } from '../sim/demo/life.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { type Dice, dice } from '../soak/dice.ts';
import { type Cast, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { lastChoices, lostOf, stands } from './last-choices.ts';
import { saidAt } from './log-time.ts';
import { onStage } from './stage.ts';

const kills = Number(process.env['KILLS'] || 4);
const seed = Number(process.env['SEED'] || 1);
/** How long after the link is back both sides may differ, in ms. */
const BACK_WITHIN_MS = 5_000;
/** Longest time that a part is away, and between two acts, in ms. */
const AWAY_MS = 800;
const PACE_MS = 60;
const CALL_MS = 250;
/** Decisions that are told of somebody whose sides differ. */
const STORY = 20;

let demo: SetUp;
let cast: Cast;
let lines: string[];
onStage('killed-at-random', (stage) => {
  ({ demo, cast, lines } = stage);
});

type Part = 'edge' | 'agent' | 'pbx';
const PARTS: readonly Part[] = ['edge', 'agent', 'pbx'];

/** Dies as by kill -9 or a power cut; resolves when it has been started again. */
async function dies(part: Part, awayMs: number): Promise<void> {
  switch (part) {
    case 'edge':
      return demo.restartEdge('kill', () => delay(awayMs));
    case 'agent': {
      const { agent } = demo;
      agent.kill('SIGKILL');
      if (agent.exitCode === null && agent.signalCode === null) await once(agent, 'close');
      await delay(awayMs);
      return demo.restartAgent();
    }
    case 'pbx':
      await demo.lab.pbx.reboot({ forgetPresence: false, downMs: awayMs });
  }
}

const SIDES: readonly (Side | undefined)[] = ['teams', 'pbx', undefined];
type Choices = ReturnType<typeof lastChoices>;

/** People at work until told to stop, each of them on one side only or on both. */
async function work(roll: Dice, choices: Choices, stop: AbortSignal): Promise<void> {
  const sides = new Map(NAMES.map((name: string) => [name, SIDES[roll(SIDES.length)]]));
  const sideOf = (name: string) => sides.get(name);
  while (!stop.aborted) {
    choices.note(liveABit(demo.lab, NAMES, roll, { callMs: CALL_MS, sideOf }));
    await delay(roll(PACE_MS));
  }
}

/** With all of it up again the last one to choose wins, whatever is still on its way from before. */
async function everybodyChooses(roll: Dice): Promise<Choice[]> {
  const chosen = NAMES.map((name) => choose(demo.lab, roll(2) === 0 ? 'teams' : 'pbx', name, roll));
  const lost = () =>
    chosen.filter((choice) => !stands(cast, choice)).map((one) => lostOf(cast, one));
  await eventually(lost, (list) => list.length === 0, BACK_WITHIN_MS);
  await cast.edgeKnows(BACK_WITHIN_MS);
  return chosen;
}

/**
 * Whether all know that it has arrived, whoever dies within seconds. An edge that dies then has not stored it yet
 * (R36), and where the other side chooses meanwhile, either may win. What has arrived at the PBX, the agent tells it.
 */
const isKnown =
  (died: readonly Part[]) =>
  ({ side }: Choice): boolean =>
    !died.includes('edge') || (side === 'teams' && !died.includes('agent'));

/** One part, sometimes another one with it; each of them before one comes again. */
function victims(roll: Dice, n: number): Part[] {
  const [first, other] = [PARTS[(seed + n) % 3], PARTS[(seed + n + 1 + roll(2)) % 3]];
  return [first, ...(roll(3) === 0 ? [other] : [])].filter((part) => part !== undefined);
}

/** What the edge decided about those whom an error names, newest first. */
async function storyOf(error: string): Promise<string> {
  const named = NAMES.filter((name) => error.includes(name));
  const stories = named.map(async (name) => {
    const path = `/api/users/${cast.teamsId(name)}/timeline`;
    const { items } = await demo.admin.get<{ items: unknown[] }>(path);
    return items.slice(0, STORY).map((item) => JSON.stringify(item));
  });
  return (await Promise.all(stories)).flat().join('\n');
}

/** What an agent connects with anew when a part has died. */
const LINES: Record<Part, readonly string[]> = {
  edge: ['tunnel'],
  agent: ['tunnel', 'PBX pbx'],
  pbx: ['PBX pbx'],
};

/** Everybody is connected with everybody; answers since when, by the agent's log, which knows before any lamp does. */
async function linkedAt(died: readonly Part[]): Promise<number> {
  const ofAgent = () => lines.map((line) => line.replace(/^\[agent\] /, '')).toReversed();
  const lastSaid = () =>
    died.flatMap((part) => LINES[part]).map((line) => saidAt(ofAgent(), `${line}: connected`));
  await eventually(lastSaid, (times) => times.every(Number.isFinite), 30_000);
  await eventually(
    async () => [(await cast.lamp('agent')).state, (await cast.lamp('pbx')).state],
    (lamps) => lamps.every((state) => state === 'ok'),
    30_000,
  );
  return Math.max(...lastSaid());
}

it(`${kills} kills drawn from seed ${seed}: both sides are equal within 5 s of the link being back, as was chosen last, and no call stays`, {
  timeout: Math.max(60_000, kills * 40_000),
}, async () => {
  const roll = dice(seed);
  const choices = lastChoices(cast);
  for (let n = 0; n < kills; n += 1) {
    const parts = victims(roll, n);
    choices.forget(isKnown(parts));
    const evening = new AbortController();
    const working = work(roll, choices, evening.signal);
    await delay(roll(AWAY_MS));
    lines.length = 0;
    await Promise.all(parts.map((part) => dies(part, roll(AWAY_MS))));
    evening.abort();
    await working;
    // The last call ends while the link comes back, or before.
    hangUpAll(demo.lab, NAMES);
    const hungUpAt = Date.now();
    const since = Math.max(hungUpAt, await linkedAt(parts));
    const where = `kill ${n + 1}, seed ${seed}: ${parts.join(' and ')}`;
    const wrong = async (error: unknown) => {
      const at = `${new Date(since).toISOString()}: back; ${new Date().toISOString()}: seen`;
      throw new Error(`${where}. ${error}\n${at}\n${await storyOf(`${error}`)}`);
    };
    const leftMs = () => Math.max(0, since + BACK_WITHIN_MS - Date.now());
    await cast.bothSidesEqual(leftMs()).catch(wrong);
    await eventually(
      () => choices.lost(),
      (list) => list.length === 0,
      leftMs(),
    ).catch(wrong);
    if (process.env['KILLS']) console.log(`${where}: equal after ${Date.now() - since} ms`);
    choices.forget();
    // What somebody chooses sooner may be what Teams showed before the edge died: it is not told from that (R36).
    if (parts.includes('edge')) await delay(leftMs());
    for (const choice of await everybodyChooses(roll).catch(wrong)) choices.note(choice);
  }
  // What lies above a call's mark is taken away: nothing may be below.
  for (const name of NAMES) {
    cast.pbx(name).setPresence('');
    cast.teams(name).reset();
    await becomes(cast.inTeams(name), 'Available/Available');
  }
  await cast.bothSidesEqual(BACK_WITHIN_MS);
  expect((await cast.lamps()).filter(({ state }) => state !== 'ok')).toEqual([]);
});
