// Whether two specs are about the same account, and whether it signs in with the same. Pure.
import type { AccountSpec, Credential } from './account-rpc.ts';

/** Whether it is the same account of the same app: else nothing that was tried counts any more. */
export const isSameAccount = (a: AccountSpec, b: AccountSpec): boolean =>
  a.connector === b.connector &&
  a.accountId === b.accountId &&
  a.cloud === b.cloud &&
  a.tenant === b.tenant &&
  a.clientId === b.clientId &&
  userOf(a.credential) === userOf(b.credential);

/** Whose password it is; with a code the account itself says who. */
const userOf = (one: Credential): string => (one.kind === 'password' ? one.username : '');

/** Whether it is signed in with what it was signed in with before. */
export const isSameCredential = (a: Credential, b: Credential): boolean =>
  a.kind === 'password' && b.kind === 'password'
    ? a.sealedPassword === b.sealedPassword
    : a.kind === b.kind;
