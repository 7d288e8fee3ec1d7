import { describe, expect, it } from 'vitest';
import { type ConnectorName, connectorName } from '../../../shared/ids.ts';
import { bed, KNOWN, problemOf, SETTINGS } from './bed.ts';

const FRESH = connectorName('fresh.example', 'microsoft365') as ConnectorName;

describe('settings', () => {
  it('are read with their version as a tag', async () => {
    const answer = await bed().admin('GET', '/api/settings');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('"v1"');
    expect(await answer.json()).toEqual(SETTINGS);
  });

  it('create a connector', async () => {
    const { admin, calls } = bed();
    expect((await admin('PUT', `/${FRESH}/api/settings`, SETTINGS)).status).toBe(201);
    expect((await admin('PUT', `/${FRESH}/api/settings`, SETTINGS)).status).toBe(200);
    expect(calls[0]?.args[0]).toMatchObject({ connector: FRESH, who: 'operator' });
  });

  it('create nothing where they are not valid', async () => {
    const { admin, calls } = bed();
    expect((await admin('PUT', `/${FRESH}/api/settings`, {})).status).toBe(422);
    expect(calls).toEqual([]);
  });

  it.each(['china', 'mooncake', 'china-21vianet'])(
    'in China (%s) are refused with the reason',
    async (cloud) => {
      const { admin, calls } = bed();
      const answer = await admin('PUT', `/${FRESH}/api/settings`, { ...SETTINGS, cloud });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({
        errors: [{ path: 'cloud', message: expect.stringContaining('China has no presence API') }],
      });
      expect(calls).toEqual([]);
    },
  );

  it.each(['usgov', 'usgov-dod'])(
    'in %s are refused with subscribe, and taken with poll',
    async (cloud) => {
      const { admin } = bed();
      const put = (source: string) =>
        admin('PUT', `/${FRESH}/api/settings`, { ...SETTINGS, cloud, source });
      const refused = await put('subscribe');
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({
        errors: [{ path: 'source', message: expect.stringContaining('choose poll') }],
      });
      expect((await put('poll')).status).toBe(201);
    },
  );

  it('are merged by the object, which knows what is stored', async () => {
    const { admin, calls } = bed();
    const patch = { pollSeconds: 30, clientSecretSyncToTeams: null };
    expect((await admin('PATCH', '/api/settings', patch)).status).toBe(200);
    expect(calls[0]?.args[0]).toMatchObject({ change: { kind: 'patch', patch } });
  });

  it('cannot be patched before they exist', async () => {
    const answer = await bed().admin('PATCH', `/${FRESH}/api/settings`, { pollSeconds: 30 });
    expect((await problemOf(answer)).code).toBe('connector-unknown');
  });

  it('cannot be patched with a list', async () => {
    expect((await bed().admin('PATCH', '/api/settings', [])).status).toBe(422);
  });

  it('are deleted', async () => {
    const { admin, touched } = bed();
    expect((await admin('DELETE', '/api/settings')).status).toBe(204);
    expect(touched()).toEqual(['deleteSettings']);
  });

  it('are found in the object while KV does not show them yet', async () => {
    const { admin } = bed({ onlyInObjects: [FRESH] });
    expect((await admin('GET', `/${FRESH}/api/settings`)).status).toBe(200);
    expect((await admin('GET', `/${FRESH}/api/status`)).status).toBe(200);
  });
});

describe('a connector that was never created', () => {
  it('is looked for in its object, on Cloudflare only', async () => {
    const cloudflare = bed();
    expect((await cloudflare.admin('GET', `/${FRESH}/api/status`)).status).toBe(404);
    expect(cloudflare.touched()).toEqual(['readSettings']);

    const selfHosted = bed({ env: { SELF_HOSTED: '1' } });
    expect((await selfHosted.admin('GET', `/${FRESH}/api/status`)).status).toBe(404);
    expect(selfHosted.touched()).toEqual([]);
  });
});

describe('If-Match', () => {
  const cases: [string, string, number][] = [
    ['the version that is stored', '"v1"', 200],
    ['the same, weakened by a proxy', 'W/"v1"', 200],
    ['an older one', '"v0"', 412],
    ['any that exists', '*', 200],
    ['several, one of them stored', '"v0", W/"v1"', 200],
    ['several, none of them stored', '"v7", "v8"', 412],
    ['a tag that was never ours', '"abc"', 412],
    ['no tag at all', 'v1', 412],
  ];
  it.each(cases)('%s (%s) is answered with %3$i', async (_, header, status) => {
    const answer = await bed().admin('PUT', '/api/settings', SETTINGS, { 'if-match': header });
    expect(answer.status).toBe(status);
  });

  it.each(cases)('%s (%s) lets DELETE do so too', async (_, header, status) => {
    const answer = await bed().admin('DELETE', '/api/settings', undefined, { 'if-match': header });
    expect(answer.status).toBe(status === 200 ? 204 : status);
  });

  it('* does not create a connector', async () => {
    const answer = await bed().admin('PUT', `/${FRESH}/api/settings`, SETTINGS, {
      'if-match': '*',
    });
    expect((await problemOf(answer)).code).toBe('stale-version');
  });
});

describe('JURISDICTION', () => {
  it('is chosen with the first connector, and refused when it changes', async () => {
    const first = bed({ env: { JURISDICTION: 'eu' } });
    await first.admin('PUT', `/${FRESH}/api/settings`, SETTINGS);
    expect(first.store.get('jurisdiction')).toBe('eu');

    const second = bed({ env: { JURISDICTION: 'us' } });
    second.store.set('jurisdiction', 'eu');
    const { http, detail } = await problemOf(await second.fetch(`/${KNOWN}/subscriptions`));
    expect(http).toBe(503);
    expect(detail).toBe('JURISDICTION is us, but was eu before: it is chosen once, set it back.');
  });
});
