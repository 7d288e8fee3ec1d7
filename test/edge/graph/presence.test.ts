import { expect, test } from 'vitest';
import type { GraphCall } from '../../../edge/graph/client.ts';
import { graphClient } from '../../../edge/graph/client.ts';
import { type PresenceWrite, readPresences, writePresences } from '../../../edge/graph/presence.ts';
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

const written = (call: GraphCall, ...of: PresenceWrite[]) =>
  writePresences(call, of, { clientId: CLIENT_ID, now: Date.now });

test.each(writes)('%o is said as %s', async (write, action, body) => {
  for (const status of [200, 202, 204]) {
    const { microsoft, call } = setUp();
    microsoft.on('POST', () => new Response(null, { status }));
    expect(await written(call, { userId, write })).toEqual([null]);
    const [asked] = microsoft.asked;
    expect(asked?.url).toBe(`https://graph.microsoft.com/v1.0/users/${USER_ID}/presence/${action}`);
    expect(JSON.parse(asked?.body ?? '')).toEqual(body);
    expect(asked?.headers['content-type']).toBe('application/json');
  }
});

test('several are said in one batch, each as it would be said alone', async () => {
  const { microsoft, call } = setUp();
  microsoft.answerBatches('https://graph.microsoft.com/v1.0');
  const heard: [string, unknown][] = [];
  microsoft.on('/presence/', ({ url, body }) => {
    heard.push([url.split('/').at(-1) ?? '', JSON.parse(body)]);
    return new Response(null, { status: 200 });
  });
  const all = writes.map(([write]) => ({ userId, write }));
  expect(await written(call, ...all)).toEqual(writes.map(() => null));
  expect(heard).toEqual(writes.map(([, action, body]) => [action, body]));
  expect(microsoft.asked).toHaveLength(1);
});

test.each([
  ['alone', 1],
  ['in a batch', 2],
])(
  '%s: a session that is not there is cleared, a user who is not there is an error',
  async (_, times) => {
    const { microsoft, call } = setUp();
    microsoft.answerBatches('https://graph.microsoft.com/v1.0');
    microsoft.on('/presence/', () => graphRefusal(404, 'NotFound'));
    const clear = Array<PresenceWrite>(times).fill({ userId, write: { kind: 'clear-session' } });
    expect(await written(call, ...clear)).toEqual(clear.map(() => null));
    const set = Array<PresenceWrite>(times).fill({ userId, write: { kind: 'set-session' } });
    expect(await written(call, ...set)).toMatchObject(set.map(() => ({ code: 'graph-not-found' })));
  },
);
