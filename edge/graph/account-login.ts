// How one Teams account gets its tokens, by its kind of credential; what is kept of them is sealed.
import { AppError } from '../../shared/errors.ts';
import type { InTurn } from '../in-turn.ts';
import type { Keyring } from '../keyring.ts';
import type { AccountSpec } from './account-rpc.ts';
import type { PendingCode } from './account-state.ts';
import { deviceTokens, requestDeviceCode } from './device-sign-in.ts';
import type { LoginAccess, TokenCache } from './msal.ts';
import { accountTokens, type Token, type TokenSource } from './token.ts';

export interface AccountLogin extends TokenSource {
  /** Exchanges the code for tokens; as `DeviceTokens`. */
  redeem(code: PendingCode): Promise<Token>;
}

export interface LoginParts {
  access: LoginAccess;
  keyring: Keyring;
  /** One at a time, whatever becomes of the credentials: Microsoft locks and throttles accounts. */
  turn: InTurn;
  /** Where the sealed cache lies. */
  stored: { sealedTokens: string | null };
}

export function accountLogin(parts: LoginParts, spec: AccountSpec): AccountLogin {
  const { access, keyring, turn } = parts;
  const { connector, accountId, tenant, clientId, credential } = spec;
  if (credential.kind === 'password') {
    const { username, sealedPassword } = credential;
    const password = () => keyring.open(connector, `account:${accountId}:password`, sealedPassword);
    const identity = { tenant, clientId, username, password };
    // A cache that no key opens any more is only a cache: there is the password.
    const cache = sealedCache(parts, spec, () => null);
    return { ...accountTokens(access, identity, cache, turn), redeem: noCode };
  }
  const cache = sealedCache(parts, spec, (error) => {
    throw error;
  });
  const tokens = deviceTokens(access, { tenant, clientId }, cache, turn);
  return {
    ...tokens,
    async redeem({ sealedDeviceCode }) {
      return tokens.redeem(await keyring.open(connector, codeField(spec), sealedDeviceCode));
    },
  };
}

/**
 * A new code for the account, after Microsoft has been asked once whether it would take it: some of
 * what is wrong with an app, it says only then.
 * @throws AppError with a code of `login-errors.ts`
 */
export async function newCode(
  { access, keyring, turn }: LoginParts,
  spec: AccountSpec,
  login: AccountLogin,
): Promise<{ code: PendingCode; token: Token | null }> {
  const { deviceCode, ...code } = await turn(() => requestDeviceCode(access, spec));
  const sealedDeviceCode = await keyring.seal(spec.connector, codeField(spec), deviceCode);
  const pending: PendingCode = { ...code, sealedDeviceCode, askAt: access.now() + code.intervalMs };
  const token = await login.redeem(pending).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.retry === 'never') throw error;
    return null;
  });
  return { code: pending, token };
}

const codeField = ({ accountId }: AccountSpec): string => `account:${accountId}:device-code`;

function sealedCache(
  { keyring, stored }: LoginParts,
  { connector, accountId }: AccountSpec,
  unreadable: (error: unknown) => null,
): TokenCache {
  const field = `account:${accountId}:tokens`;
  return {
    async read() {
      const { sealedTokens } = stored;
      if (sealedTokens === null) return null;
      return keyring.open(connector, field, sealedTokens).catch(unreadable);
    },
    async write(cache) {
      stored.sealedTokens = await keyring.seal(connector, field, cache);
    },
  };
}

function noCode(): never {
  throw new Error('An account with a password has no code.');
}
