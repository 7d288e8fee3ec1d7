// Frames from the agent to the edge: who is there, what the PBX said, what became of a write.
import * as z from 'zod';
import { late } from '../late.ts';
import { frame } from './frame.ts';
import { PROTOCOL_VERSION } from './version.ts';

const guid = late(() => z.string().min(1).max(64));
const text = late(() => z.string().max(1024));

/** A user object of the PBX. `emails` includes `<h323>@<system name>` where the PBX says so. */
export const pbxUser = late(() =>
  z.object({
    guid: guid(),
    cn: text(),
    h323: text(),
    dn: text().optional(),
    e164: text().optional(),
    emails: z.array(text()).max(64),
    /** Name of the PBX that homes the user. */
    loc: text().optional(),
  }),
);
export type PbxUser = z.infer<ReturnType<typeof pbxUser>>;

/** One entry of a PresenceUpdate, as the PBX lists it: newest first. */
export const pbxItem = late(() =>
  z.object({
    contact: text(),
    /** `""` where the PBX sent none. */
    activity: text(),
    status: text().optional(),
  }),
);
export type PbxItem = z.infer<ReturnType<typeof pbxItem>>;

const fault = late(() => z.object({ code: z.string().max(64), detail: text() }));
export type PbxFault = z.infer<ReturnType<typeof fault>>;

/** First frame of every connection. */
const hello = frame('hello', () => ({
  agent: z.object({ version: text(), platform: text(), startedAt: z.number() }),
  /** Names of the configured PBXs. */
  pbxs: z.array(text()).max(64),
}));

/** A PBX session came up, or why it is not. Sent at each change and after each welcome. */
const pbxState = frame('pbx', () => ({
  pbx: text(),
  state: z.discriminatedUnion('state', [
    z.object({
      state: z.literal('up'),
      /** What the PBX calls itself, and its system name, where it told us. */
      name: text().optional(),
      domain: text().optional(),
    }),
    z.object({ state: z.literal('down'), fault: fault() }),
  ]),
}));

/** Part of a full user list. `list` groups the parts; with `last` it replaces what was known. */
const users = frame('users', () => ({
  pbx: text(),
  list: z.number().int(),
  last: z.boolean(),
  users: z.array(pbxUser()).max(1000),
}));

/** One user was added or changed (the PBX does not say which, and nobody needs to know). */
const user = frame('user', () => ({ pbx: text(), user: pbxUser() }));

const userGone = frame('user-gone', () => ({ pbx: text(), guid: guid() }));

/** Presence of watched users: the whole item list each time. */
const presences = frame('presences', () => ({
  pbx: text(),
  presences: z
    .array(
      z.object({
        guid: guid(),
        items: z.array(pbxItem()).max(64),
        /** First list since this PBX session or this tunnel began: changes may have been missed. */
        afterGap: z.boolean(),
        /** The gap was the tunnel's alone: the PBX session has gone on, and forgot nothing. */
        sessionLasted: z.boolean().optional(),
        /** After a gap: the last write (`set.write`) that the PBX took, as far as the agent knows. */
        tookWrite: z.number().int().optional(),
      }),
    )
    .max(1000),
}));

/** The PBX's answer to a `set`; frames keep the order in which the PBX spoke. */
const wrote = frame('wrote', () => ({
  guid: guid(),
  write: z.number().int(),
  /** Absent when the PBX took it. */
  fault: fault().optional(),
}));

/**
 * Watched users whose presence, and whose calls alone, the App object may not see; the full lists each
 * time, with 20,000 users at most in both together.
 */
const unseen = frame('unseen', () => ({
  pbx: text(),
  guids: z.array(guid()).max(20_000),
  noCalls: z.array(guid()).max(20_000).optional(),
}));

/** Watched users without the licence that `watch` named; the full list each time. */
const unlicensed = frame('unlicensed', () => ({
  pbx: text(),
  guids: z.array(guid()).max(20_000),
  /** Licences cannot be asked for; then nobody is listed. */
  fault: fault().optional(),
}));

export const upFrame = late(() =>
  z.discriminatedUnion('t', [
    hello(),
    pbxState(),
    users(),
    user(),
    userGone(),
    presences(),
    wrote(),
    unseen(),
    unlicensed(),
  ]),
);
export type UpFrame = z.infer<ReturnType<typeof upFrame>>;
type Up<T extends UpFrame['t']> = Omit<Extract<UpFrame, { t: T }>, 'v' | 't'>;

const up =
  <T extends UpFrame['t']>(t: T) =>
  (fields: Up<T>) =>
    ({ v: PROTOCOL_VERSION, t, ...fields }) as unknown as Extract<UpFrame, { t: T }>;

export const helloFrame = up('hello');
export const pbxStateFrame = up('pbx');
export const usersFrame = up('users');
export const userFrame = up('user');
export const userGoneFrame = up('user-gone');
export const presencesFrame = up('presences');
export const wroteFrame = up('wrote');
export const unseenFrame = up('unseen');
export const unlicensedFrame = up('unlicensed');
