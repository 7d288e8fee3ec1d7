import { generateKeyPair, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { sealDecryptionKey } from '../../../edge/decryption-key.ts';
import { type DecryptionKeyPair, makeDecryptionKey } from '../../../edge/graph/certificate.ts';
import { type ClientState, makeClientState } from '../../../edge/graph/client-state.ts';
import { accepted, refused } from '../../../shared/errors.ts';
import {
  base64,
  encrypted as encryptedFor,
  type Signer,
  signer,
} from '../graph/microsoft-posts.ts';
import {
  type BedOptions,
  bed,
  KNOWN,
  NOW,
  ORIGIN,
  OTHER,
  problemOf,
  record,
  SETTINGS,
} from './bed.ts';

const USER = 'aaaaaaaa-0000-4000-8000-000000000001';
const ANOTHER = 'aaaaaaaa-0000-4000-8000-000000000002';
const ACCOUNT = 'account-1';
const TENANT = SETTINGS.tenantSyncToPbx;

let decryption: DecryptionKeyPair;
let later: DecryptionKeyPair;
let microsoft: Signer;

beforeAll(async () => {
  decryption = await makeDecryptionKey(NOW);
  later = await makeDecryptionKey(NOW);
  microsoft = await signer();
});

/** A Microsoft that publishes its keys, and an edge that has subscribed there. */
async function webhook(options: BedOptions = {}) {
  const asked: string[] = [];
  const edge = bed({
    fetch: async (url) => {
      asked.push(url);
      return microsoft.published(url) ?? new Response(null, { status: 404 });
    },
    ...options,
  });
  const sealed = await sealDecryptionKey(edge.keyring, KNOWN, decryption);
  edge.store.set(`settings:${KNOWN}`, JSON.stringify(record({ decryptionKeys: [sealed] })));
  return {
    ...edge,
    asked,
    post: (body: unknown, connector: string = KNOWN) =>
      edge.fetch(`/${connector}/subscriptions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    state: (more: Partial<ClientState> = {}, connector = KNOWN) =>
      makeClientState(edge.keyring, connector, {
        accountId: ACCOUNT,
        generation: 3,
        kind: 'rich',
        ...more,
      }),
  };
}
type Webhook = Awaited<ReturnType<typeof webhook>>;

const validationToken = (claims: JWTPayload = {}, key?: CryptoKey) =>
  microsoft.token(
    { tenantId: TENANT, clientId: SETTINGS.clientIdSyncToPbx, now: NOW, claims },
    key,
  );

const encrypted = (presence: object, pair = decryption) => encryptedFor(presence, pair);

const busy = { id: USER, availability: 'Busy', activity: 'InACall', sequenceNumber: 'A1' };

async function item(hook: Webhook, more: Record<string, unknown> = {}) {
  return {
    subscriptionId: 'subscription-1',
    clientState: await hook.state(),
    changeType: 'updated',
    resource: "communications/presences?$filter=id in ('somebody-else')",
    subscriptionExpirationDateTime: '2026-11-23T12:58:00.4569264',
    resourceData: { '@odata.type': '#Microsoft.Graph.presence', id: USER },
    tenantId: TENANT,
    encryptedContent: await encrypted(busy),
    ...more,
  };
}

const batch = async (value: unknown[], tokens?: string[]) => ({
  value,
  validationTokens: tokens ?? [await validationToken()],
});

describe('the handshake', () => {
  const shake = (query: string, connector: string = KNOWN) =>
    bed().fetch(`${ORIGIN}/${connector}/subscriptions?validationToken=${query}`, {
      method: 'POST',
    });

  it.each([
    ['as it is', 'abc-123', 'abc-123'],
    ['with + for a space', 'Validation:+Testing+client', 'Validation: Testing client'],
    ['with percent signs', 'a%2Bb%20c%3A%26%C3%BC', 'a+b c:&ü'],
  ])('answers the decoded token: %s', async (_, query, token) => {
    const answer = await shake(query);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe(token);
  });

  it.each(['%3Cscript%3E', 'a>b', '', 'x'.repeat(2049)])('does not echo %j', async (query) => {
    expect((await problemOf(await shake(query))).http).toBe(400);
  });

  it('is for known connectors only', async () => {
    expect((await shake('abc', 'nobody.example/x')).status).toBe(404);
  });

  it('wakes no object', async () => {
    const { fetch, calls } = bed();
    await fetch(`/${KNOWN}/subscriptions?validationToken=abc`, { method: 'POST' });
    expect(calls).toEqual([]);
  });
});

describe('the address in a browser', () => {
  it('says that it can be reached', async () => {
    const answer = await bed().fetch(`/${KNOWN}/subscriptions`);
    expect(await answer.text()).toContain(`notification URL of ${KNOWN} can be reached`);
  });

  it('is nothing for an unknown connector', async () => {
    expect((await bed().fetch('/nobody.example/x/subscriptions')).status).toBe(404);
  });
});

describe('a notification', () => {
  it('reaches the object decrypted, and only then is it accepted', async () => {
    const order: string[] = [];
    const hook = await webhook({
      answers: {
        observe: async () => {
          await new Promise((settle) => setTimeout(settle, 20));
          order.push('stored');
          return accepted(null);
        },
      },
    });
    const answer = await hook.post(await batch([await item(hook)]));
    order.push('answered');
    expect(answer.status).toBe(202);
    expect(order).toEqual(['stored', 'answered']);
    expect(hook.calls).toEqual([
      {
        connector: KNOWN,
        method: 'observe',
        args: [
          [
            {
              accountId: ACCOUNT,
              generation: 3,
              subscriptionId: 'subscription-1',
              userId: USER,
              presence: { availability: 'Busy', activity: 'InACall' },
              sequence: 'A1',
            },
          ],
        ],
      },
    ]);
  });

  it('of more than can be decrypted in time says whose presence is to be read', async () => {
    const hook = await webhook();
    const [one, many] = [await item(hook), 120];
    const post = async (items: unknown[]) => (await hook.post(await batch(items))).status;
    expect(await post(Array(many).fill(one))).toBe(202);
    expect(await post([one, await item(hook, { clientState: 'guessed' })])).toBe(202);
    expect(hook.touched()).toEqual(['observe', 'hint']);
    const { accountId, generation } = { accountId: ACCOUNT, generation: 3 };
    const hint = { accountId, generation, subscriptionId: 'subscription-1', about: 'presence' };
    expect(hook.calls[1]?.args).toEqual([[{ ...hint, userId: USER }]]);
    hook.clock.now += 1_000;
    expect(await post([one])).toBe(202);
    expect(hook.touched()).toEqual(['observe', 'hint', 'observe']);
  });

  it('that could not be stored is to be sent again', async () => {
    const failed = Object.assign(new Error('gone'), { retryable: true });
    const hook = await webhook({ answers: { observe: () => Promise.reject(failed) } });
    expect((await hook.post(await batch([await item(hook)]))).status).toBe(503);
  });

  it('for a key that KV does not show yet asks the object for it once', async () => {
    const hook = await webhook({
      answers: { decryptionKey: (() => sealDecryptionKey(hook.keyring, KNOWN, later)) as never },
    });
    const one = async () => item(hook, { encryptedContent: await encrypted(busy, later) });
    await hook.post(await batch([await one(), await one()]));
    await hook.post(await batch([await one()]));
    expect(hook.touched()).toEqual(['decryptionKey', 'observe', 'observe']);
  });

  it('of the lifecycle arrives too, without tokens', async () => {
    const hook = await webhook();
    const { subscriptionId, clientState, tenantId } = await item(hook);
    const event = { subscriptionId, clientState, tenantId, lifecycleEvent: 'missed' };
    expect((await hook.post({ value: [event] })).status).toBe(202);
    expect(hook.calls).toMatchObject([
      {
        method: 'lifecycle',
        args: [
          [
            {
              accountId: ACCOUNT,
              generation: 3,
              subscriptionId,
              about: 'presence',
              event: 'missed',
            },
          ],
        ],
      },
    ]);
  });

  it('without data says whose presence changed, where it was subscribed so', async () => {
    const hook = await webhook();
    const clientState = await hook.state({ kind: 'basic' });
    const basic = await item(hook, { clientState, encryptedContent: undefined });
    expect((await hook.post({ value: [basic, basic] })).status).toBe(202);
    const origin = { accountId: ACCOUNT, generation: 3, subscriptionId: 'subscription-1' };
    const hint = { ...origin, about: 'presence', userId: USER };
    expect(hook.calls).toEqual([{ connector: KNOWN, method: 'hint', args: [[hint, hint]] }]);
  });

  it('about the list of users says whom, and its lifecycle is told apart', async () => {
    const hook = await webhook();
    const clientState = await hook.state({ kind: 'users' });
    const { subscriptionId, tenantId } = await item(hook);
    const origin = { subscriptionId, tenantId, clientState };
    const resourceData = { '@odata.type': '#Microsoft.Graph.User', id: USER };
    const change = { ...origin, changeType: 'deleted', resource: `Users/${USER}`, resourceData };
    await hook.post({ value: [change, { ...origin, lifecycleEvent: 'subscriptionRemoved' }] });
    expect(hook.calls).toMatchObject([
      { method: 'hint', args: [[{ about: 'users', userId: USER }]] },
      { method: 'lifecycle', args: [[{ about: 'users', event: 'subscriptionRemoved' }]] },
    ]);
  });

  it('of many items of one subscription opens the clientState that they carry once', async () => {
    const hook = await webhook();
    const mine = await item(hook);
    await hook.post(await batch([mine]));
    const verify = vi.spyOn(crypto.subtle, 'verify');
    await hook.post(await batch([mine, await item(hook), mine]));
    const signed = verify.mock.calls.map(([, , , data]) => new TextDecoder().decode(data));
    verify.mockRestore();
    expect(signed.filter((text) => text.startsWith(ACCOUNT))).toHaveLength(1);
    expect(hook.calls.at(-1)?.args[0]).toHaveLength(3);
  });

  it('keeps its good items when others are not ours', async () => {
    const hook = await webhook();
    const forged = await item(hook, { clientState: 'guessed' });
    await hook.post(await batch([forged, await item(hook), { nonsense: true }]));
    expect(hook.calls[0]?.args[0]).toHaveLength(1);
    expect(hook.logged.map(({ fields }) => fields['reason'])).toEqual([
      'unreadable',
      'client-state',
    ]);
  });
});

describe('what is forged or foreign is accepted, dropped and counted, and disturbs nobody', () => {
  const forgeries: [string, (hook: Webhook) => Promise<unknown>, string][] = [
    [
      'a guessed clientState',
      async (hook) => batch([await item(hook, { clientState: 'x' })]),
      'client-state',
    ],
    [
      'no clientState',
      async (hook) => batch([await item(hook, { clientState: null })]),
      'unreadable',
    ],
    [
      "another connector's clientState",
      async (hook) => batch([await item(hook, { clientState: await hook.state({}, OTHER) })]),
      'client-state',
    ],
    [
      'another tenant',
      async (hook) => batch([await item(hook, { tenantId: ANOTHER })]),
      'client-state',
    ],
    [
      'a basic item',
      async (hook) => batch([await item(hook, { encryptedContent: null })]),
      'not-rich',
    ],
    [
      'an item with data for a subscription without',
      async (hook) =>
        batch([await item(hook, { clientState: await hook.state({ kind: 'basic' }) })]),
      'not-rich',
    ],
    [
      'an item without data beside a bad token',
      async (hook) => {
        const clientState = await hook.state({ kind: 'basic' });
        return batch([await item(hook, { clientState, encryptedContent: null })], ['a.b.c']);
      },
      'validation-token-malformed',
    ],
    [
      'no validation token',
      async (hook) => batch([await item(hook)], []),
      'validation-token-missing',
    ],
    [
      'a token for another app',
      async (hook) => batch([await item(hook)], [await validationToken({ aud: ANOTHER })]),
      'validation-token-audience',
    ],
    [
      'a token by another publisher',
      async (hook) => batch([await item(hook)], [await validationToken({ appid: ANOTHER })]),
      'validation-token-publisher',
    ],
    [
      'one good token and a bad one',
      async (hook) => batch([await item(hook)], [await validationToken(), 'a.b.c']),
      'validation-token-malformed',
    ],
    [
      'a token signed by somebody else',
      async (hook) => {
        const { privateKey } = await generateKeyPair('RS256');
        return batch([await item(hook)], [await validationToken({}, privateKey)]);
      },
      'validation-token-signature',
    ],
  ];

  it.each(forgeries)('%s', async (_, forge, reason) => {
    const hook = await webhook();
    expect((await hook.post(await forge(hook))).status).toBe(202);
    expect(hook.calls).toEqual([]);
    expect(hook.logged).toMatchObject([{ event: 'notifications-dropped', fields: { reason } }]);
  });

  it.each([
    ['a guessed clientState', { clientState: 'guessed' }, undefined],
    ['a bad token', {}, ['a.b.c']],
  ])(
    '%s for a key that KV does not show does not reach the object either',
    async (_, more, tokens) => {
      const hook = await webhook();
      const encryptedContent = await encrypted(busy, later);
      await hook.post(await batch([await item(hook, { encryptedContent, ...more })], tokens));
      expect(hook.calls).toEqual([]);
    },
  );

  it('without a clientState of ours Microsoft is not even asked for its keys', async () => {
    const hook = await webhook();
    await hook.post(await batch([await item(hook, { clientState: 'x' })]));
    expect(hook.asked).toEqual([]);
  });

  it('a connector that does not subscribe takes none', async () => {
    const hook = await webhook();
    hook.store.set(`settings:${KNOWN}`, JSON.stringify(record({ reading: null })));
    expect((await hook.post(await batch([await item(hook)]))).status).toBe(202);
    expect(hook.calls).toEqual([]);
  });
});

describe('a connector’s record', () => {
  const RECORD = `settings:${KNOWN}`;
  const put = (hook: Webhook, more: Parameters<typeof record>[0]) =>
    hook.store.set(RECORD, JSON.stringify(record(more)));
  /** Has been told of something, so that the record is at hand. */
  async function told() {
    const hook = await webhook();
    expect((await hook.post(await batch([await item(hook)]))).status).toBe(202);
    return hook;
  }
  const readings = (hook: Webhook) => hook.readOfKv.filter((key) => key === RECORD).length;

  it('is read of KV once a second, however much is told', async () => {
    const hook = await told();
    const body = await batch([await item(hook)]);
    for (let n = 0; n < 5; n += 1) await hook.post(body);
    expect(readings(hook)).toBe(1);
    hook.clock.now += 1_000;
    await hook.post(body);
    expect(readings(hook)).toBe(2);
    hook.clock.now -= 5_000;
    await hook.post(body);
    expect(readings(hook)).toBe(3);
    expect(hook.touched()).toEqual(Array(8).fill('observe'));
  });

  it('drops nothing because it is old', async () => {
    const hook = await told();
    const clientId = '55555555-5555-4555-8555-555555555555';
    put(hook, {
      ...JSON.parse(hook.store.get(RECORD) ?? ''),
      reading: { clientId, tenantId: TENANT },
    });
    const ofNow = await validationToken({ aud: clientId });
    expect((await hook.post(await batch([await item(hook)], [ofNow]))).status).toBe(202);
    expect(hook.touched()).toEqual(['observe', 'observe']);
    expect(hook.logged).toEqual([]);
  });

  it('drops nothing either where KV does not answer', async () => {
    const hook = await told();
    hook.kv.get = () => Promise.reject(new Error('KV GET failed: 500'));
    const forged = await batch([await item(hook, { clientState: 'guessed' })]);
    expect((await hook.post(forged)).status).toBe(500);
    expect((await hook.post(await batch([await item(hook)]))).status).toBe(202);
  });

  it('is read once for each notification that nobody of ours has sent', async () => {
    const hook = await told();
    const forged = await batch([await item(hook, { clientState: 'guessed' })]);
    for (let n = 0; n < 3; n += 1) expect((await hook.post(forged)).status).toBe(202);
    expect(readings(hook)).toBe(4);
    expect(hook.logged.map(({ event }) => event)).toEqual(Array(3).fill('notifications-dropped'));
  });

  it.each([
    ['nothing', async (hook: Webhook) => hook.post({ value: [] })],
    ['what is forged', async (hook: Webhook) => hook.post(await batch([{ clientState: 'x' }]))],
    [
      'the handshake',
      async ({ fetch }: Webhook) =>
        fetch(`/${KNOWN}/subscriptions?validationToken=x`, { method: 'POST' }),
    ],
    ['a look', async ({ fetch }: Webhook) => fetch(`/${KNOWN}/subscriptions`)],
  ])('that KV no longer has is not there for %s', async (_, come) => {
    const hook = await told();
    hook.store.delete(RECORD);
    expect(await problemOf(await come(hook))).toMatchObject({
      code: 'connector-unknown',
      http: 404,
    });
  });

  it.each(['observe', 'hint', 'lifecycle'] as const)(
    'is worth nothing where %s finds no connector',
    async (method) => {
      const gone = () => refused('connector-unknown', 'No connector of this name was created.');
      const hook = await webhook({ answers: { [method]: gone } });
      const { subscriptionId, clientState, tenantId } = await item(hook);
      const posts = {
        observe: async () => batch([await item(hook)]),
        hint: async () => batch([await item(hook, { resourceData: { id: ANOTHER } })]),
        lifecycle: async () => ({
          value: [{ subscriptionId, clientState, tenantId, lifecycleEvent: 'missed' }],
        }),
      };
      expect((await problemOf(await hook.post(await posts[method]()))).http).toBe(404);
    },
  );
});

describe('what no key opens is read instead, and loses nothing beside it', () => {
  const unread: [name: string, make: (hook: Webhook) => Promise<Record<string, unknown>>][] = [
    ['data of another user', async (hook) => item(hook, { resourceData: { id: ANOTHER } })],
    [
      'data that was touched',
      async (hook) => {
        const content = await encrypted(busy);
        const dataSignature = base64(new Uint8Array(32).buffer);
        return item(hook, { encryptedContent: { ...content, dataSignature } });
      },
    ],
    [
      'a key that nobody knows',
      async (hook) => {
        const encryptedContent = await encrypted(busy, { ...later, id: 'unknown' });
        return item(hook, { encryptedContent });
      },
    ],
    [
      'a key that was sealed with another operator’s key',
      async (hook) => {
        const sealed = await sealDecryptionKey(hook.keyring, OTHER, later);
        const known = await sealDecryptionKey(hook.keyring, KNOWN, decryption);
        const decryptionKeys = [known, { ...sealed, id: later.id }];
        hook.store.set(`settings:${KNOWN}`, JSON.stringify(record({ decryptionKeys })));
        return item(hook, { encryptedContent: await encrypted(busy, later) });
      },
    ],
  ];

  it.each(unread)('%s', async (_, make) => {
    const hook = await webhook();
    const closed = await make(hook);
    const answer = await hook.post(await batch([closed, await item(hook)]));
    expect(answer.status).toBe(202);
    expect(hook.touched().filter((call) => call !== 'decryptionKey')).toEqual(['observe', 'hint']);
    expect(hook.logged).toMatchObject([
      { event: 'notifications-not-opened', fields: { count: 1 } },
    ]);
  });
});

it('signed with a key that nobody has published is dropped; published, it counts', async () => {
  let published = false;
  const hook = await webhook({
    fetch: async (url) => {
      const answer = microsoft.published(url) ?? new Response(null, { status: 404 });
      if (published || !url.endsWith('/keys')) return answer;
      const { keys } = (await answer.json()) as { keys: object[] };
      return Response.json({ keys: keys.map((one) => ({ ...one, kid: 'the one before' })) });
    },
  });
  const body = await batch([await item(hook)]);
  expect((await hook.post(body)).status).toBe(202);
  expect(hook.touched()).toEqual([]);
  expect(hook.logged).toMatchObject([
    {
      event: 'notifications-dropped',
      fields: { reason: 'validation-token-unknown-key', count: 1 },
    },
  ]);
  published = true;
  hook.clock.now += 61_000;
  expect((await hook.post(body)).status).toBe(202);
  expect(hook.touched()).toEqual(['observe']);
});

describe('while Microsoft’s login hangs', () => {
  const hanging = (asked: string[]) => (url: string, init: RequestInit) => {
    asked.push(url);
    return new Promise<Response>((_, fail) => {
      init.signal?.addEventListener('abort', () => fail(new Error('Nobody waits any more.')));
    });
  };
  const timed = async (post: () => Promise<Response>) => {
    const beganAt = performance.now();
    const { status } = await post();
    return { status, ms: performance.now() - beganAt };
  };

  it('an isolate that begins takes the keys that another one met from KV', async () => {
    const warm = await webhook();
    expect((await warm.post(await batch([await item(warm)]))).status).toBe(202);
    await vi.waitFor(() => expect([...warm.store.keys()].join()).toContain('signing-keys'));
    const asked: string[] = [];
    const cold = await webhook({ store: warm.store, fetch: hanging(asked) });
    const { status, ms } = await timed(async () => cold.post(await batch([await item(cold)])));
    expect(status).toBe(202);
    expect(ms).toBeLessThan(1_000);
    expect(cold.touched()).toEqual(['observe']);
    expect(asked).toEqual([]);
  });

  it('and nothing is known, it is to be sent again: soon, then at once, and one asks for all', async () => {
    const asked: string[] = [];
    const hook = await webhook({ fetch: hanging(asked) });
    const body = await batch([await item(hook)]);
    const all = await Promise.all(Array.from({ length: 10 }, () => timed(() => hook.post(body))));
    for (const { status, ms } of all) {
      expect(status).toBe(503);
      expect(ms).toBeGreaterThan(1_500);
      expect(ms).toBeLessThan(2_900);
    }
    hook.clock.now += 2_000;
    for (let n = 0; n < 10; n += 1) {
      const { status, ms } = await timed(() => hook.post(body));
      expect(status).toBe(503);
      expect(ms).toBeLessThan(500);
    }
    expect(asked).toHaveLength(1);
    expect(hook.calls).toEqual([]);
  });

  it('keys of a laboratory’s login never pass for Microsoft’s', async () => {
    const laboratory = await webhook({ env: { LOGIN_ORIGIN: 'http://127.0.0.1:9' } });
    expect((await laboratory.post(await batch([await item(laboratory)]))).status).toBe(202);
    await vi.waitFor(() => expect([...laboratory.store.keys()].join()).toContain('127.0.0.1'));
    const hook = await webhook({ store: laboratory.store, fetch: hanging([]) });
    expect((await hook.post(await batch([await item(hook)]))).status).toBe(503);
  });
});

describe('what is no notification at all is refused', () => {
  it.each([
    ['not JSON', '{', 400],
    ['not UTF-8', '"\ud800', 400],
    ['another shape', '{"value":"x"}', 422],
    ['a list of something else', '{"value":[1]}', 422],
    ['tokens that are none', '{"value":[],"validationTokens":[1]}', 422],
    ['nothing', '', 400],
  ])('%s', async (_, body, status) => {
    const hook = await webhook();
    expect((await hook.post(body)).status).toBe(status);
    expect(hook.calls).toEqual([]);
  });

  it('an empty list is fine', async () => {
    const hook = await webhook();
    expect((await hook.post({ value: [] })).status).toBe(202);
  });
});
