// How long the mark of a call stays in Teams: no longer than the call where somebody tells, and no longer than
// Microsoft lets it stand where nobody does.
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import { stopAgent } from '../sim/demo/agent-process.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { CONNECTOR } from '../sim/laboratory.ts';
import { startWire, type Wire } from '../sim/network/tcp-proxy.ts';
import { defer } from '../sim/pbx/deferred.ts';
import type { Cast } from './cast.ts';
import { becomes } from './eventually.ts';
import { onLongStage } from './stage.ts';

const MINUTE = 60_000;
/** After a normal end of the call, in ms. */
const HUNG_UP_WITHIN_MS = 2_000;
/** After the death of whoever would tell that the call has ended, in ms. */
const DEAD_WITHIN_MS = 10 * MINUTE;
/** How often the mark is refreshed while somebody would tell of the end. */
const REFRESH_MS = 5 * MINUTE;
/** Dead so long before the next refresh that nobody has noticed by then: the worst moment. */
const BEFORE_REFRESH_MS = 6_000;

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

describe('the mark of a call in Teams', { retry: 0 }, () => {
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
    expect(await markEnds(diedAt)).toBeLessThan(DEAD_WITHIN_MS);
    await demo.restartAgent();
    await cast.allGreen();
    await cast.bothSidesEqual();
  });

  it('ends within ten minutes of the PBX’s death, whose agent lives', async () => {
    const call = await telephoning();
    const diedAt = clock.now();
    // Were it back before, its list would end the mark.
    const power = defer<void>();
    const rebooted = demo.lab.pbx.reboot({ until: power.promise });
    call.hangUp();
    expect(await markEnds(diedAt)).toBeLessThan(DEAD_WITHIN_MS);
    power.resolve();
    await rebooted;
    await clock.passUntil(isWell, MINUTE);
    await cast.bothSidesEqual();
  });

  it('ends within ten minutes where the agent’s line dies without a word, just before a refresh', async () => {
    const wire = await startWire(Number(new URL(demo.edge.origin).port));
    await stopAgent(demo.agent);
    const behind = await demo.anotherAgent('behind', `http://127.0.0.1:${wire.port}/${CONNECTOR}`);
    await cast.allGreen();
    await endsInTimeBehind(wire);
    await stopAgent(behind.process);
    await wire.down();
    await demo.restartAgent();
    await cast.allGreen();
  });

  it('ends within ten minutes where the line to the PBX dies without a word, just before a refresh', async () => {
    const { url } = demo.lab.pbx;
    const wire = await startWire(Number(new URL(url).port));
    const configured = await readFile(demo.configFile, 'utf8');
    const behind = new URL(url);
    behind.port = String(wire.port);
    await writeFile(demo.configFile, configured.replace(url, behind.href));
    await demo.restartAgent();
    await cast.allGreen();
    await endsInTimeBehind(wire);
    await writeFile(demo.configFile, configured);
    await demo.restartAgent();
    await wire.down();
  });
});

/** The line dies without a word, just before a refresh, and comes back. */
async function endsInTimeBehind(wire: Wire): Promise<void> {
  const call = await telephoning();
  await clock.pass(REFRESH_MS - BEFORE_REFRESH_MS);
  const diedAt = clock.now();
  wire.mode = 'black-hole';
  call.hangUp();
  expect(await markEnds(diedAt)).toBeLessThan(DEAD_WITHIN_MS);
  wire.mode = 'pass';
  await clock.passUntil(isWell, MINUTE);
  await cast.bothSidesEqual();
}

/** How long after a death the mark is gone, in ms; it has to be there when it is looked at first. */
async function markEnds(diedAt: number): Promise<number> {
  const seen = demo.lab.microsoft.feed().at(-1)?.n;
  expect(cast.inTeams('erik')()).toBe('Busy/InACall');
  await clock.passUntil(
    () => cast.inTeams('erik')() === 'Available/Available',
    2 * DEAD_WITHIN_MS,
    100,
  );
  const changes = demo.lab.microsoft.feed(seen);
  const ended = changes.find(({ userId }) => userId === cast.teamsId('erik'));
  return (ended?.at ?? Number.POSITIVE_INFINITY) - diedAt;
}

const isWell = () => cast.isAllGreen();
