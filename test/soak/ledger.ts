// Counts what people did and what the product wrote, and says where it wrote more than it may: one
// human change causes at most one write on the other side and none on its own.
import type { Laboratory } from '../sim/laboratory.ts';

export interface Counts {
  teamsChoices: number;
  pbxChoices: number;
  pbxCalls: number;
  restarts: number;
  /** Preferred presence set or cleared. */
  preferredWrites: number;
  sessionWrites: number;
  pbxWrites: number;
}

export function ledger({ microsoft, pbx }: Laboratory) {
  const counts: Counts = {
    teamsChoices: 0,
    pbxChoices: 0,
    pbxCalls: 0,
    restarts: 0,
    preferredWrites: 0,
    sessionWrites: 0,
    pbxWrites: 0,
  };
  microsoft.on('presence', ({ cause }) => {
    if (cause === 'teams') counts.teamsChoices += 1;
  });
  pbx.on('presence', ({ cause }) => {
    if (cause === 'human') counts.pbxChoices += 1;
    if (cause === 'call') counts.pbxCalls += 0.5;
  });

  return {
    counts,
    restarted() {
      counts.restarts += 1;
    },
    /** Takes over what the simulators recorded since the last time; they forget it. */
    collect(): Counts {
      for (const { path } of microsoft.records.requests) {
        if (/presence\/(set|clear)UserPreferredPresence$/.test(path)) counts.preferredWrites += 1;
        if (/presence\/(set|clear)Presence$/.test(path)) counts.sessionWrites += 1;
      }
      counts.pbxWrites += pbx.setPresenceHistory.length;
      microsoft.records.clear();
      pbx.clearRecords();
      return counts;
    },
    /**
     * What was written beyond the allowed. A restart may make a write that was under way go out
     * once more, for each user.
     */
    beyond(users: number): string[] {
      const again = counts.restarts * users;
      const limits: [string, number, number][] = [
        ['preferred presence in Teams', counts.preferredWrites, counts.pbxChoices + again],
        ['call sessions in Teams', counts.sessionWrites, 2 * Math.ceil(counts.pbxCalls) + again],
        ['presence on the PBX', counts.pbxWrites, counts.teamsChoices + again],
      ];
      return limits
        .filter(([, wrote, allowed]) => wrote > allowed)
        .map(([what, wrote, allowed]) => `${what}: ${wrote} writes, ${allowed} allowed`);
    },
  };
}
