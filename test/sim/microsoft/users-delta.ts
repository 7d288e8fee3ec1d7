// GET /users/delta (facts/graph.md §2.7): everything once, then what changed since.
// A link's token carries the selection, as Graph's does.

import type { DirectoryChange, User } from './directory.ts';
import type { Call } from './graph.ts';
import { badRequest, Refusal } from './graph-error.ts';
import { type Answer, json } from './http.ts';
import { checkVisible, linkOrigin, readSelect, view } from './users.ts';
import type { World } from './world.ts';

const week = 7 * 86_400_000;
const usual = ['id', 'displayName', 'userPrincipalName', 'mail', 'givenName', 'surname'];

interface Place {
  /** Changes after this version; null while the first round still lists users. */
  since: number | null;
  /** Where the next round begins. */
  until: number;
  /** In the first round the ordinal of the last user shown, later the version of the last change. */
  after: number;
  select: string[] | null;
  issuedAt: number;
}

/** One page: $select, $deltatoken (`latest` included), $skiptoken; removed users as @removed. */
export function usersDelta({ world, ask, token }: Call): Answer {
  const { query } = ask;
  for (const name of query.keys()) {
    if (!['$select', '$deltatoken', '$skiptoken'].includes(name)) {
      throw badRequest(
        `Query option '${name}' is not supported by delta.`,
        'Request_UnsupportedQuery',
      );
    }
  }
  const { directory } = token.tenant;
  const given = query.get('$skiptoken') ?? query.get('$deltatoken');
  const select = readSelect(query.get('$select'));
  const fresh = { since: null, until: directory.version, after: 0, select, issuedAt: world.now() };
  const place =
    given === null || given === '' || given === 'latest'
      ? fresh
      : readPlace(world, given, directory.version);
  checkVisible(token.scopes, token.roles, place.select ?? []);
  if (given === 'latest') return page(world, fresh, [], null);

  const size = world.knobs.deltaPageSize;
  if (place.since === null) {
    const rest = [...directory.all()].filter((user) => user.ordinal > place.after);
    const shown = rest.slice(0, size);
    const more = rest.length > size ? { ...place, after: shown.at(-1)!.ordinal } : null;
    return page(
      world,
      place,
      shown.map((user) => item(user, place.select, null)),
      more,
    );
  }
  const changes = directory
    .changesAfter(place.since)
    .filter((change) => change.version <= place.until);
  const rest = changes.filter((change) => change.version > place.after);
  const shown = rest.slice(0, size);
  // A page may show again what the one before had: clients have to cope.
  const before = changes.slice(0, changes.length - rest.length);
  const repeated = world.knobs.deltaRepeats && place.after > 0 ? before.slice(-size) : [];
  const minimal = /return=minimal/i.test(ask.headers['prefer'] ?? '');
  const items = [...repeated, ...shown].map((change) => {
    const user = directory.byId(change.id);
    return user ? item(user, place.select, minimal ? change : null) : removed(change);
  });
  const last = shown.at(-1);
  const needsMore = last && (rest.length > size || world.knobs.deltaRepeats);
  return page(world, place, items, needsMore ? { ...place, after: last.version } : null);
}

function page(world: World, place: Place, items: unknown[], more: Place | null): Answer {
  const link = (option: string, next: Place): string =>
    `${linkOrigin(world)}/v1.0/users/delta?${option}=${Buffer.from(JSON.stringify(next)).toString('base64url')}`;
  const done = {
    since: place.until,
    until: 0,
    after: 0,
    select: place.select,
    issuedAt: world.now(),
  };
  return json(200, {
    '@odata.context': `${world.cloud.graph}/v1.0/$metadata#users`,
    ...(more
      ? { '@odata.nextLink': link('$skiptoken', more) }
      : { '@odata.deltaLink': link('$deltatoken', done) }),
    value: items,
  });
}

function readPlace(world: World, value: string, version: number): Place {
  let place: Place;
  try {
    place = JSON.parse(Buffer.from(value, 'base64url').toString()) as Place;
  } catch {
    throw badRequest('The delta token is not valid.');
  }
  const { knobs } = world;
  if (knobs.deltaGone > 0) knobs.deltaGone -= 1;
  else if (world.now() - place.issuedAt < week) {
    // A delta token names only where it begins; the round it opens ends at the present.
    return place.until === 0 ? { ...place, until: version } : place;
  }
  throw new Refusal(
    410,
    'resyncRequired',
    'The delta token is no longer valid, and the application must reset the sync state.',
    {
      location: `${linkOrigin(world)}/v1.0/users/delta?$deltatoken=`,
    },
  );
}

function item(user: User, select: string[] | null, change: DirectoryChange | null): unknown {
  const names = select ?? usual;
  if (!change || change.kind === 'created') return view(user, names);
  return view(user, ['id', ...names.filter((name) => change.properties.includes(name))]);
}

const removed = (change: DirectoryChange): unknown => ({
  id: change.id,
  '@removed': { reason: change.kind === 'deleted' ? 'deleted' : 'changed' },
});
