import { expect, test } from 'vitest';
import { Turns } from '../../../edge/connector/turns.ts';

test('one after the other, in the order in which they came, also after one that failed', async () => {
  const turns = new Turns();
  const said: string[] = [];
  const work = (name: string, fails = false) =>
    turns.take(async () => {
      said.push(`${name} begins`);
      await Promise.resolve();
      said.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const answers = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(said).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});
