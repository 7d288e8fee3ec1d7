// A connector's way to Microsoft: the client for its cloud, and the tokens for reading and writing.
import { AppError } from '../../shared/errors.ts';
import type { Certificate, OpenSettings } from '../../shared/settings/schema.ts';
import type { Fault } from '../graph/account-rpc.ts';
import { type GraphCall, type GraphClient, graphClient } from '../graph/client.ts';
import { resolveTenant } from '../graph/tenant.ts';
import { appTokens, type TokenSource } from '../graph/token.ts';
import type { Context } from './context.ts';
import { faultOf, isFinal } from './faults.ts';
import type { SettingsDesk } from './settings-desk.ts';

/** What became of the last sign-in of the app that writes. */
export type SignIn = { state: 'unknown' } | { state: 'ok' } | { state: 'failed'; fault: Fault };

/** GUIDs of the tenants; `null` until resolved. */
export interface Tenants {
  reading: string | null;
  writing: string | null;
}

const TOKEN_CACHE = 'token-cache:writing';

export class Microsoft {
  readonly #context: Context;
  readonly #desk: SettingsDesk;
  /** Tokens of accounts that Graph answered with 401. */
  readonly #refused = new Map<string, string>();
  #tokens: { version: number; source: TokenSource } | undefined;

  constructor(context: Context, desk: SettingsDesk) {
    this.#context = context;
    this.#desk = desk;
  }

  get tenants(): Tenants {
    return this.#context.database.read<Tenants>('tenants') ?? { reading: null, writing: null };
  }

  get signIn(): SignIn {
    return this.#context.database.read<SignIn>('sign-in:writing') ?? { state: 'unknown' };
  }

  /** An admin wants to know: a sign-in that had failed for good may be tried once more. */
  retry(): void {
    this.#context.database.run("DELETE FROM meta WHERE key = 'sign-in:writing'");
  }

  /** Settings changed: what was known of sign-ins and tenants holds no longer. */
  reset(): void {
    this.#tokens = undefined;
    for (const key of ['tenants', 'sign-in:writing', TOKEN_CACHE]) {
      this.#context.database.run('DELETE FROM meta WHERE key = ?', key);
    }
  }

  /** Finds the tenants' GUIDs. @throws AppError `tenant-unknown` and faults of the line */
  async resolveTenants(): Promise<void> {
    const { settings } = this.#desk;
    const resolve = async (tenant: string) =>
      tenant === '' ? null : resolveTenant(this.#access(), tenant);
    const reading = await resolve(settings.tenantSyncToPbx);
    const writing = await resolve(settings.tenantSyncToTeams);
    this.#context.database.write('tenants', { reading, writing } satisfies Tenants);
  }

  /** Calls Graph as the app that writes. Notes what became of the sign-in, for the lamp. */
  async asApp(): Promise<GraphCall> {
    // A wrong secret is tried once, not in a loop.
    const { signIn } = this;
    if (signIn.state === 'failed' && signIn.fault.retryAt === null) {
      const { code, detail } = signIn.fault;
      throw new AppError({ code, detail, retry: 'never' });
    }
    try {
      const tokens = await this.#tokenSource();
      const { token } = await tokens.token();
      this.#note({ state: 'ok' });
      return withRefusal(this.#client().as(token), () => tokens.refuse(token));
    } catch (error) {
      const retryAt = isFinal(error) ? null : this.#context.now();
      this.#note({ state: 'failed', fault: faultOf(error, retryAt) });
      throw error;
    }
  }

  /** Calls Graph with a Teams account's token. A token that Graph refuses is replaced the next time. */
  async asAccount(accountId: string): Promise<GraphCall> {
    const account = this.#context.objects.subscription(this.#desk.connector, accountId);
    const answer = await account.accessToken(this.#refused.get(accountId));
    if (!answer.ok) {
      const { code, detail } = answer.error;
      throw new AppError({ code, detail, retry: 'backoff' });
    }
    const { token } = answer.value;
    this.#refused.delete(accountId);
    return withRefusal(this.#client().as(token), () => this.#refused.set(accountId, token));
  }

  #access() {
    const { env, fetch, now } = this.#context;
    return { cloud: this.#desk.settings.cloud, loginOrigin: env.loginOrigin, fetch, now };
  }

  #client(): GraphClient {
    return graphClient({ ...this.#access(), graphOrigin: this.#context.env.graphOrigin });
  }

  async #tokenSource(): Promise<TokenSource> {
    const { version, settings } = this.#desk;
    if (this.#tokens?.version === version) return this.#tokens.source;
    if (this.tenants.writing === null) await this.resolveTenants();
    const identity = {
      tenant: this.tenants.writing ?? settings.tenantSyncToTeams,
      clientId: settings.clientIdSyncToTeams,
      credential: await this.#credential(),
    };
    const source = appTokens(this.#access(), identity, this.#sealedCache());
    this.#tokens = { version, source };
    return source;
  }

  async #credential(): Promise<{ secret: string } | Certificate> {
    const certificate = await this.#desk.secret('certificateSyncToTeams');
    if (certificate !== undefined) return JSON.parse(certificate) as Certificate;
    const secret = await this.#desk.secret('clientSecretSyncToTeams');
    if (secret !== undefined) return { secret };
    const detail = 'The client secret is missing.';
    throw new AppError({ code: 'client-secret-missing', retry: 'never', detail });
  }

  #sealedCache() {
    const { database, keyring } = this.#context;
    const { connector } = this.#desk;
    return {
      async read() {
        const sealed = database.read<string>(TOKEN_CACHE);
        return sealed === undefined ? null : keyring.open(connector, TOKEN_CACHE, sealed);
      },
      async write(cache: string) {
        database.write(TOKEN_CACHE, await keyring.seal(connector, TOKEN_CACHE, cache));
      },
    };
  }

  #note(signIn: SignIn): void {
    if (JSON.stringify(signIn) === JSON.stringify(this.signIn)) return;
    this.#context.database.write('sign-in:writing', signIn);
  }
}

/** A call that tells the token source when Graph does not accept the token. */
const withRefusal =
  (call: GraphCall, refuse: () => void): GraphCall =>
  async (request) => {
    try {
      return await call(request);
    } catch (error) {
      if (error instanceof AppError && error.code === 'graph-unauthorized') refuse();
      throw error;
    }
  };

/** Settings that decide how we sign in; a change of any resets what was known. */
export const SIGN_IN_KEYS: readonly (
  | keyof OpenSettings
  | 'clientSecretSyncToTeams'
  | 'certificateSyncToTeams'
)[] = [
  'cloud',
  'source',
  'clientIdSyncToPbx',
  'tenantSyncToPbx',
  'clientIdSyncToTeams',
  'tenantSyncToTeams',
  'clientSecretSyncToTeams',
  'certificateSyncToTeams',
];
