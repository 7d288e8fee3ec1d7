import { expect, test } from 'vitest';
import {
  endCall,
  fullView,
  initialPresence,
  listFor,
  type PresenceState,
  setItem,
  setStatus,
  startCall,
} from './presence-model.ts';

const tel = (activity: string, note = '') => ({ contact: 'tel:', activity, note });
const busy = setItem(initialPresence(true), tel('busy', 'till 5'), 'keep');
const shown = (state: PresenceState, view = fullView) =>
  listFor(state, view).map(({ contact, activity }) => `${contact}${activity ?? ''}`);
const call = { id: 1, contact: 'phone:', position: 'front', covering: 'beside' } as const;

test('an item only overwrites the item with the same contact, and becomes the newest', () => {
  const meeting = setItem(busy, { contact: 'calendar:', activity: 'meeting', note: '' }, 'keep');
  expect(shown(meeting)).toEqual(['calendar:meeting', 'tel:busy', 'im:']);
  expect(shown(setItem(meeting, tel('away'), 'keep'))).toEqual([
    'tel:away',
    'calendar:meeting',
    'im:',
  ]);
});

test('the list looks like the documented one', () => {
  expect(listFor(busy, fullView)).toEqual([
    { contact: 'tel:', status: 'open', activity: 'busy', note: 'till 5' },
    { contact: 'im:', status: 'open' },
  ]);
});

test('an empty activity keeps the item or removes it', () => {
  expect(shown(setItem(busy, tel(''), 'keep'))).toEqual(['tel:', 'im:']);
  expect(shown(setItem(busy, tel(''), 'remove'))).toEqual(['im:']);
  expect(shown(setItem(busy, tel('', 'note'), 'remove'))).toEqual(['tel:', 'im:']);
});

test('status changes keep activity and place', () => {
  const closed = setStatus(setStatus(busy, 'tel:', false), 'im:', false);
  expect(listFor(closed, fullView)).toEqual([
    { contact: 'tel:', status: 'closed', activity: 'busy', note: 'till 5' },
    { contact: 'im:', status: 'closed' },
  ]);
  expect(shown(setStatus(initialPresence(undefined), 'im:', true))).toEqual(['tel:', 'im:']);
});

test.each([
  ['front', 'phone:', 'beside', ['phone:on-the-phone', 'tel:busy', 'im:']],
  ['back', 'phone:', 'beside', ['tel:busy', 'im:', 'phone:on-the-phone']],
  ['front', 'tel:', 'beside', ['tel:on-the-phone', 'tel:busy', 'im:']],
  ['back', 'tel:', 'beside', ['tel:busy', 'im:', 'tel:on-the-phone']],
  ['front', 'tel:', 'over', ['tel:on-the-phone', 'im:']],
  ['front', 'tel:', 'overwrite', ['tel:on-the-phone', 'im:']],
] as const)('a call at the %s with contact %s put %s', (position, contact, covering, list) => {
  const talking = startCall(busy, { id: 1, contact, position, covering });
  expect(shown(talking)).toEqual(list);
  const after = covering === 'overwrite' ? ['im:'] : ['tel:busy', 'im:'];
  expect(shown(endCall(talking, 1))).toEqual(after);
});

test('a call sorted by age gives way to what comes later', () => {
  const talking = startCall(busy, { ...call, position: 'newest' });
  expect(shown(talking)[0]).toBe('phone:on-the-phone');
  expect(shown(setItem(talking, tel('away'), 'keep'))[0]).toBe('tel:away');
});

test('what is set under a covering call shows when it ends', () => {
  const talking = startCall(busy, { ...call, contact: 'tel:', covering: 'over' });
  const away = setItem(talking, tel('away'), 'keep');
  expect(shown(away)).toEqual(['tel:on-the-phone', 'im:']);
  expect(shown(endCall(away, 1))).toEqual(['tel:away', 'im:']);
});

test('two calls are one item until both have ended', () => {
  const two = startCall(startCall(busy, call), { ...call, id: 2 });
  expect(shown(two)).toEqual(['phone:on-the-phone', 'tel:busy', 'im:']);
  expect(shown(endCall(two, 2))).toEqual(['phone:on-the-phone', 'tel:busy', 'im:']);
  expect(shown(endCall(endCall(two, 2), 1))).toEqual(['tel:busy', 'im:']);
});

test('rights take away activity, note and calls', () => {
  const talking = startCall(busy, { ...call, contact: 'tel:', covering: 'over' });
  const items = { contact: 'tel:', status: 'open', activity: 'busy', note: 'till 5' };
  const { activity: _, ...noActivity } = items;
  const { note: __, ...noNote } = items;
  const first = (rights: Partial<typeof fullView>) =>
    listFor(talking, { ...fullView, ...rights })[0];
  expect(first({ otf: false })).toEqual(items);
  expect(first({ calls: false })).toEqual(items);
  expect(first({ otf: false, presence: false })).toEqual(noActivity);
  expect(first({ otf: false, note: false })).toEqual(noNote);
  expect(first({ presence: false })).toMatchObject({ activity: 'on-the-phone' });
});
