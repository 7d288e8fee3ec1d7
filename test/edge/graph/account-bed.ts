// A SubscriptionObject inside workerd with the world around it: a Microsoft that a test speaks for, a
// connector that takes reports, and a clock that only a test moves.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { parseEnv } from '../../../edge/env.ts';
import type {
  AccountReport,
  AccountSpec,
  Credential,
  SubscriptionRpc,
} from '../../../edge/graph/account-rpc.ts';
import { createKeyring, type Keyring } from '../../../edge/keyring.ts';
import { type ConnectorName, teamsUserId } from '../../../shared/ids.ts';
import { waitIfDue } from '../due-now.ts';
import { CLIENT_ID, FakeMicrosoft, json, TENANT_ID } from './fake-microsoft.ts';

/** Far ahead of the real clock, so that alarms go off only when a test says so. */
export const START = Date.UTC(2100, 0, 1, 12);

export class AccountBed {
  readonly connector = 'example.com/microsoft365' as ConnectorName;
  readonly accountId = crypto.randomUUID();
  readonly microsoft = new FakeMicrosoft();
  readonly reports: AccountReport[] = [];
  readonly keyring: Keyring;

  constructor() {
    vi.useFakeTimers({ toFake: ['Date'], now: START });
    vi.stubGlobal('fetch', this.microsoft.fetch);
    this.microsoft.on('POST https://graph.microsoft.com/v1.0/subscriptions', ({ body }) =>
      json({ id: 'sub-1', expirationDateTime: JSON.parse(body).expirationDateTime }, 201),
    );
    this.microsoft.on('PATCH', ({ body, url }) => {
      const { expirationDateTime } = JSON.parse(body);
      return json({ id: url.split('/').at(-1), expirationDateTime });
    });
    this.microsoft.on('DELETE', () => new Response(null, { status: 204 }));
    const parsed = parseEnv({ ...env });
    if (!parsed.ok) throw new Error(parsed.faults.map(({ sentence }) => sentence).join(' '));
    this.keyring = createKeyring(parsed.env);
  }

  /** A stub belongs to the event it was made in. */
  get stub(): DurableObjectStub & SubscriptionRpc {
    const name = `${this.connector}/${this.accountId}`;
    return env.SUBSCRIPTION.getByName(name) as unknown as DurableObjectStub & SubscriptionRpc;
  }

  spec(credential: Credential, more: Partial<AccountSpec> = {}): AccountSpec {
    return {
      connector: this.connector,
      accountId: this.accountId,
      cloud: 'global',
      tenant: TENANT_ID,
      clientId: CLIENT_ID,
      credential,
      notificationUrl: 'https://edge.example/example.com/microsoft365/subscriptions',
      userIds: [teamsUserId('00000000-0000-4000-8000-000000000001')],
      watchesUsers: false,
      encryption: { id: 'key-1', certificate: 'DER' },
      ...more,
    };
  }

  /** Puts a connector that takes reports into the object's way. */
  async listen(): Promise<void> {
    await runInDurableObject(this.stub, (instance) => {
      const accountReport = async (report: AccountReport) => {
        this.reports.push(structuredClone(report));
      };
      Reflect.set(instance, 'env', { ...env, CONNECTOR: { getByName: () => ({ accountReport }) } });
    });
  }

  async evict(): Promise<void> {
    await evictDurableObject(this.stub);
    await this.listen();
  }

  alarmAt(): Promise<number | null> {
    return runInDurableObject(this.stub, (_object, ctx) => ctx.storage.getAlarm());
  }

  /** Runs the alarm as often as it wants to be run at this time. */
  async run(): Promise<void> {
    for (let n = 0; n < 20; n += 1) {
      const at = await this.alarmAt();
      if (!waitIfDue(at)) return;
      await runDurableObjectAlarm(this.stub);
    }
    throw new Error('The alarm does not come to rest.');
  }

  /** Moves the clock, in steps where an alarm is due on the way. */
  async later(ms: number): Promise<void> {
    const end = Date.now() + ms;
    for (let n = 0; n < 1_000; n += 1) {
      await this.run();
      const at = await this.alarmAt();
      if (at === null || at > end) break;
      vi.setSystemTime(at);
    }
    vi.setSystemTime(end);
    await this.run();
  }

  /** Everything stored, as text. */
  stored(): Promise<string> {
    return runInDurableObject(this.stub, (_object, ctx) =>
      JSON.stringify([...ctx.storage.kv.list()]),
    );
  }

  get last(): AccountReport | undefined {
    return this.reports.at(-1);
  }

  async close(): Promise<void> {
    await this.stub.remove().catch(() => undefined);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }
}
