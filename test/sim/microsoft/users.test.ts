import { afterAll, beforeAll, expect, test } from 'vitest';
import { asAccount, asApp, type Caller } from './caller.ts';
import { teamsPlan } from './directory.ts';
import type { Microsoft } from './microsoft.ts';
import { startMicrosoft } from './server.ts';

const eventual = { consistencylevel: 'eventual' };
const select = '$select=id,displayName,userPrincipalName,mail,accountEnabled,assignedPlans';
const teamsFilter = `$filter=${encodeURIComponent(`assignedPlans/any(p:p/servicePlanId eq ${teamsPlan} and p/capabilityStatus eq 'Enabled')`)}`;

let clock = Date.parse('2026-11-23T12:00:00Z');
let microsoft: Microsoft;
let account: Caller;
beforeAll(async () => {
  microsoft = await startMicrosoft({ now: () => clock });
  account = await asAccount(microsoft);
});
afterAll(() => microsoft.close());

const names = (value: { displayName: string }[]) => value.map((user) => user.displayName);

test('lists Teams users by plan, as advanced query only', async () => {
  const path = `/users?${select}&${teamsFilter}&$count=true&$top=999`;
  const { status, body, headers } = await account('GET', path, undefined, eventual);
  expect(status).toBe(200);
  expect(body['@odata.count']).toBe(body.value.length);
  expect(names(body.value)).toEqual(
    expect.arrayContaining(['Jürgen Müller', 'Zoë Strauß', 'Dora Disabled', 'Presence Sync']),
  );
  expect(names(body.value)).not.toContain('Paul Noplan');
  expect(Object.keys(body.value[0]).sort()).toEqual([
    'accountEnabled',
    'assignedPlans',
    'displayName',
    'id',
    'mail',
    'userPrincipalName',
  ]);
  expect(headers.get('x-ms-resource-unit')).toBe('1');
  for (const wrong of [
    await account('GET', path),
    await account('GET', path.replace('&$count=true', ''), undefined, eventual),
  ]) {
    expect(wrong.status).toBe(400);
  }
});

test('pages by nextLink, and everybody comes once', async () => {
  const seen: string[] = [];
  let url = `/users?${select}&$top=3`;
  for (let pages = 0; url; pages++) {
    const { body } = await account('GET', url);
    expect(body.value.length).toBeLessThanOrEqual(3);
    seen.push(...body.value.map((user: { id: string }) => user.id));
    url = body['@odata.nextLink'];
    if (url) expect(url.startsWith(`${microsoft.origin}/v1.0/users?$select=`)).toBe(true);
    expect(pages).toBeLessThan(9);
  }
  expect(seen).toEqual(microsoft.users().map((user) => user.id));
});

test('links can point to the real Graph or to anybody', async () => {
  microsoft.turn({ linkOrigin: 'https://evil.example' });
  expect((await account('GET', '/users?$top=3')).body['@odata.nextLink']).toMatch(
    /^https:\/\/evil\.example\/v1\.0\/users\?/,
  );
  microsoft.turn({ linkOrigin: 'graph' });
  expect((await account('GET', '/users?$top=3')).body['@odata.nextLink']).toMatch(
    /^https:\/\/graph\.microsoft\.com\//,
  );
  microsoft.turn({ linkOrigin: 'own' });
});

test('reads a user by id and by name, with what was selected', async () => {
  const anna = microsoft.user('anna.berg@example.com');
  const byId = await account('GET', `/users/${anna.id}`);
  expect(byId.body).toMatchObject({ id: anna.id, displayName: 'Anna Berg', surname: 'Berg' });
  expect(byId.body).not.toHaveProperty('assignedPlans');
  const byName = await account('GET', '/users/Anna.Berg@example.com?$select=id,mail');
  expect(byName.body).toMatchObject({ id: anna.id, mail: 'anna.berg@example.com' });
  expect((await account('GET', '/users/nobody@example.com')).status).toBe(404);
  expect(
    (await account('GET', `/users/${anna.id}/licenseDetails`)).body.value[0].servicePlans,
  ).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ servicePlanId: teamsPlan, provisioningStatus: 'Success' }),
    ]),
  );
  expect((await account('GET', '/me')).body.userPrincipalName).toBe(microsoft.account.username);
});

test.each([
  ['$top=1000', 400],
  ['$top=0', 400],
  ['$top=999', 200],
  ['$select=id,favouriteColour', 400],
  ['$filter=accountEnabled eq true', 200],
  ["$filter=userPrincipalName eq 'anna.berg@example.com'", 200],
  ["$filter=displayName ne 'x'", 400],
  ['$filter=accountEnabled', 400],
  ['$skip=5', 400],
  ['$skiptoken=made-up', 400],
  ['$count=true', 400],
])('%s is answered %i', async (query, status) => {
  expect((await account('GET', `/users?${query}`)).status).toBe(status);
});

test('the second registration of the how-to may not see users', async () => {
  const app = await asApp(microsoft);
  for (const path of ['/users', '/users/delta', `/users/${microsoft.users()[0]!.id}`]) {
    const { status, body } = await app('GET', path);
    expect(status).toBe(403);
    expect(body.error.code).toBe('Authorization_RequestDenied');
  }
  expect(microsoft.records.refusals.at(-1)).toMatchObject({
    appId: microsoft.clientIdSyncToTeams,
    status: 403,
  });
});

/** Follows links to the end: all items and the deltaLink. */
async function follow(first: string): Promise<{ items: Record<string, unknown>[]; link: string }> {
  const items: Record<string, unknown>[] = [];
  let url = first;
  for (;;) {
    const { status, body } = await account('GET', url);
    expect(status).toBe(200);
    items.push(...body.value);
    if (body['@odata.deltaLink']) return { items, link: body['@odata.deltaLink'] };
    url = body['@odata.nextLink'];
  }
}

test('delta tells everybody once, then what changed', async () => {
  microsoft.turn({ deltaPageSize: 4 });
  const first = await follow(`/users/delta?${select}`);
  expect(first.items.map((one) => one['id'])).toEqual(microsoft.users().map((user) => user.id));
  expect((await follow(first.link)).items).toEqual([]);

  const added = microsoft.addUser({ displayName: 'Neu Ämter' });
  const ben = microsoft.renameUser('ben.carter@example.com', 'Ben Smith');
  const gone = microsoft.user('chloe.dubois@example.com').id;
  microsoft.removeUser(gone);
  const second = await follow(first.link);
  expect(second.items).toEqual([
    expect.objectContaining({
      id: added.id,
      displayName: 'Neu Ämter',
      userPrincipalName: 'neu.aemter@example.com',
    }),
    expect.objectContaining({
      id: ben.id,
      displayName: 'Ben Smith',
      mail: 'ben.carter@example.com',
    }),
    { id: gone, '@removed': { reason: 'changed' } },
  ]);
  microsoft.removeUser(added.id, { forGood: true });
  expect((await follow(second.link)).items).toEqual([
    { id: added.id, '@removed': { reason: 'deleted' } },
  ]);
});

test('delta from now, repeats, and 410', async () => {
  const latest = await follow('/users/delta()?$deltatoken=latest&$select=id,displayName');
  expect(latest.items).toEqual([]);
  microsoft.turn({ deltaPageSize: 2, deltaRepeats: true });
  for (const user of microsoft.users().slice(0, 3))
    microsoft.renameUser(user.id, `${user.displayName}!`);
  const repeated = await follow(latest.link);
  expect(new Set(repeated.items.map((one) => one['id'])).size).toBe(3);
  expect(repeated.items.length).toBeGreaterThan(3);
  microsoft.turn({ deltaRepeats: false, deltaGone: 1 });
  expect((await account('GET', repeated.link)).status).toBe(410);
  expect((await account('GET', repeated.link)).status).toBe(200);
  clock += 7 * 86_400_000;
  const late = await asAccount(microsoft);
  const gone = await late('GET', repeated.link);
  expect(gone.status).toBe(410);
  expect((await late('GET', gone.headers.get('location')!)).status).toBe(200);
  account = late;
});

test('delta takes neither $top nor $filter', async () => {
  expect((await account('GET', '/users/delta?$top=5')).status).toBe(400);
});

test('a tenant may have 20,000 users and many accounts', async () => {
  const large = await startMicrosoft({ tenant: { generatedUsers: 20_000, accounts: 31 } });
  const caller = await asAccount(large);
  const { body } = await caller(
    'GET',
    `/users?$top=999&${teamsFilter}&$count=true`,
    undefined,
    eventual,
  );
  expect(body['@odata.count']).toBe(20_000 + 31 + 7);
  await large.close();
});
