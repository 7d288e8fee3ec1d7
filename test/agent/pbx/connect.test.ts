// The agent's PBX side against the simulated PBX, on a real socket.
import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../agent/clock.ts';
import { connectOnce, type PbxConversation, type PbxTarget } from '../../../agent/pbx/connect.ts';
import type { PbxFault, PbxItem, PbxUser } from '../../../shared/protocol/up.ts';
import { selfSigned } from '../../sim/pbx/self-signed.ts';
import { type Pbx, type PbxOptions, startPbx } from '../../sim/pbx/server.ts';
import { fakeLog } from '../fake-log.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function pbxWith(options: PbxOptions = {}): Promise<Pbx> {
  const pbx = await startPbx(options);
  ends.push(() => pbx.close());
  return pbx;
}

/** Dials the PBX and remembers all it says. */
function connect(pbx: Pbx, change: Partial<PbxTarget> = {}, clock: Clock = systemClock) {
  const stop = new AbortController();
  const { log, lines } = fakeLog();
  const heard: string[] = [];
  const items = new Map<string, PbxItem[]>();
  let users: PbxUser[] | undefined;
  let conversation: PbxConversation | undefined;
  const target: PbxTarget = {
    name: pbx.name,
    address: { url: pbx.url, insecureTls: false },
    credentials: { app: pbx.app, password: pbx.password },
    ...change,
  };
  const ended = connectOnce(
    target,
    {
      up(system, opened) {
        conversation = opened;
        heard.push(`up ${system.name} ${system.domain}`);
      },
      list(all) {
        users = all;
        heard.push(`list ${all.length}`);
      },
      user: ({ h323 }) => heard.push(`user ${h323}`),
      gone: (guid) => heard.push(`gone ${guid}`),
      items(guid, list) {
        items.set(guid, list);
        heard.push(`items ${guid} ${list.map(({ activity }) => activity)}`);
      },
      noItems: (guid) => heard.push(`no items ${guid}`),
      unseen: (who) => heard.push(`unseen ${who}`),
    },
    { clock, log },
    stop.signal,
  );
  ends.push(async () => {
    stop.abort();
    await ended;
  });
  return {
    ...{ heard, items, ended, lines, stop },
    users: () => users ?? [],
    guid: (h323: string) => pbx.user(h323).guid,
    /** The conversation, once the directory is read. */
    async ready(): Promise<PbxConversation> {
      await expect.poll(() => users !== undefined && conversation !== undefined).toBe(true);
      return conversation as PbxConversation;
    },
    watch: (h323: string) => conversation?.watch(pbx.user(h323).guid, h323),
    async set(h323: string, activity: string): Promise<PbxFault | undefined> {
      const write = { guid: pbx.user(h323).guid, contact: 'tel:', activity };
      return new Promise((resolve) => conversation?.set(write, resolve));
    },
  };
}

describe('the directory', () => {
  test('is read from the first to the last row, with every address', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    expect(it.heard.slice(0, 2)).toEqual(['up pbx example.com', `list ${pbx.users().length}`]);
    const alice = it.users().find(({ h323 }) => h323 === 'alice');
    expect(alice).toMatchObject({
      cn: 'Alice Adams',
      e164: '201',
      loc: 'pbx',
      emails: ['alice@example.com'],
    });
    const carol = it.users().find(({ h323 }) => h323 === 'carol');
    expect(carol?.emails).toEqual(['c.clark@example.com', 'carol@example.com']);
    expect(it.users().map(({ h323 }) => h323)).toContain('erik');
    expect(pbx.violations).toEqual([]);
  });

  test('follows what is added, changed and removed', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    const guid = pbx.addUser({ h323: 'frida', cn: 'Frida' }).guid;
    pbx.updateUser('frida', { cn: 'Frida F.' });
    pbx.removeUser('frida');
    await expect
      .poll(() => it.heard.slice(2))
      .toEqual(['user frida', 'user frida', `gone ${guid}`]);
  });

  test('does without PbxAdminApi, but for addresses of the system', async () => {
    const pbx = await pbxWith({ apps: [{ h323: 'microsoft365', apis: ['pbx', 'tableusers'] }] });
    const it = connect(pbx);
    await it.ready();
    expect(it.heard[0]).toBe('up undefined undefined');
    expect(it.users().find(({ h323 }) => h323 === 'alice')?.emails).toEqual([]);
  });

  test('of a thousand users is read', async () => {
    const it = connect(await pbxWith({ users: 1_000 }));
    await it.ready();
    expect(it.users()).toHaveLength(1_000);
  });

  test('is read although results come without src, in fragments, with empty lists', async () => {
    const knobs = { resultsWithoutSrc: true, fragmentBytes: 7, emptyArrays: 'present' as const };
    const it = connect(await pbxWith({ knobs }));
    await it.ready();
    expect(it.users().length).toBeGreaterThan(3);
  });

  test('a PBX that calls itself otherwise is warned of', async () => {
    const it = connect(await pbxWith({ name: 'main' }), { name: 'pbx' });
    await it.ready();
    expect(it.lines).toEqual(['warn  calls itself "main", the configuration calls it "pbx"']);
  });
});

describe('presence', () => {
  test('of a watched user arrives whole, at once and at each change', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    it.watch('alice');
    await expect.poll(() => it.items.has(it.guid('alice'))).toBe(true);
    pbx.user('alice').setPresence('away', 'till 5');
    pbx.user('alice').call();
    await expect
      .poll(() => it.items.get(it.guid('alice')))
      .toMatchObject([
        { activity: 'on-the-phone' },
        { contact: 'tel:', activity: 'away' },
        { contact: 'im:', activity: '' },
      ]);
    expect(JSON.stringify([...it.items])).not.toContain('till 5');
  });

  test('of a user who is no longer watched is unsubscribed', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    const conversation = await it.ready();
    it.watch('alice');
    await expect.poll(() => it.items.size).toBe(1);
    conversation.unwatch(it.guid('alice'));
    expect(await it.set('bob', 'busy')).toBeUndefined();
    pbx.user('alice').setPresence('dnd');
    expect(await it.set('bob', 'away')).toBeUndefined();
    expect(it.heard.filter((line) => line.includes('dnd'))).toEqual([]);
    expect(pbx.violations).toEqual([]);
  });

  test('of many is subscribed with a bounded number open, and all arrive', async () => {
    const pbx = await pbxWith({ users: 300, recordLimit: 10_000 });
    const it = connect(pbx);
    await it.ready();
    for (const { h323 } of pbx.users()) it.watch(h323);
    await expect.poll(() => it.items.size, { timeout: 5_000 }).toBe(300);
    let open = 0;
    let most = 0;
    for (const { message } of pbx.messages) {
      if (message.mt === 'SubscribePresence') open += 1;
      if (message.mt === 'SubscribePresenceResult') open -= 1;
      most = Math.max(most, open);
    }
    expect(most).toBeLessThanOrEqual(20);
    expect(pbx.violations).toEqual([]);
  });

  test('of a renamed user goes on', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    const conversation = await it.ready();
    it.watch('alice');
    await expect.poll(() => it.items.size).toBe(1);
    const guid = it.guid('alice');
    pbx.updateUser('alice', { h323: 'alicia' });
    conversation.watch(guid, 'alicia');
    pbx.user('alicia').setPresence('dnd');
    await expect.poll(() => it.items.get(guid)?.map(({ activity }) => activity)).toContain('dnd');
    expect(pbx.violations).toEqual([]);
  });

  test('of a user the App object may not see is named, and comes with the right', async () => {
    const pbx = await pbxWith();
    pbx.setRights('bob', null);
    const it = connect(pbx);
    await it.ready();
    it.watch('bob');
    await expect.poll(() => it.heard, { timeout: 4_000 }).toContain('unseen bob');
    expect(it.heard).toContain(`no items ${it.guid('bob')}`);
    pbx.setRights('bob', {});
    await expect.poll(() => it.items.has(it.guid('bob'))).toBe(true);
    await expect.poll(() => it.heard).toContain('unseen ');
  });

  test('that the PBX refuses is asked for again when the user changes', async () => {
    const pbx = await pbxWith({ knobs: { invisible: 'error' } });
    pbx.setRights('bob', null);
    const it = connect(pbx);
    await it.ready();
    it.watch('bob');
    await expect.poll(() => it.lines.join()).toContain('the presence of "bob" cannot be watched');
    pbx.setRights('bob', {});
    it.watch('bob');
    await expect.poll(() => it.items.has(it.guid('bob'))).toBe(true);
  });
});

describe('a write', () => {
  test('sets the item of our contact by guid, without a note', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    expect(await it.set('alice', 'dnd')).toBeUndefined();
    expect(pbx.setPresenceHistory.at(-1)).toMatchObject({
      ...{ h323: 'alice', contact: 'tel:', activity: 'dnd', note: '', ok: true },
    });
  });

  test('keeps the note that the user has there', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    it.watch('alice');
    pbx.user('alice').setPresence('away', 'back at two');
    await expect.poll(() => it.items.get(it.guid('alice'))?.[0]?.activity).toBe('away');
    expect(await it.set('alice', 'dnd')).toBeUndefined();
    expect(pbx.user('alice').note()).toBe('back at two');
  });

  test('that the PBX refuses comes back as a fault', async () => {
    const it = connect(await pbxWith({ knobs: { refusedActivities: ['meeting'] } }));
    await it.ready();
    expect(await it.set('alice', 'meeting')).toMatchObject({ code: 'refused' });
  });

  test.each([true, false])(
    'and its echo keep the order of the PBX (update first: %s)',
    async (updateBeforeResult) => {
      const it = connect(await pbxWith({ knobs: { updateBeforeResult } }));
      const conversation = await it.ready();
      it.watch('alice');
      await expect.poll(() => it.items.size).toBe(1);
      const guid = it.guid('alice');
      const before = it.heard.length;
      conversation.set({ guid, contact: 'tel:', activity: 'dnd' }, () => it.heard.push('wrote'));
      await expect.poll(() => it.heard.length).toBe(before + 2);
      const order = it.heard.slice(before).map((line) => line.split(' ')[0]);
      expect(order).toEqual(updateBeforeResult ? ['items', 'wrote'] : ['wrote', 'items']);
    },
  );

  test('that is open when the PBX goes away is answered', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    pbx.hold();
    const written = it.set('alice', 'dnd');
    pbx.cut();
    expect(await written).toMatchObject({ code: 'pbx-away' });
    expect(await it.ended).toMatchObject({ code: 'closed' });
  });
});

describe('why a PBX is down', () => {
  const app = (name: string, password: string) => ({ credentials: { app: name, password } });

  test.each([
    ['a wrong password', app('microsoft365', 'wrong')],
    ['a wrong App object', app('microsoft', 'secret365')],
  ])('%s: login-refused, tried slowly', async (_, change) => {
    const it = connect(await pbxWith(), change);
    expect(await it.ended).toMatchObject({ code: 'login-refused', retry: 'slow' });
  });

  test.each([
    ['PbxTableUsers', ['pbx', 'admin'] as const],
    ['PbxApi', ['tableusers', 'admin'] as const],
  ])('%s is not ticked: the fault names the box', async (box, apis) => {
    const it = connect(await pbxWith({ apps: [{ h323: 'microsoft365', apis: [...apis] }] }));
    const ended = await it.ended;
    expect(ended).toMatchObject({ code: 'api-missing' });
    expect(ended.detail).toContain(`tick "${box}" at the App object "microsoft365"`);
  });

  test('nobody there: unreachable', async () => {
    const pbx = await startPbx();
    await pbx.close();
    expect(await connect(pbx).ended).toMatchObject({ code: 'unreachable' });
  });

  test('a wrong path: unreachable, with the path to check', async () => {
    const pbx = await pbxWith();
    const address = { url: `${pbx.url}/x`, insecureTls: false };
    const ended = await connect(pbx, { address }).ended;
    expect(ended.code).toBe('unreachable');
    expect(ended.detail).toContain('/PBX0/APPS/websocket');
  });

  test('cut: closed', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx);
    await it.ready();
    pbx.cut();
    expect(await it.ended).toMatchObject({ code: 'closed', retry: 'backoff' });
  });

  /** A second passes in 50 ms. */
  const hasty: Clock = { now: Date.now, after: (ms, then) => systemClock.after(ms / 20, then) };

  test('dead without a word: silent, within 15 s', async () => {
    const pbx = await pbxWith();
    const it = connect(pbx, {}, hasty);
    await it.ready();
    pbx.halfOpen();
    const since = Date.now();
    expect(await it.ended).toMatchObject({ code: 'silent' });
    expect(Date.now() - since).toBeLessThan(15_000 / 20);
  });

  test('a PBX that answers neither pings nor KeepAlive is not dead', async () => {
    const pbx = await pbxWith({ knobs: { answerPings: false, answerKeepAlive: false } });
    const it = connect(pbx, {}, hasty);
    await it.ready();
    const over = await Promise.race([it.ended, new Promise((r) => setTimeout(r, 2_000, 'alive'))]);
    expect(over).toBe('alive');
  });
});

describe('TLS', () => {
  const tls = selfSigned();
  const over = (url: string | undefined, more: object) => ({
    address: { url: url ?? '', insecureTls: false, ...more },
  });

  test('a certificate nobody vouches for is refused, with what to set', async () => {
    const pbx = await pbxWith({ tls });
    const ended = await connect(pbx, over(pbx.secureUrl, {})).ended;
    expect(ended.code).toBe('tls');
    expect(ended.detail).toContain('"ca_file"');
  });

  test('a certificate for another name is refused', async () => {
    const pbx = await pbxWith({ tls });
    const url = pbx.secureUrl?.replace('127.0.0.1', '127.0.0.2');
    expect(await connect(pbx, over(url, { ca: tls.cert })).ended).toMatchObject({
      code: expect.stringMatching(/tls|unreachable/),
    });
  });

  test('a text that is no certificate is a fault of TLS, not a crash', async () => {
    const pbx = await pbxWith({ tls });
    const ca = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(await connect(pbx, over(pbx.secureUrl, { ca })).ended).toMatchObject({ code: 'tls' });
  });

  test.each([
    ['ca_file', { ca: tls.cert }],
    ['insecure_tls', { insecureTls: true }],
  ])('works with %s', async (_, more) => {
    const pbx = await pbxWith({ tls });
    await connect(pbx, over(pbx.secureUrl, more)).ready();
  });
});

test('a session that is told to stop leaves the PBX', async () => {
  const pbx = await pbxWith();
  const it = connect(pbx);
  await it.ready();
  it.stop.abort();
  await it.ended;
  await expect.poll(() => pbx.sessions()).toEqual([]);
});
