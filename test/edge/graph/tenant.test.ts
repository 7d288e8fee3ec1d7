import { expect, test } from 'vitest';
import type { Cloud } from '../../../edge/graph/clouds.ts';
import { resolveTenant } from '../../../edge/graph/tenant.ts';
import { FakeMicrosoft, json, loginRefusal, TENANT_ID } from './fake-microsoft.ts';

function setUp(cloud: Cloud = 'global', loginOrigin: string | null = null) {
  const microsoft = new FakeMicrosoft();
  const access = { cloud, loginOrigin, fetch: microsoft.fetch, now: Date.now };
  return { microsoft, resolve: (tenant: string) => resolveTenant(access, tenant) };
}

const discovery = (issuer: string) => json({ issuer, token_endpoint: 'https://elsewhere.example' });

test('a GUID is taken as it is, in lower case, and nobody is asked', async () => {
  const { microsoft, resolve } = setUp();
  expect(await resolve(TENANT_ID.toUpperCase())).toBe(TENANT_ID);
  expect(microsoft.asked).toHaveLength(0);
});

test('a domain name is looked up in the discovery document', async () => {
  const { microsoft, resolve } = setUp();
  microsoft.on('GET', () => discovery(`https://login.microsoftonline.com/${TENANT_ID}/v2.0`));
  expect(await resolve('example.com')).toBe(TENANT_ID);
  expect(microsoft.asked[0]?.url).toBe(
    'https://login.microsoftonline.com/example.com/v2.0/.well-known/openid-configuration',
  );
});

test('a laboratory is asked in Microsoft’s place, and answers in its name', async () => {
  const { microsoft, resolve } = setUp('usgov', 'http://127.0.0.1:7');
  microsoft.on('GET http://127.0.0.1:7/example.com/', () =>
    discovery(`https://login.microsoftonline.us/${TENANT_ID}/v2.0`),
  );
  expect(await resolve('example.com')).toBe(TENANT_ID);
});

test.each([
  ['AADSTS90002', () => loginRefusal(90002, 'invalid_tenant'), 'tenant-unknown', 'never'],
  ['a refusal of another kind', () => json({}, 400), 'tenant-unknown', 'never'],
  ['404', () => new Response(null, { status: 404 }), 'tenant-unknown', 'never'],
  ['429', () => json({}, 429), 'login-throttled', 'backoff'],
  ['503', () => json({}, 503), 'login-unavailable', 'backoff'],
  ['no issuer', () => json({}), 'login-unavailable', 'backoff'],
  [
    'a template',
    () => discovery('https://login.microsoftonline.com/{tenantid}/v2.0'),
    'login-unavailable',
    'backoff',
  ],
  [
    'another cloud',
    () => discovery(`https://login.microsoftonline.us/${TENANT_ID}/v2.0`),
    'wrong-cloud',
    'never',
  ],
  [
    'China, by its login host',
    () => discovery(`https://login.partner.microsoftonline.cn/${TENANT_ID}/v2.0`),
    'no-presence-cloud',
    'never',
  ],
  [
    'China, by the other login host',
    () => discovery(`https://login.chinacloudapi.cn/${TENANT_ID}/v2.0`),
    'no-presence-cloud',
    'never',
  ],
  [
    'China, by the name of the cloud',
    () =>
      json({
        issuer: `https://login.microsoftonline.com/${TENANT_ID}/v2.0`,
        cloud_instance_name: 'partner.microsoftonline.cn',
      }),
    'no-presence-cloud',
    'never',
  ],
])('%s', async (_what, reply, code, retry) => {
  const { microsoft, resolve } = setUp();
  microsoft.on('GET', reply);
  await expect(resolve('example.com')).rejects.toMatchObject({ code, retry });
});
