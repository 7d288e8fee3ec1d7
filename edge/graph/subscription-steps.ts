// Does one step of the plan at Microsoft, and says as an event what came of it. Decides nothing, and
// throws nothing that Microsoft can cause.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountSpec } from './account-rpc.ts';
import { type Failure, failureOf } from './account-state.ts';
import type { GraphCall, GraphClient } from './client.ts';
import type { AccountEvent } from './subscription-events.ts';
import { LIFETIME_MS, type Step, TOKEN_AT_LEAST_MS } from './subscription-plan.ts';
import {
  createSubscription,
  deleteSubscription,
  listPresenceSubscriptions,
  renewSubscription,
} from './subscriptions.ts';
import type { TokenSource } from './token.ts';

export type DueStep = Exclude<Step, { do: 'wait' }>;

export interface StepTools {
  graph: GraphClient;
  tokens: TokenSource;
  now: () => number;
  /**
   * Called right before a create: counts the generation up, lets the connector know, and resolves
   * with the `clientState` of the new subscription. An AppError of it is the create's.
   */
  beginCreate: (userIds: TeamsUserId[]) => Promise<string>;
}

export async function performStep(
  step: DueStep,
  spec: AccountSpec,
  tools: StepTools,
): Promise<AccountEvent> {
  let token: string;
  try {
    const access = await tools.tokens.token(TOKEN_AT_LEAST_MS);
    if (step.do === 'sign-in') return { kind: 'signed-in', expiresAt: access.expiresAt };
    token = access.token;
  } catch (error) {
    return { kind: 'sign-in-failed', failure: failureIn(error) };
  }
  const event = await ask(step, spec, tools, tools.graph.as(token));
  // Else the same token would be had again from the cache.
  if ('failure' in event && event.failure.code === 'graph-unauthorized') tools.tokens.refuse(token);
  return event;
}

function ask(
  step: Exclude<DueStep, { do: 'sign-in' }>,
  spec: AccountSpec,
  tools: StepTools,
  call: GraphCall,
): Promise<AccountEvent> {
  switch (step.do) {
    case 'create':
      return create(step.userIds, spec, tools, call);
    case 'renew':
      return renew(step.id, spec, tools, call);
    case 'delete':
      return settle(
        deleteSubscription(call, step.id).then(() => ({ kind: 'deleted' })),
        (failure) => ({ kind: 'delete-failed', failure }),
      );
    case 'tidy':
      return settle(tidy(spec, call), (failure) => ({ kind: 'tidy-failed', failure }));
  }
}

function create(
  userIds: TeamsUserId[],
  spec: AccountSpec,
  tools: StepTools,
  call: GraphCall,
): Promise<AccountEvent> {
  let badIds: TeamsUserId[] = [];
  async function attempt(): Promise<AccountEvent> {
    const { notificationUrl, encryption } = spec;
    const clientState = await tools.beginCreate(userIds);
    const expiresAt = tools.now() + LIFETIME_MS;
    const wanted = { notificationUrl, userIds, encryption, clientState, expiresAt };
    const granted = await createSubscription(call, wanted, (ids) => {
      badIds = ids;
    });
    return { kind: 'created', ...granted, wanted: spec };
  }
  return settle(attempt(), (failure) => ({ kind: 'create-failed', failure, badIds }));
}

function renew(
  id: string,
  { encryption }: AccountSpec,
  tools: StepTools,
  call: GraphCall,
): Promise<AccountEvent> {
  const expiresAt = tools.now() + LIFETIME_MS;
  return settle(
    renewSubscription(call, id, { expiresAt, encryption }).then((granted) => ({
      kind: 'renewed',
      expiresAt: granted.expiresAt,
      encryptionId: encryption.id,
    })),
    (failure) => ({ kind: 'renew-failed', failure }),
  );
}

/** Ours are those that notify us; another program's is left alone, and only noted. */
async function tidy({ notificationUrl }: AccountSpec, call: GraphCall): Promise<AccountEvent> {
  const found = await listPresenceSubscriptions(call);
  const ours = found.filter((one) => one.notificationUrl === notificationUrl);
  for (const { id } of ours) {
    await deleteSubscription(call, id).catch((error: unknown) => {
      if (failureIn(error).code !== 'graph-not-found') throw error;
    });
  }
  return { kind: 'tidied', removed: ours.length, foreign: found.length > ours.length };
}

const settle = (
  done: Promise<AccountEvent>,
  otherwise: (failure: Failure) => AccountEvent,
): Promise<AccountEvent> => done.catch((error: unknown) => otherwise(failureIn(error)));

/** A fault of our own goes on being one: the object logs it. */
function failureIn(error: unknown): Failure {
  if (error instanceof AppError) return failureOf(error);
  throw error;
}
