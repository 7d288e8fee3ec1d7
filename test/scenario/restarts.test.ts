// Parts that die and come back: afterwards both sides show the same, unattended.
import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

/** How long after the return of a part both sides may differ. */
const BACK_WITHIN_MS = 5_000;

let demo: SetUp;
let cast: Cast;
onStage('restarts', (stage) => {
  ({ demo, cast } = stage);
});

describe('the agent', { retry: 0 }, () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'ends by %s: what changed meanwhile shows when it is back',
    async (signal) => {
      await cast.everybodyAvailable();
      demo.agent.kill(signal);
      if (demo.agent.exitCode === null && demo.agent.signalCode === null) {
        await once(demo.agent, 'close');
      }
      await eventually(
        () => cast.lamp('agent'),
        ({ state }) => state === 'error',
      );
      cast.changeBothSides();
      await demo.restartAgent();
      await eventually(
        () => cast.lamp('agent'),
        ({ state }) => state === 'ok',
      );
      await cast.bothSidesEqual(BACK_WITHIN_MS);
      cast.showsWhatWasChanged();
    },
  );
});

describe('the edge', { retry: 0 }, () => {
  // One that has lost its edge four times in a few seconds waits longer and longer, up to 20 s.
  beforeEach(() => demo.restartAgent());

  it.each(['close', 'kill'] as const)(
    'ends (%s): what changed meanwhile shows when it is back',
    async (how) => {
      await cast.everybodyAvailable();
      const restarted = demo.restartEdge(how, cast.changeBothSides);
      await restarted;
      await cast.bothSidesEqual(BACK_WITHIN_MS);
      cast.showsWhatWasChanged();
    },
  );

  it('ends: available, chosen on the PBX meanwhile, is a choice and not forgetting', async () => {
    await cast.everybodyAvailable();
    cast.teams('alice').choose('Busy');
    await becomes(cast.onPbx('alice'), 'busy');
    await demo.restartEdge('kill', () => cast.pbx('alice').setPresence(''));
    await becomes(cast.inTeams('alice'), 'Available/Available', BACK_WITHIN_MS);
    expect(cast.onPbx('alice')()).toBe('');
  });

  it('ends during a call: the mark in Teams ends with the call all the same', async () => {
    await cast.everybodyAvailable();
    cast.teams('erik').reset();
    const call = cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    await demo.restartEdge('kill', () => call.hangUp());
    await becomes(cast.inTeams('erik'), 'Available/Available', BACK_WITHIN_MS);
  });
});

describe('the PBX', { retry: 0 }, () => {
  it('restarts and forgets: nothing is undone in Teams, and ours is set again', async () => {
    await cast.everybodyAvailable();
    cast.teams('alice').choose('Busy');
    cast.pbx('dora').setPresence('dnd');
    await becomes(cast.onPbx('alice'), 'busy');
    await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
    await demo.lab.pbx.reboot({ forgetPresence: true, downMs: 300 });
    const onPbx = () => [cast.onPbx('alice')(), cast.onPbx('dora')()];
    await becomes(onPbx, ['busy', 'dnd'], BACK_WITHIN_MS);
    expect(cast.inTeams('alice')()).toBe('Busy/Busy');
    expect(cast.inTeams('dora')()).toBe('DoNotDisturb/DoNotDisturb');
  });

  it('restarts during a call: the mark in Teams ends', async () => {
    await cast.everybodyAvailable();
    cast.teams('erik').reset();
    cast.pbx('erik').call();
    await becomes(cast.inTeams('erik'), 'Busy/InACall');
    await demo.lab.pbx.reboot({ forgetPresence: false, downMs: 300 });
    await becomes(cast.inTeams('erik'), 'Available/Available', BACK_WITHIN_MS);
    expect(cast.areBothSidesEqual()).toBe(true);
  });
});
