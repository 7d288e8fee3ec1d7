// Who this agent is: its key pair, made on site, and what the edge gave it at enrolment. One file in
// the state directory, so that the parts can never belong to two enrolments.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

/** An ES256 private key as a JWK (RFC 7518 §6.2). */
export const privateJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
export type PrivateJwk = z.infer<typeof privateJwk>;

const identity = z.object({
  /** The connector's URL that the agent enrolled at. */
  edge: z.string(),
  agentId: z.string().min(1),
  credential: z.string().min(1),
  privateKey: privateJwk,
});
export type Identity = Readonly<z.infer<typeof identity>>;

const pathOf = (stateDir: string) => join(stateDir, 'identity.json');

/** `undefined` when there is none. A file that is there but cannot be used is a Refusal. */
export async function readIdentity(stateDir: string): Promise<Identity | undefined> {
  const path = pathOf(stateDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Refusal(
      `${path} cannot be read (${codeOf(error)}): run this as the user who enrolled.`,
    );
  }
  try {
    return Object.freeze(identity.parse(JSON.parse(text)));
  } catch {
    throw new Refusal(`${path} is damaged: delete it and enrol this agent again.`);
  }
}

export interface NewIdentity {
  save(identity: Identity): Promise<void>;
  /** Leaves everything as it was. */
  discard(): Promise<void>;
}

/**
 * Prepares the place of a new identity before the one-time code is spent. `save` replaces the old
 * identity in one step; only the owner can read the file.
 */
export async function prepareIdentity(stateDir: string): Promise<NewIdentity> {
  const path = pathOf(stateDir);
  const fresh = `${path}.${randomUUID()}.new`;
  let file: FileHandle;
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    file = await open(fresh, 'wx', 0o600);
  } catch (error) {
    throw new Refusal(
      `"state_dir" ${stateDir} cannot be written (${codeOf(error)}): run this with more rights, or choose another directory.`,
    );
  }
  return {
    async save(value) {
      await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await file.sync();
      await file.close();
      await rename(fresh, path);
      await syncDirectory(dirname(path));
    },
    async discard() {
      await file.close().catch(() => {});
      await unlink(fresh).catch(() => {});
    },
  };
}

/** Settles when the stored credential is another than `credential`, or the signal says stop. */
export async function identityChange(
  stateDir: string,
  credential: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // A file that cannot be read just now is no new enrolment.
    const now = await readIdentity(stateDir).catch(() => undefined);
    if (now && now.credential !== credential) return;
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

const LOOK_EVERY_MS = 2_000;

/** So that the new name survives a power cut. Not every system can do that to a directory. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
