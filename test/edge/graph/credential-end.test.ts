import { beforeAll, expect, test } from 'vitest';
import { makeDecryptionKey } from '../../../edge/graph/certificate.ts';
import { graphClient } from '../../../edge/graph/client.ts';
import { certificateEnd, endOfSecret, secretEnd } from '../../../edge/graph/credential-end.ts';
import { CLIENT_ID, FakeMicrosoft, graphRefusal, json } from './fake-microsoft.ts';

const NOW = Date.UTC(2026, 10, 23);
const SECRET = 'abc~the-rest';
const at = (text: string): number => Date.parse(text);

let pem = '';
beforeAll(async () => {
  const { certificate } = await makeDecryptionKey(NOW);
  const lines = certificate.match(/.{1,64}/g)?.join('\n');
  pem = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
});

test('a certificate says itself when it ends', () => {
  expect(certificateEnd(pem)).toBe(NOW + 10 * 365 * 86_400_000);
  expect(certificateEnd(`Bag Attributes\n${pem}`)).toBe(certificateEnd(pem));
  expect(certificateEnd('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toBeNull();
  expect(certificateEnd('')).toBeNull();
});

const ends = (hint: string | null | undefined, endDateTime: string | null) => ({
  hint,
  endDateTime,
});
test.each([
  ['the only one', [ends('abc', '2027-01-01T00:00:00Z')], '2027-01-01T00:00:00Z'],
  ['the only one, without a hint', [ends(null, '2027-01-01T00:00:00Z')], '2027-01-01T00:00:00Z'],
  [
    'the one with its first characters',
    [ends('xyz', '2026-12-01T00:00:00Z'), ends('abc', '2027-01-01T00:00:00Z'), ends(null, null)],
    '2027-01-01T00:00:00Z',
  ],
  [
    'the next to end of two that look alike',
    [ends('abc', '2027-06-01T00:00:00Z'), ends('abc', '2027-01-01T00:00:00Z')],
    '2027-01-01T00:00:00Z',
  ],
  [
    'not one that has ended, while another may be it',
    [ends('abc', '2026-01-01T00:00:00Z'), ends('abc', '2027-01-01T00:00:00Z')],
    '2027-01-01T00:00:00Z',
  ],
  [
    'the last that has ended',
    [ends('abc', '2025-01-01T00:00:00Z'), ends('abc', '2026-01-01T00:00:00Z')],
    '2026-01-01T00:00:00Z',
  ],
])('of the secrets: %s', (_, credentials, expected) => {
  expect(endOfSecret(credentials, SECRET, NOW)).toBe(at(expected));
});

test.each([
  ['none', []],
  ['only others', [ends('xyz', '2027-01-01T00:00:00Z')]],
  ['one without an end', [ends('abc', null)]],
  ['several without hints', [ends(null, '2027-01-01T00:00:00Z'), ends(undefined, null)]],
])('of the secrets, %s: not known', (_, credentials) => {
  expect(endOfSecret(credentials, SECRET, NOW)).toBeNull();
});

test('the registration is asked by client id, for its secrets only', async () => {
  const microsoft = new FakeMicrosoft();
  const call = graphClient({ cloud: 'global', fetch: microsoft.fetch, now: () => NOW }).as('token');
  const ask = () => secretEnd(call, { clientId: CLIENT_ID, secret: SECRET, now: NOW });
  microsoft.on('GET', () => json({ passwordCredentials: [ends('abc', '2027-01-01T00:00:00Z')] }));
  expect(await ask()).toBe(at('2027-01-01T00:00:00Z'));
  expect(microsoft.asked[0]?.url).toBe(
    `https://graph.microsoft.com/v1.0/applications(appId='${CLIENT_ID}')?$select=passwordCredentials`,
  );
  microsoft.on('GET', () => graphRefusal(403, 'Authorization_RequestDenied'));
  await expect(ask()).rejects.toMatchObject({ code: 'graph-forbidden' });
});
