// Does one step of the plan at Microsoft, and says as an event what came of it. Decides nothing, and
// throws nothing that Microsoft can cause.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountEvent } from './account-events.ts';
import { type Step, TOKEN_AT_LEAST_MS } from './account-plan.ts';
import type { AccountSpec, Resource } from './account-rpc.ts';
import { type Failure, failureOf, type PendingCode } from './account-state.ts';
import type { GraphCall, GraphClient } from './client.ts';
import type { ClientState } from './client-state.ts';
import type { SubscriptionEvent } from './subscription-event.ts';
import { TIMES, type Wanted, wantedOf } from './subscription-plan.ts';
import {
  createSubscription,
  deleteSubscription,
  type Granted,
  listSubscriptions,
  renewSubscription,
} from './subscriptions.ts';
import { byTheirClock, type TheirClock } from './their-clock.ts';
import type { Token, TokenSource } from './token.ts';

/** A subscription that ends sooner than this, in ms, is none: it would be made again without end. */
const USELESS_MS = 60_000;

export type DueStep = Exclude<Step, { do: 'wait' }>;

export interface StepTools {
  graph: GraphClient;
  tokens: TokenSource;
  /** Exchanges a code for tokens, if its user has approved; as `DeviceTokens`. */
  redeem: (code: PendingCode) => Promise<Token>;
  now: () => number;
  /** What `graph` hears of Microsoft's. */
  clock: TheirClock;
  /**
   * Called right before a create: counts the generation up, lets the connector know, and resolves
   * with the `clientState` of the new subscription. An AppError of it is the create's.
   */
  beginCreate: (kind: ClientState['kind'], userIds: TeamsUserId[]) => Promise<string>;
}

type ResourceStep = Exclude<DueStep, { do: 'sign-in' | 'ask-for-approval' }>;

export async function performStep(
  step: DueStep,
  spec: AccountSpec,
  tools: StepTools,
): Promise<AccountEvent> {
  if (step.do === 'ask-for-approval') return askForApproval(step.code, tools);
  let token: string;
  try {
    const access = await tools.tokens.token(TOKEN_AT_LEAST_MS);
    if (step.do === 'sign-in') return signedIn(access);
    token = access.token;
  } catch (error) {
    return { kind: 'sign-in-failed', failure: failureIn(error) };
  }
  const event = await ask(step, spec, tools, tools.graph.as(token));
  // Else the same token would be had again from the cache.
  if ('failure' in event && event.failure.code === 'graph-unauthorized') tools.tokens.refuse(token);
  return { ...event, resource: step.resource };
}

async function askForApproval(code: PendingCode, { redeem }: StepTools): Promise<AccountEvent> {
  try {
    return signedIn(await redeem(code));
  } catch (error) {
    const failure = failureIn(error);
    if (failure.code === 'code-pending') return { kind: 'code-pending', slower: false };
    // Where Microsoft says how long, that counts; `slow_down` does not.
    const slower = failure.code === 'login-throttled' && failure.retryAfterMs === undefined;
    return slower ? { kind: 'code-pending', slower } : { kind: 'sign-in-failed', failure };
  }
}

/** What becomes known with a token. */
export const signedIn = ({ expiresAt, username }: Token): AccountEvent => ({
  kind: 'signed-in',
  expiresAt,
  ...(username === undefined ? {} : { username }),
});

function ask(
  step: ResourceStep,
  spec: AccountSpec,
  tools: StepTools,
  call: GraphCall,
): Promise<SubscriptionEvent> {
  const wanted = wantedOf(spec, step.resource);
  switch (step.do) {
    case 'create':
      if (!wanted) throw new Error('The plan creates what nobody wants.');
      return create(step, wanted, tools, call);
    case 'renew':
      return renew(step, wanted, tools, call);
    case 'delete':
      return settle(
        deleteSubscription(call, step.id).then(() => ({ kind: 'deleted' })),
        (failure) => ({ kind: 'delete-failed', failure }),
      );
    case 'tidy':
      return settle(tidy(step, spec, call), (failure) => ({ kind: 'tidy-failed', failure }));
  }
}

function create(
  { userIds, rich }: Extract<ResourceStep, { do: 'create' }>,
  { resource, notificationUrl, encryption }: Wanted,
  tools: StepTools,
  call: GraphCall,
): Promise<SubscriptionEvent> {
  const key = rich ? encryption : null;
  let badIds: TeamsUserId[] = [];
  async function attempt(): Promise<SubscriptionEvent> {
    const kind = resource === 'users' ? 'users' : key ? 'rich' : 'basic';
    const clientState = await tools.beginCreate(kind, userIds ?? []);
    const granted = await untilEnd(resource, tools, (expiresAt) => {
      const asked = { notificationUrl, userIds, encryption: key, clientState, expiresAt };
      return createSubscription(call, asked, (ids) => {
        badIds = ids;
      });
    });
    return { kind: 'created', ...granted, notificationUrl, encryptionId: key?.id ?? null };
  }
  return settle(attempt(), (failure) => ({ kind: 'create-failed', failure, badIds }));
}

function renew(
  { id, resource, rich }: Extract<ResourceStep, { do: 'renew' }>,
  wanted: Wanted | null,
  tools: StepTools,
  call: GraphCall,
): Promise<SubscriptionEvent> {
  const encryption = rich ? (wanted?.encryption ?? null) : null;
  return settle(
    untilEnd(resource, tools, (expiresAt) =>
      renewSubscription(call, id, { expiresAt, encryption }),
    ).then((granted) => ({
      kind: 'renewed',
      expiresAt: granted.expiresAt,
      encryptionId: encryption?.id ?? null,
    })),
    (failure) => ({ kind: 'renew-failed', failure }),
  );
}

/** Asks for the whole lifetime by Microsoft's clock, and resolves with the end by ours. */
function untilEnd(
  resource: Resource,
  { now, clock }: StepTools,
  ask: (expiresAt: number) => Promise<Granted>,
): Promise<Granted> {
  return byTheirClock(clock, async (aheadMs) => {
    const granted = await ask(now() + aheadMs + TIMES[resource].lifetimeMs);
    if (granted.expiresAt - aheadMs - now() < USELESS_MS) {
      const detail = 'Graph granted a subscription that has ended already.';
      throw new AppError({ code: 'graph-bad-answer', retry: 'backoff', detail });
    }
    return { ...granted, expiresAt: granted.expiresAt - aheadMs };
  });
}

/** Ours are those that notify us; another program's, or another edge's, is left alone, and only noted. */
async function tidy(
  { resource }: ResourceStep,
  { notificationUrl }: AccountSpec,
  call: GraphCall,
): Promise<SubscriptionEvent> {
  const found = await listSubscriptions(call, resource);
  const ours = found.filter((one) => one.notificationUrl === notificationUrl);
  for (const { id } of ours) {
    await deleteSubscription(call, id).catch((error: unknown) => {
      if (failureIn(error).code !== 'graph-not-found') throw error;
    });
  }
  return { kind: 'tidied', removed: ours.length, foreign: found.length > ours.length };
}

const settle = (
  done: Promise<SubscriptionEvent>,
  otherwise: (failure: Failure) => SubscriptionEvent,
): Promise<SubscriptionEvent> => done.catch((error: unknown) => otherwise(failureIn(error)));

/** A fault of our own goes on being one: the object logs it. */
function failureIn(error: unknown): Failure {
  if (error instanceof AppError) return failureOf(error);
  throw error;
}
