// The whole edge as on Cloudflare: the real app in front of the real objects, and between them a KV
// that is as slow as it may be. What objects write goes into it; only the app reads.
import { env } from 'cloudflare:workers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { vi } from 'vitest';
import { type ConnectorRecord, recordKey } from '../../../edge/connector-record.ts';
import { parseEnv } from '../../../edge/env.ts';
import { createApp } from '../../../edge/http/app.ts';
import { objects } from '../../../edge/objects.ts';
import {
  AGENT_CREDENTIAL_CLAIM,
  AGENT_KEY_ALG,
  AGENT_PROOF_TYP,
  TUNNEL_SUBPROTOCOL,
} from '../../../shared/agent-auth.ts';
import {
  Agent,
  Bed,
  GRAPH,
  graphRefusal,
  json,
  MINUTE,
  pbxUser,
  person,
  SUBSCRIBING,
  teamsId,
} from '../connector/bed.ts';
import { encrypted, type Signer } from '../graph/microsoft-posts.ts';
import { SlowKv } from './slow-kv.ts';

/** How long everything in KV takes at most to have arrived everywhere, in ms. */
export const ARRIVED_MS = 120_000;

const ORIGIN = 'https://edge.example.net';

/** What Microsoft was told when a subscription was created. */
export interface Created {
  resource: string;
  clientState: string;
  encryptionCertificate: string;
  encryptionCertificateId: string;
  notificationUrl: string;
  expirationDateTime: string;
}

/** `sequenceNumber`: the version stamp, where it has one. */
interface Notified {
  availability: string;
  activity: string;
  sequenceNumber?: string;
}

export class CloudBed extends Bed {
  readonly kv = new SlowKv(() => Date.now());
  /** Methods of connectors' objects that the app has called. */
  readonly touched: string[] = [];
  /** Status of each handshake that Microsoft made. */
  readonly handshakes: number[] = [];
  readonly subscriptions: Created[] = [];
  readonly #signer: Signer;
  readonly #adminToken: string;
  readonly #app: ReturnType<typeof createApp>;

  constructor(signer: Signer) {
    super();
    this.#signer = signer;
    const kv = Object.getPrototypeOf(env.SETTINGS) as KVNamespace;
    vi.spyOn(kv, 'put').mockImplementation((key, text) => this.kv.put(key, String(text)));
    vi.spyOn(kv, 'delete').mockImplementation(this.kv.delete);
    const parsed = parseEnv({ ...env });
    if (!parsed.ok) throw new Error(parsed.faults.map(({ sentence }) => sentence).join(' '));
    this.#adminToken = parsed.env.adminToken;
    this.#app = createApp({
      env: parsed,
      asset: (name) => env.ASSETS.fetch(`https://assets/${name}`),
      kv: this.kv as unknown as Pick<KVNamespace, 'get' | 'put' | 'list'>,
      connector: (name) => this.#noted(objects(env, parsed.env).connector(name)),
      fetch: (url, init) => this.microsoft.fetch(url, init),
      background: (work) => void work,
      now: () => Date.now(),
      log: () => {},
    });
    this.microsoft.on(
      'GET https://login',
      ({ url }) => signer.published(url) ?? new Response(null, { status: 404 }),
    );
    this.microsoft.on(`POST ${GRAPH}/subscriptions`, ({ body }) => this.#create(body));
  }

  /** Settings that subscribe, at this connector's own address. */
  get subscribing() {
    return { ...SUBSCRIBING, notificationUrl: `${ORIGIN}/${this.name}/subscriptions` };
  }

  get recordInKv(): ConnectorRecord | null {
    const text = this.kv.truth(recordKey(this.name));
    return text === null ? null : JSON.parse(text);
  }

  ask(path: string, init: RequestInit = {}): Promise<Response> {
    return Promise.resolve(this.#app.fetch(new Request(`${ORIGIN}/${this.name}${path}`, init)));
  }

  /** As the operator. */
  admin(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.ask(`/api/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#adminToken}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** The same, for its answer; anything but success is a fault of the test. */
  async told<T = Record<string, unknown>>(method: string, path: string, body?: unknown) {
    const answer = await this.admin(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  async addTeamsAccount(): Promise<string> {
    const account = { username: 'sync@example.com', password: 'pass' };
    const { id } = await this.told<{ id: string }>('POST', 'accounts', account);
    this.watchAccount(id);
    return id;
  }

  /** An agent that an admin's code lets in, with its socket through the app. */
  async enrolled(): Promise<CloudAgent> {
    const { code } = await this.told<{ code: string }>('POST', 'agents', { name: 'rack' });
    const keys = await generateKeyPair(AGENT_KEY_ALG, { extractable: true });
    const publicKey = await exportJWK(keys.publicKey);
    const answer = await this.ask('/enrol', {
      method: 'POST',
      body: JSON.stringify({ code, publicKey }),
    });
    if (answer.status !== 201) throw new Error(`enrol: ${answer.status} ${await answer.text()}`);
    const { agentId, credential } = (await answer.json()) as Record<
      'agentId' | 'credential',
      string
    >;
    return { agentId, credential, key: keys.privateKey as CryptoKey };
  }

  /** The answer to the upgrade. */
  async dial({ agentId, credential, key }: CloudAgent): Promise<Response> {
    const iat = Math.floor(Date.now() / 1000);
    const proof = await new SignJWT({ [AGENT_CREDENTIAL_CLAIM]: credential })
      .setProtectedHeader({ alg: AGENT_KEY_ALG, typ: AGENT_PROOF_TYP })
      .setIssuer(agentId)
      .setAudience(this.name)
      .setJti(crypto.randomUUID())
      .setIssuedAt(iat)
      .setExpirationTime(iat + 60)
      .sign(key);
    return this.ask('/tunnel', {
      headers: {
        upgrade: 'websocket',
        authorization: `Bearer ${proof}`,
        'sec-websocket-protocol': TUNNEL_SUBPROTOCOL,
      },
    });
  }

  async tunnel(agent: CloudAgent): Promise<Agent> {
    const answer = await this.dial(agent);
    if (!answer.webSocket) throw new Error(`tunnel: ${answer.status}`);
    return new Agent(this, agent.agentId, answer.webSocket);
  }

  /** Teams shows something of the n-th person from now on, and Microsoft tells; the answer. */
  async notify(
    n: number,
    presence: Notified,
    subscription = this.subscriptions.length,
  ): Promise<Response> {
    return this.post(await this.#notification(n, presence, subscription));
  }

  post(body: string): Promise<Response> {
    return this.ask('/subscriptions', { method: 'POST', body });
  }

  /** The same, and what Microsoft sent. */
  async overheard(n: number, presence: Notified): Promise<string> {
    const body = await this.#notification(n, presence, this.subscriptions.length);
    await this.post(body);
    return body;
  }

  async #notification(n: number, presence: Notified, subscription: number): Promise<string> {
    const created = this.subscriptions[subscription - 1];
    if (!created) throw new Error('Nothing is subscribed.');
    this.microsoft.presences.set(teamsId(n), presence);
    const { tenantSyncToPbx: tenantId, clientIdSyncToPbx: clientId } = SUBSCRIBING;
    const pair = {
      id: created.encryptionCertificateId,
      certificate: created.encryptionCertificate,
    };
    const item = {
      subscriptionId: `subscription-${subscription}`,
      clientState: created.clientState,
      changeType: 'updated',
      resource: 'communications/presences',
      subscriptionExpirationDateTime: created.expirationDateTime,
      resourceData: { '@odata.type': '#Microsoft.Graph.presence', id: teamsId(n) },
      tenantId,
      encryptedContent: await encrypted({ id: teamsId(n), ...presence }, pair),
    };
    const validationTokens = [await this.#signer.token({ tenantId, clientId, now: Date.now() })];
    return JSON.stringify({ value: [item], validationTokens });
  }

  /** Microsoft shakes hands before it creates anything. */
  async #create(body: string): Promise<Response> {
    const wanted = JSON.parse(body) as Created;
    const url = `${wanted.notificationUrl}?validationToken=from+Microsoft`;
    const answer = await this.#app.fetch(new Request(url, { method: 'POST' }));
    this.handshakes.push(answer.status);
    if (answer.status !== 200 || (await answer.text()) !== 'from Microsoft') {
      const message = 'Subscription validation request failed. Must respond with 200 OK.';
      return graphRefusal(400, 'ValidationError', message);
    }
    const { expirationDateTime, resource } = wanted;
    if (resource === '/users') return json({ id: 'users-subscription', expirationDateTime }, 201);
    this.subscriptions.push(wanted);
    const id = `subscription-${this.subscriptions.length}`;
    return json({ id, expirationDateTime }, 201);
  }

  #noted<T extends object>(stub: T): T {
    return new Proxy(stub, {
      get: (target, method) => {
        const own = Reflect.get(target, method);
        if (typeof own !== 'function') return own;
        return (...args: unknown[]) => {
          this.touched.push(String(method));
          return Reflect.apply(own, target, args);
        };
      },
    });
  }
}

/** One user, subscribed and paired, and everything in KV has arrived. */
export async function standing(
  signer: Signer,
  settings: (bed: CloudBed) => object = (bed) => bed.subscribing,
): Promise<{ bed: CloudBed; agent: Agent; credentials: CloudAgent }> {
  const bed = new CloudBed(signer);
  bed.microsoft.people = [person(1)];
  await bed.told('PUT', 'settings', settings(bed));
  const credentials = await bed.enrolled();
  const agent = await bed.tunnel(credentials);
  agent
    .hello()
    .up()
    .users([pbxUser(1)]);
  await bed.later(ARRIVED_MS);
  await bed.addTeamsAccount();
  await bed.later(ARRIVED_MS);
  agent.presence(1, [], { afterGap: true });
  await bed.later(2 * MINUTE);
  bed.touched.length = 0;
  return { bed, agent, credentials };
}

export interface CloudAgent {
  agentId: string;
  credential: string;
  key: CryptoKey;
}
