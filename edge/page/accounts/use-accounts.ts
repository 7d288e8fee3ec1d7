// The Teams accounts as they are now.
import { useCallback } from 'preact/hooks';
import type { AccountView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { type Polled, usePolled } from '../polled.ts';

const EVERY_MS = 5_000;

export type Accounts = Polled<AccountView[]>;

/** @param asks whether there is anybody to ask */
export function useAccounts(api: Api, asks = true): Accounts {
  const { language } = useSpeech();
  // Asked again in another language: the sentences come from the server.
  const load = useCallback(
    async (signal: AbortSignal) => (asks ? await api.accounts(signal) : []),
    [api, asks, language],
  );
  return usePolled(load, EVERY_MS, isSigningIn);
}

/** Whoever has to enter a code takes their time. */
const isSigningIn = (accounts: AccountView[]): boolean =>
  accounts.some(({ state, userCode }) => state === 'waiting' && userCode === undefined);
