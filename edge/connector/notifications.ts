// What Microsoft sent, as far as it is about subscriptions that are ours now: what belongs to another
// one, or to nobody in it, changes nothing.
import type { Parts } from './parts.ts';
import type { Hint, LifecycleEvent, Observation } from './rpc.ts';

export function takeObservations(parts: Parts, observations: readonly Observation[]): void {
  const { accounts, listening, presence, context, reads } = parts;
  const { canAsk } = reads;
  for (const observation of observations) {
    if (!accounts.live.covers(observation)) continue;
    listening.heard(observation.accountId);
    const pair = presence.ofTeams(observation.userId);
    if (!pair) continue;
    const { presence: seen, sequence } = observation;
    const at = context.now();
    const source = 'notification';
    presence.apply(pair, { kind: 'teams-seen', source, canAsk, presence: seen, sequence, at });
  }
}

/** Items that say whose presence changed, or which users, and nothing more. */
export function takeHints(parts: Parts, hints: readonly Hint[]): void {
  const { accounts, listening, presence, reads, teamsUsers } = parts;
  for (const hint of hints) {
    if (hint.about !== 'presence' || !accounts.live.covers(hint)) continue;
    listening.heard(hint.accountId);
    const pair = presence.ofTeams(hint.userId);
    // Of very many, to store each would take as long as to read it.
    if (pair) presence.apply(pair, { kind: 'teams-changed' }, { isFindable: reads.areMany });
  }
  const isToldOfUsers = hints.some(
    (hint) => hint.about === 'users' && accounts.live.owns('users', hint),
  );
  if (isToldOfUsers) teamsUsers.told();
}

/** Throws where an account's object does not answer: Microsoft then says it again. */
export async function takeLifecycle(
  parts: Parts,
  events: readonly LifecycleEvent[],
): Promise<void> {
  const { accounts, context, desk, sweeping, tasks } = parts;
  const { connector } = desk;
  for (const origin of events) {
    const { accountId, about, event } = origin;
    if (!accounts.live.owns(about, origin)) continue;
    if (event !== 'missed') {
      await context.objects.subscription(connector, accountId).lifecycle(about, event);
    } else if (about === 'users') tasks.soon('teams-users');
    else sweeping.now();
  }
}
