// People at work: now and then somebody changes their presence in Teams or on the PBX, or calls there.
import type { Dice } from '../../soak/dice.ts';
import type { Laboratory } from '../laboratory.ts';

/** Not Away: after an available on the PBX Teams may show it of itself, and the sides may differ (presence rule R13). */
const TEAMS_CHOICES = ['Busy', 'DoNotDisturb', 'Available', 'BeRightBack'] as const;
const PBX_CHOICES = ['busy', 'dnd', 'away', '', 'meeting', 'lunch'] as const;
/** How long a call in the demo lasts, in ms. */
const CALL_MS = 4_000;
const IN_A_CALL = { availability: 'Busy', activity: 'InACall' };

export type Side = 'teams' | 'pbx';

/** What a human chose, in the words of that side. */
export type Choice =
  | { name: string; side: 'teams'; activity: (typeof TEAMS_CHOICES)[number] }
  | { name: string; side: 'pbx'; activity: (typeof PBX_CHOICES)[number] };

export interface Habits {
  /** How long a call lasts. */
  callMs?: number;
  /** The only side where somebody chooses; `undefined`: on both. Calls are had on both. */
  sideOf?: (name: string) => Side | undefined;
}

const pick = <T>(from: readonly T[], dice: Dice): T => from[dice(from.length)] as T;

/**
 * One change by one of `names` (SIP names on the PBX, and the part of the UPN before the @). Answers what was
 * chosen; `undefined`: it was a call, or nothing.
 */
export function liveABit(
  lab: Laboratory,
  names: readonly string[],
  dice: Dice,
  { callMs = CALL_MS, sideOf = () => undefined }: Habits = {},
): Choice | undefined {
  const name = pick(names, dice);
  if (!teamsOf(lab, name)) return undefined;
  switch (dice(6)) {
    case 0:
    case 1:
      return choose(lab, sideOf(name) ?? 'teams', name, dice);
    case 2:
    case 3:
      return choose(lab, sideOf(name) ?? 'pbx', name, dice);
    case 4:
      callOnPbx(lab, name, callMs);
      return undefined;
    default:
      callInTeams(lab, name, callMs);
      return undefined;
  }
}

/** Somebody chooses something on this side. */
export function choose(lab: Laboratory, side: Side, name: string, dice: Dice): Choice {
  if (side === 'teams') {
    const activity = pick(TEAMS_CHOICES, dice);
    teamsOf(lab, name)?.choose(activity);
    return { name, side, activity };
  }
  const activity = pick(PBX_CHOICES, dice);
  lab.pbx.user(name).setPresence(activity);
  return { name, side, activity };
}

/** Ends all calls of these people, on both sides. */
export function hangUpAll(lab: Laboratory, names: readonly string[]): void {
  for (const name of names) {
    lab.pbx.user(name).hangUp();
    teamsOf(lab, name)?.show(null);
  }
}

function callOnPbx({ pbx }: Laboratory, name: string, callMs: number): void {
  const person = pbx.user(name);
  if (person.calls() > 0) return;
  const call = person.call();
  setTimeout(() => call.hangUp(), callMs).unref();
}

/** Shown above whatever was chosen, but for do not disturb, as Teams does it. */
function callInTeams(lab: Laboratory, name: string, callMs: number): void {
  const teams = teamsOf(lab, name);
  const { availability, activity } = teams?.presence() ?? IN_A_CALL;
  if (availability === 'DoNotDisturb' || activity === IN_A_CALL.activity) return;
  teams?.show(IN_A_CALL);
  setTimeout(() => teams?.show(null), callMs).unref();
}

function teamsOf({ microsoft, pbx }: Laboratory, name: string) {
  const { cn } = pbx.user(name).row();
  const user = microsoft.users().find(({ displayName }) => displayName === cn);
  return user && microsoft.teams(user.id);
}
