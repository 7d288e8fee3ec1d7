import { expect, test } from 'vitest';
import { farewell } from '../../../edge/connector/farewell.ts';
import { mappingOf } from '../../../shared/presence/mapping.ts';
import { newPair, type PairState, type Written } from '../../../shared/presence/model.ts';

const NOW = 1_000_000;
const BUSY = { availability: 'Busy', activity: 'Busy' };
const rules = (contact = 'tel:') => ({
  mapping: mappingOf(),
  directions: 'both' as const,
  contact,
});
const state = (written: Partial<Written>, more: Partial<PairState> = {}): PairState => {
  const pair = newPair();
  return { ...pair, ...more, written: { ...pair.written, ...written } };
};
const shows = (item: string | null): PairState['pbx'] => ({
  at: NOW,
  manual: item,
  call: false,
  item,
  hidden: false,
});
const origin = (side: 'teams' | 'pbx'): PairState['manual'] => ({
  origin: side,
  pbx: 'busy',
  teams: 'leave',
});
const call = { presence: BUSY, at: NOW, underlying: null, call: true };
const pbxPending = { activity: 'busy', at: NOW };

test.each<[string, PairState, string, string[], boolean]>([
  ['nothing of ours', state({}), 'tel:', [], false],
  ['a session', state({ session: { at: NOW } }), 'tel:', ['clear-session'], false],
  [
    'a session of which nobody knows whether it stands',
    state({ session: { at: 0 } }),
    'tel:',
    ['clear-session'],
    false,
  ],
  [
    'a preferred presence',
    state({ preferred: { presence: BUSY, at: NOW, before: null } }),
    'tel:',
    ['clear-preferred'],
    false,
  ],
  [
    'one that somebody has taken away beneath a call',
    state({
      preferred: { presence: BUSY, at: NOW, before: null, takenAway: true },
      recent: [{ what: BUSY, at: NOW, echoedAt: null, answeredAt: NOW, failed: true }],
    }),
    'tel:',
    [],
    false,
  ],
  [
    'one of which nobody knows whether it stands',
    state({ recent: [{ what: BUSY, at: NOW, echoedAt: null, answeredAt: NOW, failed: true }] }),
    'tel:',
    ['clear-preferred'],
    false,
  ],
  [
    'one that was cleared already',
    state({ preferred: { presence: 'cleared', at: NOW, before: null } }),
    'tel:',
    [],
    false,
  ],
  [
    'our item on the PBX',
    state({ pbxConfirmed: 'busy' }, { pbx: shows('busy'), manual: origin('teams') }),
    'tel:',
    [],
    true,
  ],
  [
    'our item, which a human has changed since',
    state({ pbxConfirmed: 'busy' }, { pbx: shows('away'), manual: origin('pbx') }),
    'tel:',
    [],
    false,
  ],
  [
    'the user’s own state, which looks like what we wrote once',
    state({ pbxConfirmed: 'busy' }, { pbx: shows('busy'), manual: origin('pbx') }),
    'tel:',
    [],
    false,
  ],
  [
    'our item at a contact of our own, whoever chose',
    state({ pbxConfirmed: 'busy' }, { pbx: shows('busy'), manual: origin('pbx') }),
    'im:',
    [],
    true,
  ],
  [
    'on the phone, for a call in Teams',
    state({ pbxConfirmed: 'busy' }, { pbx: shows('busy'), manual: origin('pbx'), teams: call }),
    'tel:',
    [],
    true,
  ],
  [
    'what is on its way to the PBX',
    state({ pbxPending }, { pbx: shows(null), manual: origin('teams') }),
    'tel:',
    [],
    true,
  ],
  [
    'available is nothing to take back',
    state({ pbxConfirmed: '' }, { pbx: shows(''), manual: origin('teams') }),
    'tel:',
    [],
    false,
  ],
])('%s', (_, pair, contact, writes, clearPbx) => {
  const { teams, clearPbx: clear } = farewell(rules(contact), pair);
  expect([teams.map(({ kind }) => kind), clear]).toEqual([writes, clearPbx]);
});
