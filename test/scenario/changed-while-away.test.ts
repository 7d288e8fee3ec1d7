// Somebody switches a direction off, or takes a user away, while a part is away that should be told of it.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { stopAgent } from '../sim/demo/agent-process.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

/** How long after the return of a part both sides may differ. */
const BACK_WITHIN_MS = 5_000;
/** DESIGN §3: paired or unpaired within this time of the side telling us. */
const TOLD_WITHIN_MS = 15_000;

let demo: SetUp;
let cast: Cast;
onStage('changed-while-away', (stage) => {
  ({ demo, cast } = stage);
});

const directions = (value: string) =>
  demo.admin.send('PATCH', '/api/settings', { directions: value });

beforeEach(async () => {
  await directions('both');
  await cast.everybodyAvailable();
});

async function agentAway(meanwhile: () => Promise<unknown>): Promise<void> {
  await stopAgent(demo.agent);
  const agent = (wanted: string) =>
    eventually(
      () => cast.lamp('agent'),
      ({ state }) => state === wanted,
    );
  await agent('error');
  await meanwhile();
  await demo.restartAgent();
  await agent('ok');
}

/** Bob's state is of the PBX and goes to Teams, Alice's is of Teams and stays there. */
async function onlyPbxToTeams(): Promise<void> {
  await becomes(cast.inTeams('bob'), 'DoNotDisturb/DoNotDisturb', BACK_WITHIN_MS);
  await cast.nothingOnItsWay();
  expect([cast.inTeams('alice')(), cast.onPbx('alice')()]).toEqual(['Busy/Busy', '']);
}

function changeBoth(): void {
  cast.teams('alice').choose('Busy');
  cast.pbx('bob').setPresence('dnd');
}

describe('a direction that is switched off', { retry: 0 }, () => {
  it('while the agent is away: what was chosen there meanwhile stays there', async () => {
    await agentAway(async () => {
      changeBoth();
      await directions('pbx-to-teams');
    });
    await onlyPbxToTeams();
  });

  it('just before the edge breaks: so it is when it is back', async () => {
    await directions('pbx-to-teams');
    await demo.restartEdge('kill', changeBoth);
    await onlyPbxToTeams();
  });

  it('during a call on the PBX, while the agent is away: its mark in Teams ends then, and does not come back', async () => {
    cast.teams('erik').reset();
    const call = cast.pbx('erik').call();
    onTestFinished(() => call.hangUp());
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    await agentAway(async () => {
      await directions('teams-to-pbx');
      await becomes(cast.inTeams('erik'), 'Available/Available', BACK_WITHIN_MS);
    });
    await cast.nothingOnItsWay();
    expect(cast.inTeams('erik')()).toBe('Available/Available');
  });
});

describe('a user who is disabled in Teams', { retry: 0 }, () => {
  const disabled = async () => demo.lab.microsoft.disableUser(cast.teamsId('carol'));
  beforeEach(async () => {
    demo.lab.microsoft.changeUser(cast.teamsId('carol'), { accountEnabled: true });
    await cast.quiet('carol');
    cast.teams('carol').choose('Busy');
    await becomes(cast.onPbx('carol'), 'busy');
  });

  it('while the agent is away: what we showed of them on the PBX ends when it is back', async () => {
    await agentAway(disabled);
    await becomes(cast.onPbx('carol'), '', TOLD_WITHIN_MS);
  });

  it('while the edge is away: so it does when that is back', async () => {
    await demo.restartEdge('kill', disabled);
    await becomes(cast.onPbx('carol'), '', TOLD_WITHIN_MS);
  });
});
