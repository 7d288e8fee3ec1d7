// What is to be done for a pair now, and when to look again: the difference between what is wanted
// and what stands. State, not messages: asking twice gives the same answer.
import { standsSince } from './lasting.ts';
import { preferredLifetime } from './mapping.ts';
import {
  normalActivity,
  ON_THE_PHONE,
  OWN_STATE_CONTACT,
  type PairState,
  PBX_ANSWER_LIMIT_MS,
  type PbxActivity,
  type PbxView,
  READ_FIRST_MS,
  sameTeams,
  type TeamsPresence,
  type TeamsWrite,
  type Written,
} from './model.ts';
import { forgottenAt } from './pbx-writes.ts';
import { isCallAsBusy, isTried, settable } from './refused.ts';
import { type Rules, writesPbx, writesTeams } from './rules.ts';

/** A session lasts PT10M at Microsoft and is refreshed twice in that time, as the original does. */
export const SESSION_REFRESH_MS = 300_000;
/** Preferred presence is renewed when this share of its lifetime has passed. */
const RENEW_AT = 0.9;

export interface Due {
  /** What to show at our contact on the PBX; `null`: it stands already. */
  pbx: PbxActivity | null;
  /** Writes towards Teams, calls first. */
  teams: TeamsWrite[];
  /** Read this user's presence from Teams. */
  read: boolean;
  /** When something becomes due by the clock alone, epoch ms; `null`: never. */
  nextAt: number | null;
}

/** The difference between wanted and standing, at `now`. */
export function due(rules: Rules, state: PairState, now: number): Due {
  const teams = [...sessionWrites(rules, state, now), ...preferredWrites(rules, state, now)];
  const read = state.settleAt !== null && now >= state.settleAt;
  return { pbx: pbxWrite(rules, state, now), teams, read, nextAt: nextAt(rules, state, now) };
}

/** What should stand at our contact; `undefined` where we do not write, or know too little. */
export function wantedOnPbx(rules: Rules, state: PairState): PbxActivity | undefined {
  if (!state.pbx || !state.manual) return undefined;
  if (!writesPbx(rules)) return withoutOurs(rules, state.pbx, state.written);
  if (state.teams?.call) return ON_THE_PHONE;
  const isOwnState = rules.contact === OWN_STATE_CONTACT;
  return isOwnState || state.manual.origin === 'teams' ? state.manual.pbx : '';
}

/** Where we write no more: what takes away a call, or an item, that would stay for ever. */
function withoutOurs(rules: Rules, pbx: PbxView, written: Written): PbxActivity | undefined {
  const ours = written.pbxPending?.activity ?? written.pbxConfirmed ?? '';
  if (rules.contact !== OWN_STATE_CONTACT) return ours === '' ? undefined : '';
  const isCall = ours === ON_THE_PHONE || isCallAsBusy(written);
  return isCall ? normalActivity(pbx.manual) : undefined;
}

function pbxWrite(rules: Rules, state: PairState, now: number): PbxActivity | null {
  const wanted = wantedOnPbx(rules, state);
  if (wanted === undefined || state.pbx?.hidden) return null;
  const { pbxPending, pbxFailed } = state.written;
  if (pbxPending && now - pbxPending.at < PBX_ANSWER_LIMIT_MS) return null;
  const activity = settable(rules, state, wanted);
  if (pbxFailed && pbxFailed.activity === activity && now < pbxFailed.retryAt) return null;
  const item = normalActivity(state.pbx?.item ?? null);
  // A human may have set what the PBX does not take from us.
  if (item === normalActivity(wanted) && !isLeftOver(state)) return null;
  const stands = item === normalActivity(activity);
  // Said although it stands: the answer tells whether the activity was the reason.
  return stands && !isLeftOver(state) && !isTried(state, wanted) ? null : activity;
}

/** What stands for a call that is over is said again, as a state. */
const isLeftOver = ({ written, teams }: PairState): boolean =>
  isCallAsBusy(written) && !teams?.call;

function sessionWrites(rules: Rules, state: PairState, now: number): TeamsWrite[] {
  const { session } = state.written;
  if (!(writesTeams(rules) && state.pbx?.call)) return session ? [{ kind: 'clear-session' }] : [];
  const fresh = session !== null && now < session.at + SESSION_REFRESH_MS;
  return fresh ? [] : [{ kind: 'set-session' }];
}

function preferredWrites(rules: Rules, state: PairState, now: number): TeamsWrite[] {
  const wanted = state.manual?.teams ?? 'leave';
  if (!writesTeams(rules) || wanted === 'leave' || readsFirst(state, now)) return [];
  const { preferred } = state.written;
  if (wanted === 'clear')
    return preferred?.presence === 'cleared' ? [] : [{ kind: 'clear-preferred' }];
  const renewAt = renewedAt(state.written, wanted);
  if (stands(preferred, wanted) && (renewAt === null || now < renewAt)) return [];
  return [{ kind: 'set-preferred', presence: wanted }];
}

const stands = (preferred: Written['preferred'], wanted: TeamsPresence): boolean =>
  typeof preferred?.presence === 'object' && sameTeams(preferred.presence, wanted);

/** Before Microsoft ends it, epoch ms; `null`: there is nothing to renew. */
const renewedAt = (written: Written, wanted: TeamsPresence, times = 1): number | null => {
  const since = standsSince(written);
  return since === null ? null : since + preferredLifetime(wanted).ms * RENEW_AT * times;
};

/** When what stands in Teams was to be renewed last by then, epoch ms, if it was each time; `null`: never. */
export function lastRenewal(written: Written, wanted: TeamsPresence, by: number): number | null {
  const since = standsSince(written);
  const next = renewedAt(written, wanted);
  if (since === null || next === null || next > by || !stands(written.preferred, wanted))
    return null;
  return renewedAt(written, wanted, Math.floor((by - since) / (next - since)));
}

/** What stands in Teams is to be read first; not for ever, and a clock that was set back does not prolong it. */
const readsFirst = ({ readFirstSince: since }: PairState, now: number): boolean =>
  since !== undefined && since <= now && now < since + READ_FIRST_MS;

function nextAt(rules: Rules, state: PairState, now: number): number | null {
  const { session, pbxPending, pbxFailed } = state.written;
  const wanted = state.manual?.teams ?? 'leave';
  const times = [
    state.settleAt,
    state.readFirstSince === undefined ? null : state.readFirstSince + READ_FIRST_MS,
    session && writesTeams(rules) && state.pbx?.call ? session.at + SESSION_REFRESH_MS : null,
    typeof wanted === 'object' ? renewedAt(state.written, wanted) : null,
    pbxPending ? pbxPending.at + PBX_ANSWER_LIMIT_MS : null,
    pbxFailed ? pbxFailed.retryAt : null,
    ...forgottenAt(state.written),
  ].filter((at): at is number => at !== null && at > now);
  return times.length > 0 ? Math.min(...times) : null;
}
