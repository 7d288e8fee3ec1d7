// What is to be done for a pair at Microsoft now, given what failed lately and whether its PBX can be
// heard. Pure: `due` says what differs, this says what of it may go.
import type { Due } from '../../shared/presence/due.ts';
import type { TeamsWrite } from '../../shared/presence/model.ts';

/** Calls and manual states fail and wait each for itself. */
export type Layer = 'session' | 'preferred';

/** A write that failed, and when the same one may be tried again. */
export interface WriteFault {
  code: string;
  detail: string;
  requestId?: string;
  write: TeamsWrite;
  /** Failures in a row. */
  failures: number;
  /** Epoch ms */
  retryAt: number;
}
export type Faults = Partial<Record<Layer, WriteFault>>;

export interface Errand {
  /** What to send now; `null`: nothing. */
  write: TeamsWrite | null;
  /** Whether to read this user's presence. */
  read: boolean;
  /** When there is something to do, epoch ms, `now` included; `null`: nothing by the clock. */
  dueAt: number | null;
  /** The faults of what is still wanted; the others are over. */
  faults: Faults;
  /** Whether something is to be written, now or later, of which its row does not say that it was refused. */
  isOpen: boolean;
}

export const layerOf = ({ kind }: TeamsWrite): Layer =>
  kind.endsWith('session') ? 'session' : 'preferred';

const isClearing = ({ kind }: TeamsWrite): boolean => kind === 'clear-session';

/** Whether they do the same: to say it twice does no harm. */
export const isSameWrite = (one: TeamsWrite, other: TeamsWrite): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/**
 * A session that nobody on site vouches for is taken back so long, in ms, after it was set or refreshed. Microsoft ends
 * it after ten minutes; but a refresh may have left before the silence of a dead line was noticed, 14 s at most.
 */
export const UNHEARD_MS = 570_000;

/**
 * @param live somebody on site would tell us when a call ends: without them no session is refreshed
 * @param sessionAt when our session was set or refreshed, epoch ms; `null`: none stands
 */
export function errand(
  { teams: due, read, nextAt }: Due,
  known: Faults,
  { live, now, sessionAt }: { live: boolean; now: number; sessionAt: number | null },
): Errand {
  const endsAt = live || sessionAt === null ? null : sessionAt + UNHEARD_MS;
  // Begun, it is not given up: what failed may stand.
  const isBegun = !live && known.session !== undefined && isClearing(known.session.write);
  const isOver = isBegun || (endsAt !== null && endsAt <= now);
  const teams: TeamsWrite[] =
    isOver && !due.some(isClearing) ? [...due, { kind: 'clear-session' }] : due;
  const wanted = teams.filter(({ kind }) => live || kind !== 'set-session');
  const faults: Faults = {};
  for (const write of wanted) {
    const fault = known[layerOf(write)];
    if (fault) faults[layerOf(write)] = fault;
  }
  // Something else than what failed may go at once: a new state has not been refused yet.
  const refusalOf = (write: TeamsWrite): WriteFault | undefined => {
    const fault = known[layerOf(write)];
    return fault && isSameWrite(fault.write, write) ? fault : undefined;
  };
  const waitsUntil = (write: TeamsWrite): number => Math.max(now, refusalOf(write)?.retryAt ?? now);
  const write = wanted.find((one) => waitsUntil(one) <= now) ?? null;
  const isOpen = teams.some((write) => !refusalOf(write));
  const times = [
    ...wanted.map(waitsUntil),
    read ? now : null,
    nextAt,
    endsAt !== null && endsAt > now ? endsAt : null,
  ].filter((at) => at !== null);
  return { write, read, dueAt: times.length > 0 ? Math.min(...times) : null, faults, isOpen };
}
