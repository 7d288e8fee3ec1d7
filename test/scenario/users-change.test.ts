// The list of Teams users changes: Microsoft says that somebody changed, and within fifteen seconds they are
// paired, or no more; also where Microsoft has lost our place in the list.
import { describe, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

/** DESIGN §3: paired or unpaired within this time of the side telling us. */
const WITHIN_MS = 15_000;

let demo: SetUp;
let cast: Cast;
onStage('users-change', (stage) => {
  ({ demo, cast } = stage);
});

interface UserView {
  state: string;
  teams?: { id: string };
  pbx?: { cn: string };
}

/** What the list says of a person: as one pair, or of each side. */
async function listed(name: string): Promise<string[]> {
  const { cn = '' } = cast.pbx(name).row();
  const path = `/api/users?query=${encodeURIComponent(cn)}`;
  const { items } = await demo.admin.get<{ items: UserView[] }>(path);
  return items.map(
    ({ state, teams, pbx }) => `${state}${teams ? ' teams' : ''}${pbx ? ' pbx' : ''}`,
  );
}
const paired = (name: string) =>
  eventually(
    () => listed(name),
    (list) => list.join() === 'paired teams pbx',
    WITHIN_MS,
  );
const unpaired = (name: string) =>
  eventually(
    () => listed(name),
    (list) => !list.includes('paired teams pbx'),
    WITHIN_MS,
  );

/** A change arrives in each direction. */
async function isKeptEqual(name: string): Promise<void> {
  await cast.quiet(name);
  cast.teams(name).choose('Busy');
  await becomes(cast.onPbx(name), 'busy');
  cast.pbx(name).setPresence('dnd');
  await becomes(cast.inTeams(name), 'DoNotDisturb/DoNotDisturb');
  cast.pbx(name).setPresence('');
  await becomes(cast.inTeams(name), 'Available/Available');
}

describe('a Teams user', () => {
  it('who is disabled leaves, with what we showed of them; enabled again, they are back', async () => {
    const alice = cast.teamsId('alice');
    cast.teams('alice').choose('Busy');
    await becomes(cast.onPbx('alice'), 'busy');
    demo.lab.microsoft.disableUser(alice);
    await unpaired('alice');
    await becomes(cast.onPbx('alice'), '');
    demo.lab.microsoft.changeUser(alice, { accountEnabled: true });
    await paired('alice');
    await becomes(cast.onPbx('alice'), 'busy');
    await isKeptEqual('alice');
  });

  it('who loses the Teams plan leaves, and is back with it', async () => {
    const carol = cast.teamsId('carol');
    demo.lab.microsoft.changeUser(carol, { teams: false });
    await unpaired('carol');
    demo.lab.microsoft.changeUser(carol, { teams: true });
    await paired('carol');
    await isKeptEqual('carol');
  });

  it('who gets another name is matched by it: no more, or with somebody else', async () => {
    const erik = cast.teamsId('erik');
    demo.lab.microsoft.renameUser(erik, 'Erik Renamed');
    await unpaired('erik');
    demo.lab.pbx.addUser({ h323: 'renamed', cn: 'Erik Renamed' });
    await paired('renamed');
    await isKeptEqual('renamed');
    demo.lab.pbx.removeUser('renamed');
    demo.lab.microsoft.renameUser(erik, 'Erik Ek');
    await paired('erik');
    await isKeptEqual('erik');
  });

  it.each([false, true])(
    'who is deleted (for good: %s) leaves, and a new one of the name comes',
    async (forGood) => {
      const { displayName, userPrincipalName } = demo.lab.microsoft.user(cast.teamsId('bob'));
      demo.lab.microsoft.removeUser(cast.teamsId('bob'), { forGood });
      await unpaired('bob');
      demo.lab.microsoft.addUser({ displayName, userPrincipalName });
      await paired('bob');
      await isKeptEqual('bob');
      await cast.allGreen();
      await cast.bothSidesEqual();
    },
  );
});

describe('our place in the list, lost at Microsoft (410)', () => {
  it('is found anew with the whole list: who left, came and changed meanwhile is noticed', async () => {
    const { microsoft, pbx } = demo.lab;
    const dora = cast.teamsId('dora');
    pbx.addUser({ h323: 'nora', cn: 'Nora New' });
    microsoft.records.clear();
    microsoft.turn({ deltaGone: 1, deltaPageSize: 2 });
    microsoft.disableUser(dora);
    microsoft.addUser({ displayName: 'Nora New', userPrincipalName: 'nora@example.com' });
    await unpaired('dora');
    await paired('nora');
    const asked = microsoft.records.requests.filter(({ route }) => route === 'GET /users/delta');
    expect(asked.map(({ status }) => status)).toContain(410);
    expect(asked.some(({ query }) => '$skiptoken' in query)).toBe(true);
    await isKeptEqual('nora');
    microsoft.changeUser(dora, { accountEnabled: true });
    await paired('dora');
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});
