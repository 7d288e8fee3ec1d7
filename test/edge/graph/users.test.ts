import { describe, expect, test } from 'vitest';
import { graphClient } from '../../../edge/graph/client.ts';
import { hasTeamsPlan } from '../../../edge/graph/teams-plan.ts';
import {
  hasPresence,
  mergeUser,
  readUsersPage,
  type UsersCursor,
} from '../../../edge/graph/users.ts';
import { teamsUserId } from '../../../shared/ids.ts';
import { FakeMicrosoft, graphRefusal, json } from './fake-microsoft.ts';

const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const plan = (capabilityStatus: string, servicePlanId = TEAMS) => ({
  servicePlanId,
  capabilityStatus,
  service: 'TeamspaceAPI',
  assignedDateTime: '2026-01-01T00:00:00Z',
});
const user = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  displayName: `User ${id}`,
  userPrincipalName: `${id}@example.com`,
  mail: null,
  accountEnabled: true,
  assignedPlans: [plan('Enabled')],
  ...more,
});
const GRAPH = 'https://graph.microsoft.com/v1.0';
const nextLink = `${GRAPH}/users/delta?$skiptoken=2`;
const deltaLink = `${GRAPH}/users/delta?$deltatoken=1`;

function setUp() {
  const microsoft = new FakeMicrosoft();
  const client = graphClient({ cloud: 'global', fetch: microsoft.fetch, now: Date.now });
  return { microsoft, call: client.as('token') };
}

describe('delta', () => {
  test('lists everybody first, over pages, then tells only what changed', async () => {
    const { microsoft, call } = setUp();
    microsoft.on('delta?$select', () => json({ value: [user('a')], '@odata.nextLink': nextLink }));
    microsoft.on('$skiptoken', () => json({ value: [user('b')], '@odata.deltaLink': deltaLink }));
    microsoft.on('$deltatoken', () =>
      json({
        value: [
          { id: 'A', mail: 'a@example.com' },
          { id: 'b', '@removed': { reason: 'changed' } },
        ],
        '@odata.deltaLink': `${deltaLink}2`,
      }),
    );
    const first = await readUsersPage(call, null);
    expect(first).toMatchObject({ first: true, full: true, done: false, removed: [] });
    expect(first.users).toEqual([
      {
        id: 'a',
        displayName: 'User a',
        userPrincipalName: 'a@example.com',
        mail: null,
        accountEnabled: true,
        licensed: true,
      },
    ]);
    const second = await readUsersPage(call, first.cursor);
    expect(second).toMatchObject({ first: false, full: true, done: true });
    const third = await readUsersPage(call, second.cursor);
    expect(third).toMatchObject({ first: false, full: false, done: true, removed: ['b'] });
    expect(third.users).toEqual([{ id: 'a', mail: 'a@example.com' }]);
    expect(microsoft.asked[0]?.url).toBe(
      `${GRAPH}/users/delta?$select=id%2CdisplayName%2CuserPrincipalName%2Cmail%2CaccountEnabled%2CassignedPlans`,
    );
  });

  test('takes the last word about a user who stands in a page several times', async () => {
    const { microsoft, call } = setUp();
    microsoft.on('delta', () =>
      json({
        value: [
          user('a'),
          { id: 'a', displayName: 'New' },
          user('b'),
          { id: 'b', '@removed': { reason: 'deleted' } },
          { id: 'c', '@removed': { reason: 'changed' } },
          user('c'),
        ],
        '@odata.deltaLink': deltaLink,
      }),
    );
    const page = await readUsersPage(call, null);
    expect(page.users.map(({ id, displayName }) => [id, displayName])).toEqual([
      ['a', 'New'],
      ['c', 'User c'],
    ]);
    expect(page.removed).toEqual(['b']);
  });

  test.each([
    [410, 'resyncRequired'],
    [400, 'Directory_ExpiredPageToken'],
  ])('begins again with everybody where a link has run out (%i)', async (status, code) => {
    const { microsoft, call } = setUp();
    microsoft.on('$deltatoken', () => graphRefusal(status, code));
    microsoft.on('delta?$select', () =>
      json({ value: [user('a')], '@odata.deltaLink': deltaLink }),
    );
    const cursor: UsersCursor = { kind: 'delta', link: deltaLink, full: false };
    const page = await readUsersPage(call, cursor);
    expect(page).toMatchObject({ first: true, full: true, done: true });
  });

  test('a failure that passes leaves the cursor as it is', async () => {
    const { microsoft, call } = setUp();
    microsoft.on('delta', () => graphRefusal(503, 'ServiceUnavailable'));
    await expect(readUsersPage(call, null)).rejects.toMatchObject({ code: 'graph-unavailable' });
    expect(microsoft.count('/users?')).toBe(0);
  });

  test('a page with neither link is refused', async () => {
    const { microsoft, call } = setUp();
    microsoft.on('delta', () => json({ value: [] }));
    await expect(readUsersPage(call, null)).rejects.toMatchObject({ code: 'graph-bad-answer' });
  });
});

describe('the plain list', () => {
  test.each([400, 403, 404, 501])('stands in where delta is refused (%i)', async (status) => {
    const { microsoft, call } = setUp();
    microsoft.on('/users/delta', () => graphRefusal(status, 'Refused'));
    microsoft.on('/users?$select', () =>
      json({ value: [user('a')], '@odata.nextLink': `${GRAPH}/users?$skiptoken=9` }),
    );
    microsoft.on('$skiptoken=9', () => json({ value: [user('b')] }));
    const first = await readUsersPage(call, null);
    expect(first).toMatchObject({ first: true, full: true, done: false });
    const second = await readUsersPage(call, first.cursor);
    expect(second).toMatchObject({ first: false, full: true, done: true });
    expect(microsoft.asked[1]?.url).toContain('$top=999');
    // What refused delta may have passed: the next round asks again.
    microsoft.on('/users/delta', () => json({ value: [user('a')], '@odata.deltaLink': deltaLink }));
    const third = await readUsersPage(call, second.cursor);
    expect(third).toMatchObject({ first: true, full: true, cursor: { kind: 'delta' } });
  });

  test('refused as well, its own error is told', async () => {
    const { microsoft, call } = setUp();
    microsoft.on('/users', () => graphRefusal(403, 'Authorization_RequestDenied'));
    await expect(readUsersPage(call, null)).rejects.toMatchObject({ code: 'graph-forbidden' });
  });
});

test('a change is merged over what is known; what it does not name stays', () => {
  const id = teamsUserId('a');
  const known = mergeUser(undefined, { id, displayName: 'A', licensed: true });
  expect(known).toEqual({
    id: 'a',
    displayName: 'A',
    userPrincipalName: '',
    mail: null,
    accountEnabled: true,
    licensed: true,
  });
  expect(hasPresence(known)).toBe(true);
  const disabled = mergeUser(known, { id, accountEnabled: false });
  expect(disabled).toEqual({ ...known, accountEnabled: false });
  expect(hasPresence(disabled)).toBe(false);
});

test.each([
  ['Enabled', [plan('Enabled')], true],
  ['Warning', [plan('Warning')], true],
  ['Deleted and Enabled', [plan('Deleted'), plan('Enabled')], true],
  ['Suspended', [plan('Suspended')], false],
  ['LockedOut', [plan('LockedOut')], false],
  ['another plan', [plan('Enabled', '00000000-0000-0000-0000-000000000000')], false],
  ['upper case', [plan('ENABLED', TEAMS.toUpperCase())], true],
  ['GCC', [plan('Enabled', '304767db-7d23-49e8-a945-4a7eb65f9f28')], true],
  ['GCC High', [plan('Enabled', '9953b155-8aef-4c56-92f3-72b0487fce41')], true],
  ['DoD', [plan('Enabled', 'fd500458-c24c-478e-856c-a6067a8376cd')], true],
  ['nothing', [], false],
  ['an empty entry', [{}], false],
])('Teams plan: %s', (_what, plans, has) => {
  expect(hasTeamsPlan(plans)).toBe(has);
});
