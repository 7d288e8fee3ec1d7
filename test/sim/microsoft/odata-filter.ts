// The part of OData's $filter that listing users needs: and, or, not, eq, ne, in, startsWith,
// endsWith and any(). Pure: text in, predicate out.

export type Row = Readonly<Record<string, unknown>>;

export type Filter =
  | { ok: true; test: (row: Row) => boolean; advanced: boolean; properties: string[] }
  | { ok: false; message: string };

type Test = (row: Row) => boolean;

// Filters on these work only as advanced query: ConsistencyLevel: eventual and $count=true (§5).
const advancedProperties = new Set(['assignedPlans']);

class SyntaxProblem extends Error {}

/** Parses a filter; `advanced` says that it needs ConsistencyLevel: eventual with $count=true. */
export function parseFilter(source: string): Filter {
  const parser = new Parser(source);
  try {
    const test = parser.whole();
    return { ok: true, test, advanced: parser.advanced, properties: parser.properties };
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return { ok: false, message: problem.message };
    throw problem;
  }
}

const tokens =
  /\s*(?:('(?:[^']|'')*')|([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})|([A-Za-z_][A-Za-z0-9_]*)|(\d+)|([(),:/]))/y;

class Parser {
  readonly #tokens: string[] = [];
  #at = 0;
  /** Name of the range variable inside any(). */
  #variable: string | null = null;
  advanced = false;
  readonly properties: string[] = [];

  constructor(source: string) {
    tokens.lastIndex = 0;
    while (tokens.lastIndex < source.trimEnd().length) {
      const start = tokens.lastIndex;
      const match = tokens.exec(source);
      if (!match) throw new SyntaxProblem(`Syntax error at position ${start} in '${source}'.`);
      this.#tokens.push(match[0].trim());
    }
  }

  whole(): Test {
    const test = this.#or();
    if (this.#at < this.#tokens.length) this.#fail();
    return test;
  }

  #or(): Test {
    let left = this.#and();
    while (this.#take('or')) {
      const [a, b] = [left, this.#and()];
      left = (row) => a(row) || b(row);
    }
    return left;
  }

  #and(): Test {
    let left = this.#unary();
    while (this.#take('and')) {
      const [a, b] = [left, this.#unary()];
      left = (row) => a(row) && b(row);
    }
    return left;
  }

  #unary(): Test {
    if (this.#take('not')) {
      this.advanced = true;
      const inner = this.#unary();
      return (row) => !inner(row);
    }
    if (this.#take('(')) {
      const inner = this.#or();
      this.#need(')');
      return inner;
    }
    const word = this.#peek()?.toLowerCase();
    if (word === 'startswith' || word === 'endswith') return this.#textFunction(word);
    return this.#comparison();
  }

  #textFunction(name: 'startswith' | 'endswith'): Test {
    this.#at += 1;
    if (name === 'endswith') this.advanced = true;
    this.#need('(');
    const property = this.#property();
    this.#need(',');
    const wanted = String(this.#literal()).toLowerCase();
    this.#need(')');
    return (row) => {
      const value = String(row[property] ?? '').toLowerCase();
      return name === 'startswith' ? value.startsWith(wanted) : value.endsWith(wanted);
    };
  }

  #comparison(): Test {
    const property = this.#property();
    if (this.#take('/')) return this.#any(property);
    const operator = this.#next().toLowerCase();
    if (operator === 'in') {
      this.#need('(');
      const wanted = [this.#literal()];
      while (this.#take(',')) wanted.push(this.#literal());
      this.#need(')');
      return (row) => wanted.some((one) => same(row[property], one));
    }
    const wanted = this.#literal();
    if (operator === 'eq') return (row) => same(row[property], wanted);
    if (operator !== 'ne') throw new SyntaxProblem(`The operator '${operator}' is not supported.`);
    this.advanced = true;
    return (row) => !same(row[property], wanted);
  }

  #any(property: string): Test {
    this.#need('any');
    this.#need('(');
    const outer = this.#variable;
    this.#variable = this.#next();
    this.#need(':');
    const test = this.#or();
    this.#need(')');
    this.#variable = outer;
    return (row) => {
      const items = row[property];
      return Array.isArray(items) && items.some((item) => test(item as Row));
    };
  }

  /** `name`, or `variable/name` inside any(). */
  #property(): string {
    const name = this.#next();
    if (!/^[A-Za-z_]/.test(name)) this.#fail();
    if (this.#variable === null) {
      this.properties.push(name);
      if (advancedProperties.has(name)) this.advanced = true;
      return name;
    }
    if (name !== this.#variable)
      throw new SyntaxProblem(`Could not find a property named '${name}'.`);
    this.#need('/');
    return this.#next();
  }

  #literal(): string | boolean | number | null {
    const token = this.#next();
    if (token.startsWith("'")) return token.slice(1, -1).replace(/''/g, "'");
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    if (/^\d+$/.test(token)) return Number(token);
    if (/^[0-9a-f-]{36}$/i.test(token)) return token;
    return this.#fail();
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }
  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new SyntaxProblem('The filter ends too early.');
    this.#at += 1;
    return token;
  }
  #take(word: string): boolean {
    if (this.#peek()?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }
  #need(word: string): void {
    if (!this.#take(word)) this.#fail();
  }
  #fail(): never {
    throw new SyntaxProblem(`Syntax error: unexpected '${this.#peek() ?? 'end of filter'}'.`);
  }
}

function same(value: unknown, wanted: unknown): boolean {
  if (typeof value === 'string' && typeof wanted === 'string')
    return value.toLowerCase() === wanted.toLowerCase();
  return (value ?? null) === wanted;
}
