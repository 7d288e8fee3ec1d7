// A Teams account as an admin reads it.
import { say } from '../../shared/texts/say.ts';
import type { Account } from './accounts.ts';
import type { AccountView } from './rpc.ts';

export function accountView({ id, username, users, report }: Account): AccountView {
  const view = { id, username, users: users.length };
  const { signIn, subscription } = report ?? {};
  if (signIn?.state === 'failed') {
    const { code, detail } = signIn.fault;
    const { message, action } = say('en', code, { who: username, detail });
    return { ...view, state: 'error', message: `${message} ${action}`.trim() };
  }
  if (subscription?.state === 'failed') {
    const { code, detail } = subscription.fault;
    const { message, action } = say('en', code, { detail });
    return { ...view, state: 'error', message: `${message} ${action}`.trim() };
  }
  return { ...view, state: signIn?.state === 'ok' ? 'active' : 'waiting' };
}
