// Listing and reading users (facts/graph.md §5).

import { hasTeams, type User } from './directory.ts';
import type { Call } from './graph.ts';
import { badRequest, notFound, Refusal } from './graph-error.ts';
import { type Answer, json } from './http.ts';
import { parseFilter, type Row } from './odata-filter.ts';
import { userProperties } from './schema-check.ts';
import type { World } from './world.ts';

const usual = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];
// All that User.ReadBasic.All shows.
const basic = new Set(['id', 'displayName', 'givenName', 'surname', 'mail', 'userPrincipalName']);

const knownOptions = new Set(['$select', '$top', '$filter', '$count', '$orderby', '$skiptoken']);

/** GET /users: $select, $top up to 999, $filter, $count, $orderby, paged by nextLink. */
export function listUsers({ world, ask, token }: Call): Answer {
  const { query } = ask;
  for (const name of query.keys()) {
    if (!knownOptions.has(name))
      throw badRequest(`Query option '${name}' is not supported here.`, 'Request_UnsupportedQuery');
  }
  const select = readSelect(query.get('$select'));
  const top = readTop(world, query.get('$top'));
  const advanced = ask.headers['consistencylevel']?.toLowerCase() === 'eventual';
  const count = query.get('$count') === 'true';
  if (count && !advanced)
    throw badRequest('$count is not currently supported.', 'Request_BadRequest');
  const source = query.get('$filter');
  const filter = source === null ? null : parseFilter(source);
  if (filter && !filter.ok) throw badRequest(`Invalid filter clause: ${filter.message}`);
  if (filter?.advanced && !(advanced && count)) {
    throw badRequest(
      `Unsupported or invalid query filter clause specified for property '${filter.properties[0]}' of resource 'User'.`,
      'Request_UnsupportedQuery',
    );
  }
  checkVisible(token.scopes, token.roles, [...(select ?? []), ...(filter?.properties ?? [])]);

  const orderBy = readOrder(query.get('$orderby'));
  if (orderBy && filter && !(advanced && count)) {
    throw badRequest('Sorting not supported for current query.', 'Request_UnsupportedQuery');
  }
  let users = [...token.tenant.directory.all()];
  if (filter?.ok) users = users.filter((user) => filter.test(view(user, filter.properties)));
  if (orderBy) users.sort((a, b) => String(a[orderBy]).localeCompare(String(b[orderBy])));
  const start = readSkipToken(query.get('$skiptoken'), users, orderBy !== null);
  const page = users.slice(start, start + top);
  const last = page.at(-1);
  const more = last !== undefined && start + top < users.length;
  return json(200, {
    '@odata.context': `${world.cloud.graph}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}`,
    ...(count && start === 0 ? { '@odata.count': users.length } : {}),
    ...(more
      ? { '@odata.nextLink': nextLink(world, query, orderBy ? start + top : last.ordinal) }
      : {}),
    value: page.map((user) => view(user, select ?? usual)),
  });
}

/** GET /users/{id|userPrincipalName} and GET /me. */
export function readUser({ world, ask, token, params }: Call): Answer {
  const id = params['id'] ?? token.userId ?? '';
  const select = readSelect(ask.query.get('$select'));
  checkVisible(token.scopes, token.roles, select ?? []);
  const user = token.tenant.directory.find(id);
  if (!user) throw missing(id);
  const context = `${world.cloud.graph}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}/$entity`;
  return json(200, { '@odata.context': context, ...view(user, select ?? usual) });
}

/** GET /users/{id}/licenseDetails: one made-up product that holds the user's plans. */
export function licenseDetails({ token, params }: Call): Answer {
  const id = params['id'] ?? token.userId ?? '';
  const user = token.tenant.directory.find(id);
  if (!user) throw missing(id);
  const servicePlans = user.assignedPlans.map((plan) => ({
    servicePlanId: plan.servicePlanId,
    servicePlanName: plan.service === 'TeamspaceAPI' ? 'TEAMS1' : plan.service.toUpperCase(),
    provisioningStatus: plan.capabilityStatus === 'Enabled' ? 'Success' : 'Disabled',
    appliesTo: 'User',
  }));
  const product = hasTeams(user)
    ? { skuId: '3b555118-da6a-4418-894f-7df1e2096870', skuPartNumber: 'O365_BUSINESS_ESSENTIALS' }
    : { skuId: '4b9405b0-7788-4568-add1-99614e613b69', skuPartNumber: 'EXCHANGESTANDARD' };
  return json(200, {
    value:
      servicePlans.length > 0
        ? [{ id: `${user.id}_${product.skuId}`, ...product, servicePlans }]
        : [],
  });
}

/** Properties of a user as Graph shows them, the id always with them. */
export function view(user: User, select: readonly string[]): Row {
  const shown: Record<string, unknown> = {};
  for (const name of select.includes('id') ? select : [...select, 'id']) {
    const own = (user as unknown as Record<string, unknown>)[name];
    shown[name] =
      own ??
      user.other[name] ??
      (name === 'businessPhones' || name.endsWith('Addresses') ? [] : null);
  }
  return shown;
}

/** $select as a list; null where there is none. */
export function readSelect(value: string | null): string[] | null {
  if (value === null || value.trim() === '') return null;
  const names = value.split(',').map((name) => name.trim());
  for (const [index, name] of names.entries()) {
    // Names are taken without regard to case, and shown in the type's own.
    const own = [...userProperties, ...usual].find(
      (one) => one.toLowerCase() === name.toLowerCase(),
    );
    if (!own) {
      throw badRequest(
        `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.user'.`,
      );
    }
    names[index] = own;
  }
  return names;
}

/** 403 where User.ReadBasic.All alone is asked for more than basic properties. */
export function checkVisible(
  scopes: ReadonlySet<string>,
  roles: ReadonlySet<string>,
  names: readonly string[],
): void {
  const full = ['User.Read.All', 'User.Read'].some((name) => scopes.has(name) || roles.has(name));
  if (!full && names.some((name) => !basic.has(name))) {
    throw new Refusal(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
  }
}

/** A link to the next page, at the origin the knob names. */
export function linkOrigin(world: World): string {
  const { linkOrigin: knob } = world.knobs;
  return knob === 'own' ? world.origin() : knob === 'graph' ? world.cloud.graph : knob;
}

const missing = (id: string): Refusal =>
  notFound(
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
    'Request_ResourceNotFound',
  );

function readTop(world: World, value: string | null): number {
  if (value === null) return world.knobs.usersPageSize;
  const top = Number(value);
  if (/^\d+$/.test(value) && top >= 1 && top <= 999) return top;
  throw badRequest(
    `Invalid page size specified: '${value}'. Must be between 1 and 999 inclusive.`,
    'Request_UnsupportedQuery',
  );
}

function readOrder(value: string | null): 'displayName' | 'userPrincipalName' | null {
  if (value === null) return null;
  const name = value.replace(/ +asc$/i, '').trim();
  if (name === 'displayName' || name === 'userPrincipalName') return name;
  throw badRequest(`Unsupported sort property '${value}' for 'User'.`, 'Request_UnsupportedQuery');
}

function readSkipToken(value: string | null, users: readonly User[], byOffset: boolean): number {
  if (value === null) return 0;
  const position = Number(/^RFNwd(\d+)$/.exec(value)?.[1] ?? Number.NaN);
  if (Number.isNaN(position))
    throw badRequest('The specified page token value is not valid.', 'Directory_ExpiredPageToken');
  if (byOffset) return position;
  // By creation order, so that users deleted between two pages move nobody.
  const next = users.findIndex((user) => user.ordinal > position);
  return next < 0 ? users.length : next;
}

function nextLink(world: World, query: URLSearchParams, position: number): string {
  const next = new URLSearchParams(query);
  next.set('$skiptoken', `RFNwd${position}`);
  return `${linkOrigin(world)}/v1.0/users?${next.toString().replace(/%24/g, '$')}`;
}
