// A Teams account as an admin reads it.
import { say } from '../../shared/texts/say.ts';
import type { Fault } from '../graph/account-rpc.ts';
import type { Account } from './accounts.ts';
import { faultParams } from './faults.ts';
import type { AccountView } from './rpc.ts';

export function accountView({ id, username, users, report }: Account): AccountView {
  const view = { id, username, users: users.length };
  const { signIn, presence } = report ?? {};
  if (signIn?.state === 'failed') {
    return { ...view, state: 'error', message: sentence(signIn.fault, username) };
  }
  if (presence?.state === 'failed') {
    const message = sentence(presence.fault, username, 'subscription');
    return { ...view, state: 'error', message };
  }
  return { ...view, state: signIn?.state === 'ok' ? 'active' : 'waiting' };
}

function sentence(fault: Fault, who: string, about = 'account'): string {
  const { message, action } = say('en', fault.code, faultParams(fault, { who, about }));
  return `${message} ${action}`.trim();
}
