// Adds a Teams account: with its password, or for somebody who signs in with a code.
import { AppError, accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { Language } from '../../shared/texts/language.ts';
import { loginRefusal } from '../graph/login-refusal.ts';
import type { Account } from './account.ts';
import { accountView } from './account-view.ts';
import type { Parts } from './parts.ts';
import type { AccountView, NewAccount, Who } from './rpc.ts';

export async function addAccount(
  parts: Parts,
  who: Who,
  wanted: NewAccount,
  language: Language,
): Promise<Outcome<AccountView>> {
  const { accounts, audit, context, tasks } = parts;
  const added =
    'signIn' in wanted
      ? await signInWithCode(parts, language)
      : await accounts.add(wanted.username, wanted.password);
  if (!added.ok) return added;
  audit.add(context.now(), who, 'account added', [added.value.id]);
  tasks.soon('accounts');
  return accepted(accountView(added.value, language));
}

async function signInWithCode(parts: Parts, language: Language): Promise<Outcome<Account>> {
  const { accounts, desk, microsoft, tasks } = parts;
  const { source, clientIdSyncToPbx } = desk.settings;
  if (source === 'poll' || clientIdSyncToPbx === '') return refused('conflict', POLLING);
  try {
    if (microsoft.tenants.reading === null) await microsoft.resolveTenants();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return loginRefusal(error, language);
  }
  const tenant = microsoft.tenants.reading;
  if (tenant === null) return refused('conflict', POLLING);
  accounts.removeUnused();
  // Also where this does not live to the answer: then its object has to be told to forget the code.
  tasks.soon('accounts');
  return accounts.beginSignIn(tenant, language);
}

const POLLING =
  'This connector polls: it reads presence as the app itself and needs no Teams account. Choose the source "subscribe" first.';
