// A master with a slave that nobody configured: the users are the master's, calls are seen where they are.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { type Pbx, startPbx } from '../sim/pbx/server.ts';
import { type Cast, castOf } from './cast.ts';
import { becomes, eventually } from './eventually.ts';

let demo: SetUp;
let cast: Cast;
let branch: Pbx;
let stateDir: string;
const lines: string[] = [];

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'slaves-'));
  const say = (who: string, line: string) => {
    if (who === 'agent') lines.push(line);
  };
  demo = await setUp({ stateDir, port: 0, say });
  cast = castOf(demo);
  await cast.allGreen();
  branch = await startPbx({ name: 'branch', master: demo.lab.pbx });
}, 60_000);

afterAll(async () => {
  await demo?.close();
  await branch?.close();
  await rm(stateDir, { recursive: true, force: true });
});

const loggedIn = (pbx: Pbx) => pbx.sessions().filter(({ app }) => app).length;
const subscribed = (pbx: Pbx) =>
  pbx.messages.flatMap(({ message }) =>
    message.mt === 'SubscribePresence' ? [message['sip']] : [],
  );

it('a slave is found once a paired user is registered there, and sees the calls of this user', async () => {
  await cast.quiet('dora');
  demo.lab.pbx.updateUser('dora', { loc: 'branch' });
  await eventually(
    () => loggedIn(branch),
    (count) => count === 1,
  );
  await eventually(
    () => subscribed(branch),
    (who) => who.includes('dora'),
  );
  cast.teams('dora').reset();
  const call = cast.pbx('dora').call();
  await becomes(cast.inTeams('dora'), 'Busy/InACall');
  call.hangUp();
  await becomes(cast.inTeams('dora'), 'Available/Available');
  cast.teams('dora').choose('DoNotDisturb');
  await becomes(cast.onPbx('dora'), 'dnd');
  expect(branch.setPresenceHistory.map(({ h323 }) => h323)).toContain('dora');
  expect(lines.join('\n')).toContain('users are registered at "branch": looking for it');
  await cast.allGreen();
});

it('a slave that goes and comes back takes nobody’s partner away', async () => {
  const paired = async () => {
    const { counts } = await demo.admin.get<{ counts: Record<string, number> }>('/api/users');
    return counts['paired'];
  };
  const before = await paired();
  const back = branch.reboot({ downMs: 500 });
  cast.teams('dora').choose('Busy');
  cast.pbx('bob').setPresence('away');
  await becomes(cast.inTeams('bob'), 'Away/Away');
  expect(await paired()).toBe(before);
  await back;
  await eventually(
    () => loggedIn(branch),
    (count) => count === 1,
  );
  await cast.bothSidesEqual(5_000);
  expect(await paired()).toBe(before);
});

it('a user who moves back is watched at the master again', async () => {
  demo.lab.pbx.clearRecords();
  demo.lab.pbx.updateUser('dora', { loc: 'pbx' });
  await eventually(
    () => subscribed(demo.lab.pbx),
    (who) => who.includes('dora'),
  );
  cast.pbx('dora').setPresence('away');
  await becomes(cast.inTeams('dora'), 'Away/Away');
  expect([...demo.lab.pbx.violations, ...branch.violations]).toEqual([]);
});
