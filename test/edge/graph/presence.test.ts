import { expect, test } from 'vitest';
import { graphClient } from '../../../edge/graph/client.ts';
import { readPresences, writePresence } from '../../../edge/graph/presence.ts';
import { teamsUserId } from '../../../shared/ids.ts';
import type { TeamsWrite } from '../../../shared/presence/model.ts';
import { CLIENT_ID, FakeMicrosoft, graphRefusal, json, USER_ID } from './fake-microsoft.ts';

const userId = teamsUserId(USER_ID);

function setUp() {
  const microsoft = new FakeMicrosoft();
  const client = graphClient({ cloud: 'global', fetch: microsoft.fetch, now: Date.now });
  return { microsoft, call: client.as('token') };
}

test('presences are matched by id, whatever their order; who is missing stays missing', async () => {
  const { microsoft, call } = setUp();
  microsoft.on('getPresencesByUserId', () =>
    json({
      value: [
        { id: 'B', availability: 'Away', activity: 'BeRightBack', sequenceNumber: 'A012' },
        { id: 'a', availability: 'Busy', activity: 'InACall', statusMessage: null },
        { id: 'c', availability: null, activity: null },
        'nonsense',
      ],
    }),
  );
  expect(await readPresences(call, ['a', 'b', 'c', 'd'].map(teamsUserId))).toEqual([
    { userId: 'b', presence: { availability: 'Away', activity: 'BeRightBack' }, sequence: 'A012' },
    { userId: 'a', presence: { availability: 'Busy', activity: 'InACall' } },
  ]);
  expect(JSON.parse(microsoft.asked[0]?.body ?? '')).toEqual({ ids: ['a', 'b', 'c', 'd'] });
});

test('nobody is not asked for, and more than 650 are refused', async () => {
  const { microsoft, call } = setUp();
  expect(await readPresences(call, [])).toEqual([]);
  const many = Array.from({ length: 651 }, (_, n) => teamsUserId(String(n)));
  await expect(readPresences(call, many)).rejects.toBeInstanceOf(RangeError);
  expect(microsoft.asked).toHaveLength(0);
});

const dnd = { availability: 'DoNotDisturb', activity: 'DoNotDisturb' };
const away = { availability: 'Away', activity: 'Away' };
const call = {
  sessionId: CLIENT_ID,
  availability: 'Busy',
  activity: 'InACall',
  expirationDuration: 'PT10M',
};
const writes: [TeamsWrite, string, unknown][] = [
  [{ kind: 'set-session' }, 'setPresence', call],
  [{ kind: 'clear-session' }, 'clearPresence', { sessionId: CLIENT_ID }],
  [
    { kind: 'set-preferred', presence: dnd },
    'setUserPreferredPresence',
    { ...dnd, expirationDuration: 'P1D' },
  ],
  [
    { kind: 'set-preferred', presence: away },
    'setUserPreferredPresence',
    { ...away, expirationDuration: 'P7D' },
  ],
  [{ kind: 'clear-preferred' }, 'clearUserPreferredPresence', {}],
];

test.each(writes)('%o is said as %s', async (write, action, body) => {
  for (const status of [200, 202, 204]) {
    const { microsoft, call } = setUp();
    microsoft.on('POST', () => new Response(null, { status }));
    await writePresence(call, userId, write, { clientId: CLIENT_ID });
    const [asked] = microsoft.asked;
    expect(asked?.url).toBe(`https://graph.microsoft.com/v1.0/users/${USER_ID}/presence/${action}`);
    expect(JSON.parse(asked?.body ?? '')).toEqual(body);
    expect(asked?.headers['content-type']).toBe('application/json');
  }
});

test('a session that is not there is cleared; a user who is not there is an error', async () => {
  const { microsoft, call } = setUp();
  microsoft.on('POST', () => graphRefusal(404, 'NotFound'));
  await writePresence(call, userId, { kind: 'clear-session' }, { clientId: CLIENT_ID });
  const write = writePresence(call, userId, { kind: 'set-session' }, { clientId: CLIENT_ID });
  await expect(write).rejects.toMatchObject({ code: 'graph-not-found' });
});
