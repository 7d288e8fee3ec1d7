// The clock of a self-hosted edge was set back, and the edge started anew for it (`edge/self-hosted`): what was
// planned by the time of before would be done that much too late.
import { decide } from '../../shared/presence/decide.ts';
import type { Parts } from './parts.ts';

/** Everybody is swept at least every five minutes: nobody plans that for so much later, in ms. */
const TOO_FAR_MS = 30 * 60_000;

/** Whether what is planned was planned by a time that is still to come. */
export function wasSetBack({ agenda, context }: Parts): boolean {
  const sweepAt = agenda.dueAt('sweep');
  return sweepAt !== null && sweepAt > context.now() + TOO_FAR_MS;
}

/** Everything planned is due now. Nothing is lost by being done once more. */
export function planAnew(parts: Parts): void {
  const { context, agenda, pairs, presence, accounts, outbox, reads, tasks, rules } = parts;
  const now = context.now();
  context.log('warn', 'clock-set-back', { connector: parts.desk.connector });
  agenda.hasten(now);
  for (const pair of pairs.all()) {
    const { session } = pair.state.written;
    if (session === null || session.at <= now) continue;
    // Else it would not be refreshed before the time at which it was written comes again.
    const lost = { kind: 'teams-failed', write: { kind: 'set-session' } } as const;
    presence.keep(pair, decide(rules, pair.state, lost, now).state, true);
  }
  outbox.release();
  reads.release();
  // Their own plans are by the old time too: a renewal makes new ones.
  context.background(accounts.check().catch(() => tasks.soon('accounts')));
}
