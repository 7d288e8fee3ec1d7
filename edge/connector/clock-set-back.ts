// The clock of a self-hosted edge was set back, and the edge started anew for it (`edge/self-hosted`): what was
// planned by the time of before would be done that much too late, and what was then seems still to come.
import { notLater } from '../../shared/presence/not-later.ts';
import type { Context } from './context.ts';
import type { Parts } from './parts.ts';

/** Smaller corrections are waited for, in ms. */
const NOTABLE_MS = 60_000;

/** For which latest time all was planned anew, and when. */
const PLANNED_ANEW = 'planned-anew';
interface PlannedAnew {
  latestTime: number;
  at: number;
}

/**
 * Whether there has been a later time than now, for which nothing was planned anew yet: what is stored may be of
 * then. A clock that was years ahead once is no news each time the object wakes.
 */
export function wasSetBack({ env, now, database }: Context): boolean {
  const { latestTime } = env;
  if (latestTime <= now() + NOTABLE_MS) return false;
  const done = database.read<PlannedAnew>(PLANNED_ANEW);
  return done?.latestTime !== latestTime || done.at > now() + NOTABLE_MS;
}

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
  const { latestTime } = context.env;
  const told = chores
    .configureAccounts(true)
    .then(() => accounts.check())
    .then(() =>
      context.database.write(PLANNED_ANEW, { latestTime, at: now } satisfies PlannedAnew),
    );
  context.background(told.catch(() => tasks.soon('accounts')));
}
