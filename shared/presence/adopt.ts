// Makes one side's state the state of both: what is then wanted on the other side.
import type { Decision, Verdict } from './events.ts';
import { isEqual, isNoInformation } from './mapping.ts';
import {
  type ManualState,
  normalActivity,
  ON_THE_PHONE,
  type PairState,
  type PbxActivity,
  type RecentWrite,
  sameTeams,
  type TeamsPresence,
} from './model.ts';
import { perhapsStanding } from './recent-writes.ts';
import { isCallAsBusy } from './refused.ts';
import { closedness, type Rules, writesPbx, writesTeams } from './rules.ts';

/** A human chose in Teams: the PBX follows, and our own preferred presence is no more. */
export function adoptTeams(rules: Rules, state: PairState, chosen: TeamsPresence): PairState {
  const shown = state.manual?.pbx ?? normalActivity(state.pbx?.manual ?? null);
  const keep = !writesPbx(rules) || isEqual(rules.mapping, chosen, shown);
  const pbx = keep ? shown : rules.mapping.toPbx(chosen);
  return {
    ...state,
    manual: { origin: 'teams', pbx, teams: 'leave' },
    // Whatever of ours arrived: the human has replaced it.
    written: {
      ...state.written,
      preferred: null,
      lasts: undefined,
      recent: state.written.recent.map(withoutDoubt),
    },
  };
}

const withoutDoubt = ({ failed: _over, ...write }: RecentWrite): RecentWrite => write;

/** A human chose on the PBX: the preferred presence in Teams follows. */
export function adoptPbx(rules: Rules, before: PairState, chosen: PbxActivity): PairState {
  const isNew = before.manual?.pbx !== chosen;
  const state = isNew && before.written.preferred?.takenAway ? withoutTakenAway(before) : before;
  return {
    ...state,
    manual: { origin: 'pbx', pbx: chosen, teams: wantedInTeams(rules, state, chosen) },
  };
}

/** What somebody put in its place in Teams is unknown: a call hides it. */
const withoutTakenAway = (state: PairState): PairState => ({
  ...state,
  teams: state.teams && { ...state.teams, underlying: null },
  written: { ...state.written, preferred: null, lasts: undefined },
});

function wantedInTeams(rules: Rules, state: PairState, chosen: PbxActivity): ManualState['teams'] {
  if (!writesTeams(rules)) return 'leave';
  const pair = rules.mapping.toTeams(chosen);
  const ours = state.written.preferred?.presence;
  if (typeof ours === 'object') {
    return isEqual(rules.mapping, ours, chosen) ? ours : (pair ?? 'clear');
  }
  const underlying = state.teams?.underlying ?? null;
  const known = underlying !== null && !isNoInformation(rules.mapping, underlying);
  if (known && !isUnsure(state) && isEqual(rules.mapping, underlying, chosen)) return 'leave';
  return pair ?? 'clear';
}

/** What we wrote last may or may not stand in Teams: nobody confirmed it. */
const isUnsure = ({ written }: PairState): boolean => perhapsStanding(written.recent).length > 0;

/**
 * Both sides are known, and who changed last is not: equal stays as it is, else the more closed
 * state wins (DESIGN §3, rule 6).
 */
export function reconcile(rules: Rules, state: PairState): { state: PairState; verdict: Verdict } {
  const pbx = beneath(state);
  const teams = state.teams?.underlying ?? null;
  if (teams === null || isNoInformation(rules.mapping, teams)) {
    if (pbx !== '') return { state: adoptPbx(rules, state, pbx), verdict: 'pbx-more-closed' };
    const verdict = 'nothing-chosen';
    // A clearing that is under way may fail: it is wanted still.
    if (teams === null && state.written.preferred?.presence === 'cleared') {
      return { state: adoptPbx(rules, state, pbx), verdict };
    }
    const manual: ManualState = { origin: 'pbx', pbx, teams: 'leave' };
    return { state: { ...state, manual }, verdict };
  }
  if (isEqual(rules.mapping, teams, pbx)) {
    const ours = state.written.preferred?.presence;
    const kept = ours && ours !== 'cleared' && sameTeams(ours, teams);
    const manual: ManualState = kept
      ? { origin: 'pbx', pbx, teams: ours }
      : { origin: state.manual?.origin ?? (pbx === '' ? 'teams' : 'pbx'), pbx, teams: 'leave' };
    return { state: { ...state, manual }, verdict: 'equal' };
  }
  if (closedness(rules.mapping.toPbx(teams)) >= closedness(pbx)) {
    return {
      state: adoptTeams(rules, { ...state, manual: null }, teams),
      verdict: 'teams-more-closed',
    };
  }
  return { state: adoptPbx(rules, state, pbx), verdict: 'pbx-more-closed' };
}

/** The user's own state on the PBX. Where a call of ours lies over it, that is what is put back at its end. */
function beneath({ pbx, manual, written }: PairState): PbxActivity {
  const isCall = normalActivity(pbx?.item ?? null) === ON_THE_PHONE || isCallAsBusy(written);
  if (manual !== null && isCall && !pbx?.hidden) return manual.pbx;
  return normalActivity(pbx?.manual ?? null);
}

/**
 * The rules changed: a choice keeps its origin, and means what the new rows say. Where nothing of ours
 * is wanted in Teams, nobody says who is right: both sides meet anew.
 */
export function meetAnew(rules: Rules, state: PairState): Decision {
  const { manual } = state;
  if (manual?.origin === 'teams') {
    const chosen = state.teams?.underlying ?? null;
    if (chosen === null || isNoInformation(rules.mapping, chosen)) return { state, reason: 'same' };
    const reason = isEqual(rules.mapping, chosen, manual.pbx) ? 'equal' : 'teams-chose';
    return { state: adoptTeams(rules, state, chosen), reason };
  }
  if (manual !== null && manual.teams !== 'leave') {
    return { state: adoptPbx(rules, state, manual.pbx), reason: 'pbx-chose' };
  }
  const { state: settled, verdict } = reconcile(rules, state);
  return { state: settled, reason: verdict };
}
