// Does the step behind a lamp now, because an admin wants to know.
import type { LampId } from '../../shared/lamps.ts';
import type { Parts } from './parts.ts';

/** Resolves when the step was done; how it went, the lamp says. */
export async function checkLamp(parts: Parts, id: LampId): Promise<void> {
  const { microsoft, tasks, outbox, tunnel } = parts;
  switch (id) {
    case 'settings':
      return tasks.runNow('settings-copy');
    case 'tokenForWriting':
      microsoft.retry();
      await microsoft.asApp().catch(() => undefined);
      return outbox.release();
    case 'tokenForReading':
      return checkReading(parts);
    case 'teamsUsers':
      return tasks.runNow('teams-users');
    case 'subscriptions':
    case 'notificationUrl':
      return tasks.configureAccounts(true);
    case 'pairing':
      return tasks.runNow('pairing');
    case 'sync':
      outbox.release();
      return tasks.runNow('sweep');
    case 'agent':
    case 'pbx':
    case 'rights':
      return tunnel.tellWatchList();
  }
}

async function checkReading({ desk, microsoft, tasks, accounts, outbox }: Parts): Promise<void> {
  if (desk.settings.source === 'poll') microsoft.retry();
  else await tasks.configureAccounts(true);
  for (const { id } of accounts.all()) await microsoft.asAccount(id).catch(() => undefined);
  if (desk.settings.source === 'poll') await microsoft.asApp().catch(() => undefined);
  outbox.release();
}
