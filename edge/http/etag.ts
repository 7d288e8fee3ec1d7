// Versions of the settings as entity tags, and what `If-Match` says about them.

/** The strong tag of a version. */
export const etag = (version: number): string => `"v${version}"`;

/** `any`: no header, whatever is stored. `existing`: `*`. Else the versions that it names. */
export type IfMatch = { kind: 'any' } | { kind: 'existing' } | { kind: 'versions'; of: number[] };

const TAG = /^(?:W\/)?"v(\d{1,15})"$/;

/**
 * Reads `If-Match`. Weak tags count as equal, because proxies that compress weaken them; a tag that is
 * not ours matches nothing.
 */
export function ifMatch(header: string | undefined): IfMatch {
  if (header === undefined) return { kind: 'any' };
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.includes('*')) return { kind: 'existing' };
  const of = tags.flatMap((tag) => {
    const version = TAG.exec(tag)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
  return { kind: 'versions', of };
}
