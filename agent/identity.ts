// Who this agent is: its key pair, made on site, and what the edge gave it at enrolment. One file in
// the state directory, so that the parts can never belong to two enrolments.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
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

const credential = z.string().min(1);
const identity = z.object({
  /** The connector's URL that the agent enrolled at. */
  edge: z.string(),
  agentId: z.string().min(1),
  credential,
  privateKey: privateJwk,
  /** Epoch ms at which the key was made; absent in files of before. */
  madeAt: z.number().optional(),
  /** The key before this one, kept until the edge has taken the new one. */
  previous: z
    .object({ credential, privateKey: privateJwk, madeAt: z.number().optional() })
    .optional(),
});
export type Identity = Readonly<z.infer<typeof identity>>;

/** The identity with the key of before, if that is still kept. */
export const withPreviousKey = ({ edge, agentId, previous }: Identity): Identity | undefined =>
  previous && { edge, agentId, ...previous };

/** The identity when the edge has taken its key: the one before is of no use any more. */
export const settled = ({ previous: _, ...identity }: Identity): Identity => identity;

export const pathOf = (stateDir: string) => join(stateDir, 'identity.json');

/** `undefined` when there is none. A file that is there but cannot be used is a Refusal. */
export async function readIdentity(stateDir: string): Promise<Identity | undefined> {
  const path = pathOf(stateDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
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
      await giveToOwnerOf(stateDir, file);
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

/** Replaces an identity by `value`, unless `before` is no longer the one that is stored. */
export async function replaceIdentity(
  stateDir: string,
  before: Identity,
  value: Identity,
): Promise<boolean> {
  const place = await prepareIdentity(stateDir);
  try {
    // Somebody may have enrolled this machine anew meanwhile; that counts.
    if ((await readIdentity(stateDir))?.credential === before.credential) {
      await place.save(value);
      return true;
    }
  } catch (error) {
    await place.discard();
    throw error;
  }
  await place.discard();
  return false;
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

/** An admin enrols as root, the service runs as somebody else: whose directory it is, reads the file. */
async function giveToOwnerOf(stateDir: string, file: FileHandle): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(stateDir);
  if (uid !== 0) await file.chown(uid, gid);
}

/** So that the new name survives a power cut. Not every system can do that to a directory. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
