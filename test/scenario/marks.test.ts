// How long the mark of a call stays in Teams: no longer than the call where somebody tells, and no longer than
// Microsoft lets it stand where nobody does.
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onLongStage } from './stage.ts';

const MINUTE = 60_000;
/** After a normal end of the call, in ms. */
const HUNG_UP_WITHIN_MS = 2_000;
/** After the death of whoever would tell that the call has ended, in ms. */
const DEAD_WITHIN_MS = 10 * MINUTE;

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage('marks', (stage) => {
  ({ demo, cast, clock } = stage);
});

/** Erik telephones, and Teams has shown it just now: the mark has as long to stand as it can have. */
async function telephoning() {
  await cast.everybodyAvailable();
  // A chosen "Available" would hide the call.
  cast.teams('erik').reset();
  const call = cast.pbx('erik').call();
  await becomes(cast.inTeams('erik'), 'Busy/InACall');
  return call;
}

const gone = () => becomes(cast.inTeams('erik'), 'Available/Available');

describe('the mark of a call in Teams', () => {
  it('ends within two seconds of hanging up', async () => {
    for (let n = 0; n < 5; n += 1) {
      const call = await telephoning();
      const hungUpAt = Date.now();
      call.hangUp();
      await gone();
      expect(Date.now() - hungUpAt).toBeLessThan(HUNG_UP_WITHIN_MS);
    }
  });

  it('stands while the agent is dead, and ends within ten minutes', async () => {
    const call = await telephoning();
    const diedAt = clock.now();
    demo.agent.kill('SIGKILL');
    await once(demo.agent, 'close');
    call.hangUp();
    await clock.pass(DEAD_WITHIN_MS / 2, 200);
    expect(cast.inTeams('erik')()).toBe('Busy/InACall');
    await clock.pass(diedAt + DEAD_WITHIN_MS - clock.now(), 200);
    await gone();
    await demo.restartAgent();
    await cast.allGreen();
    await cast.bothSidesEqual();
  });

  it('ends within ten minutes of the PBX’s death, whose agent lives', async () => {
    const call = await telephoning();
    const diedAt = clock.now();
    const calls = () => demo.lab.pbx.sessions().length;
    const dead = demo.lab.pbx.reboot({ downMs: 4_500 });
    call.hangUp();
    await eventually(calls, (open) => open === 0);
    await clock.pass(diedAt + DEAD_WITHIN_MS - clock.now(), 150);
    await gone();
    await dead;
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});
