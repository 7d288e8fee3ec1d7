import {
  calculateJwkThumbprint,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  type JWK,
  SignJWT,
} from 'jose';
import { describe, expect, it } from 'vitest';
import { issueCredential } from '../../../edge/http/agent-proof.ts';
import {
  AGENT_CREDENTIAL_CLAIM,
  AGENT_KEY_ALG,
  AGENT_PROOF_TYP,
  TUNNEL_SUBPROTOCOL,
} from '../../../shared/agent-auth.ts';
import { accepted, refused } from '../../../shared/errors.ts';
import { type ConnectorName, connectorName } from '../../../shared/ids.ts';
import { type BedOptions, bed, KNOWN, NOW, OTHER, problemOf } from './bed.ts';

/** Exists, but KV does not show it yet. */
const FRESH = connectorName('fresh.example', 'microsoft365') as ConnectorName;
const UNKNOWN = 'nobody.example/microsoft365';

const keyPair = await generateKeyPair(AGENT_KEY_ALG, { extractable: true });
const publicKey = (await exportJWK(keyPair.publicKey)) as JWK;
const privateJwk = await exportJWK(keyPair.privateKey);

const S = NOW / 1000;
type Claims = Record<string, unknown>;

/** As an agent makes it for each request. */
async function proof(
  { keyring }: ReturnType<typeof bed>,
  more: { claims?: Claims; connector?: ConnectorName; key?: CryptoKey; typ?: string } = {},
): Promise<string> {
  const { claims = {}, connector = KNOWN, key = keyPair.privateKey, typ = AGENT_PROOF_TYP } = more;
  const jwk = { kty: 'EC', crv: 'P-256', x: publicKey.x ?? '', y: publicKey.y ?? '' } as const;
  const credential = await issueCredential(keyring, connector, 'agent-1', jwk);
  const proven = {
    iss: 'agent-1',
    aud: connector,
    iat: S,
    exp: S + 60,
    jti: crypto.randomUUID(),
  };
  return new SignJWT({ ...proven, [AGENT_CREDENTIAL_CLAIM]: credential, ...claims })
    .setProtectedHeader({ alg: AGENT_KEY_ALG, typ })
    .sign(key);
}

describe('a code for a new agent', () => {
  it('comes with the command to type, at the address the admin used', async () => {
    const answer = await bed().admin('POST', '/api/agents', { name: 'branch office' });
    expect(answer.status).toBe(201);
    const { code, expiresAt, command } = (await answer.json()) as Record<string, string>;
    expect(expiresAt).toBe(new Date(NOW + 1_800_000).toISOString());
    expect(command).toBe(`presence-agent enrol https://edge.example.net/${KNOWN} ${code}`);
  });

  it('needs no name, and no body', async () => {
    const { admin, calls } = bed();
    expect((await admin('POST', '/api/agents')).status).toBe(201);
    expect(calls[0]?.args).toEqual(['operator', null]);
  });
});

describe('an enrolment', () => {
  const code = (edge: ReturnType<typeof bed>, connector = KNOWN, expiresAt = NOW + 60_000) =>
    edge.keyring.signToken('enrol', connector, { id: 'enrolment-1' }, expiresAt);
  const enrol = (edge: ReturnType<typeof bed>, body: unknown, connector: string = KNOWN) =>
    edge.fetch(`/${connector}/enrol`, { method: 'POST', body: JSON.stringify(body) });

  it('answers the id and a credential for the key', async () => {
    const edge = bed();
    const answer = await enrol(edge, { code: await code(edge), publicKey });
    expect(answer.status).toBe(201);
    const { agentId, credential } = (await answer.json()) as Record<string, string>;
    expect(agentId).toBe('agent-1');
    const verified = await edge.keyring.verifyToken('agent', KNOWN, credential ?? '', NOW);
    expect(verified).toMatchObject({
      ok: true,
      claims: { sub: 'agent-1', cnf: { jwk: { x: publicKey.x, y: publicKey.y } } },
    });
    expect(edge.calls).toMatchObject([
      { method: 'enrol', args: ['enrolment-1', expect.any(String)] },
    ]);
  });

  it('works while KV does not show the connector yet', async () => {
    const edge = bed({ onlyInObjects: [FRESH] });
    const body = { code: await code(edge, FRESH), publicKey };
    expect((await enrol(edge, body, FRESH)).status).toBe(201);
  });

  it('works once', async () => {
    const edge = bed({ answers: { enrol: () => refused('code-used', 'Used already.') } });
    const answer = await problemOf(await enrol(edge, { code: await code(edge), publicKey }));
    expect(answer).toMatchObject({ http: 410, code: 'code-used' });
  });

  it('is too late with an expired code, and disturbs nobody', async () => {
    const edge = bed();
    const expired = await code(edge, KNOWN, NOW - 1000);
    expect((await enrol(edge, { code: expired, publicKey })).status).toBe(410);
    expect(edge.calls).toEqual([]);
  });

  it('is refused with a code of another connector or of nobody', async () => {
    const edge = bed();
    for (const foreign of [await code(edge, OTHER), 'a.b.c', 'nonsense', '']) {
      expect((await enrol(edge, { code: foreign, publicKey })).status).toBe(401);
      expect((await enrol(edge, { code: foreign, publicKey }, UNKNOWN)).status).toBe(404);
    }
    expect(edge.calls).toEqual([]);
  });

  it('names every field that is wrong, and leaves the code unused', async () => {
    const edge = bed();
    const empty = await problemOf(await enrol(edge, {}));
    expect(empty).toMatchObject({ http: 422 });
    expect(empty.errors?.map(({ path }) => path)).toEqual(['code', 'publicKey']);

    const bad: [unknown, string][] = [
      [{ ...publicKey, crv: 'P-384' }, 'publicKey.crv'],
      [{ ...publicKey, x: 'short' }, 'publicKey.x'],
      [{ ...publicKey, x: publicKey.y }, 'publicKey'],
      [privateJwk, 'publicKey.d'],
      ['text', 'publicKey'],
    ];
    for (const [wrong, path] of bad) {
      const answer = await problemOf(
        await enrol(edge, { code: await code(edge), publicKey: wrong }),
      );
      expect(answer.errors?.map((error) => error.path)).toEqual([path]);
    }
    expect(edge.calls).toEqual([]);
  });

  it('is refused unseen after twenty wrong codes in a minute, but not to a neighbour, nor with a code of ours', async () => {
    const edge = bed();
    const guess = (code: string, from: string) =>
      edge.fetch(`/${KNOWN}/enrol`, {
        method: 'POST',
        headers: { 'cf-connecting-ip': from },
        body: JSON.stringify({ code, publicKey }),
      });
    for (let n = 0; n < 20; n += 1) {
      expect((await guess(`guess-${n}`, '192.0.2.1')).status).toBe(401);
    }
    const barred = await guess('one more', '192.0.2.1');
    expect(barred.headers.get('retry-after')).toBe('60');
    expect((await problemOf(barred)).code).toBe('rate-limited');
    expect(edge.calls).toEqual([]);
    expect((await guess('guess', '192.0.2.2')).status).toBe(401);
    expect((await guess(await code(edge), '192.0.2.1')).status).toBe(201);
    expect((await guess(await code(edge, KNOWN, NOW - 1000), '192.0.2.1')).status).toBe(410);
    edge.clock.now += 60_000;
    expect((await guess('guess', '192.0.2.1')).status).toBe(401);
  });

  it('that is not JSON is refused', async () => {
    const answer = await bed().fetch(`/${KNOWN}/enrol`, { method: 'POST', body: 'code' });
    expect(answer.status).toBe(400);
  });
});

describe('the tunnel', () => {
  /** A tunnel that the object accepts, with what it was asked. */
  function tunnel(options: BedOptions = {}) {
    const asked: Request[] = [];
    const accept = (request: Request) => {
      asked.push(request);
      const { 0: client, 1: server } = new WebSocketPair();
      server.accept();
      return new Response(null, { status: 101, webSocket: client });
    };
    return { asked, ...bed({ answers: { fetch: accept as never }, ...options }) };
  }

  const open = (
    edge: ReturnType<typeof bed>,
    token: string | null,
    headers: Record<string, string> = { upgrade: 'websocket' },
    connector: string = KNOWN,
  ) =>
    edge.fetch(`/${connector}/tunnel`, {
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    });

  it('opens, and the object learns from us who it is', async () => {
    const edge = tunnel();
    const headers = {
      upgrade: 'websocket',
      'x-agent-id': 'somebody-else',
      'sec-websocket-protocol': TUNNEL_SUBPROTOCOL,
    };
    const answer = await open(edge, await proof(edge), headers);
    expect(answer.status).toBe(101);
    expect(answer.webSocket).toBeTruthy();
    expect(answer.headers.get('sec-websocket-protocol')).toBe(TUNNEL_SUBPROTOCOL);
    expect(edge.asked[0]?.headers.get('x-agent-id')).toBe('agent-1');
    expect(edge.asked[0]?.headers.get('x-agent-key')).toBe(await calculateJwkThumbprint(publicKey));
    expect(edge.asked[0]?.headers.get('authorization')).toBeNull();
    expect(edge.asked[0]?.headers.get('upgrade')).toBe('websocket');
  });

  it('opens while KV does not show the connector yet', async () => {
    const edge = tunnel({ onlyInObjects: [FRESH] });
    const token = await proof(edge, { connector: FRESH });
    expect((await open(edge, token, undefined, FRESH)).status).toBe(101);
  });

  it('is nothing but a WebSocket', async () => {
    const edge = tunnel();
    const answer = await open(edge, await proof(edge), {});
    expect(answer.headers.get('upgrade')).toBe('websocket');
    expect((await problemOf(answer)).http).toBe(426);
  });

  it('opens nothing of an admin’s with what proves it', async () => {
    const edge = bed();
    const token = await proof(edge);
    const { [AGENT_CREDENTIAL_CLAIM]: credential } = decodeJwt(token);
    for (const held of [token, String(credential)]) {
      const headers = { authorization: `Bearer ${held}` };
      for (const path of ['settings', 'status', 'users', 'accounts', 'agents', 'audit', 'tokens']) {
        const answer = await edge.fetch(`/${KNOWN}/api/${path}`, { headers });
        expect([path, answer.status]).toEqual([path, 401]);
      }
      const body = JSON.stringify({ token: held });
      const signIn = await edge.fetch(`/${KNOWN}/api/session`, { method: 'POST', body });
      expect(signIn.status).toBe(401);
    }
    expect(edge.calls).toEqual([]);
  });

  it('is refused without a proof, and with a bad one', async () => {
    const edge = tunnel();
    const foreign = await generateKeyPair(AGENT_KEY_ALG);
    const bad = [
      null,
      'nonsense',
      await proof(edge, { key: foreign.privateKey }),
      await proof(edge, { connector: OTHER }),
      await proof(edge, { typ: 'JWT' }),
      await proof(edge, { claims: { aud: OTHER } }),
      await proof(edge, { claims: { iss: 'agent-2' } }),
      await proof(edge, { claims: { exp: S + 3600 } }),
      await proof(edge, { claims: { exp: S } }),
      await proof(edge, { claims: { jti: undefined } }),
      await proof(edge, { claims: { [AGENT_CREDENTIAL_CLAIM]: 'a.b.c' } }),
    ];
    for (const token of bad) {
      expect((await problemOf(await open(edge, token))).code).toBe('unauthorized');
      expect((await open(edge, token, undefined, UNKNOWN)).status).toBe(404);
    }
    expect(edge.asked).toEqual([]);
  });

  it.each([
    ['30 s ahead', 30, 101],
    ['60 s and the leeway behind', -90, 101],
    ['31 s ahead', 31, 401],
    ['91 s behind', -91, 401],
  ])('a clock that is %s is answered with %3$i', async (_, offS, status) => {
    const edge = tunnel();
    const token = await proof(edge, { claims: { iat: S + offS, exp: S + offS + 60 } });
    const answer = await open(edge, token);
    expect(answer.status).toBe(status);
    if (status === 101) return;
    expect(answer.headers.get('date')).toBe(new Date(NOW).toUTCString());
    const { code, detail } = await problemOf(answer);
    expect(code).toBe('clock-skew');
    expect(detail).toContain('2026-11-23T12:00:00.000Z');
  });

  it('says to an agent that was removed that it was', async () => {
    const edge = bed({ answers: { fetch: () => new Response(null, { status: 403 }) } });
    const answer = await problemOf(await open(edge, await proof(edge)));
    expect(answer).toMatchObject({ http: 401, code: 'revoked' });
  });

  it('says to one with a key of before that it is one', async () => {
    const edge = bed({ answers: { fetch: () => new Response(null, { status: 401 }) } });
    const answer = await problemOf(await open(edge, await proof(edge)));
    expect(answer).toMatchObject({ http: 401, code: 'unauthorized' });
    expect(answer.detail).toContain('newer key');
  });
});

describe('an agent that asks about itself', () => {
  const SELF = { agentId: 'agent-1', name: 'branch office', state: 'leading' };
  const answers = { agentSelf: () => accepted(SELF), offerAgentKey: () => accepted(null) };
  const ask = (
    edge: ReturnType<typeof bed>,
    token: string,
    more: RequestInit = {},
    path = '/agent',
  ) =>
    edge.fetch(`/${KNOWN}${path}`, {
      ...more,
      headers: { authorization: `Bearer ${token}`, ...more.headers },
    });
  const renew = (edge: ReturnType<typeof bed>, token: string, body: unknown) =>
    ask(edge, token, { method: 'POST', body: JSON.stringify(body) }, '/agent/key');

  it('learns its name and whether it leads', async () => {
    const edge = bed({ answers });
    const answer = await ask(edge, await proof(edge));
    expect([answer.status, await answer.json()]).toEqual([200, SELF]);
    const thumbprint = await calculateJwkThumbprint(publicKey);
    expect(edge.calls[0]?.args).toEqual([{ agentId: 'agent-1', thumbprint }]);
  });

  it('is told over a WebSocket, without any object, that WebSockets get through', async () => {
    const edge = bed({ answers });
    const answer = await ask(edge, await proof(edge), { headers: { upgrade: 'websocket' } });
    expect(answer.status).toBe(101);
    const socket = answer.webSocket;
    const heard = new Promise((resolve) => {
      socket?.addEventListener('message', ({ data }) => resolve(data));
    });
    socket?.accept();
    socket?.send('ping');
    expect(await heard).toBe('pong');
    expect(edge.calls).toEqual([]);
  });

  it('gets a credential for a new key, under the proof of the old one', async () => {
    const edge = bed({ answers });
    const next = await generateKeyPair(AGENT_KEY_ALG, { extractable: true });
    const jwk = await exportJWK(next.publicKey);
    const answer = await renew(edge, await proof(edge), { publicKey: jwk });
    expect(answer.status).toBe(201);
    const { credential } = (await answer.json()) as { credential: string };
    const verified = await edge.keyring.verifyToken('agent', KNOWN, credential, NOW);
    expect(verified).toMatchObject({ claims: { sub: 'agent-1', cnf: { jwk: { x: jwk.x } } } });
    expect(edge.calls[0]?.args[1]).toBe(await calculateJwkThumbprint(jwk));
  });

  it('is refused with a bad proof before any object is asked', async () => {
    const edge = bed({ answers });
    const foreign = await generateKeyPair(AGENT_KEY_ALG);
    for (const token of [
      'nonsense',
      await proof(edge, { key: foreign.privateKey }),
      await proof(edge, { claims: { aud: OTHER } }),
      await proof(edge, { claims: { iat: S - 600, exp: S - 540 } }),
    ]) {
      expect((await ask(edge, token)).status).toBe(401);
      expect((await ask(edge, token, { headers: { upgrade: 'websocket' } })).status).toBe(401);
      expect((await renew(edge, token, { publicKey })).status).toBe(401);
    }
    expect(edge.calls).toEqual([]);
  });

  it('is told what is wrong with a new key', async () => {
    const edge = bed({ answers });
    const token = await proof(edge);
    expect((await renew(edge, token, {})).status).toBe(422);
    const secret = await problemOf(await renew(edge, token, { publicKey: privateJwk }));
    expect(secret.errors?.map(({ path }) => path)).toEqual(['publicKey.d']);
    expect(edge.calls).toEqual([]);
  });

  it.each(['revoked', 'unauthorized'])('is told that it is %s', async (code) => {
    const refusing = () => refused(code, 'No.');
    const edge = bed({ answers: { agentSelf: refusing, offerAgentKey: refusing } });
    const token = await proof(edge);
    expect((await problemOf(await ask(edge, token))).code).toBe(code);
    expect((await problemOf(await renew(edge, token, { publicKey }))).code).toBe(code);
  });

  it('of no connector is told so', async () => {
    const edge = bed();
    for (const path of ['/agent', '/agent/key']) {
      expect((await edge.fetch(`/${UNKNOWN}${path}`, { method: 'POST' })).status).toBe(404);
      expect((await edge.fetch(`/${UNKNOWN}${path}`)).status).toBe(404);
    }
  });
});
