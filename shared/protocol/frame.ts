// What every frame of the tunnel has in common, and how text becomes a frame.
import * as z from 'zod';
import { late } from '../late.ts';
import { PROTOCOL_VERSION } from './version.ts';

/**
 * Heartbeat: two literal texts outside the JSON frames. The runtime answers `PING` by itself, so
 * that a heartbeat never wakes the Durable Object.
 */
export const PING = 'ping';
export const PONG = 'pong';

/** The agent sends a ping this often, in ms. */
export const PING_EVERY_MS = 5_000;
/** After this many ms without any frame or pong the line counts as dead. */
export const SILENCE_LIMIT_MS = 10_000;

/** Longest frame that either side takes, in characters. Lists are sent in parts well below it. */
export const MAX_FRAME_LENGTH = 1_048_576;
/** More users than this on one PBX are a fault of the software, or of somebody's making. */
export const USERS_PER_PBX = 200_000;
/** How many entries of a list one frame carries. */
export const PART_SIZE = 200;

/** A frame's type discriminates under `t`; `v` is the protocol version. */
export const frame = <T extends string, S extends z.ZodRawShape>(t: T, shape: () => S) =>
  late(() => z.object({ v: z.literal(PROTOCOL_VERSION), t: z.literal(t), ...shape() }));

export type FrameError =
  | { kind: 'too-long' }
  | { kind: 'not-json' }
  | { kind: 'unsupported-version'; version: unknown }
  | { kind: 'invalid'; detail: string };

export type Parsed<F> = { ok: true; frame: F } | { ok: false; error: FrameError };

/** Reads one frame by `schema`. Never throws; what is wrong comes back as a value. */
export function parseFrame<F>(schema: z.ZodType<F>, text: string): Parsed<F> {
  if (text.length > MAX_FRAME_LENGTH) return { ok: false, error: { kind: 'too-long' } };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, error: { kind: 'not-json' } };
  }
  const version = (value as { v?: unknown } | null)?.v;
  if (version !== PROTOCOL_VERSION) {
    return { ok: false, error: { kind: 'unsupported-version', version } };
  }
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, frame: result.data };
  const [first] = result.error.issues;
  const detail = first ? `${first.path.join('.')}: ${first.message}` : 'invalid';
  return { ok: false, error: { kind: 'invalid', detail } };
}

/** Cuts a list into the parts that its frames carry; an empty list is one empty part. */
export function parts<T>(list: readonly T[]): T[][] {
  const cut: T[][] = [];
  for (let at = 0; at < list.length; at += PART_SIZE) cut.push(list.slice(at, at + PART_SIZE));
  return cut.length > 0 ? cut : [[]];
}
