// What Microsoft sent, as far as it is about subscriptions that are ours now.
import type { Parts } from './parts.ts';
import type { LifecycleEvent, Observation } from './rpc.ts';

/** Takes presences in. What belongs to another subscription, or to nobody in it, changes nothing. */
export function takeObservations(parts: Parts, observations: readonly Observation[]): void {
  const { accounts, presence, context, reads } = parts;
  const { canAsk } = reads;
  for (const observation of observations) {
    if (!accounts.accepts(observation)) continue;
    const pair = presence.ofTeams(observation.userId);
    if (!pair) continue;
    const { presence: seen, sequence } = observation;
    const at = context.now();
    const source = 'notification';
    presence.apply(pair, { kind: 'teams-seen', source, canAsk, presence: seen, sequence, at });
  }
}

/** Throws where an account's object does not answer: Microsoft then says it again. */
export async function takeLifecycle(
  parts: Parts,
  events: readonly LifecycleEvent[],
): Promise<void> {
  const { accounts, context, desk, chores } = parts;
  const { connector } = desk;
  for (const { accountId, event } of events.filter((one) => accounts.owns(one))) {
    if (event === 'missed') chores.sweepNow();
    else await context.objects.subscription(connector, accountId).lifecycle(event);
  }
}
