import { describe, expect, test } from 'vitest';
import { type PbxReading, readItems } from '../../../shared/presence/pbx-items.ts';

/** `tel:busy sip:on-the-phone`, newest first; `tel:` alone is an item without an activity. */
const items = (text: string) =>
  text.split(' ').flatMap((item) => {
    const at = item.indexOf(':') + 1;
    return at === 0 ? [] : [{ contact: item.slice(0, at), activity: item.slice(at) }];
  });

const row = (
  text: string,
  contact: string,
  oursIsACall: boolean,
  expected: Partial<PbxReading>,
): [string, string, boolean, PbxReading] => [
  text,
  contact,
  oursIsACall,
  { manual: null, item: null, call: false, hidden: false, ...expected },
];

describe('a list of items', () => {
  test.each([
    row('', 'tel:', false, {}),
    row('tel:', 'tel:', false, { manual: '', item: '' }),
    row('tel:online', 'tel:', false, { manual: '', item: '' }),
    row('tel:Busy', 'tel:', false, { manual: 'busy', item: 'busy' }),
    // Other items are no manual state.
    row('im:dnd calendar:meeting tel:away', 'tel:', false, { manual: 'away', item: 'away' }),
    row('im:dnd', 'tel:', false, {}),
    // A call, whatever its contact.
    row('sip:on-the-phone tel:busy', 'tel:', false, { call: true, manual: 'busy', item: 'busy' }),
    row('im:On-The-Phone', 'tel:', false, { call: true }),
    row('tel:on-the-phone', 'tel:', false, {
      call: true,
      hidden: true,
      manual: 'covered',
      item: 'on-the-phone',
    }),
    row('tel:on-the-phone tel:busy', 'tel:', false, {
      call: true,
      hidden: true,
      manual: 'covered',
      item: 'on-the-phone',
    }),
    // Our own on-the-phone is no call.
    row('tel:on-the-phone', 'tel:', true, { manual: 'covered', item: 'on-the-phone' }),
    row('sip:on-the-phone tel:on-the-phone', 'tel:', true, {
      call: true,
      manual: 'covered',
      item: 'on-the-phone',
    }),
    row('tel:busy', 'tel:', true, { manual: 'busy', item: 'busy' }),
    // We write beside the user's own state.
    row('teams:away tel:busy', 'teams:', false, { manual: 'busy', item: 'away' }),
    row('teams:on-the-phone tel:busy', 'teams:', true, { manual: 'busy', item: 'on-the-phone' }),
    row('tel:on-the-phone teams:away', 'teams:', false, {
      call: true,
      manual: 'covered',
      item: 'away',
    }),
  ])('"%s", written at %s, ours a call: %s', (text, contact, oursIsACall, expected) => {
    expect(readItems(items(text), contact, oursIsACall)).toEqual(expected);
  });
});
