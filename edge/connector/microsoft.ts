// A connector's way to Microsoft: the client for its cloud, and the tokens for reading and writing.
import { stillUntil } from '../../shared/backoff.ts';
import { AppError } from '../../shared/errors.ts';
import type { Certificate, OpenSettings } from '../../shared/settings/schema.ts';
import { type GraphCall, type GraphClient, graphClient } from '../graph/client.ts';
import { resolveTenant } from '../graph/tenant.ts';
import { appTokens, type TokenSource } from '../graph/token.ts';
import type { Context } from './context.ts';
import { faultOf, isFinal, needsAdmin, retryDelayMs, thrown } from './faults.ts';
import { PROBE } from './reach.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { SignIn } from './words.ts';

/** GUIDs of the tenants; `null` until resolved. */
export interface Tenants {
  reading: string | null;
  writing: string | null;
}

const TOKEN_CACHE = 'token-cache:writing';

export class Microsoft {
  readonly #context: Context;
  readonly #desk: SettingsDesk;
  readonly #failedUntil: (at: number) => void;
  /** Tokens of accounts that Graph answered with 401. */
  readonly #refused = new Map<string, string>();
  /** Shared by everybody who asks at the same time: a wrong secret is sent once. */
  #tokens: { version: number; source: Promise<TokenSource> } | undefined;
  /** Changes with each reset, so that what older credentials bring late is recognised. */
  #tenure = {};
  /** Failed sign-ins in a row. */
  #failures = 0;

  /** @param failedUntil a sign-in failed and is to be tried again then (epoch ms), needed or not */
  constructor(context: Context, desk: SettingsDesk, failedUntil: (at: number) => void) {
    this.#context = context;
    this.#desk = desk;
    this.#failedUntil = failedUntil;
  }

  get tenants(): Tenants {
    const resolved = this.#context.database.read<Tenants>('tenants');
    if (resolved) return resolved;
    const { tenantSyncToPbx, tenantSyncToTeams } = this.#desk.settings;
    // A GUID needs no question to Microsoft.
    const guidOf = (tenant: string) => (tenant.includes('.') ? null : tenant.toLowerCase() || null);
    return { reading: guidOf(tenantSyncToPbx), writing: guidOf(tenantSyncToTeams) };
  }

  get signIn(): SignIn {
    return this.#context.database.read<SignIn>('sign-in:writing') ?? { state: 'unknown' };
  }

  /**
   * An admin wants to know: a sign-in that had failed may be tried once more, and a token is asked
   * for anew, because only a new one has permissions that were granted since.
   */
  retry(): void {
    this.#forget('sign-in:writing', TOKEN_CACHE);
  }

  /** A new token for what was granted since the last; a sign-in that had failed stays so. */
  renew(): void {
    if (this.signIn.state === 'ok') this.#forget(TOKEN_CACHE);
  }

  /** Settings changed: what was known of sign-ins and tenants holds no longer. */
  reset(): void {
    this.#refused.clear();
    this.#forget('tenants', 'sign-in:writing', TOKEN_CACHE);
  }

  #forget(...keys: string[]): void {
    this.#tenure = {};
    this.#tokens = undefined;
    this.#failures = 0;
    for (const key of keys) this.#context.database.forget(key);
  }

  /**
   * Finds the tenants' GUIDs, once: until the settings name others they stay what they are.
   * @throws AppError `tenant-unknown` and faults of the line
   */
  async resolveTenants(): Promise<void> {
    if (this.#context.database.read<Tenants>('tenants')) return;
    const { settings } = this.#desk;
    const tenure = this.#tenure;
    const resolve = async (tenant: string) =>
      tenant === '' ? null : resolveTenant(this.#access(), tenant);
    const reading = await resolve(settings.tenantSyncToPbx);
    const writing = await resolve(settings.tenantSyncToTeams);
    if (tenure !== this.#tenure) return;
    this.#context.database.write('tenants', { reading, writing } satisfies Tenants);
  }

  /**
   * Calls Graph as the app that writes. Notes what became of the sign-in, for the lamp. A wrong secret
   * is tried once, and while a failed sign-in has to wait, nobody else tries it either.
   */
  async asApp(): Promise<GraphCall> {
    const { signIn } = this;
    const now = this.#context.now();
    if (signIn.state === 'failed') {
      const { retryAt } = signIn.fault;
      if (retryAt === null || stillUntil(retryAt, now) > now) throw thrown(signIn.fault, now);
    }
    const tenure = this.#tenure;
    try {
      const tokens = await this.#tokenSource();
      const { token } = await tokens.token();
      if (tenure === this.#tenure) this.#note({ state: 'ok' });
      return withRefusal(this.#client().as(token), () => tokens.refuse(token));
    } catch (error) {
      if (tenure === this.#tenure) this.#noteFailure(error);
      throw error;
    }
  }

  /** Calls Graph with a Teams account's token. A token that Graph refuses is replaced the next time. */
  async asAccount(accountId: string): Promise<GraphCall> {
    const account = this.#context.objects.subscription(this.#desk.connector, accountId);
    const answer = await account.accessToken(this.#refused.get(accountId));
    if (!answer.ok) {
      const { code, detail } = answer.error;
      throw new AppError({ code, detail, retry: needsAdmin(code) ? 'never' : 'backoff' });
    }
    const { token } = answer.value;
    this.#refused.delete(accountId);
    return withRefusal(this.#client().as(token), () => this.#refused.set(accountId, token));
  }

  /** Has an account sign in though its token may still hold; how that went, its report says. */
  async signInAnew(accountId: string): Promise<void> {
    const account = this.#context.objects.subscription(this.#desk.connector, accountId);
    const known = await account.accessToken(this.#refused.get(accountId));
    if (known.ok) await account.accessToken(known.value.token, true);
  }

  #access() {
    const { env, fetch, now } = this.#context;
    return { cloud: this.#desk.settings.cloud, loginOrigin: env.loginOrigin, fetch, now };
  }

  #client(): GraphClient {
    return graphClient({ ...this.#access(), graphOrigin: this.#context.env.graphOrigin });
  }

  #tokenSource(): Promise<TokenSource> {
    const { version } = this.#desk;
    if (this.#tokens?.version === version) return this.#tokens.source;
    const tokens = { version, source: this.#newTokenSource() };
    this.#tokens = tokens;
    tokens.source.catch(() => {
      if (this.#tokens === tokens) this.#tokens = undefined;
    });
    return tokens.source;
  }

  async #newTokenSource(): Promise<TokenSource> {
    const { settings } = this.#desk;
    if (this.tenants.writing === null) await this.resolveTenants();
    const identity = {
      tenant: this.tenants.writing ?? settings.tenantSyncToTeams,
      clientId: settings.clientIdSyncToTeams,
      credential: await this.#credential(),
    };
    return appTokens(this.#access(), identity, this.#sealedCache());
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
    const tenure = this.#tenure;
    return {
      read: async () => {
        const sealed = tenure === this.#tenure ? database.read<string>(TOKEN_CACHE) : undefined;
        if (sealed === undefined) return null;
        // A cache that no key opens any more is only a cache.
        return keyring.open(connector, TOKEN_CACHE, sealed).catch(() => null);
      },
      write: async (cache: string) => {
        const sealed = await keyring.seal(connector, TOKEN_CACHE, cache);
        if (tenure === this.#tenure && !database.over) database.write(TOKEN_CACHE, sealed);
      },
    };
  }

  #noteFailure(error: unknown): void {
    if (this.#context.database.over) return;
    this.#failures += 1;
    const { now, random } = this.#context;
    // One sign-in for all that waits for it: it is what finds out whether the login is back.
    const waitMs = retryDelayMs(error, this.#failures, random(), PROBE);
    const retryAt = isFinal(error) ? null : now() + waitMs;
    this.#note({ state: 'failed', fault: faultOf(error, retryAt) });
    // The lamp names the time, so somebody has to keep it also where nothing is to be written.
    if (retryAt !== null) this.#failedUntil(retryAt);
  }

  #note(signIn: SignIn): void {
    if (signIn.state === 'ok') this.#failures = 0;
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
