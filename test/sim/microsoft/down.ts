// A whole side that is down.

import { graphError } from './graph-error.ts';
import { type Answer, cut, hang } from './http.ts';
import type { Down } from './knobs.ts';
import { retryAfterHeader } from './throttle.ts';
import type { World } from './world.ts';

/** The answer while the knob is set, else null. */
export function down(world: World, knob: Down): Answer | null {
  if (knob === false) return null;
  if (knob === 'hang') return hang;
  if (knob === 'cut') return cut;
  const code =
    knob === 429 ? 'TooManyRequests' : knob === 400 ? 'BadRequest' : 'ServiceUnavailable';
  const headers =
    knob === 429 || knob === 503 ? retryAfterHeader(world.knobs, 2128, world.now()) : {};
  return graphError(world.now(), knob, code, 'Please retry again later.', headers);
}
