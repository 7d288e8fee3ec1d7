import { afterAll, beforeAll, expect, test } from 'vitest';
import { asApp, askToken, clientForm } from './caller.ts';
import type { Microsoft } from './microsoft.ts';
import { startMicrosoft } from './server.ts';

let microsoft: Microsoft;
beforeAll(async () => {
  microsoft = await startMicrosoft();
});
afterAll(() => microsoft.close());

async function control(method: string, path: string, body?: unknown) {
  const init: RequestInit = { method };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(`${microsoft.origin}/control${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('tells what settings need', async () => {
  const { body } = await control('GET', '/');
  expect(body.tenants[0]).toEqual({
    tenantId: microsoft.tenantId,
    domain: 'example.com',
    clientIdSyncToPbx: microsoft.clientIdSyncToPbx,
    clientIdSyncToTeams: microsoft.clientIdSyncToTeams,
    clientSecret: microsoft.clientSecret,
    account: microsoft.account,
    accounts: microsoft.accounts,
  });
});

test('acts as a user, and the feed tells', async () => {
  const acted = await control('POST', '/users/anna.berg@example.com/teams', {
    do: 'choose',
    status: 'DoNotDisturb',
  });
  expect(acted.body).toMatchObject({ availability: 'DoNotDisturb' });
  const { body } = await control('GET', '/presence?after=0');
  expect(body.items.at(-1)).toMatchObject({ availability: 'DoNotDisturb', cause: 'teams' });
  expect((await control('GET', `/presence?after=${body.next}`)).body.items).toEqual([]);
  expect(
    (await control('POST', '/users/anna.berg@example.com/teams', { do: 'reset' })).body
      .availability,
  ).toBe('Available');
  expect(
    (await control('POST', '/users/anna.berg@example.com/teams', { do: 'dance' })).status,
  ).toBe(400);
});

test('streams events', async () => {
  const stop = new AbortController();
  const response = await fetch(`${microsoft.origin}/control/events`, { signal: stop.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read();
  microsoft.teams('anna.berg@example.com').call();
  const { value } = await reader.read();
  expect(value).toMatch(/^event: presence\ndata: {.*"activity":"InACall"/);
  microsoft.teams('anna.berg@example.com').hangUp();
  stop.abort();
});

test('adds, changes and removes users', async () => {
  const { body: added } = await control('POST', '/users', { displayName: 'Käthe Groß' });
  expect(added).toMatchObject({
    userPrincipalName: 'kaethe.gross@example.com',
    presence: { availability: 'Available' },
  });
  expect(added.signIn.password).toBe(false);
  const changed = await control('PATCH', `/users/${added.id}`, {
    displayName: 'Käthe Klein',
    teams: false,
  });
  expect(changed.body).toMatchObject({
    displayName: 'Käthe Klein',
    presence: { availability: 'PresenceUnknown' },
  });
  expect((await control('DELETE', `/users/${added.id}`)).status).toBe(204);
  expect((await control('GET', `/users/${added.id}`)).status).toBe(400);
});

test('turns knobs, and knows no others', async () => {
  expect((await control('PATCH', '/knobs', { latencyMs: 5 })).body.latencyMs).toBe(5);
  const { status, body } = await control('PATCH', '/knobs', { latency: 5 });
  expect([status, body.error]).toEqual([400, 'There is no knob called "latency".']);
});

test('makes requests fail and shows them, secrets redacted', async () => {
  await control('POST', '/faults', { route: 'GET /users/{id}/presence', status: 502 });
  const app = await asApp(microsoft);
  const path = `/users/${microsoft.users()[0]!.id}/presence`;
  expect((await app('GET', path)).status).toBe(502);
  expect((await app('GET', path)).status).toBe(200);
  await askToken(microsoft, clientForm(microsoft));
  const { body } = await control('GET', '/requests');
  expect(body.at(-1)).toMatchObject({
    side: 'login',
    route: 'POST /token',
    body: { client_secret: '<redacted>' },
  });
  expect(JSON.stringify(body)).not.toContain(microsoft.clientSecret);
  expect((await control('GET', '/refusals')).body.at(-1)).toMatchObject({ status: 502 });
});

test('hosts come and go', async () => {
  await control('PUT', '/hosts', { 'edge.example.net': 'http://127.0.0.1:8787' });
  expect((await control('GET', '/hosts')).body).toEqual({
    'edge.example.net': 'http://127.0.0.1:8787',
  });
  await control('DELETE', '/hosts/edge.example.net');
  expect((await control('GET', '/hosts')).body).toEqual({});
});

test('several tenants do not see each other', async () => {
  const two = await startMicrosoft({
    moreTenants: [
      {
        id: '5a1b2c3d-0000-4000-8000-00000000000b',
        domain: 'example.org',
        clientIdSyncToPbx: '6a1b2c3d-0000-4000-8000-00000000000b',
        clientIdSyncToTeams: '7a1b2c3d-0000-4000-8000-00000000000b',
      },
    ],
  });
  const foreign = two.users('example.org')[1]!.id;
  const app = await asApp(two);
  expect((await app('GET', `/users/${foreign}/presence`)).status).toBe(404);
  const bulk = await app('POST', '/communications/getPresencesByUserId', { ids: [foreign] });
  expect(bulk.body.value[0].availability).toBe('PresenceUnknown');
  await two.close();
});
