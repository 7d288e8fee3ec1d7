// One Teams account: the Durable Object around its subscriptions. Turns calls and alarms into events,
// and the plan's steps into requests; what to do, `account-plan.ts` says.
import { DurableObject } from 'cloudflare:workers';
import { AppError, accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { Language } from '../../shared/texts/language.ts';
import { type EdgeEnv, parseEnv } from '../env.ts';
import { inTurn } from '../in-turn.ts';
import { createKeyring, type Keyring } from '../keyring.ts';
import { consoleLog } from '../log.ts';
import { type ObjectBindings, objects } from '../objects.ts';
import { SureAlarm } from '../sure-alarm.ts';
import { type AccountEvent, after } from './account-events.ts';
import { isSameAccount, isSameCredential } from './account-identity.ts';
import { newCode } from './account-login.ts';
import { nextStep } from './account-plan.ts';
import { AccountReporting } from './account-reporting.ts';
import {
  type AccessToken,
  type AccountReport,
  type AccountSpec,
  type LifecycleNews,
  RESOURCES,
  type Resource,
  type SubscriptionRpc,
} from './account-rpc.ts';
import { type AccountState, failureOf, newAccountState, reportOf } from './account-state.ts';
import { AccountStore, type StoredAccount } from './account-store.ts';
import { type GraphClient, graphClient } from './client.ts';
import { makeClientState } from './client-state.ts';
import { CurrentLogin } from './current-login.ts';
import { loginRefusal } from './login-refusal.ts';
import { type DueStep, performStep, signedIn } from './subscription-steps.ts';
import { deleteSubscription } from './subscriptions.ts';
import { theirClock } from './their-clock.ts';
import type { TokenSource } from './token.ts';

/** Steps of one alarm run; whatever is left waits for the next, which follows at once. */
const STEPS_PER_RUN = 8;
/** After a fault of our own, in ms: slow enough not to burn, soon enough to recover. */
const AFTER_FAULT_MS = 30_000;
/** So long after its time, in ms, an alarm should have gone off. */
const OVERDUE_MS = 60_000;

export class SubscriptionObject extends DurableObject<ObjectBindings> implements SubscriptionRpc {
  readonly #store: AccountStore;
  #alarm!: SureAlarm;
  readonly #edge: EdgeEnv;
  readonly #keyring: Keyring;
  readonly #login: CurrentLogin;
  readonly #reporting: AccountReporting;
  readonly #workTurn = inTurn();
  readonly #clock = theirClock(Date.now);
  /** Whether this life of the object has seen to it that its alarm is set. */
  #isAlarmKnown = false;
  /** How many specs came: a sign-in that began before the last one says little of it. */
  #specs = 0;

  constructor(ctx: DurableObjectState, bindings: ObjectBindings) {
    super(ctx, bindings);
    const parsed = parseEnv({ ...bindings });
    // The Worker answers 503 in this case and asks no object.
    if (!parsed.ok) throw new Error(parsed.faults.map(({ sentence }) => sentence).join(' '));
    this.#edge = parsed.env;
    this.#keyring = createKeyring(parsed.env);
    this.#store = new AccountStore(ctx.storage.kv);
    this.#login = new CurrentLogin(this.#edge, this.#keyring, this.#store);
    this.#reporting = new AccountReporting(this.#store, (name) =>
      objects(this.env, this.#edge).connector(name),
    );
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarm = new SureAlarm(ctx.storage, await ctx.storage.getAlarm());
    });
  }

  async configure(spec: AccountSpec): Promise<void> {
    this.#specs += 1;
    const known = this.#store.account;
    const same = known !== undefined && isSameAccount(known.spec, spec);
    const sameCredentials = same && isSameCredential(known.spec.credential, spec.credential);
    if (known && !same) this.ctx.waitUntil(this.#deleteHeld(known));
    if (!sameCredentials) this.#login.startOver();
    const state = known?.state ?? firstState();
    this.#store.account = { spec, state, reported: same ? known.reported : null };
    const { userIds } = spec;
    this.#happened({ kind: 'configured', sameAccount: same, sameCredentials, userIds });
    await this.#alarm.set(Date.now());
  }

  async beginSignIn(spec: AccountSpec, language: Language): Promise<Outcome<AccountReport>> {
    if (this.#store.account) return refused('conflict', 'This account is there already.');
    this.#login.startOver();
    const { tenure } = this.#login;
    try {
      const { code, token } = await newCode(this.#login.parts(spec), spec, this.#login.of(spec));
      if (tenure !== this.#login.tenure)
        return refused('conflict', 'The account was removed meanwhile.');
      this.#store.account = { spec, state: firstState(), reported: null };
      this.#happened({ kind: 'code-given', code });
      const report = reportOf(spec, this.#store.account.state, Date.now());
      if (token) this.#happened(signedIn(token));
      await this.#alarm.set(token ? Date.now() : code.askAt);
      return accepted(report);
    } catch (error) {
      if (tenure === this.#login.tenure) this.#login.startOver();
      if (!(error instanceof AppError)) throw error;
      return loginRefusal(error, language);
    }
  }

  async accessToken(refusedToken?: string, isOnlyOld = false): Promise<Outcome<AccessToken>> {
    const account = this.#store.account;
    if (!account) return refused('account-not-configured', 'This account is not configured.');
    await this.#reviveAlarm();
    const { signIn } = account.state;
    if (signIn.state === 'waiting') {
      return refused('sign-in-waiting', 'Nobody has signed in with the code yet.');
    }
    const [tenure, specs] = [this.#login.tenure, this.#specs];
    const tokens = this.#login.of(account.spec);
    if (refusedToken !== undefined) tokens.refuse(refusedToken);
    // While the plan waits, nobody else tries either: accounts get locked.
    if (signIn.state === 'failed' && !isOver(signIn.fault.retryAt)) {
      const { code, detail } = signIn.fault;
      // A login that does not answer says nothing of the token that there is.
      const held = LOGIN_AWAY.has(code) ? tokens.held() : null;
      return held ? accepted(held) : refused(code, detail);
    }
    try {
      const access = await tokens.token();
      const { token, expiresAt } = access;
      const isNew = signIn.state !== 'ok' || signIn.expiresAt !== expiresAt;
      if (isNew) await this.#signInTold(tenure, signedIn(access));
      return accepted({ token, expiresAt });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (isOnlyOld) tokens.refuse(null);
      const overtaken = specs !== this.#specs;
      const failure = failureOf(error);
      await this.#signInTold(tenure, { kind: 'sign-in-failed', failure, overtaken });
      const held = LOGIN_AWAY.has(error.code) ? tokens.held() : null;
      return held ? accepted(held) : refused(error.code, error.message);
    }
  }

  async lifecycle(resource: Resource, event: LifecycleNews): Promise<void> {
    if (!this.#store.account) return;
    const kinds = {
      reauthorizationRequired: 'reauthorize',
      subscriptionRemoved: 'removed',
      silent: 'silent',
    } as const;
    this.#happened({ kind: kinds[event], resource });
    await this.#alarm.set(Date.now());
  }

  async remove(): Promise<void> {
    const account = this.#store.account;
    this.#login.takesLeave();
    if (account) await this.#deleteHeld(account);
    await this.ctx.storage.deleteAll();
    this.#store.forget();
    this.#login.forget();
  }

  async check(): Promise<void> {
    for (const resource of RESOURCES) this.#happened({ kind: 'asked', resource });
    await this.#work();
  }

  override alarm(): Promise<void> {
    this.#alarm.wentOff();
    return this.#work();
  }

  /** Does what is due. In turn: an alarm that goes off while an admin asks does no step twice. */
  #work(): Promise<void> {
    return this.#workTurn(async () => {
      let notBefore = Date.now();
      try {
        await this.#run();
      } catch (error) {
        notBefore += AFTER_FAULT_MS;
        const { connector = '', accountId = '' } = this.#store.account?.spec ?? {};
        const detail = String(error);
        consoleLog('error', 'account-failed', { connector, account: accountId, detail });
      } finally {
        await this.#scheduleNext(notBefore);
      }
    });
  }

  async #run(): Promise<void> {
    for (let done = 0; done < STEPS_PER_RUN; done += 1) {
      const account = this.#store.account;
      if (!account) return;
      const step = nextStep(account.state, account.spec, Date.now());
      if (step.do === 'wait') break;
      await this.#do(step, account.spec);
      await this.#reporting.tryToTell();
    }
    await this.#reporting.tryToTell();
  }

  async #do(step: DueStep, spec: AccountSpec): Promise<void> {
    const [tenure, specs] = [this.#login.tenure, this.#specs];
    const graph = this.#graph(spec);
    const tokens = this.#login.of(spec);
    const event = await performStep(step, spec, {
      graph,
      clock: this.#clock,
      tokens,
      redeem: (code) => tokens.redeem(code),
      now: Date.now,
      beginCreate: async (kind, userIds) => {
        const resource = kind === 'users' ? 'users' : 'presence';
        this.#happened({ kind: 'create-begun', resource, userIds });
        // Before Microsoft hears of it: notifications may come while it is still creating.
        await this.#reporting.tell();
        const generation = this.#store.account?.state[resource].generation ?? 0;
        const state = { accountId: spec.accountId, generation, kind };
        return makeClientState(this.#keyring, spec.connector, state);
      },
    });
    const overtaken = specs !== this.#specs;
    const told = event.kind === 'sign-in-failed' ? { ...event, overtaken } : event;
    if (tenure === this.#login.tenure) this.#happened(told);
    else if (event.kind === 'created') await bestEffort(graph, tokens, event.id);
  }

  /** Applies an event to what is stored now, which may be newer than what the step began with. */
  #happened(event: AccountEvent): void {
    const account = this.#store.account;
    if (!account) return;
    const state = after(account.state, event, { now: Date.now(), random: Math.random() });
    this.#store.account = { ...account, state };
  }

  async #signInTold(tenure: object, event: AccountEvent): Promise<void> {
    if (tenure !== this.#login.tenure) return;
    this.#happened(event);
    // The report goes out by the alarm: whoever asked for the token may be waiting for us.
    await this.#alarm.set(Date.now());
  }

  async #scheduleNext(notBefore: number): Promise<void> {
    const account = this.#store.account;
    if (!account) return;
    const now = Date.now();
    const step = nextStep(account.state, account.spec, now);
    const due = step.do === 'wait' ? step.at : now;
    const report = this.#reporting.againAt(account, now);
    const times = [due, report].filter((time) => time !== null);
    if (times.length === 0) await this.ctx.storage.deleteAlarm();
    else await this.#alarm.set(Math.max(Math.min(...times), notBefore));
  }

  /**
   * workerd gives an alarm up that fails again and again, as on a disk that is full, and is late with it where
   * the clock is set ahead. Whoever asks for a token next brings it back; the run finds out what is due.
   */
  async #reviveAlarm(): Promise<void> {
    const { storage } = this.ctx;
    const at = await storage.getAlarm();
    const isLost = at === null ? !this.#isAlarmKnown : Date.now() - at > OVERDUE_MS;
    this.#isAlarmKnown = true;
    if (isLost) await this.#alarm.set(Date.now());
  }

  async #deleteHeld({ spec, state }: StoredAccount): Promise<void> {
    if (state.signIn.state !== 'ok') return;
    const ids = RESOURCES.flatMap((resource) => state[resource].held?.id ?? []);
    const [graph, tokens] = [this.#graph(spec), this.#login.of(spec)];
    await Promise.all(ids.map((id) => bestEffort(graph, tokens, id)));
  }

  #graph({ cloud }: AccountSpec): GraphClient {
    return graphClient({
      ...this.#login.access(cloud),
      graphOrigin: this.#edge.graphOrigin,
      clock: this.#clock,
    });
  }
}

/** Seconds, so that generations also rise over a removal: notifications may be hours late. */
function firstState(): AccountState {
  const seconds = Math.floor(Date.now() / 1000);
  return newAccountState({ presence: seconds, users: seconds });
}

/** What the login is refused with while it answers nobody, or has too many to answer. */
const LOGIN_AWAY: ReadonlySet<string> = new Set(['login-unavailable', 'login-throttled']);

const isOver = (retryAt: number | null): boolean => retryAt !== null && retryAt <= Date.now();

/** Deletes a subscription that nobody will look after; where that fails, it ends within the hour. */
async function bestEffort(graph: GraphClient, tokens: TokenSource, id: string): Promise<void> {
  try {
    const { token } = await tokens.token(0);
    await deleteSubscription(graph.as(token), id);
  } catch {
    // Nothing else could be done about it, and what follows must not depend on it.
  }
}
