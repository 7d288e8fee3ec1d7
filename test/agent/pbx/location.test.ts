import { expect, test } from 'vitest';
import { askLocation, urlsOf } from '../../../agent/pbx/location.ts';
import type { PbxMessage } from '../../../agent/pbx/messages.ts';
import type { Session } from '../../../agent/pbx/session.ts';

const place = {
  dns: 'branch.example.com',
  addr: '192.0.2.20',
  module: 'PBX0',
  http: 80,
  https: 443,
};

test.each([
  [
    'by name, as the master',
    'wss://pbx.example.com/PBX0/APPS/websocket',
    place,
    ['wss://branch.example.com/PBX0/APPS/websocket', 'wss://192.0.2.20/PBX0/APPS/websocket'],
  ],
  [
    'by address, as the master',
    'wss://192.0.2.10/PBX0/APPS/websocket',
    { ...place, https: 8443 },
    [
      'wss://192.0.2.20:8443/PBX0/APPS/websocket',
      'wss://branch.example.com:8443/PBX0/APPS/websocket',
    ],
  ],
  [
    'without TLS',
    'ws://pbx:8080/x',
    { addr: '192.0.2.20', http: 8080 },
    ['ws://192.0.2.20:8080/PBX0/APPS/websocket'],
  ],
  [
    'IPv6',
    'wss://[2001:db8::1]/x',
    { addr: '2001:db8::2' },
    ['wss://[2001:db8::2]/PBX0/APPS/websocket'],
  ],
  ['nowhere', 'wss://pbx/x', { dns: '', addr: 'no address' }, []],
])('%s', (_, master, location, urls) => {
  expect(urlsOf(location, master)).toEqual(urls);
});

const MASTER = 'wss://pbx.example.com/PBX0/APPS/websocket';

/** What is dialled when the PBX answers so. */
async function dialled(answer: object): Promise<string[] | undefined> {
  const message = { mt: 'GetLocationResult', ...answer } as PbxMessage;
  const session: Pick<Session, 'ask'> = {
    ask: (_request, _timeoutMs, onAnswer) => onAnswer({ ok: true, message }),
  };
  const found = await askLocation(session as Session, 'branch');
  return found && urlsOf(found, MASTER);
}

test('what a PBX answers is dialled', async () => {
  expect(await dialled({ dns: 'Branch_2.example.com', module: 'PBX1', https: '8443' })).toEqual([
    'wss://branch_2.example.com:8443/PBX1/APPS/websocket',
  ]);
});

test.each([
  ['module', { module: '../../admin' }],
  ['module', { module: 'PBX0/../../x' }],
  ['module', { module: 'x?y=' }],
  ['module', { module: 'x#' }],
  ['module', { module: 'a\\b' }],
  ['module', { module: '%2e%2e' }],
  ['module', { module: '..' }],
  ['module', { module: 'PBX0\r\nhost: evil' }],
  ['host', { dns: 'user:pass@evil.example' }],
  ['host', { dns: 'evil.example/x?' }],
  ['host', { dns: 'evil.example#' }],
  ['host', { dns: 'evil.example:22' }],
  ['host', { dns: 'evil.example\\x' }],
  ['host', { dns: '%65vil.example' }],
  ['host', { dns: 'bücher.example' }],
  ['host', { dns: `${'x'.repeat(250)}.example` }],
  ['host', { dns: '2130706433' }],
  ['host', { dns: '0x7f.1' }],
  ['host', { dns: '[192.0.2.1]' }],
  ['host', { dns: '[2001:db8::2]:22' }],
  ['host', { dns: 'fe80::1%eth0' }],
  ['host', { dns: ['evil.example'] }],
])('a module or host that is no name is not dialled: %s %j', async (_, what) => {
  expect(await dialled({ dns: 'branch.example.com', module: 'PBX0', ...what })).toEqual([]);
});

test.each([0, -1, 65_536, 1.5, '443/x', '443@evil.example', {}])(
  'a port that is none (%j) is not in what is dialled',
  async (https) => {
    expect(await dialled({ ...place, addr: undefined, https })).toEqual([
      'wss://branch.example.com/PBX0/APPS/websocket',
    ]);
  },
);
