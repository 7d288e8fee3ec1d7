// Documentation that says what shows it: `file › *sentence*, *sentence*; file` in the last column of a table.
// A sentence is the whole title of a test, or of a row of its table. Whether it passes, it says itself.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync } from 'vite';

export const ROOT = resolve(import.meta.dirname, '../..');
/** So much of a title has to be there where it is shortened. */
const SHORTEST = 7;

/** The rows of a page's table, as what its first column says and what its last one names. */
export function rowsOf(page: string, first: RegExp): [row: string, shownBy: string][] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const row = new RegExp(`^\\| (${first.source}) \\|.*\\| ([^|]+) \\|$`, 'gm');
  return [...text.matchAll(row)].map(([, one = '', shownBy = '']) => [one, shownBy]);
}

/** What is named and not there; `below`: the folders that the names may begin in. */
export function missing(shownBy: string, ...below: readonly string[]): string[] {
  return shownBy.split('; ').flatMap((named) => {
    const [name = '', sentences = ''] = named.split(' › ');
    const file = below
      .map((folder) => join(ROOT, folder, `${name.trim()}.test.ts`))
      .find((one) => existsSync(one));
    if (!file) return [`${name}.test.ts`];
    const titles = titlesIn(readFileSync(file, 'utf8'));
    const told = [...sentences.matchAll(/\*([^*]+)\*/g)].map(([, sentence = '']) => sentence);
    return told.filter((sentence) => !isTold(titles, sentence)).map((one) => `${name}: ${one}`);
  });
}

/** What stands for a row's text in a title: `%s`, `${kills}`. */
const GAP = /%[sdifjo]|\$\{\w*\}/g;

/** Long sentences are shortened with …, at either end. One of gaps alone would name whatever test it likes. */
export function isTold(titles: readonly string[], sentence: string): boolean {
  const [begins, ends] = [!sentence.startsWith('…'), !sentence.endsWith('…')];
  const part = plain(sentence.replaceAll('…', '').trim());
  if (part.replaceAll(GAP, '').trim() === '') return false;
  if (part.length < SHORTEST && !(begins && ends)) return false;
  return titles.map(plain).some((title) => {
    if (begins && ends) return title === part;
    if (begins) return title.startsWith(part);
    return ends ? title.endsWith(part) : title.includes(part);
  });
}

/** Typographic apostrophes are the prose's. */
const plain = (text: string): string => text.replaceAll('’', "'");

const TELLERS = new Set(['it', 'test', 'describe']);
const UNTOLD = new Set(['skip', 'todo']);
interface Node {
  type: string;
  [field: string]: unknown;
}

/** Titles of tests and of what they are gathered in, and the texts of the rows that tests are made from. */
export function titlesIn(source: string): string[] {
  const { program } = parseSync('named.test.ts', source);
  const nodes = [...nodesOf(program)];
  const constants = new Map(
    nodes
      .filter(({ type }) => type === 'VariableDeclarator')
      .map((one) => [(one['id'] as Node)['name'], one['init']]),
  );
  return nodes.flatMap((call) => {
    if (call.type !== 'CallExpression' || !isTeller(call['callee'])) return [];
    const [first] = call['arguments'] as Node[];
    // The table of `each`, spelled out or by its name.
    const spelled = (one: Node | undefined) =>
      one?.type === 'Identifier' ? constants.get(one['name']) : one;
    const own = textOf(first);
    if (own === undefined)
      return [...nodesOf(spelled(first))].flatMap((node) => textOf(node) ?? []);
    const { arguments: [table] = [] } = call['callee'] as { arguments?: Node[] };
    return [own, ...rowsIn(spelled(table)).map((row) => filled(own, row))];
  });
}

/** The rows of a table, each as the texts and numbers that are spelled out in it. */
function rowsIn(table: unknown): (string | undefined)[][] {
  const bare = isNode(table) && table.type === 'TSAsExpression' ? table['expression'] : table;
  if (!isNode(bare) || bare.type !== 'ArrayExpression') return [];
  const cell = (node: Node) =>
    textOf(node) ?? (typeof node['value'] === 'number' ? `${node['value']}` : undefined);
  return (bare['elements'] as Node[]).map((row) =>
    row.type === 'ArrayExpression' ? (row['elements'] as Node[]).map(cell) : [cell(row)],
  );
}

/** A title as it is told for a row; what a row only computes stays a gap. */
function filled(title: string, row: readonly (string | undefined)[]): string {
  const rest = [...row];
  return title.replaceAll(/%[sdifjo]/g, (gap) => rest.shift() ?? gap);
}

/** `it`, `it.skipIf(…)`, `it.each(…)` and so on; not what is never told. */
function isTeller(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  const { property } = callee as { property?: Node };
  if (UNTOLD.has(String(property?.['name']))) return false;
  if (callee.type === 'Identifier') return TELLERS.has(String(callee['name']));
  return isTeller(callee['object'] ?? callee['callee'] ?? callee['tag']);
}

function textOf(node: Node | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node?.type !== 'TemplateLiteral') return undefined;
  const { quasis, expressions } = node as unknown as {
    quasis: { value: { raw: string } }[];
    expressions: Node[];
  };
  const gap = (at: number) => {
    const expression = expressions[at];
    return expression?.type === 'Identifier' ? `\${${expression['name']}}` : '';
  };
  return quasis.map(({ value }, at) => `${value.raw}${gap(at)}`).join('');
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value;

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* nodesOf(one);
  else if (isNode(value)) {
    yield value;
    for (const field of Object.values(value)) yield* nodesOf(field);
  }
}
