// Frames from the edge to the agent: whom to watch and what to show on the PBX. Nothing else: the
// tunnel cannot be used to reach anything but presence.
import * as z from 'zod';
import { late } from '../late.ts';
import { frame } from './frame.ts';
import { PROTOCOL_VERSION } from './version.ts';

const guid = late(() => z.string().min(1).max(64));
const guids = late(() => z.array(guid()).max(1000));

/**
 * Answers `hello`. Only the leading agent writes to the PBX; a standby reports its PBX sessions and
 * waits. `epoch` rises with every change of the leader.
 */
const welcome = frame('welcome', () => ({
  agentId: z.string(),
  epoch: z.number().int(),
  role: z.enum(['leading', 'standby']),
}));

/** The role changed after the welcome. */
const role = frame('role', () => ({
  epoch: z.number().int(),
  role: z.enum(['leading', 'standby']),
}));

/** Part of the full list of users to watch. With `last` it replaces what was watched before. */
const watch = frame('watch', () => ({
  epoch: z.number().int(),
  list: z.number().int(),
  last: z.boolean(),
  guids: guids(),
  /** Who has no licence of this name on the PBX is not watched, but reported (`unlicensed`). */
  licence: z.string().max(128).optional(),
}));

/** Users to watch, or to stop watching, from now on. */
const watchMore = frame('watch-more', () => ({ epoch: z.number().int(), guids: guids() }));
const unwatch = frame('unwatch', () => ({ epoch: z.number().int(), guids: guids() }));

/** What to show for a user: `SetPresence` with our contact. Each is answered by one `wrote`. */
const set = frame('set', () => ({
  epoch: z.number().int(),
  guid: guid(),
  write: z.number().int(),
  contact: z.string(),
  activity: z.string(),
}));

export const downFrame = late(() =>
  z.discriminatedUnion('t', [welcome(), role(), watch(), watchMore(), unwatch(), set()]),
);
export type DownFrame = z.infer<ReturnType<typeof downFrame>>;
type Down<T extends DownFrame['t']> = Omit<Extract<DownFrame, { t: T }>, 'v' | 't'>;

const down =
  <T extends DownFrame['t']>(t: T) =>
  (fields: Down<T>) =>
    ({ v: PROTOCOL_VERSION, t, ...fields }) as unknown as Extract<DownFrame, { t: T }>;

export const welcomeFrame = down('welcome');
export const roleFrame = down('role');
export const watchFrame = down('watch');
export const watchMoreFrame = down('watch-more');
export const unwatchFrame = down('unwatch');
export const setFrame = down('set');
