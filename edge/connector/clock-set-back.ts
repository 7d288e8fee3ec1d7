// The clock of a self-hosted edge was set back, and the edge started anew for it (`edge/self-hosted`): what was
// planned by the time of before would be done that much too late, and what was then seems still to come.
import { notLater } from '../../shared/presence/not-later.ts';
import type { Context } from './context.ts';
import type { Parts } from './parts.ts';

/** Smaller corrections are waited for, in ms. */
const NOTABLE_MS = 60_000;

/** Whether there has been a later time than now: what is stored may be of then. */
export const wasSetBack = ({ env, now }: Context): boolean => env.latestTime > now() + NOTABLE_MS;

/** All that was planned is due now, and what was seen and written was so by now. */
export function planAnew(parts: Parts): void {
  const { context, agenda, pairs, presence, accounts, chores, outbox, reads, tasks } = parts;
  const now = context.now();
  context.log('warn', 'clock-set-back', { connector: parts.desk.connector });
  agenda.hasten(now);
  for (const pair of pairs.all()) {
    // Nobody knows any more what was before what: nothing waits for a read.
    const { readFirstSince: _, ...state } = notLater(pair.state, now);
    presence.keep(pair, state, 'stored');
  }
  outbox.release();
  reads.release();
  // Their plans are by the old time too, and what was tried by it failed perhaps.
  const told = chores.configureAccounts(true).then(() => accounts.check());
  context.background(told.catch(() => tasks.soon('accounts')));
}
