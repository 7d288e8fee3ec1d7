// From the bytes of a body to a checked value: 400 where it is not JSON, 422 where it does not fit.
import type * as z from 'zod';
import { fieldErrors } from '../../shared/field-errors.ts';
import type { RequestContext } from './context.ts';
import { Refused } from './problem.ts';

/** The body as JSON, unchecked. `whenEmpty` stands in for a body that is not there at all. */
export function jsonOf(c: RequestContext, whenEmpty?: unknown): unknown {
  const body = c.get('body');
  if (body.byteLength === 0 && whenEmpty !== undefined) return whenEmpty;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    throw new Refused('not-json', 'The body must be JSON in UTF-8.');
  }
}

/** `value` as the schema wants it; otherwise refused with every bad field. */
export function fitting<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw invalid(result.error.issues.flatMap(fieldErrors));
}

export const invalid = (errors: { path: string; message: string }[]): Refused =>
  new Refused('invalid', errors.map(({ path, message }) => `${path}: ${message}`).join(' '), {
    errors,
  });
