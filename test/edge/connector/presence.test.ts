import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { userGoneFrame, wroteFrame } from '../../../shared/protocol/up.ts';
import {
  Bed,
  breath,
  chose,
  GRAPH,
  graphRefusal,
  guid,
  type Held,
  MINUTE,
  POLLING,
  pbxUser,
  person,
  SECOND,
  SLOW,
  secretRefusal,
  taken,
  talking,
  teamsId,
  until,
  value,
  WRITER,
} from './bed.ts';

test('users of both sides are paired, and the agent is told whom to watch', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3);
  expect(await bed.pairNumbers()).toEqual([1, 2, 3]);
  const watched = agent.frames.flatMap((frame) => (frame.t === 'watch-more' ? frame.guids : []));
  expect(watched.sort()).toEqual([guid(1), guid(2), guid(3)]);
  const { items, counts } = value(
    await bed.stub.listUsers({ text: '', state: null, cursor: null }),
  );
  expect(counts.paired).toBe(3);
  expect(items[0]).toMatchObject({
    state: 'paired',
    matchedBy: 'email',
    teams: { userPrincipalName: 'person1@example.com', availability: 'Available' },
    pbx: { sip: 'person1', onThePhone: false },
  });
});

test('a choice in Teams shows on the PBX', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  await bed.later(6 * SECOND);
  expect(agent.shown(1)).toEqual(['busy']);
  expect(bed.microsoft.writes).toEqual([]);
});

test('a call on the PBX is a session in Teams, with the bodies that Graph documents', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  agent.presence(1, talking);
  await bed.settle();
  expect(bed.microsoft.writes).toMatchObject([
    {
      n: 1,
      action: 'setPresence',
      body: {
        sessionId: WRITER,
        availability: 'Busy',
        activity: 'InACall',
        expirationDuration: 'PT10M',
      },
    },
  ]);
  agent.presence(1, []);
  await bed.settle();
  expect(bed.microsoft.writes[1]).toMatchObject({
    action: 'clearPresence',
    body: { sessionId: WRITER },
  });
});

test('a manual state on the PBX is the preferred presence', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  agent.presence(1, chose('dnd'));
  await bed.settle();
  expect(bed.microsoft.writes).toMatchObject([
    {
      action: 'setUserPreferredPresence',
      body: {
        availability: 'DoNotDisturb',
        activity: 'DoNotDisturb',
        expirationDuration: 'P1D',
      },
    },
  ]);
});

test('a call is refreshed while it lasts; while no PBX can say that it ended it is taken back in time', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.presence(1, talking);
  await bed.settle();
  await bed.later(16 * MINUTE);
  expect(bed.microsoft.actions(1)).toEqual(Array(4).fill('setPresence'));
  agent.down();
  await bed.settle();
  await bed.later(8 * MINUTE);
  expect(bed.microsoft.actions(1)).toHaveLength(4);
  await bed.later(30 * MINUTE);
  expect(bed.microsoft.actions(1).slice(4)).toEqual(['clearPresence']);
});

test('a preferred presence is renewed also while the PBX of a talking user is away', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.presence(1, chose('dnd'));
  await bed.settle();
  agent.presence(1, [...talking, ...chose('dnd')]);
  await bed.settle();
  bed.microsoft.writes.length = 0;
  agent.down();
  await bed.settle();
  vi.setSystemTime(Date.now() + 22 * 60 * MINUTE);
  await bed.settle();
  expect(bed.microsoft.actions(1)).toContain('setUserPreferredPresence');
});

test('a session is not refreshed for a user whose own PBX is away, whatever the others do', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  agent.up('branch');
  agent.presence(1, talking, { pbx: 'branch' });
  await bed.settle();
  expect(bed.microsoft.actions(1)).toEqual(['setPresence']);
  agent.down('branch');
  await bed.settle();
  await bed.later(20 * MINUTE);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'clearPresence']);
});

test('a write whose answer was lost with the object is sent again when the PBX has told anew', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  const held = bed.microsoft.hold(`POST ${GRAPH}/users/`, taken);
  agent.presence(1, chose('dnd'));
  await until(() => held.taken === 1);
  await runInDurableObject(bed.stub, (_object, ctx) => ctx.abort('power cut')).catch(
    () => undefined,
  );
  bed.microsoft.answerWrites(taken);
  const again = new Bed(bed);
  const back = (await again.connect(agent.id)).hello().up();
  back.presence(1, chose('dnd'), { afterGap: true });
  await again.later(MINUTE);
  expect(again.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
  expect(await again.rows('SELECT soon FROM pair')).toEqual([{ soon: null }]);
});

test('once Microsoft has answered a write, what a human then chooses in Teams is found by the next sweep', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  agent.presence(1, chose('dnd'));
  await bed.settle();
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  await bed.later(20 * SECOND);
  expect(agent.shown(1)).toEqual(['busy']);
});

test('a hibernating object wakes for a frame and goes on where it was', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  await bed.quiet();
  await evictDurableObject(bed.stub);
  agent.presence(1, talking);
  await bed.quiet();
  expect(bed.microsoft.actions(1)).toEqual(['setPresence']);
  await evictDurableObject(bed.stub);
  await bed.later(6 * MINUTE);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'setPresence']);
});

test('no pair waits for ever when more are due at once than one run looks at', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(5);
  // 1,200 calls begin, and the object is put away before any of them could be written.
  bed.microsoft.secret = 'another';
  await bed.rows(
    `WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1299)
     INSERT INTO pair (teams_id, guid, state, soon, due_at)
     SELECT printf('00000000-0000-4000-8000-%012x', i), printf('%032x', i),
            (SELECT json_set(state, '$.pbx.call', json('true')) FROM pair LIMIT 1), NULL, ${Date.now()} FROM n`,
  );
  bed.microsoft.secret = 'write-secret';
  await evictDurableObject(bed.stub);
  agent.presence(1, talking);
  await bed.later(40 * SECOND);
  expect(new Set(bed.microsoft.writes.map(({ n }) => n)).size).toBe(1_201);
});

test('one user whom Microsoft refuses blocks nobody, and the lamp says so until it is over', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2);
  const ofTheFirst = `${GRAPH}/users/${teamsId(1)}/`;
  bed.microsoft.answerWrites(() => graphRefusal(500, 'Oops'), ofTheFirst);
  agent.presence(1, talking);
  agent.presence(2, talking);
  await bed.settle();
  expect(bed.microsoft.actions(2)).toEqual(['setPresence']);
  expect(await bed.lamp('sync')).toMatchObject({
    state: 'warning',
    code: 'sync-failing',
    params: { count: 1, requestId: 'request-1' },
  });
  const before = bed.microsoft.actions(1).length;
  // A poll every five seconds is no reason to hammer.
  await bed.later(MINUTE);
  expect(bed.microsoft.actions(1).length - before).toBeLessThan(10);
  // Nothing is to be written any more: there is nothing left that fails.
  bed.microsoft.answerWrites(taken, ofTheFirst);
  agent.presence(1, []);
  await bed.settle();
  expect((await bed.lamp('sync')).code).toBe('in-sync');
});

test('what failed and is not wanted any more is forgotten', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  bed.microsoft.on(`POST ${GRAPH}/users/`, () => graphRefusal(503, 'Busy'));
  agent.presence(1, chose('dnd'));
  await bed.settle();
  expect((await bed.lamp('sync')).code).toBe('sync-failing');
  // The human chose in Teams instead: nothing of ours is to be written.
  bed.microsoft.presences.set(teamsId(1), { availability: 'Away', activity: 'Away' });
  await bed.later(6 * MINUTE);
  agent.presence(1, chose('away'));
  await bed.later(6 * MINUTE);
  expect((await bed.lamp('sync')).code).toBe('in-sync');
});

test('300 call changes leave within five seconds, also while thousands of other writes wait', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(300, SLOW);
  const others = await bed.rows(
    `WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 2999)
     INSERT INTO pair (teams_id, guid, state, soon, due_at)
     SELECT printf('00000000-0000-4000-8000-%012x', i), printf('%032x', i),
            (SELECT json_set(state, '$.manual', json('{"origin":"pbx","pbx":"away","teams":{"availability":"Away","activity":"Away"}}')) FROM pair LIMIT 1),
            NULL, ${Date.now()} FROM n`,
  );
  expect(others).toEqual([]);
  await evictDurableObject(bed.stub);
  await bed.stub.status();
  await bed.later(20 * SECOND);
  const began = Date.now();
  for (let n = 1; n <= 300; n += 1) agent.presence(n, talking);
  await bed.later(5 * SECOND);
  const calls = bed.microsoft.writes.filter(({ action }) => action === 'setPresence');
  expect(calls).toHaveLength(300);
  expect(Math.max(...calls.map(({ at }) => at)) - began).toBeLessThanOrEqual(5 * SECOND);
});

test('a sign-in that fails for good is tried once, and again when an admin asks', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1, SLOW);
  bed.microsoft.secret = 'expired-long-ago';
  bed.microsoft.on(
    'POST https://login',
    () =>
      new Response(JSON.stringify({ error: 'invalid_client', error_codes: [7000222] }), {
        status: 401,
      }),
  );
  await bed.later(2 * 60 * MINUTE);
  const signIns = bed.microsoft.count('POST https://login');
  agent.presence(1, talking);
  await bed.later(10 * MINUTE);
  expect(bed.microsoft.count('POST https://login')).toBe(signIns);
  expect(await bed.lamp('tokenForWriting')).toMatchObject({
    state: 'error',
    code: 'client-secret-expired',
  });
  expect(bed.microsoft.actions(1)).toEqual([]);

  bed.microsoft.on('POST https://login', () =>
    Response.json({ token_type: 'Bearer', expires_in: 3599, access_token: 'new' }),
  );
  expect(value(await bed.stub.check('tokenForWriting'))).toMatchObject({ state: 'ok' });
  await bed.settle();
  expect(bed.microsoft.actions(1)).toEqual(['setPresence']);
});

test('what the old secret brings late says nothing about the new one', async () => {
  const bed = new Bed();
  bed.microsoft.people = [person(1)];
  const held: Held = { taken: 0, go: false };
  bed.microsoft.on('POST https://login', async ({ body }) => {
    if (!body.includes('old-secret')) {
      return Response.json({ token_type: 'Bearer', expires_in: 3599, access_token: 'new' });
    }
    held.taken += 1;
    while (!held.go) await breath();
    return secretRefusal();
  });
  value(await bed.put({ ...POLLING, clientSecretSyncToTeams: 'old-secret' }));
  const asked = bed.stub.check('tokenForWriting');
  await until(() => held.taken > 0);
  value(await bed.patch({ clientSecretSyncToTeams: 'write-secret' }));
  held.go = true;
  await asked;
  await bed.later(10 * SECOND);
  expect((await bed.lamp('tokenForWriting')).state).toBe('ok');
});

test('a throttled write waits as long as Microsoft asks, and nobody else hurries ahead', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  bed.microsoft.inTurn(
    `POST ${GRAPH}/users/`,
    () => graphRefusal(429, 'TooManyRequests', 'slow', { 'retry-after': '20' }),
    () => new Response(null, { status: 200 }),
  );
  const writes = () => bed.microsoft.count(`POST ${GRAPH}/users/`);
  agent.presence(1, talking);
  await bed.settle();
  agent.presence(2, talking);
  await bed.later(19 * SECOND);
  expect(writes()).toBe(1);
  await bed.later(5 * SECOND);
  expect(writes()).toBe(3);
});

test('a user who leaves the pairing takes our session along, also when Microsoft is away just then', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2, SLOW);
  agent.presence(1, talking);
  await bed.settle();
  bed.microsoft.answerWrites(() => graphRefusal(503, 'Away'));
  agent.send(userGoneFrame({ pbx: 'pbx', guid: guid(1) }));
  await bed.later(3 * SECOND);
  expect(await bed.pairNumbers()).toEqual([2]);
  await evictDurableObject(bed.stub);
  bed.microsoft.writes.length = 0;
  bed.microsoft.answerWrites(taken);
  await bed.later(5 * MINUTE);
  expect(bed.microsoft.actions(1)).toEqual(['clearPresence']);
});

test('a user removed while a write is under way does not come back with its answer', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2);
  const held = bed.microsoft.hold('presence/setPresence', (asked) => {
    bed.microsoft.note(asked);
    return taken();
  });
  agent.presence(1, talking);
  await until(() => held.taken === 1);
  agent.send(userGoneFrame({ pbx: 'pbx', guid: guid(1) }));
  await bed.later(3 * SECOND);
  // Not before the set was answered: a clear that overtakes it would clear nothing.
  expect(bed.microsoft.actions(1)).toEqual([]);
  held.go = true;
  await bed.settle();
  expect(await bed.pairNumbers()).toEqual([2]);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'clearPresence']);
});

test('our item on the PBX is taken back when the agent is there again', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(2);
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  await bed.later(6 * SECOND);
  expect(agent.shown(1)).toEqual(['busy']);
  agent.presence(1, chose('busy'));
  await bed.settle();
  agent.close();
  await bed.settle();
  bed.microsoft.people = [person(1, { accountEnabled: false }), person(2)];
  await bed.later(2 * MINUTE);
  expect(await bed.pairNumbers()).toEqual([2]);
  const back = await bed.connect(agent.id);
  back
    .hello()
    .up()
    .users([pbxUser(1), pbxUser(2)]);
  await bed.settle();
  expect(back.shown(1)).toEqual(['']);
  await bed.later(MINUTE);
  expect(back.shown(1)).toEqual(['']);
});

/** The first user was disabled while the agent was away, with our item standing on the PBX. */
async function leftWhileAway() {
  const bed = new Bed();
  const agent = await bed.pairs(2);
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  await bed.later(6 * SECOND);
  agent.presence(1, chose('busy'));
  await bed.settle();
  agent.close();
  bed.microsoft.people = [person(1, { accountEnabled: false }), person(2)];
  await bed.later(2 * MINUTE);
  expect(await bed.pairNumbers()).toEqual([2]);
  const reconnected = async (answers: boolean | string) => {
    const back = await bed.connect(agent.id);
    // As long as the agent has not read the users, it does not know on which PBX one is.
    back.answers = 'pbx-away';
    back.hello().up();
    await bed.settle();
    expect(back.shown(1)).toEqual(['']);
    back.answers = answers;
    back.users([pbxUser(1), pbxUser(2)]);
    await bed.settle();
    return back;
  };
  /** The user is enabled again, and paired, before the agent is back. */
  const pairedAgain = async () => {
    bed.microsoft.people = [person(1), person(2)];
    await bed.later(2 * MINUTE);
    expect(await bed.pairNumbers()).toEqual([1, 2]);
  };
  return { bed, reconnected, pairedAgain };
}

test('our item is taken back as soon as the agent knows on which PBX the user is', async () => {
  const { bed, reconnected } = await leftWhileAway();
  const back = await reconnected(true);
  await bed.later(MINUTE);
  expect(back.shown(1)).toEqual(['', '']);
});

test('one who is back, and of whom the PBX tells before the agent can say it: then it is said', async () => {
  const { bed, reconnected, pairedAgain } = await leftWhileAway();
  await pairedAgain();
  const back = await reconnected('pbx-away');
  back.answers = true;
  back.presence(1, chose('busy'), { afterGap: true });
  await bed.later(SECOND);
  expect(back.shown(1)).toEqual(['', '', '']);
  expect(back.of('watch-more').flatMap(({ guids }) => guids)).toEqual([guid(1)]);
});

test.each(['timeout', 'pbx-away', 'unanswered'])(
  'one who is back, and whose PBX never takes it (%s), is met as they stand, also after a sleep',
  async (code) => {
    const { bed, reconnected, pairedAgain } = await leftWhileAway();
    await pairedAgain();
    const back = await reconnected(code);
    for (let times = 0; times < 3; times += 1) {
      back.presence(1, chose('busy'), { afterGap: true });
      await bed.later(SECOND);
    }
    expect(back.of('watch-more').flatMap(({ guids }) => guids)).toContain(guid(1));
    await bed.evict();
    back.answers = true;
    back.presence(1, chose('dnd'), { afterGap: true });
    await bed.later(MINUTE);
    expect(bed.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
  },
);

test('one who is back after their PBX was asked in vain is met as they stand', async () => {
  const { bed, reconnected, pairedAgain } = await leftWhileAway();
  const back = await reconnected('timeout');
  await bed.later(MINUTE);
  expect(back.shown(1)).toEqual(['', '', '', '']);
  await pairedAgain();
  back.answers = true;
  back.presence(1, chose('dnd'), { afterGap: true });
  await bed.later(MINUTE);
  expect(bed.microsoft.actions(1)).toEqual(['setUserPreferredPresence']);
});

test('a user who is back before that: our item goes first, and its going is nobody’s choice', async () => {
  const { bed, reconnected, pairedAgain } = await leftWhileAway();
  await pairedAgain();
  const back = await reconnected(false);
  back.presence(1, chose('busy'), { afterGap: true });
  await bed.settle();
  back.answers = true;
  const write = back.of('set').at(-1)?.write ?? 0;
  back.send(wroteFrame({ guid: guid(1), write }));
  back.presence(1, []);
  await bed.later(MINUTE);
  expect(back.of('watch-more').flatMap(({ guids }) => guids)).toEqual([guid(1)]);
  expect(back.shown(1)).toEqual(['', '', 'busy']);
  expect(bed.microsoft.actions(1)).toEqual([]);
});

test.each([
  ['that is not there', 'pbx-away', 1],
  ['whose session ended before it answered', 'unanswered', 1],
  // Said thrice, each time for the 10 s that the agent waits.
  ['that does not answer', 'timeout', 3],
])('our item on a PBX %s is taken back when the PBX is there again', async (_, code, tries) => {
  const bed = new Bed();
  const agent = await bed.pairs(2);
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  await bed.later(6 * SECOND);
  agent.presence(1, chose('busy'));
  await bed.settle();
  agent.answers = code;
  bed.microsoft.people = [person(1, { accountEnabled: false }), person(2)];
  await bed.later(2 * MINUTE);
  expect(agent.shown(1)).toEqual(['busy', ...Array(tries).fill('')]);
  agent.answers = true;
  agent.down().up();
  await bed.settle();
  agent.down().up();
  await bed.settle();
  expect(agent.shown(1)).toEqual(['busy', ...Array(tries + 1).fill('')]);
});

test('settings changed to pbx-to-teams in the middle of a call in Teams leave nothing on the PBX', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'InACall' });
  await bed.later(6 * SECOND);
  expect(agent.shown(1)).toEqual(['on-the-phone']);
  value(await bed.patch({ directions: 'pbx-to-teams' }));
  await bed.settle();
  expect(agent.shown(1)).toEqual(['on-the-phone', '']);
});

test('another presence contact: the item at the old one goes, the new one is written', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(1);
  bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'Busy' });
  await bed.later(6 * SECOND);
  agent.presence(1, chose('busy'));
  await bed.settle();
  agent.frames.length = 0;
  value(await bed.patch({ pbxContact: 'im:' }));
  await bed.settle();
  agent.presence(1, [{ contact: 'im:', activity: 'busy' }], { afterGap: true });
  await bed.later(6 * SECOND);
  const sets = agent.of('set').map(({ contact, activity }) => [contact, activity]);
  expect(sets).toEqual([
    ['tel:', ''],
    ['im:', 'busy'],
  ]);
});
