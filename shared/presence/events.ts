// What can happen to a pair of users, and the reasons that a decision can have.
import type { PairState, PresenceItem, TeamsPresence, TeamsWrite } from './model.ts';

export type TeamsSeen = {
  kind: 'teams-seen';
  presence: TeamsPresence;
  sequence?: string | undefined;
  at: number;
} & (
  | {
      source: 'notification';
      /** Reads get answers at present, so that what may be old can be asked about. */
      canAsk: boolean;
    }
  | { source: 'read'; askedAt: number }
);

/** Microsoft says that the user's presence changed, and not to what. */
export interface TeamsChanged {
  kind: 'teams-changed';
}

export interface PbxSeen {
  kind: 'pbx-seen';
  items: readonly PresenceItem[];
  /** First list since the PBX session or the tunnel began. */
  afterGap: boolean;
  /** After a gap of the tunnel alone: the PBX session has gone on, and forgot nothing. */
  sessionLasted?: boolean | undefined;
  /** After a gap: the last write that the PBX had taken before this list, its answer may be lost. */
  tookWrite?: number | undefined;
  at: number;
}

export interface PbxWrote {
  kind: 'pbx-wrote';
  /** Which write: the time, epoch ms, at which it was sent. */
  write: number;
  /** Code of the PBX's refusal; absent when it took the write. */
  fault?: string | undefined;
}

/** Nobody has heard answers and echoes since: the edge starts anew from what is stored. Times in epoch ms. */
export interface MemoryLost {
  kind: 'memory-lost';
  /** When this was stored. */
  storedAt: number;
  /** When memory was lost, or earlier. */
  lostAt: number;
  /** All that was to be written to Teams before had been answered; a refusal would have been stored. */
  answeredUntil: number;
  /** What Microsoft is known not to have taken of it. */
  refused: readonly TeamsWrite[];
}

export type PresenceEvent =
  | TeamsSeen
  | TeamsChanged
  | PbxSeen
  | PbxWrote
  | { kind: 'pbx-sent'; activity: string }
  | { kind: 'teams-sent'; write: TeamsWrite }
  | { kind: 'teams-took'; write: TeamsWrite }
  | { kind: 'teams-failed'; write: TeamsWrite }
  | { kind: 'teams-arrived'; write: TeamsWrite }
  | MemoryLost
  | { kind: 'rules-changed' };

/** Whose state won where nobody knows who changed last. */
export type Verdict = 'equal' | 'teams-more-closed' | 'pbx-more-closed' | 'nothing-chosen';

/** Why a decision is as it is; the timeline shows it, `texts.ts` has the words. */
export type Reason =
  | Verdict
  | 'same'
  | 'older-than-known'
  | 'teams-told-late'
  | 'read-too-early'
  | 'asking-what-is-true'
  | 'own-echo'
  | 'own-echo-but-different'
  | 'own-session'
  | 'teams-chose'
  | 'teams-call-began'
  | 'teams-call-ended'
  | 'teams-no-information'
  | 'teams-took-back'
  | 'teams-without-ours'
  | 'teams-not-known-yet'
  | 'pbx-chose'
  | 'pbx-call-began'
  | 'pbx-call-ended'
  | 'pbx-not-known-yet'
  | 'pbx-took-it'
  | 'pbx-refused'
  | 'missing-after-gap'
  | 'both-changed-teams-more-closed'
  | 'answer-nobody-waits-for'
  | 'sent'
  | 'not-sent';

export interface Decision {
  state: PairState;
  reason: Reason;
  /**
   * What was said is believed, and nothing proves that it is not hours old: one read, `SETTLE_AFTER_MS` from
   * now, would. Not worth storing: a sweep comes by in any case.
   */
  look?: true;
}
