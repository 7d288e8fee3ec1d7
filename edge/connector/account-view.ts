// A Teams account as an admin reads it.
import type { Language } from '../../shared/texts/language.ts';
import { say } from '../../shared/texts/say.ts';
import type { Fault } from '../graph/account-rpc.ts';
import type { Account } from './account.ts';
import { faultParams } from './faults.ts';
import type { AccountView } from './rpc.ts';

export function accountView(
  { id, username, users, report }: Account,
  language: Language,
): AccountView {
  const view = { id, ...(username === null ? {} : { username }), users: users.length };
  const { signIn, presence } = report ?? {};
  const told = (fault: Fault, about = 'account'): string => {
    const params = faultParams(fault, { who: username ?? '', about });
    const { message, action } = say(language, fault.code, params);
    return `${message} ${action}`.trim();
  };
  if (signIn?.state === 'waiting') {
    const { userCode, verificationUri, expiresAt } = signIn;
    const code = { userCode, verificationUri, expiresAt: new Date(expiresAt).toISOString() };
    return { ...view, state: 'waiting', ...code };
  }
  if (signIn?.state === 'failed') {
    const { fault } = signIn;
    return { ...view, state: STATES.get(fault.code) ?? 'error', message: told(fault) };
  }
  if (presence?.state === 'failed') {
    return { ...view, state: 'error', message: told(presence.fault, 'subscription') };
  }
  return { ...view, state: signIn?.state === 'ok' ? 'active' : 'waiting' };
}

/** Where something else than putting a fault right is to be done. */
const STATES: ReadonlyMap<string, AccountView['state']> = new Map([
  ['code-expired', 'expired'],
  ['sign-in-revoked', 'signInAgain'],
  ['sign-in-too-old', 'signInAgain'],
  ['sign-in-demanded', 'signInAgain'],
] as const);
