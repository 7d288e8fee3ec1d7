// How long what we wrote stands in Teams, and what Teams tells of that: to the millisecond.
import { describe, expect, test } from 'vitest';
import {
  hasEnded,
  landed,
  shownToBeGone,
  shownToBeTakenAway,
  shownToStand,
  standing,
  standsSince,
} from '../../../shared/presence/lasting.ts';
import {
  ECHO_WINDOW_MS,
  ENDS_WITHIN_MS,
  newPair,
  type PairState,
  type RecentWrite,
  type Written,
} from '../../../shared/presence/model.ts';
import { teams } from './models.ts';
import { HOUR } from './pair-driver.ts';

const DAY = 24 * HOUR;
const BUSY = teams('Busy');
const AWAY = teams('Away');

/** It failed, was said first at one time, epoch ms, and last at another. */
const attempts = (first: number | undefined, at: number, what: RecentWrite['what'] = BUSY) =>
  ({
    what,
    at,
    echoedAt: null,
    answeredAt: at,
    failed: true,
    ...(first !== undefined && { firstAt: first }),
  }) as RecentWrite & { what: typeof BUSY | 'cleared' };
const lasting = (since: number, ms = DAY) => ({ since, ms });
const state = (written: Partial<Written>, shows = teams('Available')): PairState => ({
  ...newPair(),
  teams: { presence: shows, at: 0, underlying: shows, call: false },
  written: { ...newPair().written, ...written },
});
/** What is known of how long ours stands: since when, and of each write the first attempt, the last, and the doubt. */
const known = ({ written: { lasts, recent } }: PairState) => [
  lasts?.since,
  ...recent.map(({ firstAt, at, failed }) => [firstAt, at, failed]),
];

test('what Microsoft took stands for a day from then on, or for a week', () => {
  expect(standing(state({}), attempts(3, 7)).written.lasts).toEqual(lasting(7));
  expect(standing(state({}), attempts(3, 7, AWAY)).written.lasts).toEqual(lasting(7, 7 * DAY));
  expect(standing(state({ lasts: lasting(1) }), attempts(3, 7, 'cleared')).written.lasts).toBe(
    undefined,
  );
});

test('what may have arrived at the first attempt stands since then at the earliest', () => {
  expect(landed(state({}), attempts(3, 7)).written.lasts).toEqual(lasting(3));
  expect(landed(state({}), attempts(undefined, 7)).written.lasts).toEqual(lasting(7));
});

test.each<[string, Partial<Written>, number | null]>([
  ['nothing of ours', {}, null],
  ['as it was said', { preferred: { presence: BUSY, at: 7, before: null } }, 7],
  [
    'what somebody took away',
    { preferred: { presence: BUSY, at: 7, before: null, takenAway: true }, lasts: lasting(3) },
    null,
  ],
  ['what failed', { lasts: lasting(3) }, null],
  [
    'an attempt before that',
    { preferred: { presence: BUSY, at: 7, before: null }, lasts: lasting(3) },
    3,
  ],
  [
    'a renewal under way',
    {
      preferred: { presence: BUSY, at: 7, before: null },
      lasts: lasting(3),
      recent: [{ ...attempts(3, 7), answeredAt: null }],
    },
    7,
  ],
])('stands since: %s', (_, written, since) => {
  expect(standsSince({ ...newPair().written, ...written })).toBe(since);
});

describe('has ended in Teams, or may have', () => {
  test.each<[string, Partial<Written>, number, number]>([
    ['what it took', { lasts: lasting(10) }, 10 + DAY, 1],
    ['what may have arrived, once', { recent: [attempts(undefined, 10)] }, 10 + DAY, 1],
    ['what it does not show, the last attempt', { recent: [attempts(5, 10)] }, 10 + DAY, 1],
  ])('%s', (_, written, at, before) => {
    expect(hasEnded(state(written), at)).toBe(true);
    expect(hasEnded(state(written), at - before)).toBe(false);
  });

  test('the first attempt, where Teams has shown it', () => {
    const shown = state({ recent: [attempts(5, 10)] }, BUSY);
    expect(hasEnded(shown, 5 + DAY)).toBe(true);
    expect(hasEnded(shown, 5 + DAY - 1)).toBe(false);
    expect(hasEnded({ ...shown, teams: null }, 5 + DAY)).toBe(false);
  });

  test.each<[string, Partial<Written>]>([
    ['nothing', {}],
    ['a clearing', { recent: [attempts(5, 10, 'cleared')] }],
    ['what was confirmed and is forgotten', { recent: [{ ...attempts(5, 10), failed: false }] }],
  ])('never: %s', (_, written) => {
    expect(hasEnded(state(written, BUSY), 100 * DAY)).toBe(false);
  });
});

describe('that it shows tells', () => {
  const at = 2 * DAY;
  const limit = at - ENDS_WITHIN_MS - DAY;
  test.each<[string, Partial<Written>, ReturnType<typeof known>]>([
    ['nothing new of what stands', { lasts: lasting(limit + 1) }, [limit + 1]],
    ['that what is over has been picked by somebody', { lasts: lasting(limit) }, [undefined]],
    [
      'that an attempt has arrived',
      { recent: [attempts(limit + 1, at)] },
      [limit + 1, [limit + 1, at, true]],
    ],
    [
      'that it was not one so long ago',
      { lasts: lasting(0), recent: [attempts(5, at)] },
      [limit, [limit, at, true]],
    ],
    [
      'nothing of attempts beside what may stand yet',
      { lasts: lasting(limit + 1), recent: [attempts(limit + 2, at)] },
      [limit + 1, [limit + 2, at, true]],
    ],
    [
      'that it was none of those that would be over',
      { recent: [attempts(5, limit)] },
      [undefined, [undefined, limit, undefined]],
    ],
    [
      'that it was the last one, just so',
      { recent: [attempts(5, limit + 1)] },
      [limit, [limit, limit + 1, true]],
    ],
    ['nothing of a session', { recent: [attempts(5, 10, 'session')] }, [undefined, [5, 10, true]]],
    [
      'nothing of another presence',
      { recent: [attempts(at - 9, at, AWAY)] },
      [undefined, [at - 9, at, true]],
    ],
    [
      'nothing of a clearing since when',
      { recent: [attempts(at - 9, at, 'cleared')] },
      [undefined, [at - 9, at, true]],
    ],
    [
      'that a clearing so long ago has not arrived',
      { recent: [attempts(5, at, 'cleared')] },
      [undefined, [at - ENDS_WITHIN_MS, at, true]],
    ],
  ])('%s', (_, written, after) => {
    expect(known(shownToStand(state(written), BUSY, at))).toEqual(after);
  });
});

describe('that something else shows tells', () => {
  const at = 2 * DAY;
  const limit = at - ECHO_WINDOW_MS;
  test.each<[string, Partial<Written>, ReturnType<typeof known>]>([
    ['that what is over is', { lasts: lasting(DAY) }, [undefined]],
    ['nothing of what may be hidden for a moment', { lasts: lasting(DAY + 1) }, [DAY + 1]],
    [
      'that of the attempts long before none has arrived',
      { recent: [attempts(5, at)] },
      [undefined, [limit, at, true]],
    ],
    [
      'nothing of those just before',
      { recent: [attempts(limit + 1, at)] },
      [undefined, [limit + 1, at, true]],
    ],
    [
      'that it would be the last one',
      { recent: [attempts(5, limit)] },
      [undefined, [undefined, limit, true]],
    ],
    [
      'that one is over',
      { recent: [attempts(undefined, DAY)] },
      [undefined, [undefined, DAY, undefined]],
    ],
    ['nothing of a session', { recent: [attempts(5, 10, 'session')] }, [undefined, [5, 10, true]]],
  ])('%s', (_, written, after) => {
    expect(known(shownToBeGone(state(written), at))).toEqual(after);
  });
});

describe('that a call shows tells', () => {
  const preferred = { presence: BUSY, at: 10, before: null };
  const at = 10 + ECHO_WINDOW_MS + 1;
  const call = teams('Busy/InACall');
  const isTaken = (written: Partial<Written>, shows = call, then = at) =>
    shownToBeTakenAway(state(written), shows, then).written.preferred?.takenAway === true;

  test('that somebody has taken away what would hide it', () => {
    expect(isTaken({ preferred, lasts: lasting(10) })).toBe(true);
    expect(isTaken({ preferred, lasts: lasting(10) }, call, 10 + DAY - 1)).toBe(true);
  });

  test.each<[string, Partial<Written>, typeof call?, number?]>([
    ['what has ended', { preferred, lasts: lasting(10) }, call, 10 + DAY],
    ['what may have ended, for all we know', { preferred }],
    ['what may be on its way there', { preferred, lasts: lasting(10) }, call, at - 1],
    ['what shows', { preferred, lasts: lasting(10) }, BUSY],
    ['a clearing', { preferred: { ...preferred, presence: 'cleared' } }],
    ['what failed', { lasts: lasting(10) }],
  ])('nothing of %s', (_, written, shows, then) => {
    expect(isTaken(written, shows, then)).toBe(false);
  });

  test('what Teams does not hide any more is there again', () => {
    const taken = state({ preferred: { ...preferred, takenAway: true }, lasts: lasting(10) });
    expect(shownToStand(taken, BUSY, at).written).toEqual(
      state({ preferred, lasts: lasting(10) }).written,
    );
  });

  test('what shows again after its end has been picked by somebody', () => {
    const taken = state({ preferred: { ...preferred, takenAway: true }, lasts: lasting(10) });
    const later = 10 + DAY + ENDS_WITHIN_MS;
    expect(shownToStand(taken, BUSY, later).written.preferred?.takenAway).toBe(true);
    expect(shownToStand(taken, BUSY, later - 1).written.preferred?.takenAway).toBeUndefined();
  });

  test('that the end of it is nobody’s, where it was taken away before', () => {
    const ends = (takenAway: boolean) =>
      hasEnded(state({ preferred: { ...preferred, takenAway }, lasts: lasting(10) }), 10 + DAY);
    expect([ends(false), ends(true)]).toEqual([true, false]);
  });
});
