import { expect, it } from 'vitest';
import { clientAddress } from '../../../edge/http/client-address.ts';

const PROXY = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' };
const CLOUDFLARE = { 'cf-connecting-ip': '198.51.100.8' };

/** Where it runs, the socket's peer, headers, whom it counts against. */
const cases: [string, boolean, string | undefined, Record<string, string>, string][] = [
  [
    'on Cloudflare, as Cloudflare says',
    false,
    undefined,
    { ...CLOUDFLARE, ...PROXY },
    '198.51.100.8',
  ],
  ['self-hosted, the socket', true, '192.0.2.1:4711', {}, '192.0.2.1'],
  [
    'self-hosted, whatever the client claims',
    true,
    '192.0.2.1:4711',
    { ...CLOUDFLARE, ...PROXY },
    '192.0.2.1',
  ],
  ['a socket of IPv6', true, '[2001:db8::1]:4711', PROXY, '[2001:db8::1]'],
  [
    'behind a proxy on this machine, whom it saw last',
    true,
    '127.0.0.1:4711',
    PROXY,
    '198.51.100.7',
  ],
  ['behind cloudflared on this machine', true, '[::1]:4711', CLOUDFLARE, '198.51.100.8'],
  ['on this machine itself', true, '127.0.0.1:4711', {}, '127.0.0.1'],
  ['where nothing is known', true, undefined, {}, 'unknown'],
];

it.each(cases)('%s', (_, selfHosted, clientIp, headers, expected) => {
  const request = new Request('http://edge.example/', { headers });
  Object.defineProperty(request, 'cf', { value: { clientIp } });
  expect(clientAddress(request, selfHosted)).toBe(expected);
});
