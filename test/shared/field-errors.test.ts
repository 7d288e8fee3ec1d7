import { expect, test } from 'vitest';
import { z } from 'zod';
import { fieldErrors } from '../../shared/field-errors.ts';

function errors(schema: z.ZodType, input: unknown) {
  const result = schema.safeParse(input, { reportInput: true });
  return (result.error?.issues ?? []).flatMap(fieldErrors);
}

test('what is missing must be given; each unknown key is named', () => {
  const schema = z.object({ a: z.object({ b: z.string() }).strict() }).strict();
  expect(errors(schema, { a: { c: 1, d: 2 }, e: 3 })).toEqual([
    { path: 'a.b', message: 'Must be given.' },
    { path: 'a.c', message: 'There is no such key.' },
    { path: 'a.d', message: 'There is no such key.' },
    { path: 'e', message: 'There is no such key.' },
  ]);
});

test('of a union the branch that came closest speaks', () => {
  const text = z.string().min(3, 'Must be longer.');
  const schema = z.object({
    a: z.union([text, z.object({ set: z.boolean() }).strict(), z.null()]),
  });
  expect(errors(schema, { a: 'x' })).toEqual([{ path: 'a', message: 'Must be longer.' }]);
  expect(errors(schema, { a: { set: 1 } })).toEqual([
    { path: 'a.set', message: expect.stringContaining('boolean') },
  ]);
  expect(errors(schema, { a: 1 })).toEqual([
    { path: 'a', message: expect.stringContaining('expected string') },
  ]);
});

test('a key that is wrong says why', () => {
  const schema = z.record(z.string().max(2, 'Too long a name.'), z.number());
  expect(errors(schema, { abc: 1 })).toEqual([{ path: 'abc', message: 'Too long a name.' }]);
});
