// Each rule of docs/presence-rules.md names the tests that show it: they have to be there. Whether they
// pass, they say themselves.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const DOC = readFileSync(join(ROOT, 'docs', 'presence-rules.md'), 'utf8');

/** `| R7 | the rule | file › *sentence*, *sentence*; file |`, as rule and what shows it. */
const ROWS = [...DOC.matchAll(/^\| (R\d+) \|.*\| ([^|]+) \|$/gm)].map(
  ([, rule = '', shownBy = '']) => [rule, shownBy] as const,
);

test('the rules are numbered without a gap', () => {
  expect(ROWS.length).toBeGreaterThan(25);
  expect(ROWS.map(([rule]) => rule)).toEqual(ROWS.map((_, at) => `R${at + 1}`));
});

test.each(ROWS)('%s is shown by %s', (_, shownBy) => {
  for (const named of shownBy.split('; ')) {
    const [file = '', sentences = ''] = named.split(' › ');
    const source = plain(readFileSync(join(import.meta.dirname, `${file.trim()}.test.ts`), 'utf8'));
    for (const [, sentence = ''] of sentences.matchAll(/\*([^*]+)\*/g)) {
      // Long sentences are shortened with …, at either end.
      const told = plain(sentence);
      const part = told.replaceAll('…', '').trim();
      const found = told.startsWith('…')
        ? source.includes(part)
        : source.includes(`'${part}`) || source.includes(`"${part}`);
      expect([sentence, found]).toEqual([sentence, true]);
    }
  }
});

/** Typographic apostrophes are the prose's, escapes the code's. */
function plain(text: string): string {
  return text.replaceAll('’', "'").replaceAll("\\'", "'");
}
