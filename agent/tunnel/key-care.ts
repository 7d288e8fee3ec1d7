// Renews the agent's key while it works.
//
//   offer (old key proves it) → keep both → use the new one → the edge drops the old one → forget it
//
// Broken off anywhere, one of the kept keys still counts at the edge.
import { type Clock, sleep } from '../clock.ts';
import { type Identity, readIdentity, replaceIdentity, settled } from '../identity.ts';
import { newKeyPair } from '../key-pair.ts';
import type { Log } from '../log.ts';
import { askSelf, type Caller, offerKey } from './self.ts';

/** A key is replaced when it is this old, in ms. */
export const KEY_LIFETIME_MS = 30 * 86_400_000;
/** How often its age is looked at, in ms, ± a quarter. */
const LOOK_EVERY_MS = 3_600_000;
const TIMEOUT_MS = 15_000;

export interface KeyCareDeps {
  readonly stateDir: string;
  /** How to speak to the edge with an identity; `undefined` while there is no tunnel. */
  caller(identity: Identity): Caller | undefined;
  readonly clock: Clock;
  random(): number;
  readonly log: Log;
}

/** Looks at the key from time to time, until the signal says stop. */
export async function careForKey(deps: KeyCareDeps, signal: AbortSignal): Promise<void> {
  const { clock, random, stateDir, log } = deps;
  while (!signal.aborted) {
    await sleep(clock, LOOK_EVERY_MS * (0.75 + random() / 2), signal);
    if (signal.aborted) return;
    try {
      const identity = await readIdentity(stateDir);
      const isOld = clock.now() - (identity?.madeAt ?? 0) >= KEY_LIFETIME_MS;
      if (identity && isOld && (await renewKey(identity, deps, signal))) log.info('key renewed');
    } catch (error) {
      log.warn(
        `the key could not be renewed (${(error as Error).message}); trying again in an hour`,
      );
    }
  }
}

/** Once; says whether the edge has a new key of ours now. Rejects where the disk does not take it. */
export async function renewKey(
  identity: Identity,
  { stateDir, caller, clock }: Pick<KeyCareDeps, 'stateDir' | 'caller' | 'clock'>,
  signal: AbortSignal,
): Promise<boolean> {
  const old = caller(identity);
  if (!old) return false;
  const { publicKey, privateKey } = await newKeyPair();
  const credential = await offerKey(old, publicKey, TIMEOUT_MS, signal);
  if (!credential) return false;
  const { edge, agentId, privateKey: oldKey, credential: oldCredential, madeAt } = identity;
  const renewed: Identity = {
    ...{ edge, agentId, credential, privateKey, madeAt: clock.now() },
    previous: {
      credential: oldCredential,
      privateKey: oldKey,
      ...(madeAt === undefined ? {} : { madeAt }),
    },
  };
  if (!(await replaceIdentity(stateDir, identity, renewed))) return false;
  const fresh = caller(renewed);
  const asked = fresh && (await askSelf(fresh, TIMEOUT_MS, signal));
  // Not answered: the next tunnel is tried with the new key, and with the old one if that fails.
  if (asked?.ok && asked.answer.status === 200) {
    await replaceIdentity(stateDir, renewed, settled(renewed));
  }
  return true;
}
