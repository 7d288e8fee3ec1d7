// Two agents of one connector, as real processes: one leads, the other takes over, and never do both
// write.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnotherAgent, type SetUp, setUp } from '../sim/demo/set-up.ts';
import { CONNECTOR } from '../sim/laboratory.ts';
import { startWire } from '../sim/network/tcp-proxy.ts';
import { type Cast, castOf } from './cast.ts';
import { becomes, eventually } from './eventually.ts';

/** How long the one that stands by may take. */
const TAKE_OVER_MS = 5_000;
/** And how long until a leader is missed that says no goodbye. */
const MISSED_MS = 15_000;

interface AgentView {
  id: string;
  name: string;
  state: string;
}

let demo: SetUp;
let cast: Cast;
let stateDir: string;
let second: AnotherAgent;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'two-agents-'));
  demo = await setUp({ stateDir, port: 0 });
  cast = castOf(demo);
  await cast.allGreen();
  second = await demo.anotherAgent('second');
  await stateIs('second', 'leading');
}, 60_000);

afterAll(async () => {
  await demo?.close();
  await rm(stateDir, { recursive: true, force: true });
});

const agents = async () => (await demo.admin.get<{ items: AgentView[] }>('/api/agents')).items;
const stateIs = (name: string, state: string, limitMs = 8_000) =>
  eventually(
    async () => (await agents()).find((one) => one.name === name)?.state,
    (is) => is === state,
    limitMs,
  );

/** A change on each side reaches the other. */
async function bothWays(name: string, [teams, pbx]: ['Busy', 'busy'] | ['DoNotDisturb', 'dnd']) {
  await cast.quiet(name);
  cast.teams(name).choose(teams);
  await becomes(cast.onPbx(name), pbx);
  cast.pbx(name).setPresence('away');
  await becomes(cast.inTeams(name), 'Away/Away');
}

/** The PBX connections over which something was written since. */
const writersSince = (count: number): number[] => [
  ...new Set(demo.lab.pbx.setPresenceHistory.slice(count).map(({ session }) => session)),
];

describe('two agents', { retry: 0 }, () => {
  it('the newest one leads, the other stands by with its PBX session', async () => {
    expect((await agents()).map(({ name, state }) => [name, state])).toEqual(
      expect.arrayContaining([
        ['laboratory', 'standby'],
        ['second', 'leading'],
      ]),
    );
    const before = demo.lab.pbx.setPresenceHistory.length;
    await bothWays('alice', ['Busy', 'busy']);
    expect(writersSince(before)).toHaveLength(1);
  });

  it('the leader is killed: the other takes over within 5 s, nothing is lost', async () => {
    await cast.quiet('bob');
    await cast.quiet('carol');
    second.process.kill('SIGKILL');
    cast.teams('bob').choose('DoNotDisturb');
    cast.pbx('carol').setPresence('dnd');
    await stateIs('laboratory', 'leading', TAKE_OVER_MS);
    await cast.bothSidesEqual(TAKE_OVER_MS);
    await becomes(cast.onPbx('bob'), 'dnd');
    await becomes(cast.inTeams('carol'), 'DoNotDisturb/DoNotDisturb');
    await bothWays('alice', ['DoNotDisturb', 'dnd']);
  });

  it('the leader’s line is a black hole: the other leads within 15 s, until it is back', async () => {
    const wire = await startWire(Number(new URL(demo.edge.origin).port));
    const far = await demo.anotherAgent('far', `http://127.0.0.1:${wire.port}/${CONNECTOR}`);
    await stateIs('far', 'leading');
    for (const name of ['bob', 'carol']) await cast.quiet(name);
    wire.mode = 'black-hole';
    cast.teams('bob').choose('Busy');
    cast.pbx('carol').setPresence('away');
    await stateIs('laboratory', 'leading', MISSED_MS);
    await cast.bothSidesEqual(TAKE_OVER_MS);
    await becomes(cast.onPbx('bob'), 'busy');
    await becomes(cast.inTeams('carol'), 'Away/Away');
    wire.mode = 'pass';
    await stateIs('far', 'leading');
    const before = demo.lab.pbx.setPresenceHistory.length;
    await bothWays('erik', ['Busy', 'busy']);
    expect(writersSince(before)).toHaveLength(1);
    far.process.kill('SIGKILL');
    await wire.down();
    await stateIs('laboratory', 'leading', TAKE_OVER_MS);
  }, 60_000);

  it('the leader is removed by an admin: it is put out at once, the other leads', async () => {
    const third = await demo.anotherAgent('third');
    await stateIs('third', 'leading');
    const { id } = (await agents()).find(({ name }) => name === 'third') ?? { id: '' };
    await demo.admin.send('DELETE', `/api/agents/${id}`);
    const since = Date.now();
    await stateIs('laboratory', 'leading', TAKE_OVER_MS);
    await stateIs('third', 'revoked');
    expect(Date.now() - since).toBeLessThan(TAKE_OVER_MS);
    await eventually(
      () => third.lines,
      (lines) => lines.some((line) => /warn {2}tunnel: the admin removed this agent/.test(line)),
    );
    const before = demo.lab.pbx.setPresenceHistory.length;
    await bothWays('dora', ['Busy', 'busy']);
    expect(writersSince(before)).toHaveLength(1);
  });
});
