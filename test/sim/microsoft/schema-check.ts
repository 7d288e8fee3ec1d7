// Checks request bodies against Microsoft's own descriptions (test/data): CSDL for presence
// actions and subscriptions, OpenAPI for the names of a user's properties.
import { readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';

interface Slot {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

const read = (file: string): string =>
  readFileSync(new URL(`../../data/${file}`, import.meta.url), 'utf8');

interface XmlNode {
  '@Name': string;
  '@Type'?: string;
  '@Nullable'?: string;
  '@Value'?: string;
  Property?: XmlNode[];
  Parameter?: XmlNode[];
  Member?: XmlNode[];
}

const cut = (
  new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    isArray: (name, _path, _leaf, isAttribute) =>
      !isAttribute && name !== 'Cut' && name !== 'ReturnType',
  }).parse(read('graph-presence.csdl.xml')) as { Cut: Record<string, XmlNode[]> }
).Cut;

const slot = (node: XmlNode): Slot => ({
  name: node['@Name'],
  type: node['@Type'] ?? 'Edm.String',
  nullable: node['@Nullable'] !== 'false',
});
const types = new Map<string, Slot[]>();
for (const node of [...(cut['EntityType'] ?? []), ...(cut['ComplexType'] ?? [])]) {
  types.set(node['@Name'], (node.Property ?? []).map(slot));
}
// Entities inherit their id.
types.get('subscription')?.push({ name: 'id', type: 'Edm.String', nullable: true });
const enums = new Map<string, Set<string>>();
for (const node of cut['EnumType'] ?? []) {
  enums.set(node['@Name'], new Set((node.Member ?? []).map((member) => member['@Name'])));
}
const actions = new Map<string, Slot[]>();
for (const node of cut['Action'] ?? []) {
  const parameters = (node.Parameter ?? []).filter((one) => one['@Name'] !== 'bindingParameter');
  actions.set(node['@Name'], parameters.map(slot));
}

const api = JSON.parse(read('graph-openapi.json')) as {
  components: { schemas: Record<string, { allOf?: { properties?: Record<string, unknown> }[] }> };
};
const userParts = api.components.schemas['microsoft.graph.user']?.allOf ?? [];
/** Names of the properties a user has. */
export const userProperties: ReadonlySet<string> = new Set([
  'id',
  'deletedDateTime',
  ...userParts
    .flatMap((part) => Object.keys(part.properties ?? {}))
    .filter((name) => !name.startsWith('@')),
]);

/** The parameters of an action, or undefined for an action that does not exist. */
export const actionParameters = (action: string): readonly Slot[] | undefined =>
  actions.get(action);

/** What is wrong with an action's body, in OData's words; null when nothing is. */
export function checkAction(action: string, body: Record<string, unknown>): string | null {
  const slots = actions.get(action) ?? [];
  for (const name of Object.keys(body)) {
    if (!name.includes('@') && !slots.some((one) => one.name === name)) {
      return `The parameter '${name}' in the request payload is not a valid parameter for the operation '${action}'.`;
    }
  }
  for (const one of slots) {
    const value = body[one.name];
    if (value === undefined && !one.nullable)
      return `The parameter '${one.name}' of '${action}' is missing.`;
    const wrong = value === undefined ? null : checkValue(one, value);
    if (wrong) return wrong;
  }
  return null;
}

/** What is wrong with a body of an entity or complex type; missing properties are the route's business. */
export function checkType(type: string, body: Record<string, unknown>): string | null {
  const slots = types.get(type) ?? [];
  for (const [name, value] of Object.entries(body)) {
    if (name.includes('@')) continue;
    const one = slots.find((candidate) => candidate.name === name);
    if (!one) {
      return `The property '${name}' does not exist on type 'microsoft.graph.${type}'. Make sure to only use property names that are defined by the type.`;
    }
    const wrong = checkValue(one, value);
    if (wrong) return wrong;
  }
  return null;
}

function checkValue(one: Slot, value: unknown): string | null {
  if (value === null) return one.nullable ? null : `'${one.name}' must not be null.`;
  const collection = /^Collection\((.+)\)$/.exec(one.type)?.[1];
  if (collection !== undefined) {
    if (!Array.isArray(value)) return mismatch(one, 'a collection');
    for (const item of value) {
      const wrong = checkValue({ name: one.name, type: collection, nullable: false }, item);
      if (wrong) return wrong;
    }
    return null;
  }
  if (one.type.startsWith('Edm.'))
    return isPrimitive(one.type, value) ? null : mismatch(one, one.type);
  const name = one.type.replace(/^graph\./, '');
  const members = enums.get(name);
  if (members) return members.has(String(value)) ? null : mismatch(one, one.type);
  if (typeof value !== 'object' || Array.isArray(value)) return mismatch(one, one.type);
  return checkType(name, value as Record<string, unknown>);
}

const mismatch = (one: Slot, wanted: string): string =>
  `Cannot convert the value of '${one.name}' to the expected type '${wanted}'.`;

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isGuid = (value: string): boolean => guid.test(value);

function isPrimitive(type: string, value: unknown): boolean {
  switch (type) {
    case 'Edm.Boolean':
      return typeof value === 'boolean';
    case 'Edm.Guid':
      return typeof value === 'string' && isGuid(value);
    case 'Edm.DateTimeOffset':
      return typeof value === 'string' && readInstant(value) !== null;
    case 'Edm.Duration':
      return typeof value === 'string' && readDuration(value) !== null;
    default:
      return typeof value === 'string';
  }
}

/** Edm.DateTimeOffset to epoch milliseconds; seven decimals and a zone are Graph's habit. */
export function readInstant(value: string): number | null {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)$/i.exec(
    value,
  );
  if (!parts) return null;
  const time = Date.parse(
    `${parts[1]}.${(parts[2] ?? '0').slice(0, 3)}${parts[3]}`.replace(/(T\d\d:\d\d)\./, '$1:00.'),
  );
  return Number.isNaN(time) ? null : time;
}

/** Edm.Duration (no years, no months) to milliseconds. */
export function readDuration(value: string): number | null {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(value);
  if (!parts || parts.slice(1).every((part) => part === undefined) || value.endsWith('T'))
    return null;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000;
}
