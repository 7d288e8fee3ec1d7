import { expect, test } from 'vitest';
import { type CredentialEnd, expiryOf } from '../../../edge/connector/expiry.ts';
import { lampsOf } from '../../../edge/connector/lamps.ts';
import { QUIET } from '../../shared/texts/facts.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 23, 12);
const secret = (leftMs: number): CredentialEnd => ({ kind: 'secret', endsAt: NOW + leftMs });

test.each<[string, CredentialEnd, unknown]>([
  ['a year ahead', secret(365 * DAY), null],
  ['a moment more than 30 days ahead', secret(30 * DAY + 1), null],
  [
    '30 days ahead',
    secret(30 * DAY),
    { state: 'warning', code: 'client-secret-expiring', params: { day: '2026-12-23', days: 30 } },
  ],
  [
    'today',
    secret(DAY / 4),
    { state: 'warning', code: 'client-secret-expiring', params: { day: '2026-11-23', days: 0 } },
  ],
  [
    'over',
    secret(0),
    { state: 'error', code: 'client-secret-expired', params: { day: '2026-11-23', days: 0 } },
  ],
  [
    'a certificate',
    { kind: 'certificate', endsAt: NOW + 3 * DAY },
    {
      state: 'warning',
      code: 'client-certificate-expiring',
      params: { day: '2026-11-26', days: 3 },
    },
  ],
  [
    'a certificate that is over',
    { kind: 'certificate', endsAt: NOW - 40 * DAY },
    { state: 'error', code: 'client-certificate-expired', params: { day: '2026-10-14', days: 0 } },
  ],
])('an end that is %s', (_, end, expected) => {
  expect(expiryOf(end, NOW)).toEqual(expected);
});

const fault = { code: 'wrong-client-secret', detail: 'd', requestId: 'r-1', retryAt: null };
const passing = { ...fault, code: 'login-unavailable', retryAt: NOW + 1_000 };

test.each([
  ['well, and it ends soon', { state: 'ok' }, 5 * DAY, 'warning', 'client-secret-expiring'],
  ['well, and it has ended', { state: 'ok' }, -1, 'error', 'client-secret-expired'],
  ['not tried yet', { state: 'unknown' }, 5 * DAY, 'unknown', 'not-tried-yet'],
  [
    'refused, and it ends soon',
    { state: 'failed', fault },
    5 * DAY,
    'error',
    'wrong-client-secret',
  ],
  ['refused, and it has ended', { state: 'failed', fault }, -1, 'error', 'client-secret-expired'],
  [
    'in trouble, and it has ended',
    { state: 'failed', fault: passing },
    -1,
    'warning',
    'login-unavailable',
  ],
] as const)('the sign-in is %s: only its own lamp tells', (_, writing, leftMs, state, code) => {
  const before = lampsOf({ ...QUIET, now: NOW, writing });
  const lamps = lampsOf({ ...QUIET, now: NOW, writing, credentialEnd: secret(leftMs) });
  expect(lamps.find(({ id }) => id === 'tokenForWriting')).toMatchObject({ state, code });
  const others = (all: typeof lamps) => all.filter(({ id }) => id !== 'tokenForWriting');
  expect(others(lamps)).toEqual(others(before));
});
