// Dials the PBX ("mode B": we connect, and log in with the App object's name and password).
import { readFile } from 'node:fs/promises';
import { type Clock, sleep } from '../clock.ts';
import { type Dialled, type Line, openLine } from '../line.ts';
import type { LineFailure } from '../line-failure.ts';
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
/**
 * What a dead line swallowed does not come back with it: beside a dial that takes this long another one is made,
 * anew after each pause while neither gets through. So many at a time, since the PBX may just be slow. In ms.
 */
const PATIENCE_MS = 2_000;
const ANOTHER_MS = 1_500;
const PAUSE_MS = 500;

export type DialledPbx =
  | { ok: true; line: Line }
  | { ok: false; ended: Ended; failure: LineFailure };

/** Opens the line to a PBX, not logged in yet. Never rejects. */
export async function dialPbx(
  address: PbxAddress,
  clock: Clock,
  signal: AbortSignal,
): Promise<DialledPbx> {
  const { caFile } = address;
  const ca =
    caFile === undefined ? address.ca : await readFile(caFile, 'utf8').catch(() => address.ca);
  const options = {
    ...(ca === undefined ? {} : { ca }),
    insecureTls: address.insecureTls,
    maxMessageBytes: MAX_MESSAGE_BYTES,
  };
  const dial = (timeoutMs: number, stop: AbortSignal) =>
    openLine(address.url, { ...options, timeoutMs }, stop);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const dials = [dial(DIAL_TIMEOUT_MS, either), another(dial, clock, either)];
  const dialled = await Promise.race(dials);
  over.abort();
  for (const other of await Promise.all(dials)) {
    if (other.ok && other !== dialled) other.line.cut();
  }
  if (dialled.ok) return dialled;
  const { failure } = dialled;
  return { ok: false, ended: notOpened(address.url, failure), failure };
}

/** One dial after the other, beside one that takes long; the first that gets through. */
async function another(
  dial: (timeoutMs: number, stop: AbortSignal) => Promise<Dialled>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Dialled> {
  await sleep(clock, PATIENCE_MS, signal);
  while (!signal.aborted) {
    const dialled = await dial(ANOTHER_MS, signal);
    if (dialled.ok) return dialled;
    await sleep(clock, PAUSE_MS, signal);
  }
  return { ok: false, failure: { kind: 'aborted' } };
}
