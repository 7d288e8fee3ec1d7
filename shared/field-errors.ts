// From the schema library's issues to the `errors` of a problem answer.
import type { z } from 'zod';
import type { FieldError } from './errors.ts';

/**
 * The fields that one issue is about, each with a sentence. Of a union that nothing fits, the
 * branch with the most to say speaks for it; of unknown keys, each is named.
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
    const branches = issue.errors.filter((branch) =>
      branch.some((inner) => inner.code === 'custom'),
    );
    const best = branches[0] ?? issue.errors.at(-1) ?? [];
    const inner = best.flatMap((one) =>
      fieldErrors({ ...one, path: [...issue.path, ...one.path] } as z.core.$ZodIssue),
    );
    if (inner.length > 0) return inner;
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [{ path, message: missing ? 'Must be given.' : issue.message }];
}
