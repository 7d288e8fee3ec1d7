// Cloudflare puts an object away that nobody talks to. Each story is told twice, once with every object put
// away between any two events, and whenever nothing happens for ten seconds: what both sides show and were sent is the same.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TimelineEntry } from '../../../edge/connector/rpc.ts';
import {
  type Agent,
  Bed,
  chose,
  GRAPH,
  graphRefusal,
  MINUTE,
  pbxUser,
  person,
  SECOND,
  SLOW,
  SUBSCRIBING,
  taken,
  talking,
  teamsId,
  value,
} from '../connector/bed.ts';
import { json, loginRefusal } from '../graph/fake-microsoft.ts';

// So that both tellings wait equally long after a failure.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => vi.restoreAllMocks());

const BUSY = { availability: 'Busy', activity: 'Busy' };
const DND = { availability: 'DoNotDisturb', activity: 'DoNotDisturb' };

interface Told {
  bed: Bed;
  agents: Agent[];
  /** Whom the story is about. */
  count: number;
}
type Story = (sleepy: boolean) => Promise<Told>;

async function polling(sleepy: boolean, count: number) {
  const bed = new Bed();
  bed.sleepy = sleepy;
  bed.rests = true;
  return { bed, agent: await bed.pairs(count, SLOW) };
}

/** Everything that anybody outside has seen, without when requests were made. */
async function seen({ bed, agents, count }: Told) {
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  const since = bed.microsoft.asked.map(({ method, url }) => `${method} ${url.split('?')[0]}`);
  return {
    writes: numbers.map((user) =>
      bed.microsoft.writes.flatMap(({ n, action, body }) => (n === user ? [{ action, body }] : [])),
    ),
    shown: agents.map((agent) => numbers.map((n) => agent.shown(n))),
    watched: agents.map((agent) => agent.of('watch').map(({ guids }) => guids)),
    connected: agents.map(({ closed }) => closed === null),
    timelines: await Promise.all(
      numbers.map(async (n) => value(await bed.stub.timeline(teamsId(n))).map(quiet)),
    ),
    lamps: value(await bed.stub.status()).map(({ id, state, code }) => [id, state, code]),
    subscriptions: since.filter((asked) => asked.includes('/subscriptions')),
    signIns: bed.microsoft.count('POST https://login'),
  };
}
const quiet = ({ from, saw, reason, wrote }: TimelineEntry) => ({
  from,
  saw,
  reason,
  wrote,
});

const stories: Record<string, Story> = {
  'choices on either side, one after the other': async (sleepy) => {
    const { bed, agent } = await polling(sleepy, 2);
    bed.microsoft.presences.set(teamsId(1), BUSY);
    await bed.later(6 * MINUTE);
    agent.presence(2, chose('dnd'));
    await bed.settle();
    bed.microsoft.presences.set(teamsId(2), DND);
    await bed.later(6 * MINUTE);
    agent.presence(1, chose('away'));
    await bed.settle();
    bed.microsoft.presences.set(teamsId(1), { availability: 'Away', activity: 'Away' });
    await bed.later(6 * MINUTE);
    bed.microsoft.presences.set(teamsId(2), { availability: 'Available', activity: 'Available' });
    await bed.later(6 * MINUTE);
    return { bed, agents: [agent], count: 2 };
  },

  'calls over and under chosen states': async (sleepy) => {
    const { bed, agent } = await polling(sleepy, 1);
    agent.presence(1, talking);
    await bed.settle();
    bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'InACall' });
    await bed.later(12 * MINUTE);
    agent.presence(1, [...talking, ...chose('dnd')]);
    await bed.settle();
    await bed.later(MINUTE);
    agent.presence(1, chose('dnd'));
    await bed.settle();
    bed.microsoft.presences.set(teamsId(1), DND);
    await bed.later(6 * MINUTE);
    // A call in Teams covers it, and gives it back.
    bed.microsoft.presences.set(teamsId(1), { availability: 'Busy', activity: 'InACall' });
    await bed.later(6 * MINUTE);
    bed.microsoft.presences.set(teamsId(1), DND);
    await bed.later(6 * MINUTE);
    return { bed, agents: [agent], count: 1 };
  },

  'writes that Microsoft refuses, throttles, and takes at last': async (sleepy) => {
    const { bed, agent } = await polling(sleepy, 3);
    bed.microsoft.answerWrites(() => graphRefusal(503, 'Away'));
    agent.presence(1, talking);
    await bed.settle();
    agent.presence(2, chose('dnd'));
    await bed.settle();
    await bed.later(20 * SECOND);
    // Of several who wait for the end of it, any may be tried first: nobody waits when the next trouble begins.
    bed.microsoft.answerWrites(taken);
    await bed.later(MINUTE);
    bed.microsoft.answerWrites(() =>
      graphRefusal(429, 'TooManyRequests', 'Wait.', { 'retry-after': '90' }),
    );
    agent.presence(3, talking);
    await bed.settle();
    await bed.later(MINUTE);
    bed.microsoft.answerWrites(taken);
    await bed.later(4 * MINUTE);
    return { bed, agents: [agent], count: 3 };
  },

  'a wrong secret, tried once': async (sleepy) => {
    const { bed, agent } = await polling(sleepy, 1);
    bed.microsoft.secret = 'another';
    value(await bed.patch({ clientSecretSyncToTeams: 'wrong' }));
    await bed.settle();
    agent.presence(1, talking);
    await bed.later(20 * MINUTE);
    value(await bed.patch({ clientSecretSyncToTeams: 'another' }));
    await bed.later(10 * SECOND);
    return { bed, agents: [agent], count: 1 };
  },

  'an agent that leaves and another that takes over': async (sleepy) => {
    const { bed, agent } = await polling(sleepy, 2);
    agent.presence(1, talking);
    await bed.settle();
    agent.close();
    await bed.settle();
    bed.microsoft.presences.set(teamsId(2), BUSY);
    await bed.later(6 * MINUTE);
    const next = await bed.connect(await bed.enrol());
    next
      .hello()
      .up()
      .users([pbxUser(1), pbxUser(2)]);
    await bed.settle();
    next.presence(1, [], { afterGap: true }).presence(2, [], { afterGap: true });
    await bed.later(MINUTE);
    return { bed, agents: [agent, next], count: 2 };
  },

  'a subscription: made, renewed, lost, made anew': async (sleepy) => {
    const { bed, agent, accountId } = await subscribed(sleepy);
    await bed.later(25 * MINUTE);
    const [row] = await bed.rows('SELECT report FROM account');
    const { presence: subscription } = JSON.parse(String(row?.['report']));
    const { generation, id: subscriptionId } = subscription;
    const of = { accountId, generation, subscriptionId };
    bed.microsoft.presences.set(teamsId(1), BUSY);
    await bed.stub.observe([{ ...of, userId: teamsId(1), presence: BUSY, sequence: '0002' }]);
    await bed.settle();
    await bed.stub.lifecycle([{ ...of, about: 'presence', event: 'subscriptionRemoved' }]);
    await bed.later(15 * MINUTE);
    bed.microsoft.on(`PATCH ${GRAPH}/subscriptions`, () => graphRefusal(404, 'ResourceNotFound'));
    await bed.later(30 * SECOND);
    return { bed, agents: [agent], count: 1 };
  },

  'a subscription that Microsoft refuses for a while': async (sleepy) => {
    const { bed, agent } = await subscribed(sleepy, (made) => {
      made.microsoft.on(`POST ${GRAPH}/subscriptions`, () => graphRefusal(503, 'Away'));
    });
    await bed.later(3 * MINUTE);
    bed.microsoft.on(`POST ${GRAPH}/subscriptions`, created);
    await bed.later(5 * MINUTE);
    return { bed, agents: [agent], count: 1 };
  },

  'an account that is locked, and asked for by everybody': async (sleepy) => {
    const { bed, agent } = await subscribed(sleepy, (made) => {
      made.microsoft.on('POST https://login', ({ body }) =>
        body.includes('grant_type=password') ? loginRefusal(50053) : appToken(),
      );
    });
    for (let n = 0; n < 5; n += 1) {
      await bed.later(MINUTE);
      await bed.stub.check('tokenForReading');
      agent.presence(1, n % 2 ? [] : chose('dnd'));
    }
    return { bed, agents: [agent], count: 0 };
  },
};

const appToken = () => json({ token_type: 'Bearer', expires_in: 3599, access_token: 'app' });
const created = ({ body }: { body: string }) =>
  Response.json(
    { id: 'subscription-2', expirationDateTime: JSON.parse(body).expirationDateTime },
    { status: 201 },
  );

async function subscribed(sleepy: boolean, before: (bed: Bed) => void = () => {}) {
  const bed = new Bed();
  bed.sleepy = sleepy;
  bed.rests = true;
  bed.microsoft.people = [person(1)];
  bed.microsoft.on(`PATCH ${GRAPH}/subscriptions`, ({ url, body }) =>
    Response.json({ ...JSON.parse(body), id: url.split('/').at(-1) }),
  );
  before(bed);
  value(await bed.put(SUBSCRIBING));
  await bed.settle();
  const accountId = await bed.addAccount();
  await bed.settle();
  const agent = await bed.agent([pbxUser(1)]);
  await bed.later(2 * SECOND);
  agent.presence(1, [], { afterGap: true });
  await bed.settle();
  return { bed, agent, accountId };
}

test.each(Object.entries(stories))('%s', async (_, story) => {
  const calm = await seen(await story(false));
  const slept = await story(true);
  expect(await seen(slept)).toEqual(calm);
  expect(slept.bed.naps).toBeGreaterThan(1);
  // A story in which nothing happens proves nothing.
  expect(calm.writes.flat().length + calm.subscriptions.length + calm.signIns).toBeGreaterThan(1);
});
