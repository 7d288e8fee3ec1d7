// Dials the PBX ("mode B": we connect, and log in with the App object's name and password).
import { readFile } from 'node:fs/promises';
import { type Line, openLine } from '../line.ts';
import type { Ended } from '../supervise.ts';
import { notOpened } from './faults.ts';

export interface PbxAddress {
  /** `wss://<host>/PBX0/APPS/websocket`; `ws:` is possible. */
  readonly url: string;
  /** PEM. */
  readonly ca?: string;
  /** Where it is from: read anew each time, so that a changed certificate needs no restart. */
  readonly caFile?: string;
  readonly insecureTls: boolean;
}

/** The PBX keeps its messages below 64 KiB; a user row with many mail addresses may be longer. */
export const MAX_MESSAGE_BYTES = 4 * 1_048_576;
const DIAL_TIMEOUT_MS = 10_000;

export type DialledPbx = { ok: true; line: Line } | { ok: false; ended: Ended };

/** Opens the line to a PBX, not logged in yet. Never rejects. */
export async function dialPbx(address: PbxAddress, signal: AbortSignal): Promise<DialledPbx> {
  const { caFile } = address;
  const ca =
    caFile === undefined ? address.ca : await readFile(caFile, 'utf8').catch(() => address.ca);
  const dialled = await openLine(
    address.url,
    {
      ...(ca === undefined ? {} : { ca }),
      insecureTls: address.insecureTls,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      timeoutMs: DIAL_TIMEOUT_MS,
    },
    signal,
  );
  if (dialled.ok) return dialled;
  return { ok: false, ended: notOpened(address.url, dialled.failure) };
}
