// Who may subscribe and read, and who is told of, from the accounts' reports.
import { describe, expect, test } from 'vitest';
import type { Account } from '../../../edge/connector/account.ts';
import {
  isDead,
  isUnable,
  nextDeath,
  readerAmong,
  refusalAmong,
  refusedUsers,
  usersOfUnable,
} from '../../../edge/connector/coverage.ts';
import type { AccountReport } from '../../../edge/graph/account-rpc.ts';
import { type TeamsUserId, teamsUserId } from '../../../shared/ids.ts';

const NOW = 1_000_000;
const [ann, bob] = [teamsUserId('ann'), teamsUserId('bob')];

const refused = (userIds: TeamsUserId[]) => ({
  userIds,
  fault: {
    code: 'graph-unavailable',
    detail: 'no',
    requestId: `request-${userIds[0]}`,
    retryAt: 9,
  },
});
const until = (expiresAt: number): AccountReport['presence'] => ({
  state: 'active',
  generation: 1,
  id: 's',
  expiresAt,
  userIds: [ann],
  refused: refused([bob]),
  encryptionId: null,
  trouble: null,
});
const refusedUntil = (retryAt: number | null): AccountReport['signIn'] => ({
  state: 'failed',
  fault: { code: 'wrong-credentials', detail: 'no', retryAt },
});
const account = (
  id: string,
  signIn: AccountReport['signIn'],
  presence: AccountReport['presence'] = { state: 'none' },
): Account => ({
  id,
  username: `${id}@example.com`,
  credential: { kind: 'device' },
  users: [ann, bob],
  report: { accountId: id, signIn, presence, users: { state: 'none' } },
});
const well = account('well', { state: 'ok' }, until(NOW + 1));

describe('an account', () => {
  test.each<[string, Account, boolean, boolean]>([
    ['signed in', well, false, false],
    [
      'signed in, its subscription is over',
      account('a', { state: 'ok' }, until(NOW)),
      false,
      false,
    ],
    [
      'locked out, its subscription stands',
      account('a', refusedUntil(null), until(NOW + 1)),
      false,
      false,
    ],
    [
      'locked out, its subscription is over',
      account('a', refusedUntil(null), until(NOW)),
      true,
      true,
    ],
    ['locked out, it never had one', account('a', refusedUntil(null)), true, true],
    ['to be tried again', account('a', refusedUntil(NOW + 1)), true, false],
    ['that has told nothing yet', { ...well, report: null }, false, false],
  ])('%s', (_, one, unable, dead) => {
    expect([isUnable(one, NOW), isDead(one, NOW)]).toEqual([unable, dead]);
  });
});

test('the next account to be dead is the one whose subscription ends first', () => {
  const dying = (at: number) => account('a', refusedUntil(null), until(at));
  expect(nextDeath([well, dying(NOW + 9), dying(NOW + 5), dying(NOW)], NOW)).toBe(NOW + 5);
  expect(nextDeath([well, account('a', refusedUntil(NOW + 1), until(NOW + 9))], NOW)).toBeNull();
});

describe('who reads', () => {
  const other = account('other', { state: 'ok' });
  const nobody = () => false;

  test.each<[string, Account[], string | undefined]>([
    ['the first that is signed in', [account('a', refusedUntil(null)), well, other], 'well'],
    [
      'nobody is: the first',
      [account('a', refusedUntil(null)), account('b', refusedUntil(9))],
      'a',
    ],
    ['a code that nobody has entered is nobody’s', [{ ...well, username: null }, other], 'other'],
    ['there is none', [], undefined],
  ])('%s', (_, all, expected) => {
    expect(readerAmong(all, nobody)?.id).toBe(expected);
  });

  test('another than Graph refuses, as long as there is one', () => {
    expect(readerAmong([well, other], (id) => id === 'well')?.id).toBe('other');
    expect(readerAmong([well, other], () => true)?.id).toBe('well');
  });
});

test('who is refused, and who waits for an account that cannot sign in', () => {
  expect(refusedUsers([well])).toEqual([bob]);
  expect(refusedUsers([{ ...well, users: [ann] }])).toEqual([]);
  expect(
    refusedUsers([account('a', { state: 'ok' }, { state: 'none', refused: refused([ann]) })]),
  ).toEqual([ann]);
  expect(refusalAmong([account('a', { state: 'ok' }), well])?.requestId).toBe('request-bob');
  expect(refusalAmong([account('a', { state: 'ok' })])).toBeNull();
  expect(usersOfUnable([well, account('a', refusedUntil(9))], NOW)).toEqual([ann, bob]);
});
