// What the agent asks the edge about itself beside the tunnel: who it is there, and a new key. A second
// tunnel for that would turn out the one that is open.
import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { EdgeUrl } from '../edge-url.ts';
import type { Identity } from '../identity.ts';
import type { Ask, Asked } from '../outward/ask.ts';
import type { EdgeClock } from './edge-clock.ts';
import { agentProof } from './proof.ts';

export interface Caller {
  readonly edge: EdgeUrl;
  readonly identity: Identity;
  readonly ask: Ask;
  readonly edgeClock: EdgeClock;
}

export const selfAnswer = z.object({
  agentId: z.string(),
  name: z.string(),
  state: z.enum(['leading', 'standby', 'offline']),
});
const keyAnswer = z.object({ credential: z.string().min(1) });

/** `Authorization` for one request. Rejects where the stored key cannot be used. */
export async function authorization({ edge, identity, edgeClock }: Caller): Promise<string> {
  const id = randomUUID();
  return `Bearer ${await agentProof(identity, edge.connector, edgeClock.now(), id)}`;
}

/** Who am I? Answered by the connector's object; the tunnel is not touched. */
export async function askSelf(
  caller: Caller,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Asked> {
  const headers = { authorization: await authorization(caller) };
  return caller.ask(`${caller.edge.href}/agent`, { method: 'GET', headers, timeoutMs }, signal);
}

/** Offers a new public key under the proof of the present one; its credential, or `undefined`. */
export async function offerKey(
  caller: Caller,
  publicKey: JWK,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const asked = await caller.ask(
    `${caller.edge.href}/agent/key`,
    {
      method: 'POST',
      headers: { authorization: await authorization(caller) },
      body: { publicKey },
      timeoutMs,
    },
    signal,
  );
  if (!asked.ok || asked.answer.status !== 201) return undefined;
  try {
    return keyAnswer.safeParse(JSON.parse(asked.answer.text)).data?.credential;
  } catch {
    return undefined;
  }
}
