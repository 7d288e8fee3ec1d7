// What Microsoft refuses while an admin waits for a code, in English: who will sign in with it is not known yet,
// so none of these names anybody.
import type { Text } from './text.ts';

const OF_ITS_USER: Text = {
  message: 'Microsoft refuses this sign-in because of the account that signs in: {detail}.',
  action:
    'Entra admin center → Monitoring & health → Sign-in logs → (the failed entry) explains it; the number can be looked up at https://login.microsoftonline.com/error. Then get a code again.',
};

export const CODE_EN = {
  'mfa-required.code': OF_ITS_USER,
  'mfa-enrolment-required.code': OF_ITS_USER,
  'wrong-credentials.code': OF_ITS_USER,
  'account-locked.code': OF_ITS_USER,
  'account-unknown.code': OF_ITS_USER,
  'account-disabled.code': OF_ITS_USER,
  'password-expired.code': OF_ITS_USER,
  'password-missing.code': OF_ITS_USER,
  'sign-in-revoked.code': OF_ITS_USER,
  'sign-in-too-old.code': OF_ITS_USER,
  'blocked-by-conditional-access.code': {
    message:
      'A Conditional Access policy of the tenant blocks this sign-in (by place, device, app or risk).',
    action:
      'Entra admin center → Monitoring & health → Sign-in logs → (the failed entry) → Conditional Access shows which policy. Exclude the Teams account there: Conditional Access → Policies → (the policy) → Users → Exclude; or allow the public address of the edge: Conditional Access → Named locations. Then get a code again.',
  },
  'user-not-assigned.code': {
    message:
      'The app admits only users who are assigned to it, and the user of this sign-in is not.',
    action:
      'Entra admin center → Enterprise applications → (app with ClientIDSynctoPbx) → Users and groups → Add user/group: the Teams account; or Properties → Assignment required: No. Then get a code again.',
  },
  'login-refused.code': {
    message:
      'Microsoft refuses this sign-in, for a reason this program has no words for: {detail}.',
    action:
      'Entra admin center → Monitoring & health → Sign-in logs → (the failed entry) explains it; the number can be looked up at https://login.microsoftonline.com/error. Then get a code again.',
  },
} as const satisfies Record<string, Text>;

export type RefusedCode = keyof typeof CODE_EN;
