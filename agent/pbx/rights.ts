// What a user's visibility list keeps from our App object. Pure. Only an entry for the object itself is
// judged: what groups, templates and defaults add does not show in the row, and a false alarm would be
// worse than none – there MonitorUnallowed tells (visibility.ts).
import type { UserRow } from './messages.ts';

/** `presence`: nothing is seen; `calls`: all but on-the-phone. */
export type Lacking = 'presence' | 'calls';

/** `undefined`: nothing is known to lack. An entry for a user or object overrides all others (wiki, Visibility). */
export function lackingOf({ allows }: UserRow, app: string): Lacking | undefined {
  const ours = (allows ?? []).filter(
    ({ name, grp }) => !grp && name?.toLowerCase() === app.toLowerCase(),
  );
  if (ours.length === 0) return undefined;
  if (!ours.some(({ presence }) => presence)) return 'presence';
  return ours.some(({ otf }) => otf) ? undefined : 'calls';
}
