// Does the step behind a lamp now, because an admin wants to know.
import type { LampId } from '../../shared/lamps.ts';
import type { Parts } from './parts.ts';

/** Resolves when the step was done; how it went, the lamp says. */
export async function checkLamp(parts: Parts, id: LampId): Promise<void> {
  const { microsoft, tasks, sweeping, outbox, reads, tunnel } = parts;
  switch (id) {
    case 'settings':
      await tasks.runNow('tenants');
      return tasks.runNow('settings-copy');
    case 'tokenForWriting':
      microsoft.retry();
      await microsoft.asApp().catch(() => undefined);
      return outbox.release();
    case 'tokenForReading':
      return checkReading(parts);
    case 'teamsUsers':
      if (isPolling(parts)) microsoft.renew();
      else await subscribeToUsers(parts);
      return tasks.runNow('teams-users');
    case 'subscriptions':
    case 'notificationUrl':
      if (isPolling(parts)) microsoft.renew();
      reads.release();
      return checkSubscriptions(parts);
    case 'pairing':
      return tasks.runNow('pairing');
    case 'sync':
      microsoft.renew();
      outbox.release();
      reads.release();
      sweeping.now();
      return tasks.runNow('sweep');
    case 'agent':
    case 'pbx':
    case 'rights':
      return tunnel.tellWatchList();
  }
}

/** The app reads as well: what it was refused may have been granted since, but to new tokens only. */
const isPolling = ({ desk }: Parts): boolean => desk.settings.source === 'poll';

/** Where Microsoft had refused to tell of changes, an admin may have put that right. */
async function subscribeToUsers({ chores, tasks, accounts }: Parts): Promise<void> {
  if (accounts.areUsersWatched) return;
  await chores.configureAccounts(true).catch(() => tasks.soon('accounts'));
}

/** One may be gone at Microsoft without a word: what is known here is not enough. */
async function checkSubscriptions(parts: Parts): Promise<void> {
  const { chores, tasks, accounts } = parts;
  try {
    await chores.configureAccounts(true);
    if (!isPolling(parts)) await accounts.check();
  } catch {
    tasks.soon('accounts');
  }
}

async function checkReading(parts: Parts): Promise<void> {
  const { microsoft, tasks, chores, accounts, outbox, reads } = parts;
  if (isPolling(parts)) {
    microsoft.retry();
    await microsoft.asApp().catch(() => undefined);
  } else {
    await chores.configureAccounts(true).catch(() => tasks.soon('accounts'));
    for (const { id } of accounts.all()) await microsoft.signInAnew(id);
  }
  outbox.release();
  reads.release();
}
