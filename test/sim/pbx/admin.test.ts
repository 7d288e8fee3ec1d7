import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, logIn } from './client.ts';
import { type Pbx, startPbx } from './server.ts';

const api = 'PbxAdminApi';
let pbx: Pbx;
let client: Client;
beforeEach(async () => {
  pbx = await startPbx();
  client = await logIn(pbx);
});
afterEach(() => pbx.close());

const ask = (mt: string, fields: object = {}) => client.ask({ api, mt, ...fields });

test('MonitorConfig tells what PbxInfo tells in the other direction', async () => {
  expect(await ask('MonitorConfig', { src: 'c' })).toMatchObject({ mt: 'MonitorConfigResult' });
  const { domain, pbx: name, src } = await client.next('MonitorConfigInfo');
  expect({ domain, name, src }).toEqual({ domain: 'example.com', name: 'pbx', src: 'c' });
  expect(await ask('GetPbxConfig')).toMatchObject({ loc: 'pbx' });
});

test('nodes and locations lead to the slaves; to the current PBX while a slave is away', async () => {
  const slave = await startPbx({ name: 'slave', master: pbx });
  expect((await ask('GetNodes'))['nodes']).toEqual([
    { name: 'root', node: '', loc: 'pbx' },
    { name: 'slave', node: 'root', loc: 'pbx' },
  ]);
  const port = async () => Number((await ask('GetLocation', { loc: 'slave' }))['http']);
  expect(await ask('GetLocation', { loc: 'slave' })).toMatchObject({
    loc: 'slave',
    module: 'PBX0',
    addr: '127.0.0.1',
  });
  expect(slave.url).toContain(`:${await port()}/`);
  const reboot = slave.reboot({ downMs: 500 });
  expect(pbx.url).toContain(`:${await port()}/`);
  await reboot;
  expect(slave.url).toContain(`:${await port()}/`);
  await slave.close();
  expect(await ask('GetLocation', { loc: 'slave' })).toHaveProperty('error');
});

test('licences are asked per user; ok is absent where there is none', async () => {
  const lic = 'App(innovaphone-microsoft365)';
  const of = async (user: object, asked = lic) =>
    (await ask('CheckAppLic', { ...user, lic: asked }))['ok'];
  expect(await of({ h323: 'alice' })).toBe(true);
  expect(await of({ cn: 'Dora Döring' })).toBe(true);
  expect(await of({ guid: pbx.user('bob').guid }, 'App(innovaphone-microsoft365-api)')).toBe(true);
  expect(await of({ h323: 'alice' }, 'App(innovaphone-fax)')).toBeUndefined();
  pbx.updateUser('alice', { licences: [] });
  expect(await of({ h323: 'alice' })).toBeUndefined();
  expect((await ask('GetAppLics'))['lic']).toMatchObject([{ name: lic, count: '1000' }]);
});

test('GetObject reads one user with the presences in short keys, never the password', async () => {
  pbx.user('carol').setPresence('busy', 'till 5');
  const carol = await ask('GetObject', { h323: 'carol' });
  expect(carol).toMatchObject({
    mt: 'GetObjectResult',
    cn: 'Carol Clark',
    emails: [{ email: 'c.clark@example.com' }, { email: 'carol@example.com' }],
    allows: [{ name: 'microsoft365', presence: true, otf: true }],
    presence: [{ c: 'tel:', a: 'busy', n: 'till 5' }, { c: 'im:' }],
  });
  expect(carol).not.toHaveProperty('pwd');
  const some = await ask('GetObject', { cn: 'Carol Clark', properties: ['e164'], src: 'x' });
  expect(some).toEqual({ api, mt: 'GetObjectResult', src: 'x', e164: '203' });
  expect(await ask('GetObject', { h323: 'nobody' })).toHaveProperty('error');
});

test('SearchUsers pages through all users, 20 at a time', async () => {
  await pbx.close();
  pbx = await startPbx({ users: 45 });
  client = await logIn(pbx);
  const pages: number[] = [];
  const seen = new Set<string>();
  for (let cn = ''; ; ) {
    const user = (await ask('SearchUsers', { cn }))['user'] as { cn: string; guid: string }[];
    pages.push(user.length);
    for (const { guid } of user) seen.add(guid);
    const last = user.at(-1);
    if (!last) break;
    cn = last.cn;
  }
  expect(pages).toEqual([20, 20, 5, 0]);
  expect(seen.size).toBe(45);
});

test('MonitorUnallowed tells pending subscriptions without visibility', async () => {
  const subscribe = (sip: string, src = sip) =>
    client.ask({ api: 'PbxApi', mt: 'SubscribePresence', sip, src });
  pbx.setRights('alice', null);
  await subscribe('alice');
  await subscribe('bob');
  await subscribe('bob', 'another');
  await ask('MonitorUnallowed', { src: 'm' });
  const pushes = async () =>
    (await client.rest())
      .filter(({ src }) => src === 'm')
      .map(({ mt, user, srcs }) => [mt, user, srcs]);
  const srcs = [{ name: 'microsoft365' }];
  expect(await pushes()).toEqual([['MonitorUnallowedAdd', 'alice', srcs]]);
  pbx.setRights('bob', null);
  pbx.setRights('alice', {});
  expect(await pushes()).toEqual([
    ['MonitorUnallowedAdd', 'bob', srcs],
    ['MonitorUnallowedDel', 'alice', []],
  ]);
  client.send({ api: 'PbxApi', mt: 'UnsubscribePresence', sip: 'bob', src: 'another' });
  expect(await pushes()).toEqual([]);
  client.send({ api: 'PbxApi', mt: 'UnsubscribePresence', sip: 'bob', src: 'bob' });
  expect(await pushes()).toEqual([['MonitorUnallowedDel', 'bob', []]]);
  await ask('MonitorUnallowed', { stop: true, src: 'm' });
  pbx.setRights('alice', null);
  expect(await pushes()).toEqual([]);
});
