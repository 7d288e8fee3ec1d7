// What a part of the bench found, for people: a line for each figure, and a column for each size or run.

type Value = string | number | boolean | null | undefined | object;

/** The lines of a result, indented by how deep its figures lie. */
export function tableOf(result: object, indent = 0): string[] {
  const entries = Object.entries(result).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.flatMap(([name, value]: [string, Value]) => {
    const label = `${' '.repeat(indent)}${name}`;
    if (Array.isArray(value) && value.every(isObject)) {
      return [label, ...columnsOf(value, indent + 2)];
    }
    if (isObject(value) && !isFlat(value)) return [label, ...tableOf(value, indent + 2)];
    return [`${label.padEnd(indent + width)}  ${textOf(value)}`];
  });
}

/** Results of the same kind side by side. */
function columnsOf(results: readonly object[], indent: number): string[] {
  const columns = results.map((result) => new Map(figuresIn(result)));
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const cells = names.map((name) => [name, ...columns.map((column) => column.get(name) ?? '')]);
  const widths = cells.reduce<number[]>(
    (wide, row) => row.map((cell, at) => Math.max(wide[at] ?? 0, cell.length)),
    [],
  );
  return cells.map((row) => {
    const padded = row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    return `${' '.repeat(indent)}${padded.join('  ')}`;
  });
}

function figuresIn(result: object, before = ''): [string, string][] {
  return Object.entries(result).flatMap(([name, value]: [string, Value]): [string, string][] =>
    isObject(value) && !Array.isArray(value)
      ? figuresIn(value, `${before}${name}: `)
      : [[`${before}${name}`, textOf(value)]],
  );
}

/** Few enough figures to stand on one line. */
const isFlat = (value: object): boolean =>
  Object.values(value).length <= 4 && Object.values(value).every((one) => typeof one === 'number');

function textOf(value: Value): string {
  if (Array.isArray(value)) return value.join(', ');
  if (!isObject(value)) return value === true ? 'yes' : value === false ? 'NO' : String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${one}`)
    .join(', ');
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
