// From the schema library's issues to the `errors` of a problem answer.
import type * as z from 'zod';
import type { FieldError } from './errors.ts';

type Branch = z.core.$ZodIssue[];

/**
 * The fields that one issue is about, each with a sentence. Of a union that nothing fits, the
 * branch that came closest speaks for it; of unknown keys, each is named.
 */
export function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      message: 'There is no such key.',
    }));
  }
  if (issue.code === 'invalid_union') {
    const inner = closest(issue.errors).flatMap((one) =>
      fieldErrors({ ...one, path: [...issue.path, ...one.path] } as z.core.$ZodIssue),
    );
    if (inner.length > 0) return inner;
  }
  const inKey = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  if (inKey !== undefined) return [{ path, message: inKey }];
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [{ path, message: missing ? 'Must be given.' : issue.message }];
}

/** Not one that wants another type or value altogether; then the one with the fewest complaints. */
function closest(branches: readonly Branch[]): Branch {
  const near = branches.filter(
    (branch) => !branch.some(({ code, path }) => path.length === 0 && MISFITS.has(code)),
  );
  const [first, ...others] = near;
  if (!first) return branches.find(([one]) => one?.code === 'invalid_type') ?? branches[0] ?? [];
  return others.reduce((best, one) => (one.length < best.length ? one : best), first);
}

const MISFITS: ReadonlySet<string | undefined> = new Set(['invalid_type', 'invalid_value']);
