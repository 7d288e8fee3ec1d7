// Words of presence: what each side can say about a user, and the state kept for one pair of users.

/** As Graph says it. Compared without case: samples and reference texts differ in it. */
export interface TeamsPresence {
  availability: string;
  activity: string;
}

/** RPID style, as the PBX says it: `""` is available; `away`, `busy`, `dnd`, `meeting`, … */
export type PbxActivity = string;

/** The activity that the PBX shows while a user talks. */
export const ON_THE_PHONE = 'on-the-phone';

/** The user's own presence item on the PBX (facts: innovaphone §2.1). */
export const OWN_STATE_CONTACT = 'tel:';

export type Side = 'teams' | 'pbx';
export type Directions = 'both' | 'teams-to-pbx' | 'pbx-to-teams';

/** A presence item of the PBX, newest first in its list. */
export interface PresenceItem {
  contact: string;
  activity: PbxActivity;
}

/** The manual state both sides should show, and who chose it. */
export interface ManualState {
  readonly origin: Side;
  /** In the PBX's words. */
  readonly pbx: PbxActivity;
  /**
   * What to do with the preferred presence in Teams: write a pair, clear it, or leave what the user
   * chose there.
   */
  readonly teams: TeamsPresence | 'clear' | 'leave';
}

/** A write towards Teams. */
export type TeamsWrite =
  | { kind: 'set-session' }
  | { kind: 'clear-session' }
  | { kind: 'set-preferred'; presence: TeamsPresence }
  | { kind: 'clear-preferred' };

/** Everything known and wanted about one pair of users. One row of storage, as JSON. */
export interface PairState {
  readonly teams: TeamsView | null;
  readonly pbx: PbxView | null;
  /** `null` until both sides are known. */
  readonly manual: ManualState | null;
  readonly written: Written;
  /** When to read Teams once more, because an echo may have hidden a human's change. */
  readonly settleAt: number | null;
  /** Said since, and not believed: only a read may tell that nothing was in it. */
  readonly doubted?: Doubted;
  /** When the first of the reads was asked that were not believed for what was said meanwhile, epoch ms. */
  readonly overtakenSince?: number;
  /** What stood before Teams told something that nothing has proven to be new. */
  readonly unproven?: Unproven;
  /** Memory was lost then (epoch ms) of what we wrote to Teams: until a read tells, no state is written there. */
  readonly readFirstSince?: number;
}

/** Whose choice stood at `at`, epoch ms, what Teams showed, and what of it was ours. */
export interface Unproven extends Pick<PairState, 'manual'> {
  readonly at: number;
  readonly teams: TeamsView;
  /** Absent in what was stored before sessions were kept here. */
  readonly session?: Written['session'];
  readonly preferred: Written['preferred'];
  readonly lasts?: Written['lasts'];
}

/** `'something'`: that something changed, and not to what. */
export type Doubted =
  | 'something'
  | {
      readonly presence: TeamsPresence;
      readonly sequence?: string | undefined;
      readonly at: number;
    };

export interface TeamsView {
  /** Last observation believed. */
  readonly presence: TeamsPresence;
  /** Microsoft's version stamp, sorts as text. */
  readonly sequence?: string | undefined;
  /** When it was said last, epoch ms. */
  readonly at: number;
  /** When it was said first, where it was said again without a stamp: a copy, perhaps. */
  readonly firstAt?: number;
  /** The presence without calls, as far as we know it: observed last, or written by us since. */
  readonly underlying: TeamsPresence | null;
  /** A call in Teams that is not the shadow of a call on the PBX. */
  readonly call: boolean;
}

export interface PbxView {
  readonly at: number;
  /** The user's own state; `null`: the PBX has no item for it. */
  readonly manual: PbxActivity | null;
  /** A call on the PBX. */
  readonly call: boolean;
  /** What stands at our contact; `null`: nothing. */
  readonly item: PbxActivity | null;
  /** A call of the PBX stands at our contact: nothing of ours would be seen there now. */
  readonly hidden: boolean;
  /** A call has hidden the user's own state since a gap: whether the PBX forgot it, is not known yet. */
  readonly unseenSinceGap?: boolean;
}

/** Our own doing, marked when it is sent, so that its echo is never taken for a human's. */
export interface Written {
  /** Sent to the PBX, not answered yet. */
  readonly pbxPending: PbxPending | null;
  /** Sent and never answered, oldest first: each may stand there, or come to. */
  readonly pbxDoubts?: readonly PbxPending[];
  /** Last value the PBX confirmed, while nobody has changed it. */
  readonly pbxConfirmed: PbxActivity | null;
  /** `pbxConfirmed` is busy in the place of on-the-phone: like that, it covers the user's own state. */
  readonly confirmedForCall?: boolean;
  /** The PBX refused this, or did not answer; tried again after `retryAt`. */
  readonly pbxFailed: PbxFailed | null;
  /** Our call session stands in Teams; set or refreshed at. */
  readonly session: { readonly at: number } | null;
  /** Our preferred presence stands; `'cleared'`: we cleared it and nobody chose since. */
  readonly preferred: {
    readonly presence: TeamsPresence | 'cleared';
    readonly at: number;
    /** What `underlying` was before: so it is again if the write fails. */
    readonly before: TeamsPresence | null;
    /** A call has shown in Teams that this would hide: somebody has taken it away, so that it is not renewed. */
    readonly takenAway?: boolean;
  } | null;
  /**
   * The preferred presence of ours that stands in Teams, while nobody has chosen there: since when at the earliest
   * (epoch ms), and for how long (ms) where nobody renews it. No time to come, so that a clock may be set back.
   */
  readonly lasts?: { readonly since: number; readonly ms: number } | undefined;
  /** What we wrote to Teams lately, oldest first; see `ECHO_WINDOW_MS`. */
  readonly recent: readonly RecentWrite[];
}

export interface PbxPending {
  readonly activity: PbxActivity;
  readonly at: number;
  /** Busy in the place of on-the-phone. */
  readonly forCall?: boolean;
  /** A call hides since then what stands at our contact: until it does not, this is not forgotten. */
  readonly unseen?: boolean;
}

export interface PbxFailed {
  readonly activity: PbxActivity;
  readonly code: string;
  /** Epoch ms */
  readonly retryAt: number;
  /** Refusals of this activity in a row; absent: one. */
  readonly times?: number;
  /** Busy was set in its place, and failed as well: it is the user, not the activity, unless it was taken after all. */
  readonly busyToo?: 'refused' | 'unanswered';
}

export interface RecentWrite {
  readonly what: TeamsPresence | 'cleared' | 'session' | 'session-cleared';
  readonly at: number;
  /** When its echo came back; `null`: not yet. */
  readonly echoedAt: number | null;
  /** When Microsoft answered it; `null`: not yet. */
  readonly answeredAt?: number | null;
  /** Microsoft did not confirm it, and may have taken it all the same. */
  readonly failed?: boolean;
  /** When it was said first of all that may have arrived: what comes back may be an attempt before this one. */
  readonly firstAt?: number;
}

/** A notification up to so late, in ms, that equals what we wrote is our echo (facts: graph §1.5). */
export const ECHO_WINDOW_MS = 90_000;
/** How long to wait, in ms, before the read that settles what is true. */
export const SETTLE_AFTER_MS = 3_000;
/** A read so long, in ms, after something unproven says whether it was old. */
export const PROOF_WITHIN_MS = 60_000;
/** Whoever lost their memory waits so long, in ms, for the read that tells what of ours stands in Teams. */
export const READ_FIRST_MS = 10_000;
/** What Microsoft ends by itself shows no longer than so long, in ms, after its end: unknown, and generous. */
export const ENDS_WITHIN_MS = 600_000;
/** A PBX that has not answered a write for so long, in ms, will not: say it again. */
export const PBX_ANSWER_LIMIT_MS = 15_000;
/** A write to Teams that has no answer after so long, in ms, will have none. */
export const TEAMS_ANSWER_LIMIT_MS = 30_000;

/** A pair of which nothing is known yet. */
export const newPair = (): PairState => ({
  teams: null,
  pbx: null,
  manual: null,
  written: {
    pbxPending: null,
    pbxConfirmed: null,
    pbxFailed: null,
    session: null,
    preferred: null,
    recent: [],
  },
  settleAt: null,
});

/** The PBX has three spellings of available: `""`, `online` and no item at all. */
export const normalActivity = (activity: PbxActivity | null): PbxActivity => {
  const lower = (activity ?? '').toLowerCase();
  return lower === 'online' ? '' : lower;
};

export const sameTeams = (a: TeamsPresence, b: TeamsPresence): boolean =>
  a.availability.toLowerCase() === b.availability.toLowerCase() &&
  a.activity.toLowerCase() === b.activity.toLowerCase();
