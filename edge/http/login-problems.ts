// How a sign-in that Microsoft refuses is answered, while the admin who asked for it waits.
import type { LoginCode } from '../graph/login-errors.ts';

/** Something in the settings or at Microsoft has to be put right first. */
const REFUSED = { status: 422, title: 'Microsoft refuses the sign-in.' } as const;
/** The same may work in a moment. */
const NOT_NOW = { status: 503, title: 'Microsoft has no answer just now.' } as const;

export const LOGIN_PROBLEMS = {
  'mfa-required': REFUSED,
  'mfa-enrolment-required': REFUSED,
  'blocked-by-conditional-access': REFUSED,
  'wrong-credentials': REFUSED,
  'account-locked': REFUSED,
  'account-unknown': REFUSED,
  'password-expired': REFUSED,
  'password-missing': REFUSED,
  'account-disabled': REFUSED,
  'tenant-unknown': REFUSED,
  'wrong-cloud': REFUSED,
  'no-presence-cloud': REFUSED,
  'client-certificate-refused': REFUSED,
  'login-bad-scope': REFUSED,
  'client-unknown': REFUSED,
  'public-client-off': REFUSED,
  'wrong-client-secret': REFUSED,
  'client-secret-expired': REFUSED,
  'consent-missing': REFUSED,
  'user-not-assigned': REFUSED,
  'sign-in-revoked': REFUSED,
  'sign-in-too-old': REFUSED,
  'code-declined': REFUSED,
  'code-expired': REFUSED,
  'code-pending': NOT_NOW,
  'login-throttled': NOT_NOW,
  'login-unavailable': NOT_NOW,
  'login-loop': NOT_NOW,
  'login-refused': REFUSED,
} satisfies Record<LoginCode, typeof REFUSED | typeof NOT_NOW>;
