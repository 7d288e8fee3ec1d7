import { describe, expect, test } from 'vitest';
import type { PbxConversation } from '../../../agent/pbx/connect.ts';
import type { Lacking } from '../../../agent/pbx/rights.ts';
import { HOMES_LIMIT } from '../../../agent/relay/homes-wanted.ts';
import { Relay } from '../../../agent/relay/relay.ts';
import {
  roleFrame,
  setFrame,
  unwatchFrame,
  watchFrame,
  watchMoreFrame,
  welcomeFrame,
} from '../../../shared/protocol/down.ts';
import { PART_SIZE, USERS_PER_PBX } from '../../../shared/protocol/frame.ts';
import { type PbxFault, type PbxUser, type UpFrame, upFrame } from '../../../shared/protocol/up.ts';

const user = (guid: string, more: Partial<PbxUser> = {}): PbxUser => ({
  ...{ guid, cn: guid.toUpperCase(), h323: `${guid}.sip`, emails: [] },
  ...more,
});
const BUSY = [{ contact: 'tel:', activity: 'busy' }];
const AWAY = [{ contact: 'tel:', activity: 'away' }];
const GONE: PbxFault = { code: 'closed', detail: 'rebooting' };

/** One PBX as the relay knows it: notes what is asked of it, says what the test makes it say. */
function fakePbx(relay: Relay, name: string) {
  const ears = relay.earsOf(name);
  const asked: string[] = [];
  const writes: ((fault?: PbxFault) => void)[] = [];
  const conversation: PbxConversation = {
    watch: (guid, sip, licence) =>
      asked.push(`watch ${guid} ${sip}${licence ? ` with ${licence}` : ''}`),
    unwatch: (guid) => asked.push(`unwatch ${guid}`),
    set: ({ guid, contact, activity }, done) => {
      asked.push(`set ${guid} ${contact}${activity}`);
      writes.push(done);
    },
    locate: async (loc) => ({ dns: `${loc}.example.com` }),
  };
  return {
    ...ears,
    list: (users: PbxUser[], lacking = new Map<string, Lacking>()) => ears.list(users, lacking),
    user: (one: PbxUser, lacking?: Lacking) => ears.user(one, lacking),
    login: (users: PbxUser[], system = { name, domain: 'example.com' }) => {
      ears.up(system, conversation);
      ears.list(users, new Map());
    },
    away: () => relay.pbxDown(name, GONE),
    asked: () => [...new Set(asked.splice(0))],
    answer: (fault?: PbxFault) => writes.shift()?.(fault),
  };
}

function setup(names = ['pbx']) {
  const pending: (() => void)[] = [];
  const homes: string[] = [];
  const pacing = {
    soon: (then: () => void) => pending.push(then),
    later: (then: () => void) => pending.push(then),
  };
  const relay = new Relay(names, pacing, (home, toldBy, isLast) =>
    homes.push(`${home} by ${toldBy}${isLast ? ', the last' : ''}`),
  );
  const frames: UpFrame[] = [];
  const welcome = (role: 'leading' | 'standby' = 'leading', epoch = 1) =>
    relay.tunnelUp((frame) => frames.push(frame), welcomeFrame({ agentId: 'a1', epoch, role }));
  /** What went up since the last look; every frame as the edge will check it. */
  const up = () => {
    for (const flush of pending.splice(0)) flush();
    return frames.splice(0).map((frame) => upFrame().parse(frame));
  };
  const watch = (guids: string[], epoch = 1) =>
    relay.tunnelSaid(watchFrame({ epoch, list: 1, last: true, guids }));
  const set = (guid: string, write = 1, epoch = 1) =>
    relay.tunnelSaid(setFrame({ epoch, guid, write, contact: 'tel:', activity: 'busy' }));
  const [first = 'pbx'] = names;
  return { relay, welcome, up, watch, set, homes, pbx: fakePbx(relay, first) };
}

const gapsOf = (frames: UpFrame[]) =>
  frames.flatMap((frame) =>
    frame.t === 'presences'
      ? frame.presences.map(({ guid, afterGap }) => `${guid} ${afterGap}`)
      : [],
  );
const typesOf = (frames: UpFrame[]) => frames.map(({ t }) => t);

/** Tunnel and PBX are up, alice is watched, her first list is up. */
function running() {
  const it = setup();
  it.pbx.login([user('alice'), user('bob')]);
  it.welcome();
  it.watch(['alice']);
  it.pbx.items('alice', BUSY);
  it.up();
  it.pbx.asked();
  return it;
}

describe('a new tunnel', () => {
  test('hears of every PBX, then of its users', () => {
    const { welcome, up, pbx } = setup();
    pbx.login([user('alice')]);
    welcome();
    expect(up()).toMatchObject([
      { t: 'pbx', pbx: 'pbx', state: { state: 'up', name: 'pbx', domain: 'example.com' } },
      { t: 'users', last: true, users: [{ guid: 'alice' }] },
    ]);
  });

  test('hears nothing of a PBX whose first try is still under way', () => {
    const { welcome, up } = setup();
    welcome();
    expect(up()).toEqual([]);
  });

  test('gets a long user list in parts of one list', () => {
    const { welcome, up, pbx } = setup();
    pbx.login(Array.from({ length: 2 * PART_SIZE + 1 }, (_, i) => user(`u${i}`)));
    welcome();
    const lists = up().filter((frame) => frame.t === 'users');
    expect(lists.map(({ last, users }) => [last, users.length])).toEqual([
      [false, PART_SIZE],
      [false, PART_SIZE],
      [true, 1],
    ]);
    expect(new Set(lists.map(({ list }) => list)).size).toBe(1);
  });

  test('that replaces a lost one gets a snapshot, and the PBX notices nothing', () => {
    const { relay, welcome, up, pbx } = running();
    relay.tunnelDown();
    pbx.items('alice', AWAY);
    pbx.user(user('carol'));
    welcome();
    const frames = up();
    expect(typesOf(frames)).toEqual(['pbx', 'users', 'presences']);
    expect(frames[1]).toMatchObject({
      users: [{ guid: 'alice' }, { guid: 'bob' }, { guid: 'carol' }],
    });
    expect(frames[2]).toMatchObject({
      presences: [{ guid: 'alice', items: AWAY, afterGap: true, sessionLasted: true }],
    });
    expect(pbx.asked()).toEqual([]);
  });

  test('forgets half of a watch list that the lost one had sent', () => {
    const { relay, welcome, watch, pbx } = running();
    relay.tunnelSaid(watchFrame({ epoch: 1, list: 1, last: false, guids: ['bob'] }));
    relay.tunnelDown();
    welcome();
    watch(['alice']);
    expect(pbx.asked()).toEqual(['watch alice alice.sip']);
  });
});

describe('watching', () => {
  test('the first list of a user is after a gap, the next ones are not', () => {
    const { up, watch, pbx } = running();
    watch(['alice', 'bob']);
    pbx.items('bob', BUSY);
    pbx.items('bob', AWAY);
    pbx.items('alice', AWAY);
    expect(gapsOf(up())).toEqual(['bob true', 'bob false', 'alice false']);
  });

  test('a list in parts counts when it is complete', () => {
    const { relay, pbx } = running();
    relay.tunnelSaid(watchFrame({ epoch: 1, list: 2, last: false, guids: ['bob'] }));
    expect(pbx.asked()).toEqual([]);
    relay.tunnelSaid(watchFrame({ epoch: 1, list: 2, last: true, guids: [] }));
    expect(pbx.asked()).toEqual(['unwatch alice', 'watch bob bob.sip']);
  });

  test('more and fewer users', () => {
    const { relay, pbx } = running();
    relay.tunnelSaid(watchMoreFrame({ epoch: 1, guids: ['bob'] }));
    relay.tunnelSaid(unwatchFrame({ epoch: 1, guids: ['alice'] }));
    expect(pbx.asked()).toEqual(['watch bob bob.sip', 'unwatch alice']);
  });

  test('what comes of a user who is no longer watched stays here', () => {
    const { relay, up, pbx } = running();
    relay.tunnelSaid(unwatchFrame({ epoch: 1, guids: ['alice'] }));
    pbx.items('alice', AWAY);
    expect(up()).toEqual([]);
  });

  test('a user who comes later is subscribed then', () => {
    const { relay, pbx } = running();
    relay.tunnelSaid(watchMoreFrame({ epoch: 1, guids: ['carol'] }));
    expect(pbx.asked()).toEqual([]);
    pbx.user(user('carol'));
    expect(pbx.asked()).toEqual(['watch carol carol.sip']);
    pbx.gone('carol');
    expect(pbx.asked()).toEqual(['unwatch carol']);
  });

  test('who led, stood by and leads again says again what may not be seen', () => {
    const { relay, up, pbx } = running();
    pbx.unseen(['alice']);
    expect(up()).toMatchObject([{ t: 'unseen', guids: ['alice'] }]);
    relay.tunnelSaid(roleFrame({ epoch: 2, role: 'standby' }));
    relay.tunnelSaid(roleFrame({ epoch: 3, role: 'leading' }));
    expect(up()).toContainEqual(expect.objectContaining({ t: 'unseen', guids: ['alice'] }));
  });

  test('a user of whom the PBX has no data any more is told of once more, as after a gap', () => {
    const { up, pbx } = running();
    pbx.items('alice', [{ contact: 'tel:', activity: 'on-the-phone' }]);
    up();
    pbx.noItems('alice');
    pbx.noItems('alice');
    expect(up()).toMatchObject([
      { t: 'presences', presences: [{ guid: 'alice', items: [], afterGap: true }] },
    ]);
    pbx.items('alice', BUSY);
    expect(gapsOf(up())).toEqual(['alice true']);
  });

  test('a user of whom the PBX has no data any more is in no snapshot', () => {
    const { relay, welcome, up, pbx } = running();
    pbx.noItems('alice');
    up();
    relay.tunnelDown();
    welcome();
    expect(gapsOf(up())).toEqual([]);
  });
});

describe('a PBX that comes back', () => {
  test('is subscribed at once and its lists are after a gap', () => {
    const { up, pbx } = running();
    pbx.away();
    expect(up()).toMatchObject([{ t: 'pbx', state: { state: 'down', fault: GONE } }]);
    pbx.up(
      {},
      { watch: () => {}, unwatch: () => {}, set: () => {}, locate: async () => undefined },
    );
    pbx.items('alice', BUSY);
    pbx.list([user('alice')]);
    const frames = up();
    expect(typesOf(frames)).toEqual(['pbx', 'presences', 'users']);
    expect(gapsOf(frames)).toEqual(['alice true']);
    expect(frames[2]).toMatchObject({ users: [{ guid: 'alice' }] });
  });

  test('needs no new tunnel, and watches again what was watched', () => {
    const { pbx } = running();
    pbx.away();
    pbx.login([user('alice', { h323: 'renamed' })]);
    expect(pbx.asked()).toEqual(['watch alice alice.sip', 'watch alice renamed']);
  });

  test('that stays away for the same reason is reported once', () => {
    const { up, pbx } = running();
    pbx.away();
    pbx.away();
    expect(up()).toHaveLength(1);
  });
});

describe('a write', () => {
  test('goes to the PBX and is answered with its number', () => {
    const { up, set, pbx } = running();
    set('alice', 17);
    expect(pbx.asked()).toEqual(['set alice tel:busy']);
    pbx.answer();
    expect(up()).toMatchObject([{ t: 'wrote', guid: 'alice', write: 17 }]);
  });

  test('keeps its place among the presences', () => {
    const { up, set, pbx } = running();
    set('alice', 17);
    pbx.items('alice', AWAY);
    pbx.answer();
    pbx.items('alice', BUSY);
    expect(typesOf(up())).toEqual(['presences', 'wrote', 'presences']);
  });

  test.each<[string, (it: ReturnType<typeof running>) => void]>([
    [
      'the tunnel',
      ({ relay, welcome }) => {
        relay.tunnelDown();
        welcome();
      },
    ],
    [
      'tunnel and PBX',
      ({ relay, welcome, watch, pbx }) => {
        relay.tunnelDown();
        pbx.away();
        pbx.login([user('alice')]);
        welcome();
        watch(['alice']);
        pbx.items('alice', AWAY);
      },
    ],
  ])('that the PBX took is told again after a gap of %s', (_, breaks) => {
    const it = running();
    it.set('alice', 17);
    it.pbx.answer();
    it.set('alice', 18);
    it.pbx.answer({ code: 'refused', detail: 'No (error 5)' });
    it.up();
    breaks(it);
    const told = it.up().flatMap((frame) => (frame.t === 'presences' ? frame.presences : []));
    expect(told).toMatchObject([{ guid: 'alice', afterGap: true, tookWrite: 17 }]);
  });

  test('that the PBX refused says why', () => {
    const { up, set, pbx } = running();
    set('alice');
    pbx.answer({ code: 'refused', detail: 'No (error 5)' });
    expect(up()).toMatchObject([{ t: 'wrote', fault: { code: 'refused' } }]);
  });

  test('for a PBX that is down is answered', () => {
    const { up, set, pbx } = running();
    pbx.away();
    up();
    set('alice', 3);
    expect(up()).toMatchObject([
      { t: 'wrote', write: 3, fault: { code: 'pbx-away', detail: 'rebooting' } },
    ]);
  });

  test('for a user nobody has is answered', () => {
    const { up, set } = running();
    set('nobody');
    expect(up()).toMatchObject([{ t: 'wrote', fault: { code: 'unknown-user' } }]);
  });

  test('for a user who may be on a PBX that was never read is not called unknown', () => {
    const { welcome, up, set } = setup();
    welcome();
    set('alice');
    expect(up()).toMatchObject([{ t: 'wrote', fault: { code: 'pbx-away' } }]);
  });
});

describe('roles and epochs', () => {
  test('a standby reports its PBX sessions and does nothing else', () => {
    const { welcome, up, watch, set, pbx } = setup();
    pbx.login([user('alice')]);
    welcome('standby');
    watch(['alice']);
    set('alice');
    pbx.user(user('bob'));
    expect(typesOf(up())).toEqual(['pbx']);
    expect(pbx.asked()).toEqual([]);
  });

  test('a standby that takes over sends what a new tunnel gets', () => {
    const { relay, welcome, up, watch, pbx } = setup();
    pbx.login([user('alice')]);
    welcome('standby');
    up();
    relay.tunnelSaid(roleFrame({ epoch: 2, role: 'leading' }));
    watch(['alice'], 2);
    expect(typesOf(up())).toEqual(['pbx', 'users']);
    expect(pbx.asked()).toEqual(['watch alice alice.sip']);
  });

  test('a leader that steps back watches nobody', () => {
    const { relay, pbx, up } = running();
    relay.tunnelSaid(roleFrame({ epoch: 2, role: 'standby' }));
    pbx.items('alice', AWAY);
    expect(pbx.asked()).toEqual(['unwatch alice']);
    expect(up()).toEqual([]);
  });

  test('what an earlier leader was told is ignored', () => {
    const { relay, watch, set, pbx, up } = running();
    relay.tunnelSaid(roleFrame({ epoch: 5, role: 'leading' }));
    watch(['bob'], 4);
    set('alice', 1, 4);
    relay.tunnelSaid(roleFrame({ epoch: 4, role: 'standby' }));
    expect(pbx.asked()).toEqual([]);
    expect(up()).toEqual([]);
    set('alice', 2, 5);
    expect(pbx.asked()).toEqual(['set alice tel:busy']);
  });
});

describe('two PBXs', () => {
  test('a user whom both have belongs to the home PBX, whoever delivered first', () => {
    const { relay, welcome, watch, set, pbx } = setup(['main', 'branch']);
    const branch = fakePbx(relay, 'branch');
    const alice = user('alice', { loc: 'branch' });
    pbx.login([alice, user('bob', { loc: 'main' })]);
    welcome();
    watch(['alice', 'bob']);
    expect(pbx.asked()).toEqual(['watch alice alice.sip', 'watch bob bob.sip']);
    branch.login([alice]);
    expect(branch.asked()).toEqual(['watch alice alice.sip']);
    expect(pbx.asked()).toContain('unwatch alice');
    set('alice');
    expect(branch.asked()).toEqual(['set alice tel:busy']);
  });

  test('a user of a PBX that is down belongs to it, until one that is up says otherwise', () => {
    const { relay, welcome, watch, pbx, homes } = setup(['main', 'old', 'new']);
    const old = fakePbx(relay, 'old');
    const young = fakePbx(relay, 'new');
    const alice = (loc: string) => user('alice', { loc });
    pbx.login([alice('old')]);
    old.login([alice('old')]);
    young.login([]);
    welcome();
    watch(['alice']);
    old.away();
    pbx.asked();
    pbx.user(alice('old'));
    expect([pbx.asked(), young.asked()]).toEqual([[], []]);
    pbx.user(alice('new'));
    young.user(alice('new'));
    expect(young.asked()).toEqual(['watch alice alice.sip']);
    pbx.user(alice('main'));
    expect(pbx.asked()).toContain('watch alice alice.sip');
    expect(homes).toEqual([]);
    for (const one of [young, pbx]) one.user(alice('far'));
    expect(homes).toEqual(['far by main']);
  });

  test('a user whom one has belongs to that one', () => {
    const { relay, welcome, set, pbx } = setup(['main', 'branch']);
    const branch = fakePbx(relay, 'branch');
    pbx.login([user('alice', { loc: 'branch' })]);
    branch.login([]);
    welcome();
    set('alice');
    expect(pbx.asked()).toEqual(['set alice tel:busy']);
  });
});

describe('licences', () => {
  const need = (it: ReturnType<typeof running>, licence?: string) =>
    it.relay.tunnelSaid(
      watchFrame({
        epoch: 1,
        list: 2,
        last: true,
        guids: ['alice', 'bob'],
        ...(licence ? { licence } : {}),
      }),
    );

  test('are asked for when the watch list names one, and not any more when the next one does not', () => {
    const it = running();
    need(it, 'App(x)');
    expect(it.pbx.asked()).toEqual([
      'watch alice alice.sip with App(x)',
      'watch bob bob.sip with App(x)',
    ]);
    it.relay.tunnelSaid(watchMoreFrame({ epoch: 1, guids: ['bob'] }));
    expect(it.pbx.asked()).toEqual(['watch bob bob.sip with App(x)']);
    need(it);
    expect(it.pbx.asked()).toEqual(['watch alice alice.sip', 'watch bob bob.sip']);
  });

  test('that lack go up, and again with a snapshot', () => {
    const it = running();
    need(it, 'App(x)');
    it.pbx.licences(['bob']);
    expect(it.up()).toMatchObject([{ t: 'unlicensed', pbx: 'pbx', guids: ['bob'] }]);
    it.relay.tunnelDown();
    it.welcome();
    expect(it.up().find(({ t }) => t === 'unlicensed')).toMatchObject({ guids: ['bob'] });
    it.pbx.licences([], { code: 'api-missing', detail: 'd' });
    expect(it.up()).toMatchObject([{ t: 'unlicensed', guids: [], fault: { code: 'api-missing' } }]);
  });

  test('who becomes a partner while watched already is told as after a gap', () => {
    const it = running();
    it.relay.tunnelSaid(watchMoreFrame({ epoch: 1, guids: ['alice'] }));
    expect(gapsOf(it.up())).toEqual(['alice true']);
  });
});

describe('a PBX that homes users and is not configured', () => {
  const zoe = user('zoe', { loc: 'branch' });

  test('is asked for once, when one of its users is watched, by who told of them', async () => {
    const { relay, welcome, watch, pbx, homes } = setup();
    pbx.login([user('alice', { loc: 'PBX' }), zoe, user('yann', { loc: 'branch' })]);
    welcome();
    watch(['alice']);
    expect(homes).toEqual([]);
    watch(['alice', 'zoe', 'yann']);
    pbx.user(user('zoe', { loc: 'branch', cn: 'Zoe' }));
    expect(homes).toEqual(['branch by pbx']);
    expect(await relay.locate('pbx', 'branch')).toEqual({ dns: 'branch.example.com' });
    pbx.away();
    expect(await relay.locate('pbx', 'branch')).toBeUndefined();
  });

  test('takes its users over once it is there; until then they are watched at the master', () => {
    const { relay, welcome, watch, pbx, up } = setup();
    pbx.login([zoe]);
    welcome();
    watch(['zoe']);
    expect(pbx.asked()).toEqual(['watch zoe zoe.sip']);
    relay.addPbx('branch');
    const branch = fakePbx(relay, 'branch');
    branch.login([zoe]);
    expect(branch.asked()).toEqual(['watch zoe zoe.sip']);
    expect(pbx.asked()).toEqual(['watch zoe zoe.sip', 'unwatch zoe']);
    branch.items('zoe', BUSY);
    expect(typesOf(up()).slice(-2)).toEqual(['users', 'presences']);
  });

  test('is one of so many at most, whatever a PBX makes up', () => {
    const { welcome, watch, pbx, homes } = setup();
    const many = Array.from({ length: HOMES_LIMIT + 1 }, (_, n) => `user${n}`);
    pbx.login(many.map((guid) => user(guid, { loc: `home of ${guid}` })));
    welcome();
    watch(many);
    expect(homes).toHaveLength(HOMES_LIMIT);
    expect(homes.filter((home) => home.endsWith(', the last'))).toEqual([homes.at(-1)]);
  });

  test('may be named by what a configured one calls itself', () => {
    const { welcome, watch, pbx, homes } = setup();
    pbx.login([user('alice', { loc: 'main' })], { name: 'main', domain: 'example.com' });
    welcome();
    watch(['alice']);
    expect(homes).toEqual([]);
  });
});

describe('users', () => {
  test('beyond what one PBX can have are nobody', () => {
    const { up, pbx } = running();
    const alice = user('alice');
    pbx.list(Array.from({ length: USERS_PER_PBX }, (_, n) => ({ ...alice, guid: `${n}` })));
    up();
    pbx.user(user('one-more'));
    pbx.user(user('7', { cn: 'Somebody' }));
    expect(up()).toMatchObject([{ t: 'user', user: { guid: '7' } }]);
  });

  test('a row that says nothing new to us stays here', () => {
    const { up, pbx } = running();
    pbx.user(user('alice'));
    expect(up()).toEqual([]);
    pbx.user(user('alice', { cn: 'Alice Adams' }));
    pbx.gone('bob');
    pbx.gone('bob');
    expect(typesOf(up())).toEqual(['user', 'user-gone']);
  });

  test('whose rows lack a right are told, when they are watched, and only news of it', () => {
    const { relay, up, watch, pbx } = running();
    const rights = new Map<string, Lacking>([
      ['alice', 'calls'],
      ['bob', 'presence'],
    ]);
    pbx.list([user('alice'), user('bob')], rights);
    const unseen = () => up().filter(({ t }) => t === 'unseen');
    expect(unseen()).toMatchObject([{ guids: [], noCalls: ['alice'] }]);
    watch(['alice', 'bob']);
    expect(unseen()).toMatchObject([{ guids: ['bob'], noCalls: ['alice'] }]);
    pbx.user(user('alice'), 'calls');
    expect(unseen()).toEqual([]);
    pbx.user(user('alice'));
    pbx.user(user('bob'));
    expect(unseen().at(-1)).toEqual({ v: 1, t: 'unseen', pbx: 'pbx', guids: [] });
    relay.tunnelSaid(unwatchFrame({ epoch: 1, guids: ['alice'] }));
    expect(unseen()).toEqual([]);
  });

  test('whom the PBX refuses to have watched are among those not seen, until it does not', () => {
    const { up, pbx } = running();
    pbx.refused('alice', false);
    expect(up()).toEqual([]);
    pbx.refused('alice', true);
    pbx.refused('alice', true);
    expect(up()).toMatchObject([{ t: 'unseen', guids: ['alice'] }]);
    pbx.refused('alice', false);
    expect(up()).toMatchObject([{ t: 'unseen', guids: [] }]);
  });

  test('whom the App object may not see are told by guid, whatever the PBX called them', () => {
    const { relay, welcome, up, pbx } = running();
    pbx.unseen(['alice', 'bob.sip', 'nobody']);
    expect(up()).toMatchObject([{ t: 'unseen', guids: ['alice', 'bob'] }]);
    pbx.unseen(['BOB']);
    expect(up()).toMatchObject([{ t: 'unseen', guids: ['bob'] }]);
    relay.tunnelDown();
    welcome();
    expect(up().find(({ t }) => t === 'unseen')).toMatchObject({ guids: ['bob'] });
  });
});
