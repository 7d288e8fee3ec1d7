// People at work: now and then somebody changes their presence in Teams or on the PBX, or calls.
import type { Dice } from '../../soak/dice.ts';
import type { Laboratory } from '../laboratory.ts';

const TEAMS_CHOICES = ['Busy', 'DoNotDisturb', 'Away', 'Available', 'BeRightBack'] as const;
const PBX_CHOICES = ['busy', 'dnd', 'away', '', 'meeting', 'lunch'] as const;
/** How long a call in the demo lasts, in ms. */
const CALL_MS = 4_000;

const pick = <T>(from: readonly T[], dice: Dice): T => from[dice(from.length)] as T;

/**
 * One change by one of `names` (SIP names on the PBX, and the part of the UPN before the @).
 * @param callMs how long a call lasts
 */
export function liveABit(
  { microsoft, pbx }: Laboratory,
  names: readonly string[],
  dice: Dice,
  callMs = CALL_MS,
): void {
  const name = pick(names, dice);
  const person = pbx.user(name);
  if (person.onThePhone()) return;
  const upn = microsoft.users().find((user) => user.displayName === person.row().cn)?.id;
  if (upn === undefined) return;
  switch (dice(5)) {
    case 0:
    case 1:
      microsoft.teams(upn).choose(pick(TEAMS_CHOICES, dice));
      return;
    case 2:
    case 3:
      person.setPresence(pick(PBX_CHOICES, dice));
      return;
    default: {
      const call = person.call();
      setTimeout(() => call.hangUp(), callMs).unref();
    }
  }
}
