// A ConnectorObject inside workerd with the world around it: a small Microsoft behind `fetch`, agents on
// real sockets, and a clock that only a test moves. Microsoft here has app sign-in, users with delta,
// presences and their writes, alone and in batches; it does not model sessions, expiry or permissions.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { QUIET_MS } from '../../../edge/connector/catching-up.ts';
import {
  AGENT_ID_HEADER,
  AGENT_KEY_HEADER,
  type Origin,
  type VersionedSettings,
} from '../../../edge/connector/rpc.ts';
import type { ConnectorStub } from '../../../edge/objects.ts';
import type { Outcome } from '../../../shared/errors.ts';
import { type ConnectorName, type TeamsUserId, teamsUserId } from '../../../shared/ids.ts';
import type { Lamp, LampId } from '../../../shared/lamps.ts';
import type { TeamsPresence } from '../../../shared/presence/model.ts';
import { type DownFrame, downFrame } from '../../../shared/protocol/down.ts';
import { parts } from '../../../shared/protocol/frame.ts';
import {
  helloFrame,
  type PbxItem,
  type PbxUser,
  pbxStateFrame,
  presencesFrame,
  type UpFrame,
  usersFrame,
  wroteFrame,
} from '../../../shared/protocol/up.ts';
import { checkSettings } from '../../../shared/settings/schema.ts';
import { waitIfDue } from '../due-now.ts';
import { type Asked, FakeMicrosoft, granted, graphRefusal, json } from '../graph/fake-microsoft.ts';

/** Far ahead of the real clock, so that alarms go off only when a test says so. */
export const START = Date.UTC(2100, 0, 1, 12);
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const GRAPH = 'https://graph.microsoft.com/v1.0';
const TEAMS_PLAN = '57ff2da0-773e-42df-b2af-ffb7a2317929';
const WHO = 'operator';

const TENANT = '22222222-2222-4222-8222-222222222222';
export const WRITER = '33333333-3333-4333-8333-333333333333';

export const POLLING = {
  masterPbx: 'pbx',
  source: 'poll',
  clientIdSyncToTeams: WRITER,
  tenantSyncToTeams: TENANT,
  clientSecretSyncToTeams: 'write-secret',
} as const;

/** For stories in which much time passes. */
export const SLOW = { ...POLLING, pollSeconds: 300 } as const;

export const SUBSCRIBING = {
  ...POLLING,
  source: 'subscribe',
  notificationUrl: 'https://edge.example.net/example.com/microsoft365/subscriptions',
  clientIdSyncToPbx: '11111111-1111-4111-8111-111111111111',
  tenantSyncToPbx: TENANT,
} as const;

/** The n-th person, on both sides: same address, same name. */
export const teamsId = (n: number): TeamsUserId =>
  teamsUserId(`00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`);
export const guid = (n: number): string => n.toString(16).padStart(32, '0');
export const pbxUser = (n: number, more: Partial<PbxUser> = {}): PbxUser => ({
  guid: guid(n),
  cn: `Person ${n}`,
  h323: `person${n}`,
  emails: [`person${n}@example.com`],
  ...more,
});

export interface Person {
  id: TeamsUserId;
  displayName: string;
  userPrincipalName: string;
  mail: string | null;
  accountEnabled: boolean;
  licensed: boolean;
}
export const person = (n: number, more: Partial<Person> = {}): Person => ({
  id: teamsId(n),
  displayName: `Person ${n}`,
  userPrincipalName: `person${n}@example.com`,
  mail: null,
  accountEnabled: true,
  licensed: true,
  ...more,
});

/** One write of presence that Microsoft received. */
export interface TeamsWriteSeen {
  n: number;
  action: string;
  body: unknown;
  at: number;
}

export class Microsoft extends FakeMicrosoft {
  people: Person[] = [];
  readonly presences = new Map<TeamsUserId, TeamsPresence>();
  readonly writes: TeamsWriteSeen[] = [];
  /** The secret that the login takes. */
  secret = 'write-secret';
  #told = '';

  constructor() {
    super();
    this.answerBatches(GRAPH);
    this.on('POST https://login', ({ body }) => {
      const form = new URLSearchParams(body);
      if (form.get('grant_type') === 'password') return granted('account-token');
      if (form.get('client_secret') !== this.secret) return secretRefusal();
      return json({
        token_type: 'Bearer',
        expires_in: 3599,
        access_token: `app-${form.get('client_secret')}`,
      });
    });
    this.on(`GET ${GRAPH}/users/delta`, ({ url }) => this.#users(!url.includes('$deltatoken')));
    this.on(`POST ${GRAPH}/communications/getPresencesByUserId`, ({ body }) => {
      const { ids } = JSON.parse(body) as { ids: TeamsUserId[] };
      return json({ value: ids.flatMap((id) => this.#presence(id)) });
    });
    // Few apps may read their own registration.
    this.on(`GET ${GRAPH}/applications`, () => graphRefusal(403, 'Authorization_RequestDenied'));
    this.on(`POST ${GRAPH}/users/`, (asked) => {
      this.note(asked);
      return new Response(null, { status: 200 });
    });
    this.on(`POST ${GRAPH}/subscriptions`, ({ body }) => {
      const { expirationDateTime, resource } = JSON.parse(body);
      const id = resource === '/users' ? 'users-subscription' : 'subscription-1';
      return json({ id, expirationDateTime }, 201);
    });
    this.on(`PATCH ${GRAPH}/subscriptions`, ({ body, url }) => {
      const { expirationDateTime } = JSON.parse(body);
      return json({ id: url.split('/').at(-1), expirationDateTime });
    });
    this.on(`DELETE ${GRAPH}/subscriptions`, () => new Response(null, { status: 204 }));
  }

  /** Keeps a write; a test that answers writes itself calls it too. */
  note({ url, body }: Asked): void {
    const [, id = '', action = ''] = /users\/([^/]+)\/presence\/(\w+)$/.exec(url) ?? [];
    const n = Number.parseInt(id.slice(-12), 16);
    this.writes.push({ n, action, body: JSON.parse(body), at: Date.now() });
  }

  #users(full: boolean): Response {
    const value = full || this.#told !== JSON.stringify(this.people) ? this.people.map(asUser) : [];
    this.#told = JSON.stringify(this.people);
    return json({ value, '@odata.deltaLink': `${GRAPH}/users/delta?$deltatoken=1` });
  }

  #presence(id: TeamsUserId) {
    if (!this.people.some((one) => one.id === id)) return [];
    const presence = this.presences.get(id) ?? { availability: 'Available', activity: 'Available' };
    return [{ id, ...presence }];
  }

  /** Keeps requests waiting until they are let go; whoever waits looks for itself (no I/O of others). */
  hold(text: string, reply: (asked: Asked) => Response): Held {
    const held: Held = { taken: 0, go: false };
    this.on(text, async (asked) => {
      held.taken += 1;
      while (!held.go) await breath();
      return reply(asked);
    });
    return held;
  }

  /** Writes of presence get this answer from now on. */
  answerWrites(reply: () => Response, of = `${GRAPH}/users/`): void {
    this.on(`POST ${of}`, (asked) => {
      this.note(asked);
      return reply();
    });
  }

  actions(n?: number): string[] {
    return this.writes.filter((one) => n === undefined || one.n === n).map(({ action }) => action);
  }
}

export interface Held {
  /** Requests that came. */
  taken: number;
  go: boolean;
}

export const taken = (): Response => new Response(null, { status: 200 });

export const asUser = ({ licensed, ...rest }: Person) => ({
  ...rest,
  assignedPlans: licensed ? [{ servicePlanId: TEAMS_PLAN, capabilityStatus: 'Enabled' }] : [],
});

export const secretRefusal = () =>
  json(
    { error: 'invalid_client', error_codes: [7000215], error_description: 'AADSTS7000215: no.' },
    401,
  );

export { graphRefusal, json };

export class Agent {
  readonly frames: DownFrame[] = [];
  readonly socket: WebSocket;
  readonly id: string;
  closed: number | null = null;
  /** Whether each `set` is answered as the PBX does that takes it, or with the code of a fault. */
  answers: boolean | string = true;
  readonly #bed: Bed;

  constructor(bed: Bed, id: string, socket: WebSocket) {
    this.#bed = bed;
    this.id = id;
    this.socket = socket;
    socket.accept();
    socket.addEventListener('message', ({ data }) => {
      if (data === 'pong') return;
      const frame = downFrame().parse(JSON.parse(String(data)));
      this.frames.push(frame);
      if (frame.t === 'set' && this.answers !== false) {
        const { guid, write } = frame;
        const fault = this.answers === true ? {} : { fault: { code: this.answers, detail: 'no' } };
        this.send(wroteFrame({ guid, write, ...fault }));
      }
    });
    socket.addEventListener('close', ({ code }) => {
      this.closed = code;
    });
  }

  send(...frames: UpFrame[]): void {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  of<T extends DownFrame['t']>(t: T): Extract<DownFrame, { t: T }>[] {
    return this.frames.filter((frame) => frame.t === t) as Extract<DownFrame, { t: T }>[];
  }

  /** Activities shown for a person, oldest first. */
  shown(n: number): string[] {
    return this.of('set').flatMap((frame) => (frame.guid === guid(n) ? [frame.activity] : []));
  }

  hello(pbxs: string[] = ['pbx']): this {
    const agent = { version: '1.0.0', platform: 'test', startedAt: 1 };
    this.send(helloFrame({ agent, pbxs }));
    return this;
  }

  up(pbx = 'pbx', name = pbx): this {
    this.send(pbxStateFrame({ pbx, state: { state: 'up', name } }));
    return this;
  }

  down(pbx = 'pbx'): this {
    const fault = { code: 'unreachable', detail: 'no route' };
    this.send(pbxStateFrame({ pbx, state: { state: 'down', fault } }));
    return this;
  }

  users(users: PbxUser[], list = 1, pbx = 'pbx'): this {
    const cut = parts(users);
    cut.forEach((part, at) => {
      this.send(usersFrame({ pbx, list, last: at === cut.length - 1, users: part }));
    });
    return this;
  }

  presence(n: number, items: PbxItem[], { afterGap = false, pbx = 'pbx' } = {}): this {
    this.send(presencesFrame({ pbx, presences: [{ guid: guid(n), items, afterGap }] }));
    return this;
  }

  /** The same of many persons, in one frame. */
  presences(numbers: readonly number[], items: PbxItem[]): this {
    const presences = numbers.map((n) => ({ guid: guid(n), items, afterGap: false }));
    for (const part of parts(presences)) this.send(presencesFrame({ pbx: 'pbx', presences: part }));
    return this;
  }

  close(): void {
    this.socket.close(1000, 'bye');
    this.closed = 1000;
  }

  /** What it was sent is here, and what it sent was taken. */
  settled(): Promise<void> {
    return this.#bed.settle();
  }
}

const NEVER = Number.POSITIVE_INFINITY;
/** As Cloudflare does, in ms. */
const ASLEEP_AFTER_MS = 10 * SECOND;

interface Next {
  stub: DurableObjectStub;
  at: number;
}

/** How often an alarm was set or deleted, by whichever object. */
let alarmsSet = 0;
let counted = false;

/** Counts from now on: the objects share what they are made of with whoever tests them. */
async function countAlarms(stub: DurableObjectStub): Promise<void> {
  if (counted) return;
  counted = true;
  await runInDurableObject(stub, (_object, { storage }) => {
    const shared: DurableObjectStorage = Object.getPrototypeOf(storage);
    for (const name of ['setAlarm', 'deleteAlarm', 'deleteAll'] as const) {
      const original: (...args: never[]) => Promise<void> = shared[name];
      shared[name] = function (...args: never[]) {
        alarmsSet += 1;
        return original.apply(this, args);
      };
    }
  });
}

let beds = 0;

export class Bed {
  readonly name: ConnectorName;
  readonly microsoft: Microsoft;
  readonly stub: ConnectorStub & DurableObjectStub;
  /** Objects whose alarms go off: the connector's, and those of its Teams accounts. */
  readonly #objects: DurableObjectStub[];
  /** Puts every object away whenever nothing happens for so long that Cloudflare does. */
  sleepy = false;
  /** How often it did so. */
  naps = 0;
  /** Whatever happens, nobody changes afterwards until rows have caught up; who is sleepy is put away then, too. */
  rests = false;
  /** Whether requests wait for answers that a test keeps back: then nothing has come to rest. */
  underWay = (): boolean => false;

  /** @param before the same connector after its object broke, which ends every older stub */
  constructor(before?: Bed) {
    beds += 1;
    this.name = before?.name ?? (`bed-${beds}.example.com/microsoft365` as ConnectorName);
    this.microsoft = before?.microsoft ?? new Microsoft();
    if (!before) vi.useFakeTimers({ toFake: ['Date'], now: START });
    vi.stubGlobal('fetch', this.microsoft.fetch);
    this.stub = env.CONNECTOR.getByName(this.name) as unknown as typeof this.stub;
    this.#objects = [this.stub];
  }

  async put(settings: Record<string, unknown> = POLLING, ifVersion?: number) {
    const checked = checkSettings(settings);
    if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
    return this.stub.writeSettings({
      connector: this.name,
      who: WHO,
      change: { kind: 'put', settings: checked.settings },
      ...(ifVersion === undefined ? {} : { ifVersion }),
    });
  }

  patch(patch: unknown, ifVersion?: number) {
    return this.stub.writeSettings({
      connector: this.name,
      who: WHO,
      change: { kind: 'patch', patch },
      ...(ifVersion === undefined ? {} : { ifVersion }),
    }) as Promise<Outcome<VersionedSettings & { created: boolean }>>;
  }

  /** A Teams account, whose object's alarms go off from now on. */
  async addAccount(username = 'sync@example.com'): Promise<string> {
    const { id } = value(await this.stub.addAccount(WHO, { username, password: 'pass' }));
    this.watchAccount(id);
    return id;
  }

  watchAccount(id: string): DurableObjectStub {
    const stub = env.SUBSCRIPTION.getByName(`${this.name}/${id}`);
    this.#objects.push(stub);
    return stub;
  }

  async enrol(name: string | null = null): Promise<string> {
    const { id } = value(await this.stub.openEnrolment(WHO, name));
    return value(await this.stub.enrol(id, 'thumb')).agentId;
  }

  async connect(agentId: string, thumbprint = 'thumb'): Promise<Agent> {
    const headers = {
      upgrade: 'websocket',
      [AGENT_ID_HEADER]: agentId,
      [AGENT_KEY_HEADER]: thumbprint,
    };
    const answer = await this.stub.fetch(new Request('https://edge/tunnel', { headers }));
    if (!answer.webSocket) throw new Error(`No tunnel: ${answer.status}.`);
    return new Agent(this, agentId, answer.webSocket);
  }

  /** An agent that leads, with its PBX up and its users told. */
  async agent(users: PbxUser[] = []): Promise<Agent> {
    const agent = await this.connect(await this.enrol());
    agent.hello().up().users(users);
    await this.settle();
    return agent;
  }

  /** A polling connector with `count` pairs that are known on both sides and available. */
  async pairs(count: number, settings: Record<string, unknown> = POLLING): Promise<Agent> {
    const numbers = Array.from({ length: count }, (_, n) => n + 1);
    this.microsoft.people = numbers.map((n) => person(n));
    value(await this.put(settings));
    await this.settle();
    const agent = await this.agent(numbers.map((n) => pbxUser(n)));
    for (const n of numbers) agent.presence(n, [], { afterGap: true });
    await this.settle();
    return agent;
  }

  alarmAt(stub: DurableObjectStub = this.stub): Promise<number | null> {
    return runInDurableObject(stub, (_object, ctx) => ctx.storage.getAlarm());
  }

  /** Whose alarm goes off first, and when. */
  async #next(): Promise<Next | undefined> {
    const all = await Promise.all(
      this.#objects.map(async (stub) => ({ stub, at: (await this.alarmAt(stub)) ?? NEVER })),
    );
    return all.filter(({ at }) => at < NEVER).sort((a, b) => a.at - b.at)[0];
  }

  /** Puts every object away, as Cloudflare does with one that nobody talks to, or of which it has a new version. */
  async evict(): Promise<void> {
    for (const stub of this.#objects) await evictDurableObject(stub);
  }

  protected async runAlarm(stub: DurableObjectStub): Promise<void> {
    await runDurableObjectAlarm(stub);
  }

  /** Runs everything due now, until nothing moves any more. */
  async settle(): Promise<void> {
    await this.#settle();
    await this.#rest();
  }

  async #rest(): Promise<void> {
    if (!this.rests) return;
    // What is due as soon as it is quiet, and what became of that.
    await this.#pass(3 * QUIET_MS);
    if (this.sleepy) await this.#nap();
  }

  async #nap(): Promise<void> {
    await this.evict();
    this.naps += 1;
  }

  async #settle(): Promise<void> {
    await countAlarms(this.stub);
    let quiet = 0;
    let asked = -1;
    let next: Next | undefined;
    let nextOf = -1;
    for (let n = 0; n < 2_000; n += 1) {
      await breath();
      // To ask every object takes longer than all else here.
      if (nextOf !== alarmsSet) {
        nextOf = alarmsSet;
        next = await this.#next();
      }
      if (next && waitIfDue(next.at)) {
        await this.runAlarm(next.stub);
        quiet = 0;
        nextOf = -1;
      } else if (asked === this.microsoft.asked.length && !this.underWay()) quiet += 1;
      else quiet = 0;
      asked = this.microsoft.asked.length;
      if (quiet > 2) return;
    }
    throw new Error('It does not come to rest.');
  }

  /** Nobody changes for so long that rows catch up. */
  async quiet(): Promise<void> {
    await this.later(QUIET_MS);
  }

  /** Moves the clock, in steps where an alarm is due on the way. */
  async later(ms: number): Promise<void> {
    await this.#pass(ms);
    await this.#rest();
  }

  async #pass(ms: number): Promise<void> {
    const end = Date.now() + ms;
    for (let n = 0; n < 10_000; n += 1) {
      await this.#settle();
      const at = (await this.#next())?.at ?? NEVER;
      if (this.sleepy && Math.min(at, end) - Date.now() >= ASLEEP_AFTER_MS) await this.#nap();
      if (at > end) {
        vi.setSystemTime(end);
        await this.#settle();
        return;
      }
      vi.setSystemTime(Math.max(at, Date.now()));
    }
    throw new Error('So many alarms are a loop.');
  }

  /** An account whose presence subscription tells of these users; answers where its notifications come from. */
  async subscribed(numbers: readonly number[]): Promise<Origin> {
    const account = { username: 'sync@example.com', password: 'pass' };
    const { id: accountId } = value(await this.stub.addAccount('operator', account));
    await this.settle();
    const id = 'subscription-1';
    await this.stub.accountReport({
      accountId,
      signIn: { state: 'ok' },
      presence: {
        state: 'active',
        id,
        expiresAt: Date.now() + 60 * MINUTE,
        generation: 1,
        userIds: numbers.map(teamsId),
        refused: null,
        encryptionId: null,
        trouble: null,
      },
      users: { state: 'none' },
    });
    return { accountId, generation: 1, subscriptionId: id };
  }

  async lamp(id: LampId): Promise<Lamp> {
    const lamp = value(await this.stub.status()).find((one) => one.id === id);
    if (!lamp) throw new Error(`No lamp ${id}.`);
    return lamp;
  }

  /** Rows of a query on the object's database. */
  rows(query: string): Promise<Record<string, unknown>[]> {
    return runInDurableObject(this.stub, (_object, ctx) => ctx.storage.sql.exec(query).toArray());
  }

  pairNumbers(): Promise<unknown[]> {
    return this.rows('SELECT teams_id FROM pair ORDER BY teams_id').then((rows) =>
      rows.map((row) => Number.parseInt(String(row['teams_id']).slice(-12), 16)),
    );
  }
}

/** Resolves once `look` is true; only a fault meets the limit. */
export async function until(look: () => boolean, tries = 1_000): Promise<void> {
  for (let n = 0; n < tries && !look(); n += 1) await breath();
  if (!look()) throw new Error('It never came.');
}

/** Not by `setTimeout`: that of the test runner looks each time who called it. */
export const breath = (): Promise<void> => scheduler.wait(0);

export function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.detail}`);
  return outcome.value;
}

export function refusal(outcome: Outcome<unknown>): string {
  if (outcome.ok) throw new Error('It was not refused.');
  return outcome.error.code;
}

/** The PBX's list of a user who talks. */
export const talking: PbxItem[] = [{ contact: 'phone:', activity: 'on-the-phone' }];
export const chose = (activity: string): PbxItem[] => [{ contact: 'tel:', activity }];
