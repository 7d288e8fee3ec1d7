// Which lamps change though nothing happens: a subscription that nobody renewed runs out.
import type { AccountReport } from '../graph/account-rpc.ts';

/** Epoch ms of the next such change after `now`; `null`: there is none. Pure. */
export function nextLampChange(
  accounts: readonly { report: AccountReport | null }[],
  now: number,
): number | null {
  const ends = accounts.flatMap(({ report }) =>
    report?.presence.state === 'active' && report.presence.expiresAt > now
      ? [report.presence.expiresAt]
      : [],
  );
  return ends.length > 0 ? Math.min(...ends) : null;
}
