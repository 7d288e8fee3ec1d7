// Parts that die and come back: afterwards both sides show the same, unattended.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { type Cast, castOf, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';

/** How long after the return of a part both sides may differ. */
const BACK_WITHIN_MS = 5_000;

let demo: SetUp;
let cast: Cast;
let stateDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'restarts-'));
  demo = await setUp({ stateDir, port: 0 });
  cast = castOf(demo);
  await cast.allGreen();
}, 60_000);

afterAll(async () => {
  await demo?.close();
  await rm(stateDir, { recursive: true, force: true });
});

/** Something different for everybody, changed on either side while a part is away. */
function changeWhileAway(): void {
  cast.teams('alice').choose('Busy');
  cast.teams('bob').choose('DoNotDisturb');
  cast.pbx('carol').setPresence('away');
  cast.pbx('dora').setPresence('dnd');
}

async function showsWhatWasChanged(): Promise<void> {
  await becomes(cast.onPbx('alice'), 'busy');
  await becomes(cast.onPbx('bob'), 'dnd');
  await becomes(cast.inTeams('carol'), 'Away/Away');
  await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
}

/** Available on both sides, and the edge knows it: what is changed next is a change to it. */
async function everybodyAvailable(): Promise<void> {
  for (const name of NAMES) await cast.quiet(name);
  await eventually(
    () => demo.admin.get<{ items: UserView[] }>('/api/users?state=paired'),
    ({ items }) =>
      items.every(({ teams, pbx }) => teams?.activity === 'Available' && pbx?.activity === ''),
  );
}

interface UserView {
  teams?: { activity: string | null };
  pbx?: { activity: string | null };
}

describe('the agent', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'ends by %s: what changed meanwhile shows when it is back',
    async (signal) => {
      await everybodyAvailable();
      demo.agent.kill(signal);
      if (demo.agent.exitCode === null && demo.agent.signalCode === null) {
        await once(demo.agent, 'close');
      }
      await eventually(
        () => cast.lamp('agent'),
        ({ state }) => state === 'error',
      );
      changeWhileAway();
      await demo.restartAgent();
      await eventually(
        () => cast.lamp('agent'),
        ({ state }) => state === 'ok',
      );
      await cast.bothSidesEqual(BACK_WITHIN_MS);
      await showsWhatWasChanged();
    },
  );
});

describe('the edge', () => {
  it.each(['close', 'kill'] as const)(
    'ends (%s): what changed meanwhile shows when it is back',
    async (how) => {
      await everybodyAvailable();
      const restarted = demo.restartEdge(how, changeWhileAway);
      await restarted;
      await cast.bothSidesEqual(BACK_WITHIN_MS);
      await showsWhatWasChanged();
    },
  );

  it('ends: available, chosen on the PBX meanwhile, is a choice and not forgetting', async () => {
    await everybodyAvailable();
    cast.teams('alice').choose('Busy');
    await becomes(cast.onPbx('alice'), 'busy');
    await demo.restartEdge('kill', () => cast.pbx('alice').setPresence(''));
    await becomes(cast.inTeams('alice'), 'Available/Available');
    expect(cast.onPbx('alice')()).toBe('');
  });

  it('ends during a call: the mark in Teams ends with the call all the same', async () => {
    await everybodyAvailable();
    cast.teams('erik').reset();
    const call = cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    await demo.restartEdge('kill', () => call.hangUp());
    await becomes(cast.inTeams('erik'), 'Available/Available');
  });
});

describe('the PBX', () => {
  it('restarts and forgets: nothing is undone in Teams, and ours is set again', async () => {
    await everybodyAvailable();
    cast.teams('alice').choose('Busy');
    cast.pbx('dora').setPresence('dnd');
    await becomes(cast.onPbx('alice'), 'busy');
    await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
    await demo.lab.pbx.reboot({ forgetPresence: true, downMs: 300 });
    await becomes(cast.onPbx('alice'), 'busy');
    await becomes(cast.onPbx('dora'), 'dnd');
    expect(cast.inTeams('alice')()).toBe('Busy/Busy');
    expect(cast.inTeams('dora')()).toBe('DoNotDisturb/DoNotDisturb');
  });

  it('restarts during a call: the mark in Teams ends', async () => {
    await everybodyAvailable();
    cast.teams('erik').reset();
    cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    await demo.lab.pbx.reboot({ forgetPresence: false, downMs: 300 });
    await becomes(cast.inTeams('erik'), 'Available/Available');
    await cast.bothSidesEqual(BACK_WITHIN_MS);
  });
});
