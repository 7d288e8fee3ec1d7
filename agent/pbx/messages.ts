// The words spoken with the PBX. Inbound schemas are lenient: the vendor's own documents and running
// systems disagree on which fields are there, so only what is used is asked for.
import { z } from 'zod';
import type { PbxItem } from '../../shared/protocol/up.ts';

const word = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

/** Any message: `mt` says what it is, `src` which request it belongs to, if the PBX says so. */
const envelope = z.looseObject({ mt: z.string(), api: word, src: word });
export type PbxMessage = z.infer<typeof envelope>;

/** `undefined` for what is no message of the protocol; such frames are ignored, not punished. */
export function readMessage(text: string): PbxMessage | undefined {
  try {
    return envelope.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export const appChallengeResult = z.object({ challenge: z.string().min(1) });
/** Success is `ok: true` and nothing else; a failure may have any of the other two, or neither. */
export const appLoginResult = z.object({ ok: z.literal(true) });
/** `ok` may be absent, which means no. */
export const licenceResult = z.object({ ok: z.literal(true) });
export const presenceState = z.object({ up: z.boolean() });
export const monitorConfigInfo = z.object({ domain: word, pbx: word });
export const monitorUnallowed = z.object({
  user: z.string(),
  srcs: z
    .array(z.object({ name: word }))
    .optional()
    .catch(undefined),
});

/** A row of PbxTableUsers. A column without value is absent. */
export const userRow = z.object({
  guid: z.string().min(1).max(64),
  h323: word,
  cn: word,
  dn: word,
  e164: word,
  loc: word,
  'h323-email': flag,
  emails: z
    .array(z.object({ email: word }))
    .optional()
    .catch(undefined),
  /** Who may see what of the user; a right that is not given is absent. */
  allows: z
    .array(z.object({ name: word, grp: flag, presence: flag, otf: flag }))
    .optional()
    .catch(undefined),
});
export type UserRow = z.infer<typeof userRow>;

const presenceItem = z.object({ contact: word, activity: word, status: word });
const TEXT_LIMIT = 1024;
const ITEM_LIMIT = 64;
/** A PBX takes messages below 64 KiB; a character may need six bytes there. Nobody types such a note. */
const NOTE_LIMIT = 8_192;

/** What a tunnel frame can carry of a text. */
export const clipped = (text: string): string => text.slice(0, TEXT_LIMIT);

const noteItem = z.object({ contact: word, note: word });

/** The notes of a PresenceUpdate by contact, where there are any: a write must not wipe them. */
export function presenceNotes(message: PbxMessage): Map<string, string> {
  const list: unknown[] = Array.isArray(message['presence']) ? message['presence'] : [];
  const notes = list.slice(0, ITEM_LIMIT).map((entry) => noteItem.safeParse(entry).data ?? {});
  return new Map(
    notes.flatMap(({ contact = '', note }) => {
      const fits = note && note.length <= NOTE_LIMIT && contact.length <= TEXT_LIMIT;
      return fits ? [[contact, note]] : [];
    }),
  );
}

/** The items of a PresenceUpdate, in the PBX's order. Notes stay on site. */
export function presenceItems(message: PbxMessage): PbxItem[] {
  const list: unknown[] = Array.isArray(message['presence']) ? message['presence'] : [];
  const items = list.flatMap((entry): PbxItem[] => {
    const item = presenceItem.safeParse(entry).data;
    if (!item) return [];
    const { contact = '', activity = '', status } = item;
    return [
      {
        contact: clipped(contact),
        activity: clipped(activity),
        ...(status === undefined ? {} : { status: clipped(status) }),
      },
    ];
  });
  return items.slice(0, ITEM_LIMIT);
}

/** What a result says went wrong, or `undefined`: an `error` of 0 is none (SDK, SetPresenceResult). */
export function errorOf(message: PbxMessage): string | undefined {
  const { error, errorText } = message;
  if (error === undefined || error === null || error === 0 || error === false || error === '') {
    return undefined;
  }
  // Whatever else a PBX sends there has no text, and may have a `toString` of its own.
  const isTold = typeof error === 'string' || typeof error === 'number';
  const told = isTold ? `error ${clippedError(String(error))}` : '';
  if (typeof errorText !== 'string' || !errorText) return told || 'an error without a number';
  return told ? `${clippedError(errorText)} (${told})` : clippedError(errorText);
}

/** There are sentences around it, and none may be longer than a tunnel frame takes. */
const ERROR_LIMIT = 256;
const clippedError = (text: string): string => text.slice(0, ERROR_LIMIT);

export interface PbxRequest {
  readonly mt: string;
  readonly api?: string;
  readonly src?: string;
  readonly [field: string]: unknown;
}
/** A request whose answer is told by its `src`. */
export type AskedRequest = PbxRequest & { readonly src: string };

export const keepAlive = (): PbxRequest => ({ mt: 'KeepAlive' });
export const appChallenge = (): PbxRequest => ({ mt: 'AppChallenge' });
export const appLogin = (login: {
  app: string;
  domain: string;
  sip: string;
  guid: string;
  dn: string;
  digest: string;
}): PbxRequest => ({ mt: 'AppLogin', ...login });

export const subscribePresence = (sip: string, src: string): AskedRequest => ({
  api: 'PbxApi',
  mt: 'SubscribePresence',
  sip,
  src,
});
export const unsubscribePresence = (sip: string, src: string): AskedRequest => ({
  api: 'PbxApi',
  mt: 'UnsubscribePresence',
  sip,
  src,
});
/** An item overwrites the item with the same contact only (SDK, Signal), its note included. */
export const setPresence = (
  item: { guid: string; contact: string; activity: string; note: string },
  src: string,
): AskedRequest => ({
  api: 'PbxApi',
  mt: 'SetPresence',
  guid: item.guid,
  contact: item.contact,
  activity: item.activity,
  note: item.note,
  src,
});
export const getNodeInfo = (src: string): AskedRequest => ({
  api: 'PbxApi',
  mt: 'GetNodeInfo',
  src,
});

/**
 * Starts the replication of users, with the columns of `userRow` and no others. Never `pwd`; never many pseudo types: more than twenty sent a PBX
 * into a reboot loop. `add` and `del` as every client seen sends them, although we only read.
 */
export const replicateStart = (src: string): AskedRequest => ({
  api: 'PbxTableUsers',
  mt: 'ReplicateStart',
  src,
  add: true,
  del: true,
  columns: Object.fromEntries(Object.keys(userRow.shape).map((column) => [column, {}])),
  pseudo: ['', 'executive'],
});
export const replicateNext = (src: string): AskedRequest => ({
  api: 'PbxTableUsers',
  mt: 'ReplicateNext',
  src,
});
export const monitorConfigRequest = (src: string): AskedRequest => ({
  api: 'PbxAdminApi',
  mt: 'MonitorConfig',
  src,
});
export const monitorUnallowedRequest = (src: string): AskedRequest => ({
  api: 'PbxAdminApi',
  mt: 'MonitorUnallowed',
  src,
});
export const getLocation = (loc: string, src: string): AskedRequest => ({
  api: 'PbxAdminApi',
  mt: 'GetLocation',
  src,
  loc,
});
export const checkAppLic = (guid: string, lic: string, src: string): AskedRequest => ({
  api: 'PbxAdminApi',
  mt: 'CheckAppLic',
  src,
  guid,
  lic,
});
