import { expect, test } from 'vitest';
import { notLater } from '../../../shared/presence/not-later.ts';

const NOW = Date.UTC(2026, 10, 26, 12);

test('times to come become now, wherever they stand; what is past, and what is no time, stays', () => {
  const state = {
    teams: { at: NOW - 1, sequence: '9999999999999999', presence: { activity: 'Busy' } },
    written: { recent: [{ at: NOW + 3_600_000, failed: true }, { at: NOW - 5 }], session: null },
    settleAt: NOW + 3_000,
  };
  expect(notLater(state, NOW)).toEqual({
    ...state,
    written: { recent: [{ at: NOW, failed: true }, { at: NOW - 5 }], session: null },
    settleAt: NOW,
  });
});
