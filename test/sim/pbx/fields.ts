/** Checks the fields of a request against the documented ones. Knows no meaning, only names and types. */
import type { Message } from './messages.ts';

type FieldType = 'string' | 'boolean' | 'number' | 'object' | 'strings';

/** The documented fields of one request, beside mt, api and src. */
export type Fields = Readonly<Record<string, FieldType>>;

/** What was found: undocumented fields are recorded only, wrong types are refused. */
export interface FieldProblems {
  unknown: string[];
  wrong: string[];
}

/** Compares a request with its documented fields. */
export function checkFields(request: Message, fields: Fields): FieldProblems {
  const problems: FieldProblems = { unknown: [], wrong: [] };
  for (const [name, value] of Object.entries(request)) {
    if (name === 'mt' || name === 'api' || name === 'src') continue;
    const type = fields[name];
    if (type === undefined) problems.unknown.push(name);
    else if (!fits(value, type)) problems.wrong.push(name);
  }
  return problems;
}

function fits(value: unknown, type: FieldType): boolean {
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'strings')
    return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
  return typeof value === type;
}
