// Documentation that says what shows it: `file › *sentence*, *sentence*; file` in the last column of a table.
// The tests it names have to be there. Whether they pass, they say themselves.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** The rows of a page's table, as what its first column says and what its last one names. */
export function rowsOf(page: string, first: RegExp): [row: string, shownBy: string][] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const row = new RegExp(`^\\| (${first.source}) \\|.*\\| ([^|]+) \\|$`, 'gm');
  return [...text.matchAll(row)].map(([, one = '', shownBy = '']) => [one, shownBy]);
}

/** What is named and not there; `below`: the folder that the names begin in. */
export function missing(shownBy: string, below: string): string[] {
  return shownBy.split('; ').flatMap((named) => {
    const [name = '', sentences = ''] = named.split(' › ');
    const file = join(ROOT, below, `${name.trim()}.test.ts`);
    if (!existsSync(file)) return [file];
    const source = plain(readFileSync(file, 'utf8'));
    const told = [...sentences.matchAll(/\*([^*]+)\*/g)].map(([, sentence = '']) =>
      plain(sentence),
    );
    return told.filter((sentence) => !isTold(source, sentence)).map((one) => `${name}: ${one}`);
  });
}

/** Long sentences are shortened with …, at either end. */
function isTold(source: string, sentence: string): boolean {
  const part = sentence.replaceAll('…', '').trim();
  if (sentence.startsWith('…')) return source.includes(part);
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${part}`));
}

/** Typographic apostrophes are the prose's, escapes the code's. */
const plain = (text: string): string => text.replaceAll('’', "'").replaceAll("\\'", "'");
