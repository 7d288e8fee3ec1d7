/** Who may see what of a user (facts §2.3). Pure. */
import type { AppObject } from './app-objects.ts';
import type { Allow, PbxUser } from './users.ts';

/** The rights that matter for presence. */
export interface Rights {
  presence: boolean;
  otf: boolean;
  note: boolean;
}

/**
 * What an App object may see of a user; undefined when nothing. An entry for the object itself
 * overrides groups; groups add up; then `@domain`, then `@`.
 */
export function rightsOf(user: PbxUser, app: AppObject, domain: string): Rights | undefined {
  const named = (name: string) =>
    user.allows.filter((allow) => !allow.grp && same(allow.name, name));
  const groups = user.allows.filter(
    (allow) => allow.grp && app.groups.some((group) => same(group, allow.name)),
  );
  const entries = [named(app.h323), groups, named(`@${domain}`), named('@')].find(
    (found) => found.length > 0,
  );
  if (!entries) return undefined;
  const has = (right: keyof Allow) => entries.some((entry) => entry[right] === true);
  const rights = { presence: has('presence'), otf: has('otf'), note: has('note') };
  const any = rights.presence || rights.otf || rights.note || has('visible') || has('online');
  return any ? rights : undefined;
}

/** The visibility list with the entry of one App object replaced, or removed with `null`. */
export function withRights(
  allows: readonly Allow[],
  app: string,
  rights: Partial<Rights> | null,
): Allow[] {
  const others = allows.filter((allow) => allow.grp || !same(allow.name, app));
  if (rights === null) return others;
  const entry: Allow = { name: app, visible: true, online: true };
  for (const right of ['presence', 'otf', 'note'] as const)
    if (rights[right] ?? true) entry[right] = true;
  return [...others, entry];
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
