// How Teams makes one presence out of many (facts/graph.md §1.3, §1.4). Pure: state and time in,
// presence out.
//
//   preferred (while any session lives)
//     > sessions: DoNotDisturb > Busy > Available > Away
//         of the user's Teams clients (with call, meeting) and of applications (with expiry and fade)
//     > Offline
//
// Not modelled: that Teams keeps a client's session for a while after the client is gone; Teams'
// own calls overruling a chosen "Available" – the documented rule says preferred beats sessions.

export interface Pair {
  readonly availability: string;
  readonly activity: string;
}

export interface AppSession extends Pair {
  readonly setAt: number;
  readonly expiresAt: number;
  /** The activity others see: the echo of §1.5 may differ from what was sent. */
  readonly shownActivity: string;
}

export interface Preferred extends Pair {
  readonly expiresAt: number;
}

export interface UserPresence {
  /** Running Teams clients by device. */
  readonly clients: Map<string, { idle: boolean }>;
  call: 'InACall' | 'InAConferenceCall' | 'Presenting' | null;
  meeting: boolean;
  outOfOffice: { message: string } | null;
  /** Shown whatever else holds: for causes this model lacks (focus time, an unknown state). */
  shown: Pair | null;
  /** Sessions made by setPresence, by application id. */
  readonly sessions: Map<string, AppSession>;
  preferred: Preferred | null;
  statusMessage: {
    message: unknown;
    expiresAt: number;
    expiryDateTime?: unknown;
    publishedAt: number;
  } | null;
}

export const noPresence = (): UserPresence => ({
  clients: new Map(),
  call: null,
  meeting: false,
  outOfOffice: null,
  shown: null,
  sessions: new Map(),
  preferred: null,
  statusMessage: null,
});

const minute = 60_000;
/** An Available session fades twice, whatever its expirationDuration says (§1.3). */
export const fadeMs = 5 * minute;

const pair = (availability: string, activity = availability): Pair => ({ availability, activity });

// Higher wins; within one availability the more telling activity wins.
const availabilityRank = ['Offline', 'Away', 'BeRightBack', 'Available', 'Busy', 'DoNotDisturb'];
const activityRank = [
  'AvailableInactive',
  'Away',
  'Available',
  'Busy',
  'InAMeeting',
  'InACall',
  'InAConferenceCall',
  'Presenting',
];

const rank = (one: Pair): number =>
  availabilityRank.indexOf(one.availability) * 100 + activityRank.indexOf(one.activity);

/** What everybody sees at `now`. */
export function aggregate(state: UserPresence, now: number): Pair {
  if (state.shown) return pair(state.shown.availability, state.shown.activity);
  const sessions = [...clientSessions(state), ...appSessions(state, now)];
  if (sessions.length === 0)
    return state.outOfOffice ? pair('Offline', 'OutOfOffice') : pair('Offline');
  if (state.preferred && state.preferred.expiresAt > now) {
    return withOutOfOffice(state, pair(state.preferred.availability, state.preferred.activity));
  }
  if (state.meeting) sessions.push(pair('Busy', 'InAMeeting'));
  const best = sessions.reduce((a, b) => (rank(b) > rank(a) ? b : a));
  return withOutOfOffice(state, best);
}

/** The next moment at which aggregate() may change by itself; Infinity where none. */
export function nextChangeAt(state: UserPresence, now: number): number {
  const moments: number[] = [];
  for (const session of state.sessions.values()) {
    moments.push(session.expiresAt);
    if (session.availability === 'Available')
      moments.push(session.setAt + fadeMs, session.setAt + 2 * fadeMs);
  }
  if (state.preferred) moments.push(state.preferred.expiresAt);
  return moments
    .filter((moment) => moment > now)
    .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

/** Drops what has expired. */
export function prune(state: UserPresence, now: number): void {
  for (const [appId, session] of state.sessions) {
    if (session.expiresAt <= now) state.sessions.delete(appId);
  }
  if (state.preferred && state.preferred.expiresAt <= now) state.preferred = null;
  if (state.statusMessage && state.statusMessage.expiresAt <= now) state.statusMessage = null;
}

function clientSessions(state: UserPresence): Pair[] {
  return [...state.clients.values()].map((client) => {
    if (state.call === 'Presenting') return pair('DoNotDisturb', 'Presenting');
    if (state.call) return pair('Busy', state.call);
    return client.idle ? pair('Away') : pair('Available');
  });
}

function appSessions(state: UserPresence, now: number): Pair[] {
  const alive = [...state.sessions.values()].filter((session) => session.expiresAt > now);
  return alive.map((session) => {
    const age = now - session.setAt;
    if (session.availability !== 'Available' || age < fadeMs) {
      return pair(session.availability, session.shownActivity);
    }
    return age < 2 * fadeMs ? pair('Available', 'AvailableInactive') : pair('Away');
  });
}

// Out of office shows through Available only; elsewhere it is a marker beside (§1.1).
const withOutOfOffice = (state: UserPresence, seen: Pair): Pair =>
  state.outOfOffice && seen.availability === 'Available' ? pair('Available', 'OutOfOffice') : seen;
