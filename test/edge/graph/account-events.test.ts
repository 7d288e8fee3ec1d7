import { describe, expect, test } from 'vitest';
import { type AccountEvent, after } from '../../../edge/graph/account-events.ts';
import { nextStep } from '../../../edge/graph/account-plan.ts';
import type { AccountSpec } from '../../../edge/graph/account-rpc.ts';
import {
  type AccountState,
  type Failure,
  newAccountState,
  type PendingCode,
  reportOf,
} from '../../../edge/graph/account-state.ts';

const NOW = 1_000_000_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SPEC = {
  accountId: 'x',
  credential: { kind: 'device' },
  userIds: [],
  watchesUsers: false,
} as Partial<AccountSpec> as AccountSpec;

const CODE: PendingCode = {
  userCode: 'ABCD-EFGH',
  verificationUri: 'https://microsoft.com/devicelogin',
  expiresAt: NOW + 15 * MINUTE,
  sealedDeviceCode: 'sealed',
  intervalMs: 5 * SECOND,
  askAt: NOW + 5 * SECOND,
};
const given: AccountEvent = { kind: 'code-given', code: CODE };
const pending: AccountEvent = { kind: 'code-pending', slower: false };
const slower: AccountEvent = { kind: 'code-pending', slower: true };
const approved: AccountEvent = {
  kind: 'signed-in',
  expiresAt: NOW + 75 * MINUTE,
  username: 'sync@example.com',
};
const again: AccountEvent = {
  kind: 'configured',
  sameAccount: true,
  sameCredentials: true,
  userIds: [],
};
const failed = (code: string, more: Partial<Failure> = {}): AccountEvent => ({
  kind: 'sign-in-failed',
  failure: { code, detail: 'Said by the test.', retry: 'never', ...more },
});
const unavailable = (more: Partial<Failure> = {}) =>
  failed('login-unavailable', { retry: 'backoff', ...more });

/** A state as events make it, each of them `at` a time, so that no test invents one that cannot be. */
function made(...events: (AccountEvent | [event: AccountEvent, at: number])[]): AccountState {
  return events.reduce<AccountState>((state, one) => {
    const [event, now] = Array.isArray(one) ? one : [one, NOW];
    return after(state, event, { now, random: 0.5 });
  }, newAccountState());
}

describe('what is done next', () => {
  const rows: [string, AccountState, number, object][] = [
    ['a code is left alone until it is time', made(given), NOW, { do: 'wait', at: CODE.askAt }],
    ['then Microsoft is asked', made(given), CODE.askAt, { do: 'ask-for-approval', code: CODE }],
    [
      'pending: again after the interval',
      made(given, [pending, NOW + 6 * SECOND]),
      NOW + 6 * SECOND,
      { do: 'wait', at: NOW + 11 * SECOND },
    ],
    [
      'slow_down: five seconds more, from then on',
      made(given, slower, slower, pending),
      NOW,
      { do: 'wait', at: NOW + 15 * SECOND },
    ],
    [
      'Microsoft says how long to wait',
      made(given, unavailable({ retryAfterMs: 40 * SECOND })),
      NOW,
      { do: 'wait', at: NOW + 40 * SECOND },
    ],
    [
      'a login that does not answer is never asked more often than the interval',
      made(given, unavailable({ retryAfterMs: 1 })),
      NOW,
      { do: 'wait', at: NOW + 5 * SECOND },
    ],
    [
      'the last question comes at the very end',
      made(given, [pending, CODE.expiresAt - SECOND]),
      CODE.expiresAt - SECOND,
      { do: 'wait', at: CODE.expiresAt },
    ],
    ['approved: nothing is to do', made(given, approved), NOW, { do: 'wait', at: null }],
    ['declined: nothing more is tried', made(given, failed('code-declined')), NOW, STAYS()],
    ['expired: nothing more is tried', made(given, failed('code-expired')), NOW, STAYS()],
    [
      'a spec that says the same leaves the code alone',
      made(given, again),
      NOW,
      { do: 'wait', at: CODE.askAt },
    ],
    [
      'another app or tenant needs another code',
      made(given, { kind: 'configured', sameAccount: false, sameCredentials: false, userIds: [] }),
      NOW,
      { do: 'sign-in' },
    ],
  ];
  test.each(rows)('%s', (_, state, now, step) => {
    expect(nextStep(state, SPEC, now)).toEqual(step);
  });

  test.each([
    ['wrong-credentials', false],
    ['code-expired', false],
    ['code-declined', false],
    ['sign-in-revoked', false],
    ['sign-in-too-old', false],
    ['sign-in-demanded', true],
    ['consent-missing', true],
    ['blocked-by-conditional-access', true],
    ['account-disabled', true],
  ])('after %s a new spec tries again: %s', (code, tries) => {
    const state = made(given, approved, failed(code), again);
    expect(nextStep(state, SPEC, NOW)).toEqual(tries ? { do: 'sign-in' } : STAYS());
  });
});

function STAYS() {
  return { do: 'wait', at: null };
}

describe('what the connector is told', () => {
  const ofCode = (...args: Parameters<typeof made>) => reportOf(SPEC, made(...args), NOW);

  test('the code that its user needs, and nothing that is exchanged for tokens', () => {
    const { userCode, verificationUri, expiresAt } = CODE;
    expect(ofCode(given).signIn).toEqual({
      state: 'waiting',
      userCode,
      verificationUri,
      expiresAt,
    });
    expect(JSON.stringify(ofCode(given))).not.toContain('sealed');
  });

  test('who signed in; of a password account that is known', () => {
    const state = made(given, approved);
    expect(reportOf(SPEC, state, NOW)).toMatchObject({
      username: 'sync@example.com',
      signIn: { state: 'ok' },
    });
    const credential = { kind: 'password', username: 'a@example.com', sealedPassword: '' } as const;
    expect(reportOf({ ...SPEC, credential }, state, NOW)).not.toHaveProperty('username');
  });

  test.each([
    ['Microsoft says so', failed('code-expired')],
    ['the time is over and Microsoft still waits', [pending, CODE.expiresAt]],
    ['the time is over and Microsoft cannot be asked', [unavailable(), CODE.expiresAt + 1]],
  ] as [string, AccountEvent | [AccountEvent, number]][])('expired: %s', (_, event) => {
    expect(ofCode(given, event).signIn).toMatchObject({
      state: 'failed',
      fault: { code: 'code-expired', retryAt: null },
    });
  });

  test('a passing trouble is no fault of the code', () => {
    expect(ofCode(given, unavailable(), unavailable()).signIn.state).toBe('waiting');
  });

  test('an answer that comes late changes nothing', () => {
    expect(made(given, approved, pending)).toEqual(made(given, approved));
    expect(made(given, failed('code-declined'), slower)).toEqual(
      made(given, failed('code-declined')),
    );
  });

  test('who signed in is still told when they have to do so again', () => {
    expect(ofCode(given, approved, failed('sign-in-revoked'))).toMatchObject({
      username: 'sync@example.com',
      signIn: { state: 'failed' },
    });
  });
});
