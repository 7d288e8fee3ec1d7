// A thousand users change at once, and once more, with the real edge, the real agent and Microsoft's quota,
// which two thousand writes exceed: nothing is lost, also when the edge is killed in the middle, and no 429
// is of our making.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isEqual, mappingOf } from '../../shared/presence/mapping.ts';
import { type MovingClock, movingClock } from '../sim/clock/moving-clock.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { castOf } from './cast.ts';
import { becomes, eventually } from './eventually.ts';

const PEOPLE = Array.from({ length: 1_000 }, (_, n) => `guest${n}`);
/** The pace keeps writes back for most of a minute; slow enough that Microsoft's window sees it as it is. */
const RATE = 3;
const MINUTE = 60_000;

let demo: SetUp;
let clock: MovingClock;
let stateDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'burst-'));
  clock = await movingClock(stateDir);
  const laboratory = { tenant: { accounts: 2 } };
  demo = await setUp({ stateDir: join(stateDir, 'state'), port: 0, laboratory, clock });
  const { microsoft, pbx } = demo.lab;
  await castOf(demo).allGreen();
  for (const name of PEOPLE) {
    const mail = `${name}@${microsoft.domain}`;
    microsoft.addUser({ displayName: name, userPrincipalName: mail, mail });
    pbx.addUser({ h323: name, cn: name, emails: [{ email: mail }] });
  }
  await demo.admin.send('POST', '/api/checks/teamsUsers', {});
  await eventually(
    () => demo.admin.get<{ counts: { paired: number } }>('/api/users?state=paired'),
    ({ counts }) => counts.paired >= PEOPLE.length,
    20_000,
  );
  await becomes(waiting, 0);
}, 60_000);

afterAll(async () => {
  await demo?.close();
  await clock?.close();
  await rm(stateDir, { recursive: true, force: true });
});

/** Users of whom something is still to be done, as the lamp says. */
const waiting = async (): Promise<number> => {
  const lamps =
    await demo.admin.get<{ id: string; state: string; message: string }[]>('/api/status');
  const sync = lamps.find(({ id }) => id === 'sync');
  return sync?.state === 'ok' && !/\d/.test(sync.message) ? 0 : 1;
};

const inTeams = (name: string): string => {
  const { microsoft } = demo.lab;
  return microsoft.teams(`${name}@${microsoft.domain}`).presence().availability;
};
const mapping = mappingOf();
/** Of whom both sides do not show the same. */
const different = (): string[] => {
  const { microsoft, pbx } = demo.lab;
  return PEOPLE.filter((name) => {
    const shown = microsoft.teams(`${name}@${microsoft.domain}`).presence();
    return !isEqual(mapping, shown, pbx.user(name).activity());
  });
};
const notYet = (wanted: string) => () => PEOPLE.filter((name) => inTeams(name) !== wanted);
const requests = () => demo.lab.microsoft.records.requests.filter(({ side }) => side === 'graph');

it.each(['nothing else happens', 'the edge is killed in the middle'])(
  'everybody on the PBX chooses at once, and %s: Teams shows all of it',
  async (what) => {
    const activity = what.startsWith('nothing') ? 'dnd' : 'away';
    const wanted = activity === 'dnd' ? 'DoNotDisturb' : 'Away';
    const before = requests().length;
    for (const name of PEOPLE) demo.lab.pbx.user(name).setPresence(activity);
    if (activity === 'away') {
      await clock.passUntil(() => notYet(wanted)().length < PEOPLE.length / 2, 2 * MINUTE, RATE);
      await demo.restartEdge('kill');
    }
    await clock.passUntil(() => notYet(wanted)().length === 0, 2 * MINUTE, RATE);
    const made = requests().slice(before);
    const writes = made.filter(({ route }) => route.includes('/presence/'));
    expect(writes.filter(({ batched }) => batched).length).toBeGreaterThan(PEOPLE.length / 2);
    expect(made.filter(({ status }) => status === 429)).toEqual([]);
    // What the burst leaves behind is equal, and stays so: no echo of it is taken for somebody's choice.
    await castOf(demo).bothSidesEqual();
    await eventually(different, ({ length }) => length === 0);
    await clock.passUntil(async () => (await waiting()) === 0, MINUTE, RATE);
    await clock.pass(MINUTE, 20);
    expect(different()).toEqual([]);
    for (const name of PEOPLE) expect(demo.lab.pbx.user(name).activity()).toBe(activity);
    await castOf(demo).allGreen();
  },
  60_000,
);
