// What the agent's PBX side has to do on a PBX, whoever of the two dialled: the same suite for both ways.
import { afterEach, describe, expect, test } from 'vitest';
import { type Pbx, type PbxOptions, startPbx } from '../sim/pbx/server.ts';
import { type OpenPeer, type RecordedPeer, recordPeer } from './pbx-recorder.ts';

/** A way in which agent and PBX come together. */
export interface Way {
  readonly name: string;
  /** Makes ready for this PBX; what it opens is closed by `close`. */
  prepare(pbx: Pbx): Promise<{ open: OpenPeer; close(): Promise<void> }>;
}

export function pbxPeerContract({ name, prepare }: Way): void {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function pbxWith(options: PbxOptions = {}): Promise<Pbx> {
    const pbx = await startPbx(options);
    ends.push(() => pbx.close());
    return pbx;
  }

  async function connect(pbx: Pbx): Promise<RecordedPeer> {
    const { open, close } = await prepare(pbx);
    const peer = recordPeer(pbx, open);
    ends.push(async () => {
      await peer.end();
      await close();
    });
    return peer;
  }

  describe(`a PBX (${name})`, () => {
    describe('the directory', () => {
      test('is read from the first to the last row, with every address', async () => {
        const pbx = await pbxWith();
        const it = await connect(pbx);
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
        const it = await connect(pbx);
        await it.ready();
        const guid = pbx.addUser({ h323: 'frida', cn: 'Frida' }).guid;
        pbx.updateUser('frida', { cn: 'Frida F.' });
        pbx.removeUser('frida');
        await expect
          .poll(() => it.heard.slice(2))
          .toEqual(['user frida', 'user frida', `gone ${guid}`]);
      });

      test('of a thousand users is read', async () => {
        const it = await connect(await pbxWith({ users: 1_000 }));
        await it.ready();
        expect(it.users()).toHaveLength(1_000);
      });

      test('is read although results come without src, in fragments, with empty lists', async () => {
        const knobs = {
          resultsWithoutSrc: true,
          fragmentBytes: 7,
          emptyArrays: 'present' as const,
        };
        const it = await connect(await pbxWith({ knobs }));
        await it.ready();
        expect(it.users().length).toBeGreaterThan(3);
      });
    });

    describe('presence', () => {
      test('of a watched user arrives whole, at once and at each change', async () => {
        const pbx = await pbxWith();
        const it = await connect(pbx);
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
        const it = await connect(pbx);
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
        const it = await connect(pbx);
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
        const it = await connect(pbx);
        const conversation = await it.ready();
        it.watch('alice');
        await expect.poll(() => it.items.size).toBe(1);
        const guid = it.guid('alice');
        pbx.updateUser('alice', { h323: 'alicia' });
        conversation.watch(guid, 'alicia', undefined);
        pbx.user('alicia').setPresence('dnd');
        await expect
          .poll(() => it.items.get(guid)?.map(({ activity }) => activity))
          .toContain('dnd');
        expect(pbx.violations).toEqual([]);
      });

      test('of a user the App object may not see is named, and comes with the right', async () => {
        const pbx = await pbxWith();
        pbx.setRights('bob', null);
        const it = await connect(pbx);
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
        const it = await connect(pbx);
        await it.ready();
        it.watch('bob');
        await expect
          .poll(() => it.lines.join())
          .toContain('the presence of "bob" cannot be watched');
        expect(it.heard).toContain(`refused ${it.guid('bob')}`);
        pbx.setRights('bob', {});
        it.watch('bob');
        await expect.poll(() => it.items.has(it.guid('bob'))).toBe(true);
      });
    });

    describe('a licence', () => {
      const LICENCE = 'App(innovaphone-microsoft365)';

      test('is asked before a user is subscribed, and who has none is told', async () => {
        const pbx = await pbxWith();
        pbx.updateUser('bob', { licences: [] });
        const it = await connect(pbx);
        await it.ready();
        it.watch('alice', LICENCE);
        it.watch('bob', LICENCE);
        await expect.poll(() => it.items.has(it.guid('alice'))).toBe(true);
        await expect.poll(() => it.heard).toContain(`unlicensed ${it.guid('bob')}`);
        const subscribed = pbx.messages.flatMap(({ message }) =>
          message.mt === 'SubscribePresence' ? [message['sip']] : [],
        );
        expect(subscribed).toEqual(['alice']);
        expect(pbx.violations).toEqual([]);
      });

      test('that is not required any more is not asked for', async () => {
        const pbx = await pbxWith();
        pbx.updateUser('bob', { licences: [] });
        const it = await connect(pbx);
        await it.ready();
        it.watch('bob', LICENCE);
        await expect.poll(() => it.heard).toContain(`unlicensed ${it.guid('bob')}`);
        it.watch('bob');
        await expect.poll(() => it.items.has(it.guid('bob'))).toBe(true);
        await expect.poll(() => it.heard).toContain('unlicensed ');
      });

      test('that cannot be asked for leaves nobody out, with the box to tick', async () => {
        const pbx = await pbxWith({
          apps: [{ h323: 'microsoft365', apis: ['pbx', 'tableusers'] }],
        });
        const it = await connect(pbx);
        await it.ready();
        it.watch('bob', LICENCE);
        await expect.poll(() => it.items.has(it.guid('bob'))).toBe(true);
        await expect.poll(() => it.heard).toContain('unlicensed  api-missing');
      });
    });

    describe('rights in the row of a user', () => {
      test('that lack are known, and when they come', async () => {
        const pbx = await pbxWith();
        pbx.setRights('bob', { otf: false });
        pbx.setRights('carol', { presence: false });
        pbx.setRights('dora', null);
        const it = await connect(pbx);
        await it.ready();
        expect(['alice', 'bob', 'carol', 'dora'].map(it.lacks)).toEqual([
          undefined,
          'calls',
          'presence',
          undefined,
        ]);
        pbx.setRights('alice', { otf: false });
        pbx.setRights('bob', {});
        await expect.poll(() => it.heard).toContain('user alice lacks calls');
        await expect.poll(() => it.heard).toContain('user bob');
      });
    });

    describe('a write', () => {
      test('sets the item of our contact by guid, without a note', async () => {
        const pbx = await pbxWith();
        const it = await connect(pbx);
        await it.ready();
        expect(await it.set('alice', 'dnd')).toBeUndefined();
        expect(pbx.setPresenceHistory.at(-1)).toMatchObject({
          ...{ h323: 'alice', contact: 'tel:', activity: 'dnd', note: '', ok: true },
        });
      });

      test('keeps the note that the user has there', async () => {
        const pbx = await pbxWith();
        const it = await connect(pbx);
        await it.ready();
        it.watch('alice');
        pbx.user('alice').setPresence('away', 'back at two');
        await expect.poll(() => it.items.get(it.guid('alice'))?.[0]?.activity).toBe('away');
        expect(await it.set('alice', 'dnd')).toBeUndefined();
        expect(pbx.user('alice').note()).toBe('back at two');
      });

      test('that the PBX refuses comes back as a fault', async () => {
        const it = await connect(await pbxWith({ knobs: { refusedActivities: ['meeting'] } }));
        await it.ready();
        expect(await it.set('alice', 'meeting')).toMatchObject({ code: 'refused' });
      });

      test.each([true, false])(
        'and its echo keep the order of the PBX (update first: %s)',
        async (updateBeforeResult) => {
          const it = await connect(await pbxWith({ knobs: { updateBeforeResult } }));
          const conversation = await it.ready();
          it.watch('alice');
          await expect.poll(() => it.items.size).toBe(1);
          const guid = it.guid('alice');
          const before = it.heard.length;
          conversation.set({ guid, contact: 'tel:', activity: 'dnd' }, () =>
            it.heard.push('wrote'),
          );
          await expect.poll(() => it.heard.length).toBe(before + 2);
          const order = it.heard.slice(before).map((line) => line.split(' ')[0]);
          expect(order).toEqual(updateBeforeResult ? ['items', 'wrote'] : ['wrote', 'items']);
        },
      );

      test('that is open when the PBX goes away is answered', async () => {
        const pbx = await pbxWith();
        const it = await connect(pbx);
        await it.ready();
        pbx.hold();
        const written = it.set('alice', 'dnd');
        pbx.cut();
        expect(await written).toMatchObject({ code: 'unanswered' });
        expect(await it.ended).toMatchObject({ code: 'closed' });
      });
    });

    test('a session that is told to stop leaves the PBX', async () => {
      const pbx = await pbxWith();
      const it = await connect(pbx);
      await it.ready();
      await it.end();
      await expect.poll(() => pbx.sessions()).toEqual([]);
    });
  });
}
