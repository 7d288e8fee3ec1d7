import { describe, expect, test } from 'vitest';
import {
  type Hearing,
  heard,
  isUntold,
  judge,
  missed,
  stands,
} from '../../../edge/connector/silence.ts';
import { newPair, type PairState } from '../../../shared/presence/model.ts';

const NOW = 1_000_000_000_000;
const SECOND = 1_000;
const MINUTE = 60_000;

const well: Hearing = stands(undefined, NOW);
const at = (minutes: number) => NOW + minutes * MINUTE;

describe('a subscription', () => {
  test('that tells what happens is never judged', () => {
    expect(judge(well, at(600))).toEqual({ hearing: well, renew: false, nextAt: null });
  });

  test('that missed a change has 90 s to tell it, or anything', () => {
    const suspect = missed(well, at(10));
    expect(judge(suspect, at(10))).toMatchObject({ renew: false, nextAt: at(11.5) });
    expect(judge(heard(suspect), at(12))).toMatchObject({ renew: false, nextAt: null });
    expect(judge(suspect, at(11.5))).toMatchObject({
      renew: true,
      hearing: { missedAt: null, silentAt: at(11.5) },
    });
  });

  test('counts from the first change that it missed', () => {
    expect(missed(missed(well, at(10)), at(11))).toEqual(missed(well, at(10)));
  });

  test('does not know what changed before it stood, and a sweep finds that late', () => {
    expect(missed(well, at(5))).toBe(well);
    expect(missed(well, at(6))).not.toBe(well);
  });

  const silent = judge(missed(well, at(10)), at(12)).hearing;

  test('found silent is made anew at most every half hour', () => {
    const renewed = stands(silent, at(12));
    const again = missed(renewed, at(20));
    expect(judge(again, at(22))).toMatchObject({ renew: false, nextAt: at(42) });
    expect(judge(again, at(42))).toMatchObject({ renew: true });
  });

  test('found silent is well again with the first notification', () => {
    expect(heard(stands(silent, at(12)))).toMatchObject({ silentAt: null, missedAt: null });
  });

  test('found silent is forgiven where nothing is missed any more', () => {
    const renewed = stands(silent, at(12));
    expect(judge(renewed, at(26))).toMatchObject({ hearing: renewed, nextAt: at(27) });
    expect(judge(renewed, at(27))).toMatchObject({ hearing: { silentAt: null }, nextAt: null });
  });
});

describe('a change that a read finds', () => {
  const available = { availability: 'Available', activity: 'Available' };
  const busy = { availability: 'Busy', activity: 'Busy' };
  const teams = { presence: available, at: NOW, underlying: available, call: false };
  const known: PairState = { ...newPair(), teams };
  const wrote = (msAgo: number): PairState => ({
    ...known,
    written: { ...known.written, recent: [{ what: busy, at: NOW - msAgo, echoedAt: null }] },
  });

  test.each<[string, PairState, typeof busy, boolean]>([
    ['of somebody else’s doing should have been told', known, busy, true],
    ['that is none should not', known, available, false],
    ['of somebody not known yet should not', newPair(), busy, false],
    ['that a notification made us look for was told', { ...known, settleAt: NOW }, busy, false],
    ['of our own doing is on its way', wrote(89 * SECOND), busy, false],
    ['long after our own doing is somebody else’s', wrote(91 * SECOND), busy, true],
  ])('%s', (_, state, presence, untold) => {
    expect(isUntold(state, presence, NOW)).toBe(untold);
  });
});
