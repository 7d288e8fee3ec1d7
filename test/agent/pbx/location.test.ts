import { expect, test } from 'vitest';
import { urlsOf } from '../../../agent/pbx/location.ts';

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
