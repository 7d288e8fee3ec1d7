// The agents as they are now.
import { useCallback } from 'preact/hooks';
import type { AgentView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { type Polled, usePolled } from '../polled.ts';

const EVERY_MS = 5_000;
/** Somebody is about to run the command, and looks here whether it has worked. */
const WHILE_ENROLLING_MS = 1_500;

export type Agents = Polled<AgentView[]>;

/** @param asks whether there is anybody to ask */
export function useAgents(api: Api, enrolling: boolean, asks = true): Agents {
  const load = useCallback(
    async (signal: AbortSignal) => (asks ? await api.agents(signal) : []),
    [api, asks],
  );
  return usePolled(load, enrolling ? WHILE_ENROLLING_MS : EVERY_MS);
}

/** Those that may come back. */
export const enrolled = (agents: readonly AgentView[]): AgentView[] =>
  agents.filter(({ state }) => state !== 'revoked');
