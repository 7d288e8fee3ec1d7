import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { asAccount, asApp, type Caller } from './caller.ts';
import type { Microsoft } from './microsoft.ts';
import { startMicrosoft } from './server.ts';

const minute = 60_000;
let clock = Date.parse('2026-11-23T12:00:00Z');
let microsoft: Microsoft;
let app: Caller;
let anna: string;
beforeAll(async () => {
  microsoft = await startMicrosoft({ now: () => clock });
  anna = microsoft.user('anna.berg@example.com').id;
});
afterAll(() => microsoft.close());
beforeEach(async () => {
  clock += 8 * 86_400_000;
  microsoft.heal();
  app = await asApp(microsoft);
});

const session = (more: Record<string, unknown> = {}) => ({
  sessionId: microsoft.clientIdSyncToTeams,
  availability: 'Busy',
  activity: 'InACall',
  expirationDuration: 'PT1H',
  ...more,
});
const act = (action: string, body: unknown, user = anna) =>
  app('POST', `/users/${user}/presence/${action}`, body);
const seen = () => {
  const { availability, activity } = microsoft.teams(anna).presence();
  return `${availability}/${activity}`;
};

test('a session shows as call, is read at both addresses and goes away again', async () => {
  const set = await act('setPresence', session());
  expect(set.status).toBe(200);
  expect(set.body).toBe('');
  for (const path of [`/users/${anna}/presence`, `/communications/presences/${anna}`]) {
    const { body } = await app('GET', path);
    expect(body).toMatchObject({ id: anna, availability: 'Busy', activity: 'InACall' });
    expect(body.sequenceNumber).toMatch(/^\d{20}$/);
  }
  expect((await act('clearPresence', { sessionId: microsoft.clientIdSyncToTeams })).status).toBe(
    200,
  );
  expect(seen()).toBe('Available/Available');
  expect((await act('clearPresence', { sessionId: microsoft.clientIdSyncToTeams })).status).toBe(
    404,
  );
});

test('sequence numbers grow with every change and sort as text', async () => {
  const numbers: string[] = [];
  for (const status of ['Busy', 'Away', 'DoNotDisturb'] as const) {
    microsoft.teams(anna).choose(status);
    numbers.push((await app('GET', `/users/${anna}/presence`)).body.sequenceNumber);
  }
  expect([...numbers].sort()).toEqual(numbers);
  expect(new Set(numbers).size).toBe(3);
  microsoft.teams(anna).reset();
});

test.each([
  ['Available/Available', 200],
  ['Busy/InAConferenceCall', 200],
  ['Away/Away', 200],
  ['DoNotDisturb/Presenting', 200],
  ['Busy/InACall', 200],
  ['busy/inACall', 200],
  ['Busy/Busy', 400],
  ['Busy/InAMeeting', 400],
  ['Offline/OffWork', 400],
  ['DoNotDisturb/DoNotDisturb', 400],
])('setPresence %s: %i', async (pair, status) => {
  const [availability, activity] = pair.split('/');
  expect((await act('setPresence', session({ availability, activity }))).status).toBe(status);
});

test.each([
  ['PT5M', 200],
  ['PT4H', 200],
  ['PT300S', 200],
  [undefined, 200],
  ['PT4M59S', 400],
  ['PT4H1M', 400],
  ['P1D', 400],
  ['5 minutes', 400],
  ['PT', 400],
])('setPresence for %s: %i', async (expirationDuration, status) => {
  expect((await act('setPresence', session({ expirationDuration }))).status).toBe(status);
});

test('setPresence wants its own session id, known fields and a GUID', async () => {
  expect((await act('setPresence', session({ sessionId: randomUUID() }))).status).toBe(400);
  expect((await act('setPresence', session({ sessionId: undefined }))).status).toBe(400);
  const unknown = await act('setPresence', session({ colour: 'red' }));
  expect(unknown.status).toBe(400);
  expect(unknown.body.error.message).toContain("The parameter 'colour'");
  expect((await act('setPresence', session(), 'anna.berg@example.com')).status).toBe(400);
  expect((await act('setPresence', session(), randomUUID())).status).toBe(404);
  expect(
    (await act('setPresence', session(), microsoft.user('paul.noplan@example.com').id)).status,
  ).toBe(404);
  expect((await app('POST', `/users/${anna}/presence/setPresence`)).status).toBe(400);
});

test.each([
  'Available/Available',
  'Busy/Busy',
  'DoNotDisturb/DoNotDisturb',
  'BeRightBack/BeRightBack',
  'Away/Away',
  'Offline/OffWork',
])('preferred %s is shown while a client runs', async (pair) => {
  const [availability, activity] = pair.split('/');
  expect((await act('setUserPreferredPresence', { availability, activity })).status).toBe(200);
  expect(seen()).toBe(pair);
  expect((await act('clearUserPreferredPresence', {})).status).toBe(200);
  expect(seen()).toBe('Available/Available');
});

test('preferred presence refuses calls, has default lives and needs a session', async () => {
  expect(
    (await act('setUserPreferredPresence', { availability: 'Busy', activity: 'InACall' })).status,
  ).toBe(400);
  await act('setUserPreferredPresence', { availability: 'Busy', activity: 'Busy' });
  clock += 24 * 60 * minute;
  expect(seen()).toBe('Available/Available');
  app = await asApp(microsoft);
  await act('setUserPreferredPresence', { availability: 'Away', activity: 'Away' });
  clock += 7 * 24 * 60 * minute - 1;
  expect(seen()).toBe('Away/Away');
  clock += 1;
  expect(seen()).toBe('Available/Available');

  app = await asApp(microsoft);
  microsoft.teams(anna).signOut();
  await act('setUserPreferredPresence', { availability: 'Busy', activity: 'Busy' });
  expect(seen()).toBe('Offline/Offline');
  await act('setPresence', session({ availability: 'Available', activity: 'Available' }));
  expect(seen()).toBe('Busy/Busy');
  await act('clearUserPreferredPresence', {});
  microsoft.teams(anna).signIn();
});

test('a session expires, and Available fades on the way', async () => {
  microsoft.teams(anna).signOut();
  const from = microsoft.feed().at(-1)!.n;
  await act('setPresence', session({ availability: 'Available', activity: 'Available' }));
  clock += 61 * minute;
  microsoft.tick();
  expect(
    microsoft
      .feed(from)
      .map((change) => `${change.availability}/${change.activity} ${change.cause}`),
  ).toEqual([
    'Available/Available setPresence',
    'Available/AvailableInactive time',
    'Away/Away time',
    'Offline/Offline time',
  ]);
  microsoft.teams(anna).signIn();
});

test('the bulk read takes 650 ids and answers in an order of its own', async () => {
  const unknown = randomUUID();
  const ids = [
    anna,
    unknown,
    microsoft.user('paul.noplan@example.com').id,
    microsoft.user('ben.carter@example.com').id,
  ];
  const { status, body } = await app('POST', '/communications/getPresencesByUserId', { ids });
  expect(status).toBe(200);
  const got = body.value.map((one: { id: string }) => one.id);
  expect(got).not.toEqual(ids);
  expect([...got].sort()).toEqual([...ids].sort());
  expect(body.value.find((one: { id: string }) => one.id === unknown)).toMatchObject({
    availability: 'PresenceUnknown',
    activity: 'PresenceUnknown',
  });
  const many = (count: number) => ({ ids: Array.from({ length: count }, () => randomUUID()) });
  expect((await app('POST', '/communications/getPresencesByUserId', many(650))).status).toBe(200);
  expect((await app('POST', '/communications/getPresencesByUserId', many(651))).status).toBe(400);
  expect((await app('POST', '/communications/getPresencesByUserId', { ids: [] })).status).toBe(400);
  expect(
    (await app('POST', '/communications/getPresencesByUserId', { userIds: [anna] })).status,
  ).toBe(400);
  expect((await app('GET', `/users/${randomUUID()}/presence`)).status).toBe(404);
});

test('the delegated token reads presence of all and writes none', async () => {
  const account = await asAccount(microsoft);
  expect((await account('GET', `/users/${anna}/presence`)).status).toBe(200);
  expect((await account('GET', '/me/presence')).status).toBe(200);
  expect(
    (await account('POST', '/communications/getPresencesByUserId', { ids: [anna] })).status,
  ).toBe(200);
  const denied = await account('POST', `/users/${anna}/presence/setUserPreferredPresence`, {
    availability: 'Busy',
    activity: 'Busy',
  });
  expect(denied.status).toBe(403);
  expect((await app('GET', '/me/presence')).status).toBe(403);
  microsoft.app(microsoft.clientIdSyncToPbx).delegated.add('Presence.ReadWrite');
  const own = await asAccount(microsoft);
  const body = { availability: 'Busy', activity: 'Busy' };
  expect((await own('POST', `/users/${anna}/presence/setUserPreferredPresence`, body)).status).toBe(
    403,
  );
  const self = microsoft.user(microsoft.account.username).id;
  expect((await own('POST', `/users/${self}/presence/setUserPreferredPresence`, body)).status).toBe(
    200,
  );
  microsoft.app(microsoft.clientIdSyncToPbx).delegated.delete('Presence.ReadWrite');
});

test('our call may come back as Busy/Busy', async () => {
  microsoft.turn({ echo: 'busy' });
  await act('setPresence', session());
  expect(seen()).toBe('Busy/Busy');
  microsoft.turn({ echo: 'same' });
  await act('clearPresence', { sessionId: microsoft.clientIdSyncToTeams });
});

test('a status message is kept until it expires', async () => {
  const message = {
    message: { content: 'Hello', contentType: 'text' },
    expiryDateTime: { dateTime: new Date(clock + minute).toISOString(), timeZone: 'UTC' },
  };
  expect((await act('setStatusMessage', { statusMessage: message })).status).toBe(200);
  expect((await app('GET', `/users/${anna}/presence`)).body.statusMessage.message.content).toBe(
    'Hello',
  );
});

test('1500 presence requests in 30 s, then 429 with Retry-After in every form', async () => {
  microsoft.turn({ presenceRequests: 10 });
  clock += 30_000;
  for (let i = 0; i < 10; i++)
    expect((await app('GET', `/users/${anna}/presence`)).status).toBe(200);
  clock += 1000;
  const forms = { integer: /^\d+$/, fractional: /^\d+\.\d{3}$/, date: / GMT$/, none: /^$/ };
  for (const [form, expected] of Object.entries(forms)) {
    microsoft.turn({ retryAfter: form as 'integer' });
    const { status, headers, body } = await app('GET', `/users/${anna}/presence`);
    expect(status).toBe(429);
    expect(body.error.code).toBe('TooManyRequests');
    expect(headers.get('retry-after') ?? '').toMatch(expected);
  }
  clock += 60_000;
  expect((await app('GET', `/users/${anna}/presence`)).status).toBe(200);
  microsoft.turn({ presenceRequests: 1500, retryAfter: 'integer' });
});

test('Graph can be down, lose an answer, or be held', async () => {
  microsoft.turn({ graphDown: 503 });
  const down = await app('GET', `/users/${anna}/presence`);
  expect(down.status).toBe(503);
  expect(down.headers.get('retry-after')).toBe('3');
  microsoft.turn({ graphDown: false });

  microsoft.fail({ route: 'POST /users/{id}/presence/*', when: 'after', how: 'cut' });
  await expect(act('setPresence', session())).rejects.toThrow();
  expect(seen()).toBe('Busy/InACall');

  microsoft.fail({ route: 'POST /users/{id}/presence/clearPresence', how: 'hold' });
  const held = act('clearPresence', { sessionId: microsoft.clientIdSyncToTeams });
  await expect.poll(() => microsoft.held.length, { interval: 5 }).toBe(1);
  expect((await app('GET', `/users/${anna}/presence`)).body.availability).toBe('Busy');
  microsoft.letGo();
  expect((await held).status).toBe(200);
  expect(seen()).toBe('Available/Available');
});

test('unknown segments, wrong methods and bodies without type are refused', async () => {
  expect((await app('GET', '/groups')).status).toBe(400);
  expect((await app('DELETE', `/users/${anna}/presence`)).status).toBe(405);
  const bare = await fetch(`${microsoft.origin}/v1.0/communications/getPresencesByUserId`, {
    method: 'POST',
    headers: { authorization: 'Bearer x' },
  });
  expect(bare.status).toBe(401);
});

test('$batch: items meet limits and permissions alone', async () => {
  const json = { 'Content-Type': 'application/json' };
  const { status, body } = await app('POST', '/$batch', {
    requests: [
      {
        id: '1',
        method: 'POST',
        url: `/users/${anna}/presence/setPresence`,
        headers: json,
        body: session(),
      },
      { id: '2', method: 'GET', url: `/users/${anna}/presence`, dependsOn: ['1'] },
      { id: '3', method: 'GET', url: '/users' },
      { id: '4', method: 'GET', url: `/users/${anna}/presence`, dependsOn: ['3'] },
      {
        id: '5',
        method: 'POST',
        url: `/users/${anna}/presence/clearUserPreferredPresence`,
        headers: json,
        body: {},
      },
    ],
  });
  expect(status).toBe(200);
  const statusOf = Object.fromEntries(
    body.responses.map((one: { id: string; status: number }) => [one.id, one.status]),
  );
  expect(statusOf).toEqual({ 1: 200, 2: 200, 3: 403, 4: 424, 5: 200 });
  expect(body.responses.find((one: { id: string }) => one.id === '2').body.activity).toBe(
    'InACall',
  );

  const many = (count: number) => ({
    requests: Array.from({ length: count }, (_, i) => ({
      id: String(i),
      method: 'GET',
      url: `/users/${anna}/presence`,
    })),
  });
  expect((await app('POST', '/$batch', many(20))).status).toBe(200);
  expect((await app('POST', '/$batch', many(21))).status).toBe(400);
  const twice = [
    { id: 'a', method: 'GET', url: '/x' },
    { id: 'A', method: 'GET', url: '/x' },
  ];
  expect((await app('POST', '/$batch', { requests: twice })).status).toBe(400);
  const untyped = [
    { id: 'a', method: 'POST', url: `/users/${anna}/presence/clearPresence`, body: {} },
  ];
  expect((await app('POST', '/$batch', { requests: untyped })).status).toBe(400);
});

// The samples of the reference pages: presence-setpresence, -clearpresence,
// -setuserpreferredpresence, -clearuserpreferredpresence, cloudcommunications-getpresencesbyuserid.
test("the documentation's own samples are taken", async () => {
  const sample = { availability: 'Busy', activity: 'InACall', expirationDuration: 'PT1H' };
  const { clientIdSyncToTeams: sessionId } = microsoft;
  expect((await act('setPresence', { sessionId, ...sample })).status).toBe(200);
  expect((await act('clearPresence', { sessionId })).status).toBe(200);
  const preferred = {
    availability: 'DoNotDisturb',
    activity: 'DoNotDisturb',
    expirationDuration: 'PT8H',
  };
  expect((await act('setUserPreferredPresence', preferred)).status).toBe(200);
  expect((await act('clearUserPreferredPresence', {})).status).toBe(200);
  expect(
    (await app('POST', '/communications/getPresencesByUserId', { ids: [anna] })).body.value,
  ).toHaveLength(1);
});
