import { expect, test } from 'vitest';
import { LOCKED_PAUSE_MS, loginError } from '../../../edge/graph/login-errors.ts';

const body = (error: string, numbers: number[], suberror?: string) => ({
  error,
  error_codes: numbers,
  error_description: 'Said by the test, with user sync@example.com.',
  trace_id: 'trace-1',
  suberror,
});

// Every row of facts: graph §3.3.
test.each([
  [50076, 'invalid_grant', 'mfa-required', 'never'],
  [50074, 'invalid_grant', 'mfa-required', 'never'],
  [50079, 'interaction_required', 'mfa-enrolment-required', 'never'],
  [50072, 'interaction_required', 'mfa-enrolment-required', 'never'],
  [53003, 'access_denied', 'blocked-by-conditional-access', 'never'],
  [53000, 'invalid_grant', 'blocked-by-conditional-access', 'never'],
  [53001, 'invalid_grant', 'blocked-by-conditional-access', 'never'],
  [53002, 'invalid_grant', 'blocked-by-conditional-access', 'never'],
  [53004, 'invalid_grant', 'blocked-by-conditional-access', 'never'],
  [530032, 'invalid_grant', 'blocked-by-conditional-access', 'never'],
  [50126, 'invalid_grant', 'wrong-credentials', 'never'],
  [50053, 'invalid_grant', 'account-locked', 'backoff'],
  [50034, 'invalid_grant', 'account-unknown', 'never'],
  [50055, 'invalid_grant', 'password-expired', 'never'],
  [50144, 'invalid_grant', 'password-expired', 'never'],
  [50056, 'invalid_grant', 'password-missing', 'never'],
  [50057, 'invalid_grant', 'account-disabled', 'never'],
  [50128, 'invalid_request', 'tenant-unknown', 'never'],
  [50059, 'invalid_request', 'tenant-unknown', 'never'],
  [90002, 'invalid_request', 'tenant-unknown', 'never'],
  [90038, 'invalid_request', 'wrong-cloud', 'never'],
  [700016, 'unauthorized_client', 'client-unknown', 'never'],
  [7000218, 'invalid_client', 'public-client-off', 'never'],
  [7000215, 'invalid_client', 'wrong-client-secret', 'never'],
  [70002, 'invalid_client', 'wrong-client-secret', 'never'],
  [7000222, 'invalid_client', 'client-secret-expired', 'never'],
  [65001, 'invalid_grant', 'consent-missing', 'never'],
  [90094, 'invalid_grant', 'consent-missing', 'never'],
  [50105, 'invalid_grant', 'user-not-assigned', 'never'],
  [50132, 'invalid_grant', 'sign-in-revoked', 'never'],
  [50133, 'invalid_grant', 'sign-in-revoked', 'never'],
  [50173, 'invalid_grant', 'sign-in-revoked', 'never'],
  [50078, 'interaction_required', 'sign-in-too-old', 'never'],
  [70008, 'invalid_grant', 'sign-in-too-old', 'never'],
  [70043, 'invalid_grant', 'sign-in-too-old', 'never'],
  [700082, 'invalid_grant', 'sign-in-too-old', 'never'],
  [70011, 'invalid_scope', 'login-bad-scope', 'never'],
  [50196, 'invalid_grant', 'login-loop', 'backoff'],
  [50033, 'temporarily_unavailable', 'login-unavailable', 'backoff'],
  [50087, 'temporarily_unavailable', 'login-unavailable', 'backoff'],
  [90006, 'temporarily_unavailable', 'login-unavailable', 'backoff'],
  [90024, 'temporarily_unavailable', 'login-unavailable', 'backoff'],
  [90033, 'temporarily_unavailable', 'login-unavailable', 'backoff'],
  [90012, 'temporarily_unavailable', 'login-unavailable', 'backoff'],
  [90055, 'temporarily_unavailable', 'login-throttled', 'backoff'],
])('AADSTS%i with %s is %s, to be tried again: %s', (number, error, code, retry) => {
  const thrown = loginError({ status: 400, body: body(error, [number]) });
  expect(thrown).toMatchObject({ code, retry, requestId: 'trace-1' });
  expect(thrown.message).toContain(`AADSTS${number}`);
  expect(thrown.message).not.toContain('sync@example.com');
});

// RFC 8628 §3.5: the number is the same for most of them.
test.each([
  ['authorization_pending', 'code-pending', 'backoff'],
  ['slow_down', 'login-throttled', 'backoff'],
  ['authorization_declined', 'code-declined', 'never'],
  ['access_denied', 'code-declined', 'never'],
  ['expired_token', 'code-expired', 'never'],
  ['bad_verification_code', 'code-expired', 'never'],
])('of a code, %s is %s, to be tried again: %s', (error, code, retry) => {
  expect(loginError({ status: 400, body: body(error, [70016]) })).toMatchObject({ code, retry });
});

test.each([
  ['invalid_grant', 'user_password_expired', 'password-expired'],
  ['invalid_grant', 'consent_required', 'consent-missing'],
  ['interaction_required', undefined, 'mfa-required'],
  ['invalid_client', undefined, 'wrong-client-secret'],
  ['unauthorized_client', undefined, 'client-unknown'],
  ['server_error', undefined, 'login-unavailable'],
  ['temporarily_unavailable', undefined, 'login-unavailable'],
  ['invalid_grant', undefined, 'login-refused'],
  ['something_new', undefined, 'login-refused'],
])('of a number nobody knows, %s with %s says %s', (error, suberror, code) => {
  expect(loginError({ status: 400, body: body(error, [99_999], suberror) }).code).toBe(code);
});

test.each([
  [
    "request is being redirected to the National Cloud 'MicrosoftOnline.US'.",
    undefined,
    'wrong-cloud',
    'microsoftonline.us (AADSTS90038)',
  ],
  [
    "specified belongs to the National Cloud 'MicrosoftOnline.CN'.",
    undefined,
    'no-presence-cloud',
    'microsoftonline.cn (AADSTS90038)',
  ],
  [
    'Elsewhere.',
    'partner.microsoftonline.cn',
    'no-presence-cloud',
    'partner.microsoftonline.cn (AADSTS90038)',
  ],
  [
    'Elsewhere.',
    'login.chinacloudapi.cn',
    'no-presence-cloud',
    'login.chinacloudapi.cn (AADSTS90038)',
  ],
  ['Elsewhere.', undefined, 'wrong-cloud', 'AADSTS90038'],
])('a tenant of another cloud: %s %s is %s', (text, name, code, detail) => {
  const refusal = {
    ...body('invalid_request', [90_038]),
    error_description: `AADSTS90038: Tenant 'x' ${text} Trace ID: trace-1`,
    cloud_instance_name: name,
  };
  const error = loginError({ status: 400, body: refusal });
  expect(error).toMatchObject({ code, retry: 'never', message: detail });
});

test('a number only in the text is found', () => {
  const description = { error: 'invalid_grant', error_description: 'AADSTS50126: Wrong.' };
  expect(loginError({ status: 400, body: description }).code).toBe('wrong-credentials');
});

test('the fault of the login itself is never taken for the password’s', () => {
  const wrong = body('invalid_grant', [50126]);
  expect(loginError({ status: 503, body: wrong }).code).toBe('login-unavailable');
  const unavailable = body('temporarily_unavailable', [50126]);
  expect(loginError({ status: 400, body: unavailable }).retry).toBe('backoff');
});

test('429, bodies that are no JSON, and waits', () => {
  const throttled = loginError({ status: 429, body: undefined, retryAfterMs: 7_000 });
  expect(throttled).toMatchObject({ code: 'login-throttled', retryAfterMs: 7_000 });
  expect(loginError({ status: 502, body: undefined }).code).toBe('login-unavailable');
  expect(loginError({ status: 400, body: '<html>' })).toMatchObject({
    code: 'login-refused',
    retry: 'never',
  });
  const locked = loginError({ status: 400, body: body('invalid_grant', [50053]) });
  expect(locked.retryAfterMs).toBe(LOCKED_PAUSE_MS);
});
