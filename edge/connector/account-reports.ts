// What follows from a report of one Teams account.
import type { AccountReport } from '../graph/account-rpc.ts';
import type { Parts } from './parts.ts';

export function takeReport(parts: Parts, report: AccountReport): void {
  const { accounts, outbox, reads, pairs, tasks } = parts;
  const before = accounts.find(report.accountId);
  if (!before) return;
  accounts.noteReport(report);
  const { subscription } = report;
  if (subscription.state === 'active' && before.report?.subscription.state !== 'active') {
    // Whatever changed while nobody was subscribed was told to nobody.
    reads.read(subscription.userIds.filter((id) => pairs.ofTeams(id)));
  }
  if (report.signIn.state !== 'ok' || before.report?.signIn.state === 'ok') return;
  tasks.soon('teams-users');
  outbox.release();
  reads.release();
}
