// Reads the PBX's list of presence items: the user's own state, what stands at our contact, a call.
import {
  normalActivity,
  ON_THE_PHONE,
  OWN_STATE_CONTACT,
  type PbxActivity,
  type PresenceItem,
} from './model.ts';

export interface PbxReading {
  /** The user's own state; `null`: no item for it; `'covered'`: a call stands in its place. */
  manual: PbxActivity | null | 'covered';
  item: PbxActivity | null;
  call: boolean;
  hidden: boolean;
}

/**
 * A call is any on-the-phone item that is not our own write, whatever its contact (API.md, "Tunnel
 * and agent"): the contact of the PBX's own item is not documented, and may be `tel:` too.
 * @param contact where we write
 * @param oursIsACall our last write, confirmed or on its way, says on-the-phone
 */
export function readItems(
  items: readonly PresenceItem[],
  contact: string,
  oursIsACall: boolean,
): PbxReading {
  const calls = items.filter((item) => normalActivity(item.activity) === ON_THE_PHONE);
  const ours = oursIsACall ? calls.find((item) => item.contact === contact) : undefined;
  const foreign = calls.filter((item) => item !== ours);

  const manual = activityAt(items, OWN_STATE_CONTACT);
  return {
    manual: manual === ON_THE_PHONE ? 'covered' : manual,
    item: activityAt(items, contact),
    call: foreign.length > 0,
    hidden: foreign.some((item) => item.contact === contact),
  };
}

function activityAt(items: readonly PresenceItem[], contact: string): PbxActivity | null {
  const found = items.find((item) => item.contact === contact);
  return found ? normalActivity(found.activity) : null;
}
