// An agent that is somebody else's by now: it holds a key that was good, and says what no agent says. What
// it can reach is its own connector, and of that only what the tunnel has words for.
import { evictDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { CLOSE } from '../../../shared/protocol/close-codes.ts';
import { MAX_FRAME_LENGTH, USERS_PER_PBX } from '../../../shared/protocol/frame.ts';
import {
  presencesFrame,
  unseenFrame,
  usersFrame,
  wroteFrame,
} from '../../../shared/protocol/up.ts';
import { Bed, chose, guid, pbxUser, SLOW, value } from './bed.ts';

const frame = (more: object) => JSON.stringify({ v: 1, ...more });

test.each([
  ['longer than any frame', `"${'x'.repeat(MAX_FRAME_LENGTH)}"`],
  ['nested 200,000 times', '['.repeat(200_000)],
  ['of another shape', frame({ t: 'presences', pbx: 'pbx', presences: 'all' })],
  ['what only the edge says', frame({ t: 'set', guid: guid(1), activity: 'busy' })],
  ['a name of the prototype', frame({ t: '__proto__' })],
  [
    'more users at once than a frame may list',
    frame({ t: 'users', pbx: 'pbx', list: 1, last: false, users: Array(1_001).fill({}) }),
  ],
  [
    'more items of one user than a phone has',
    frame({
      t: 'presences',
      pbx: 'pbx',
      presences: [
        { guid: guid(1), afterGap: false, items: Array(65).fill({ contact: 'a', activity: 'b' }) },
      ],
    }),
  ],
  [
    'a list of ids without an end',
    frame({ t: 'unseen', pbx: 'pbx', guids: Array(20_001).fill('x') }),
  ],
])('a frame %s ends its own tunnel and changes nothing', async (_, text) => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  const before = await bed.rows('SELECT * FROM pair');
  agent.socket.send(text);
  await bed.settle();
  expect(agent.closed).toBe(CLOSE.badFrame);
  expect(await bed.rows('SELECT * FROM pair')).toEqual(before);
  expect(bed.microsoft.writes).toEqual([]);
});

test('presence and answers for users who are not its connector’s write nothing anywhere', async () => {
  const theirs = new Bed();
  await theirs.pairs(1, SLOW);
  const before = await theirs.rows('SELECT * FROM pair');

  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  const own = await bed.rows('SELECT * FROM pair');
  const stranger = guid(9);
  const presences = [{ guid: stranger, items: chose('dnd'), afterGap: false }];
  agent.send(presencesFrame({ pbx: 'pbx', presences }));
  agent.send(wroteFrame({ guid: stranger, write: 1 }));
  agent.send(unseenFrame({ pbx: 'a PBX nobody knows', guids: [stranger] }));
  await bed.settle();
  expect(agent.closed).toBeNull();
  expect(bed.microsoft.writes).toEqual([]);
  expect(await bed.rows('SELECT * FROM pair')).toEqual(own);

  // Guids are the PBX's: two connectors may have the same one.
  agent.presence(1, chose('dnd'));
  await bed.settle();
  expect(bed.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
  expect(theirs.microsoft.writes).toEqual([]);
  expect(await theirs.rows('SELECT * FROM pair')).toEqual(before);
});

test('names of the prototype are names like any other', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.presence(1, [{ contact: '__proto__', activity: 'constructor' }]);
  agent.presence(1, [{ contact: 'tel:', activity: '__proto__' }]);
  await bed.settle();
  expect(agent.closed).toBeNull();
  expect(
    value(await bed.stub.listUsers({ text: '', state: null, cursor: null })).items,
  ).toHaveLength(1);
});

test('a list of users that has no end ends its tunnel, and the rest of it is not taken', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  const part = (n: number) => usersFrame({ pbx: 'pbx', list: 9, last: false, users: [pbxUser(n)] });
  agent.send(part(3));
  await bed.settle();
  // So many came before: to send them all would show no more, and take a minute.
  await bed.rows(`
    UPDATE meta SET value = json_set(value, '$.users', ${USERS_PER_PBX - 1})
    WHERE key = 'list-arriving:pbx'`);
  await evictDurableObject(bed.stub);
  agent.send(part(4));
  await bed.settle();
  expect(agent.closed).toBeNull();
  agent.send(part(5));
  await bed.settle();
  expect(agent.closed).toBe(1011);
  const known = await bed.rows('SELECT guid FROM pbx_user ORDER BY guid');
  expect(known.map((row) => row['guid'])).toEqual([1, 2, 3, 4].map(guid));
});
