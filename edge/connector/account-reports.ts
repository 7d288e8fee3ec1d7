// What follows from a report of one Teams account.
import type { AccountReport } from '../graph/account-rpc.ts';
import { isLockedOut } from './coverage.ts';
import type { Parts } from './parts.ts';

export function takeReport(parts: Parts, report: AccountReport): void {
  const { accounts, listening, outbox, reads, pairs, tasks } = parts;
  const before = accounts.find(report.accountId);
  if (!before) return;
  // The object of an account that went has to hear of it.
  if (accounts.noteReport(report)) tasks.soon('accounts');
  const { presence, users, signIn } = report;
  const known = before.report;
  if (presence.state === 'active' && known?.presence.state !== 'active') {
    listening.began(report.accountId);
    // Whatever changed while nobody was subscribed was told to nobody.
    reads.read(presence.userIds.filter((id) => pairs.ofTeams(id)));
  }
  const isWatched = users.state === 'active';
  // Before it was told to nobody; after it will not be told, and everybody is asked for more often.
  if (isWatched !== (known?.users.state === 'active')) tasks.soon('teams-users');
  // Another account may have to watch the users, or to take them over.
  const isNews = signIn.state === 'failed' && known?.signIn.state !== 'failed';
  if (isNews || isLockedOut(report) !== isLockedOut(known ?? null)) tasks.soon('accounts');
  if (signIn.state !== 'ok' || known?.signIn.state === 'ok') return;
  tasks.soon('accounts');
  tasks.soon('teams-users');
  outbox.release();
  reads.release();
}
