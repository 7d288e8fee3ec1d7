// Storage fails once, at one point of a story after the other, and Cloudflare runs an alarm that threw again 2 s
// later. In the end everything is as if nothing had happened, and nothing was said more than once more.
// `EVERY_POINT=1 npm test` tries all of them, else it is every third.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import type { AccountReport } from '../../../edge/graph/account-rpc.ts';
import { type PbxItem, type PbxUser, userFrame } from '../../../shared/protocol/up.ts';
import {
  type Agent,
  asUser,
  Bed,
  chose,
  GRAPH,
  graphRefusal,
  guid,
  json,
  MINUTE,
  pbxUser,
  person,
  SECOND,
  SLOW,
  SUBSCRIBING,
  talking,
  teamsId,
  value,
} from '../connector/bed.ts';

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => vi.restoreAllMocks());

/** As Cloudflare does after an alarm that threw. */
const RETRY_MS = 2_000;
const LONG = { timeout: 120_000 };
const PRESENCES = '/communications/presences';

class RetryingBed extends Bed {
  protected override async runAlarm(stub: DurableObjectStub): Promise<void> {
    try {
      await runDurableObjectAlarm(stub);
    } catch {
      await runInDurableObject(stub, async (_object, ctx) => {
        const standing = (await ctx.storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
        await ctx.storage.setAlarm(Math.min(standing, Date.now() + RETRY_MS));
      });
    }
  }
}

interface Trap {
  /** Uses of storage so far. */
  calls: number;
  off(): void;
}

/** From now on the n-th use of the object's storage fails, once. */
function trap(stub: DurableObjectStub, n: number, of: 'sql' | 'kv'): Promise<Trap> {
  return runInDurableObject(stub, (_object, { storage }) => {
    const methods = of === 'sql' ? ['exec'] : ['get', 'put'];
    const place = Object.getPrototypeOf(of === 'sql' ? storage.sql : storage.kv);
    const real = methods.map((method) => [method, place[method]] as const);
    const state: Trap = {
      calls: 0,
      off: () => {
        for (const [method, original] of real) place[method] = original;
      },
    };
    for (const [method, original] of real) {
      place[method] = function (this: unknown, ...args: unknown[]) {
        state.calls += 1;
        if (state.calls === n) throw new Error('The disk has a bad moment.');
        return Reflect.apply(original, this, args);
      };
    }
    return state;
  });
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the points at which storage can fail, each so-many-th is tried. */
    pointsApart: number;
  }
}

/** Tells a story for points at which storage can fail in it; all of them have to end as the good one. */
async function everywhere<T>(story: (n: number) => Promise<{ calls: number; end: T }>): Promise<T> {
  const good = await story(Number.POSITIVE_INFINITY);
  const apart = inject('pointsApart');
  expect(good.calls).toBeGreaterThan(1);
  const wrong: { n: number; end: T }[] = [];
  for (let n = 1; n <= good.calls; n += apart) {
    const { end } = await story(n);
    if (JSON.stringify(end) !== JSON.stringify(good.end)) wrong.push({ n, end });
  }
  expect({ good: good.end, wrong }).toEqual({ good: good.end, wrong: [] });
  return good.end;
}

/** Said once, or once more. */
const said = (what: readonly string[], once: string): boolean =>
  what.length > 0 && what.length < 3 && what.every((one) => one === once);

/** The agent as it is: it tells anew whom it is told to watch, and everybody after it was hung up on. */
async function persistent(
  bed: Bed,
  agent: Agent,
  items: (n: number) => PbxItem[],
  users: PbxUser[] = [pbxUser(1), pbxUser(2)],
): Promise<Agent> {
  agent.frames.length = 0;
  await bed.later(MINUTE);
  for (const { guids } of agent.of('watch-more')) {
    for (const n of [1, 2]) if (guids.includes(guid(n))) agent.presence(n, items(n));
  }
  if (agent.closed === null) return agent;
  const next = (await bed.connect(agent.id)).hello().up().users(users);
  await bed.settle();
  for (const n of [1, 2]) next.presence(n, items(n), { afterGap: true });
  await bed.settle();
  return next;
}

const delta = (value: object[], next: number): Response =>
  json({ value, '@odata.deltaLink': `${GRAPH}/users/delta?$deltatoken=${next}` });

/** Nothing is half done, and everybody may see it. */
const atRest = async (bed: Bed) => ({
  rows: await bed.rows('SELECT soon, faults FROM pair'),
  sync: (await bed.lamp('sync')).code,
});

test('an alarm that sweeps and refreshes a call', LONG, async () => {
  const end = await everywhere(async (n) => {
    const bed = new RetryingBed();
    const agent = await bed.pairs(2, SLOW);
    agent.presence(1, talking);
    await bed.later(4 * MINUTE + 50 * SECOND);
    bed.microsoft.presences.set(teamsId(2), { availability: 'Busy', activity: 'Busy' });
    const bad = await trap(bed.stub, n, 'sql');
    await bed.later(20 * SECOND);
    bad.off();
    const shown = [...agent.shown(2)];
    const next = await persistent(bed, agent, (of) =>
      of === 1 ? talking : shown.flatMap(chose).slice(-1),
    );
    await bed.later(20 * SECOND);
    shown.push(...next.shown(2));
    const timeline = value(await bed.stub.timeline(teamsId(2)));
    return {
      calls: bad.calls,
      end: {
        pbx: said(shown, 'busy'),
        teams: said(bed.microsoft.actions(1).slice(1), 'setPresence'),
        why: timeline.filter(({ reason }) => reason === 'teams-chose').length < 2,
        ...(await atRest(bed)),
      },
    };
  });
  expect(end).toMatchObject({ pbx: true, teams: true, why: true, sync: 'in-sync' });
});

test('a choice on the PBX, from its frame to the answer of Microsoft', LONG, async () => {
  const end = await everywhere(async (n) => {
    const bed = new RetryingBed();
    const agent = await bed.pairs(2, SLOW);
    const bad = await trap(bed.stub, n, 'sql');
    agent.presence(1, chose('dnd'));
    await bed.quiet();
    bad.off();
    await persistent(bed, agent, (of) => (of === 1 ? chose('dnd') : []));
    await bed.later(20 * SECOND);
    return {
      calls: bad.calls,
      end: {
        teams: said(bed.microsoft.actions(1), 'setUserPreferredPresence'),
        others: bed.microsoft.actions(2),
        ...(await atRest(bed)),
      },
    };
  });
  expect(end).toMatchObject({ teams: true, others: [], sync: 'in-sync' });
});

test('the first alarm after a write was lost with its object', LONG, async () => {
  const end = await everywhere(async (n) => {
    const bed = new RetryingBed();
    const agent = await bed.pairs(2, SLOW);
    agent.presence(1, talking);
    await bed.later(MINUTE);
    await bed.rows(
      `UPDATE pair SET soon = '[{"kind":"set-session"}]', due_at = ${Date.now()},
       state = json_set(state, '$.written.recent[#-1].answeredAt', json('null'))
       WHERE json_extract(state, '$.pbx.call')`,
    );
    await bed.evict();
    bed.microsoft.writes.length = 0;
    const bad = await trap(bed.stub, n, 'sql');
    await runInDurableObject(bed.stub, (_object, ctx) => ctx.storage.setAlarm(Date.now()));
    await bed.settle();
    bad.off();
    await persistent(bed, agent, (of) => (of === 1 ? talking : []));
    await bed.later(MINUTE);
    return {
      calls: bad.calls,
      end: { teams: said(bed.microsoft.actions(1), 'setPresence'), ...(await atRest(bed)) },
    };
  });
  expect(end).toMatchObject({ teams: true, sync: 'in-sync' });
});

test('an alarm in which no request gets through', async () => {
  const bed = new RetryingBed();
  const agent = await bed.pairs(2, SLOW);
  agent.presence(1, talking);
  await bed.later(4 * MINUTE + 50 * SECOND);
  bed.microsoft.presences.set(teamsId(2), { availability: 'Busy', activity: 'Busy' });
  let broken = 0;
  vi.stubGlobal('fetch', () => {
    broken += 1;
    return Promise.reject(new TypeError('Network connection lost.'));
  });
  await bed.later(20 * SECOND);
  expect(broken).toBeGreaterThan(2);
  expect(await bed.lamp('sync')).toMatchObject({ code: 'sync-failing' });
  vi.stubGlobal('fetch', bed.microsoft.fetch);
  await bed.later(MINUTE);
  expect(agent.shown(2)).toEqual(['busy']);
  expect(bed.microsoft.actions(1)).toEqual(['setPresence', 'setPresence']);
  expect(await atRest(bed)).toMatchObject({ sync: 'in-sync' });
});

test('an account that signs in and subscribes', LONG, async () => {
  const end = await everywhere(async (n) => {
    const bed = new RetryingBed();
    const standing = oneSubscriptionEach(bed);
    bed.microsoft.people = [person(1), person(2)];
    value(await bed.put(SUBSCRIBING));
    await bed.settle();
    const { id } = value(
      await bed.stub.addAccount('operator', { username: 'sync@example.com', password: 'pass' }),
    );
    const bad = await trap(bed.watchAccount(id), n, 'kv');
    await bed.later(10 * SECOND);
    bad.off();
    await bed.later(15 * MINUTE);
    const [row] = await bed.rows('SELECT report FROM account');
    const { presence: subscription } = JSON.parse(String(row?.['report'])) as AccountReport;
    const held = subscription.state === 'active' ? subscription.id : subscription.state;
    return {
      calls: bad.calls,
      end: {
        standing: standing.size,
        known: standing.has(held),
        lamps: [(await bed.lamp('subscriptions')).code, (await bed.lamp('tokenForReading')).code],
      },
    };
  });
  expect(end).toEqual({ standing: 1, known: true, lamps: ['subscribed', 'token-ok'] });
});

/** A Microsoft that lets an account have one subscription, and forgets none. */
function oneSubscriptionEach(bed: Bed): Map<string, string> {
  const standing = new Map<string, string>();
  const gone = () => graphRefusal(404, 'ResourceNotFound');
  let made = 0;
  bed.microsoft.on(`${GRAPH}/subscriptions`, ({ method, url, body }) => {
    const id = url.split('/').at(-1) ?? '';
    if (method === 'GET') {
      const all = [...standing].map(([one, notificationUrl]) => ({
        id: one,
        notificationUrl,
        resource: PRESENCES,
      }));
      return json({ value: all });
    }
    if (method === 'DELETE')
      return standing.delete(id) ? new Response(null, { status: 204 }) : gone();
    const { expirationDateTime, notificationUrl } = JSON.parse(body);
    if (method === 'PATCH') return standing.has(id) ? json({ id, expirationDateTime }) : gone();
    if (standing.size > 0) return graphRefusal(409, 'ExtensionError');
    made += 1;
    standing.set(`made-${made}`, notificationUrl);
    return json({ id: `made-${made}`, expirationDateTime }, 201);
  });
  return standing;
}

test('a user of the PBX passes from one in Teams to another', LONG, async () => {
  const end = await everywhere(async (n) => {
    const bed = new RetryingBed();
    const agent = await bed.pairs(2, SLOW);
    agent.presence(1, talking);
    await bed.settle();
    const changes = [
      { id: teamsId(1), accountEnabled: false },
      { ...asUser(person(3)), mail: 'person1@example.com' },
    ];
    bed.microsoft.people.push(person(3));
    // The same link tells the same, as often as it is asked.
    bed.microsoft.on('$deltatoken=1', () => delta(changes, 2));
    bed.microsoft.on('$deltatoken=2', () => delta([], 2));
    const bad = await trap(bed.stub, n, 'sql');
    await bed.later(MINUTE + 5 * SECOND);
    bad.off();
    const next = await persistent(bed, agent, (of) => (of === 1 ? talking : []));
    await bed.later(MINUTE);
    next.presence(1, talking, { afterGap: true });
    await bed.later(20 * SECOND);
    const pairs = await bed.rows('SELECT teams_id, guid FROM pair ORDER BY teams_id');
    return {
      calls: bad.calls,
      end: {
        pairs: pairs.map((row) => [row['teams_id'], row['guid']]),
        owed: await bed.rows('SELECT * FROM teams_farewell'),
        first: said(bed.microsoft.actions(1).slice(1), 'clearPresence'),
        second: bed.microsoft.actions(3)[0],
        ...(await atRest(bed)),
      },
    };
  });
  expect(end).toMatchObject({
    pairs: [
      [teamsId(2), guid(2)],
      [teamsId(3), guid(1)],
    ],
    owed: [],
    first: true,
    second: 'setPresence',
    sync: 'in-sync',
  });
});

test('a user of the PBX gets the address of another one in Teams', LONG, async () => {
  const end = await everywhere(async (n) => {
    const bed = new RetryingBed();
    const agent = await bed.pairs(2, SLOW);
    bed.microsoft.people.push(person(3));
    await bed.later(MINUTE + 5 * SECOND);
    const moved = pbxUser(1, { emails: ['person3@example.com'] });
    const bad = await trap(bed.stub, n, 'sql');
    agent.send(userFrame({ pbx: 'pbx', user: moved }));
    await bed.quiet();
    bad.off();
    await persistent(bed, agent, () => [], [moved, pbxUser(2)]);
    await bed.later(20 * SECOND);
    return { calls: bad.calls, end: { pairs: await bed.pairNumbers(), ...(await atRest(bed)) } };
  });
  expect(end).toMatchObject({ pairs: [2, 3], sync: 'in-sync' });
});

test('settings by which users show otherwise, and others belong to each other', LONG, async () => {
  const end = await everywhere(async (n) => {
    const bed = new RetryingBed();
    const agent = await bed.pairs(2, SLOW);
    bed.microsoft.people.push(person(3));
    bed.microsoft.presences.set(teamsId(2), { availability: 'Busy', activity: 'Busy' });
    await bed.later(5 * MINUTE + 5 * SECOND);
    agent.presence(2, chose('busy'));
    await bed.settle();
    const bad = await trap(bed.stub, n, 'sql');
    const wanted = {
      mapping: { toPbx: { Busy: 'dnd' } },
      overrides: [{ teams: teamsId(3), pbx: guid(1) }],
    };
    // Who was told that it failed does not try again.
    await bed.patch(wanted).catch(() => undefined);
    await bed.quiet();
    bad.off();
    const stored = value(await bed.stub.readSettings()).settings.overrides.length > 0;
    if (!stored) value(await bed.patch(wanted));
    await bed.later(5 * SECOND);
    const next = await persistent(bed, agent, (of) => (of === 2 ? chose('busy') : []));
    await bed.later(MINUTE);
    const shown = next === agent ? agent.shown(2) : [...agent.shown(2), ...next.shown(2)];
    return {
      calls: bad.calls,
      end: { pairs: await bed.pairNumbers(), shows: shown.at(-1), ...(await atRest(bed)) },
    };
  });
  expect(end).toMatchObject({ pairs: [2, 3], sync: 'in-sync' });
});
