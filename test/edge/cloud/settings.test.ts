// The contract of the settings (API.md, "Settings") through the real app and the real object.
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { POLLING } from '../connector/bed.ts';
import { type Signer, signer } from '../graph/microsoft-posts.ts';
import { problemOf } from '../http/bed.ts';
import { CloudBed } from './cloud-bed.ts';

let microsoft: Signer;
beforeAll(async () => {
  microsoft = await signer();
});
afterEach(() => vi.restoreAllMocks());

async function created(): Promise<{ bed: CloudBed; etag: string }> {
  const bed = new CloudBed(microsoft);
  const answer = await bed.admin('PUT', 'settings', bed.subscribing);
  expect(answer.status).toBe(201);
  return { bed, etag: answer.headers.get('etag') ?? '' };
}

describe('what is wrong is answered 422 with the field named, and changes nothing', () => {
  const wrong: [string, unknown, string?][] = [
    ['masterPbx', 'pbx.example.com'],
    ['notificationUrl', 'http://edge.example.net/subscriptions'],
    ['notificationUrl', 'https://edge.example.net/elsewhere'],
    ['clientIdSyncToPbx', 'x'],
    ['tenantSyncToPbx', 'x'],
    ['clientIdSyncToTeams', 'x'],
    ['tenantSyncToTeams', 'x'],
    ['clientSecretSyncToTeams', 5],
    ['certificateSyncToTeams', 'PEM'],
    ['cloud', 'china'],
    ['source', 'push'],
    ['pollSeconds', 1],
    ['pollSeconds', 301],
    ['matching', ['mail'], 'matching.0'],
    ['overrides', [{ teams: 'a' }], 'overrides.0.pbx'],
    ['pbxContact', 'tel'],
    ['mapping', { toTeams: { busy: 'Busy' } }, 'mapping.toTeams.busy'],
    ['directions', 'none'],
    ['masterPBX', 'pbx'],
  ];

  it.each(wrong)('%s: %j', async (key, value, path = key) => {
    const { bed, etag } = await created();
    for (const method of ['PUT', 'PATCH']) {
      const whole = method === 'PUT' ? bed.subscribing : {};
      const answer = await problemOf(
        await bed.admin(method, 'settings', { ...whole, [key]: value }),
      );
      expect(answer).toMatchObject({ http: 422, type: 'application/problem+json' });
      expect(answer.errors?.map((error) => error.path)).toEqual([path]);
    }
    expect((await bed.admin('GET', 'settings')).headers.get('etag')).toBe(etag);
  });

  it('all of it at once', async () => {
    const { bed } = await created();
    const change = { masterPbx: 'a.b', pollSeconds: 1, directions: 'none', nonsense: 1 };
    const { errors } = await problemOf(await bed.admin('PATCH', 'settings', change));
    expect(errors?.map(({ path }) => path).sort()).toEqual(Object.keys(change).sort());
  });
});

describe('If-Match', () => {
  const weak = (tag: string) => `W/${tag}`;
  it('a stale tag is refused and changes nothing, the current one is taken, also weak', async () => {
    const { bed, etag } = await created();
    const set = (pollSeconds: number, tag: string) =>
      bed.admin('PATCH', 'settings', { pollSeconds }, { 'if-match': tag });
    const first = await set(10, weak(etag));
    expect(first.status).toBe(200);
    const current = first.headers.get('etag') ?? '';
    expect(current).not.toBe(etag);
    for (const stale of [etag, weak(etag), '"nonsense"']) {
      expect((await set(20, stale)).status).toBe(412);
    }
    expect(await bed.told('GET', 'settings')).toMatchObject({ pollSeconds: 10 });
    expect((await set(30, current)).status).toBe(200);
  });
});

describe('a secret', () => {
  const shown = async (bed: CloudBed) =>
    (await bed.told('GET', 'settings'))['clientSecretSyncToTeams'];
  const sealed = (bed: CloudBed) => bed.recordInKv?.sealed['clientSecretSyncToTeams'];

  it('is never shown, in no answer and not in KV', async () => {
    const { bed } = await created();
    const answers = [
      await bed.admin('GET', 'settings'),
      await bed.admin('PUT', 'settings', bed.subscribing),
      await bed.admin('PATCH', 'settings', { clientSecretSyncToTeams: 'write-secret' }),
      await bed.admin('GET', 'audit'),
    ];
    for (const answer of answers) expect(await answer.text()).not.toContain('write-secret');
    expect(JSON.stringify(bed.recordInKv)).not.toContain('write-secret');
    expect(await shown(bed)).toEqual({ set: true });
  });

  it('survives that what was read is put back, and a PUT that leaves it out', async () => {
    const { bed } = await created();
    await bed.told('PUT', 'settings', await bed.told('GET', 'settings'));
    expect(await shown(bed)).toEqual({ set: true });
    const { clientSecretSyncToTeams: _, ...others } = bed.subscribing;
    await bed.told('PUT', 'settings', others);
    expect(await shown(bed)).toEqual({ set: true });
    await bed.later(5_000);
    expect(sealed(bed)).toBeDefined();
    await bed.told('PATCH', 'settings', { pollSeconds: 9 });
    expect(await shown(bed)).toEqual({ set: true });
  });

  it('is removed by null, and then reads as not set', async () => {
    const { bed } = await created();
    await bed.told('PATCH', 'settings', { clientSecretSyncToTeams: null });
    expect(await shown(bed)).toEqual({ set: false });
    await bed.later(5_000);
    expect(sealed(bed)).toBeUndefined();
    // Put back, it stays what it is.
    await bed.told('PUT', 'settings', await bed.told('GET', 'settings'));
    expect(await shown(bed)).toEqual({ set: false });
  });
});

describe('DELETE', () => {
  it('answers 204, then 404, and the same name can be created anew', async () => {
    const { bed } = await created();
    expect((await bed.admin('DELETE', 'settings')).status).toBe(204);
    expect((await bed.admin('DELETE', 'settings')).status).toBe(404);
    expect((await bed.admin('GET', 'settings')).status).toBe(404);
    expect(bed.recordInKv).toBeNull();
    expect((await bed.admin('PUT', 'settings', POLLING)).status).toBe(201);
    const { clientSecretSyncToTeams: _, ...open } = POLLING;
    expect(await bed.told('GET', 'settings')).toMatchObject({
      ...open,
      clientSecretSyncToTeams: { set: true },
    });
  });
});
