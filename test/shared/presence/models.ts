// The two sides as small models: what Teams shows of one user, and what the PBX lists. They know
// presence only: no requests, no sockets, no errors (`test/sim/` has those).
import { preferredLifetime } from '../../../shared/presence/mapping.ts';
import {
  ON_THE_PHONE,
  type PresenceItem,
  type TeamsPresence,
} from '../../../shared/presence/model.ts';

/** `Busy` stands for `Busy/Busy`, `Offline` for `Offline/Offline`. */
export function teams(text: string): TeamsPresence {
  const [availability = '', activity = availability] = text.split('/');
  return { availability, activity };
}
export const textOf = ({ availability, activity }: TeamsPresence): string =>
  availability === activity ? availability : `${availability}/${activity}`;

const RANK = [
  'Offline',
  'Away',
  'BeRightBack',
  'AvailableIdle',
  'Available',
  'Busy',
  'DoNotDisturb',
];
const SIGNED_OUT = new Set(['Offline', 'PresenceUnknown']);
const SESSION_MS = 600_000;

/** facts/graph.md §1.4: preferred beats sessions; DoNotDisturb > Busy > Available > Away. */
export class TeamsModel {
  /** What the user's own client says; `Offline`: no client runs. */
  client: TeamsPresence = teams('Available');
  /** What a human chose there, or what we wrote: one slot. */
  preferred: TeamsPresence | null = null;
  /** Microsoft does not tell; an onlooker may. */
  preferredIsOurs = false;
  /** Until when what we wrote stands. */
  preferredUntil = Number.POSITIVE_INFINITY;
  /** Our session, until when. */
  sessionUntil = 0;
  /** How Teams spells our session: the activity is not stable (facts: graph §1.5). */
  spelling = 'Busy/InACall';

  /** A human's choice; it stands. */
  choose(presence: TeamsPresence | null): void {
    this.preferred = presence;
    this.preferredIsOurs = false;
    this.preferredUntil = Number.POSITIVE_INFINITY;
  }

  setPreferred(presence: TeamsPresence | null, now: number): void {
    this.preferred = presence;
    this.preferredIsOurs = true;
    this.preferredUntil = presence
      ? now + preferredLifetime(presence).ms
      : Number.POSITIVE_INFINITY;
  }

  setSession(now: number): void {
    this.sessionUntil = now + SESSION_MS;
  }

  clearSession(): void {
    this.sessionUntil = 0;
  }

  /** When something of ours ends that nobody renewed; `null`: nothing does. */
  endsAt(): number | null {
    const ends = [this.sessionUntil, this.preferredUntil];
    const known = ends.filter((at) => at > 0 && at < Number.POSITIVE_INFINITY);
    return known.length > 0 ? Math.min(...known) : null;
  }

  /** What is over by then is gone. */
  end(now: number): void {
    if (!this.hasSession(now)) this.clearSession();
    if (this.preferredUntil <= now) this.setPreferred(null, now);
  }

  hasSession(now: number): boolean {
    return now < this.sessionUntil;
  }

  shown(now: number): TeamsPresence {
    const sessions = [this.client, ...(this.hasSession(now) ? [teams(this.spelling)] : [])];
    const best = sessions.reduce((a, b) => (rank(b) > rank(a) ? b : a));
    return SIGNED_OUT.has(best.availability) ? best : (this.preferred ?? best);
  }
}

const rank = ({ availability }: TeamsPresence): number => RANK.indexOf(availability);

/** One user's items, and calls that the PBX itself shows at some contact, in front of all else. */
export class PbxModel {
  readonly items = new Map<string, string>();
  readonly calls = new Set<string>();

  set(contact: string, activity: string): void {
    this.items.delete(contact);
    if (activity !== '') this.items.set(contact, activity);
  }

  list(): PresenceItem[] {
    const calls = [...this.calls].map((contact) => ({ contact, activity: ON_THE_PHONE }));
    const items = [...this.items].map(([contact, activity]) => ({ contact, activity })).reverse();
    return [...calls, ...items.filter(({ contact }) => !this.calls.has(contact))];
  }
}
