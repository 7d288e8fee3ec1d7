// Presence as Graph shows and takes it (facts/graph.md §1.2, §1.3).
import type { Call } from './graph.ts';
import { badRequest, notFound, Refusal } from './graph-error.ts';
import { type Answer, empty, json } from './http.ts';
import type { Pair } from './presence-model.ts';
import { checkAction, isGuid, readDuration, readInstant } from './schema-check.ts';
import type { World } from './world.ts';

const minute = 60_000;
const day = 86_400_000;
const bulkLimit = 650;
const farFuture = 8.64e15;

const sessionPairs = [
  'Available/Available',
  'Busy/InACall',
  'Busy/InAConferenceCall',
  'Away/Away',
  'DoNotDisturb/Presenting',
];
const preferredPairs = [
  'Available/Available',
  'Busy/Busy',
  'DoNotDisturb/DoNotDisturb',
  'BeRightBack/BeRightBack',
  'Away/Away',
  'Offline/OffWork',
];

/** GET of one presence, by object id only. */
export function readPresence({ world, token, params, ask }: Call): Answer {
  if (ask.query.size > 0)
    throw badRequest(`Query option '${[...ask.query.keys()][0]}' is not supported for presence.`);
  const id = params['id'] ?? token.userId ?? '';
  if (!isGuid(id)) throw badRequest('The user id has to be a GUID.');
  if (!token.tenant.directory.byId(id)) throw notFound('The user does not exist.');
  return json(200, {
    '@odata.context': `${world.cloud.graph}/v1.0/$metadata#users('${id}')/presence/$entity`,
    ...presenceOf(world, token.tenant.id, id),
  });
}

/** POST /communications/getPresencesByUserId: up to 650 ids, answered in an order of its own. */
export function readBulk({ world, token, body }: Call): Answer {
  const wrong = checkAction('getPresencesByUserId', body);
  if (wrong) throw badRequest(wrong);
  const ids = [...new Set((body['ids'] as string[]).map((id) => id.toLowerCase()))];
  if (ids.length === 0) throw badRequest('At least one user id is required.');
  if ((body['ids'] as string[]).length > bulkLimit)
    throw badRequest(`At most ${bulkLimit} user ids are allowed.`);
  // Order is not promised (§1.2), so it is never that of the request.
  const value = ids
    .sort((a, b) => (reversed(a) < reversed(b) ? -1 : 1))
    .map((id) => presenceOf(world, token.tenant.id, id));
  return json(200, {
    '@odata.context': `${world.cloud.graph}/v1.0/$metadata#Collection(microsoft.graph.presence)`,
    value,
  });
}

const reversed = (text: string): string => [...text].reverse().join('');

/** A presence resource; unknown people and people without Teams are PresenceUnknown. */
export function presenceOf(world: World, tenantId: string, id: string): Record<string, unknown> {
  const userId = id.toLowerCase();
  const tenant = world.tenants.find((one) => one.id === tenantId);
  const found = tenant?.directory.byId(userId) ? world.presence.read(userId) : undefined;
  const { outOfOffice, statusMessage } = found?.state ?? { outOfOffice: null, statusMessage: null };
  return {
    id: userId,
    availability: found?.shown.availability ?? 'PresenceUnknown',
    activity: found?.shown.activity ?? 'PresenceUnknown',
    statusMessage: statusMessage ? { message: statusMessage.message } : null,
    outOfOfficeSettings: {
      message: outOfOffice?.message ?? null,
      isOutOfOffice: outOfOffice !== null,
    },
    sequenceNumber: found?.sequenceNumber ?? null,
    workLocation: null,
  };
}

/** The presence actions; 200 with an empty body. */
export function writePresence({ world, token, params, body }: Call, action: string): Answer {
  const wrong = checkAction(action, body);
  if (wrong) throw badRequest(wrong);
  const id = (params['id'] ?? '').toLowerCase();
  if (!isGuid(id)) throw badRequest('The user id has to be a GUID.');
  if (!token.tenant.directory.byId(id)) throw notFound('The user does not exist.');
  const found = world.presence.read(id);
  if (!found) throw notFound('The user is not enabled for Teams.');
  refusePreferred(world, action);
  const now = world.now();
  switch (action) {
    case 'setPresence': {
      const sessionId = ownSession(body, token.app.id);
      const wanted = allowedPair(body, sessionPairs);
      const lifeMs = readLife(body, 5 * minute, 5 * minute, 240 * minute);
      const shownActivity = wanted.activity === 'InACall' ? echoed(world) : wanted.activity;
      world.presence.change(id, action, (state) => {
        state.sessions.set(sessionId, {
          ...wanted,
          shownActivity,
          setAt: now,
          expiresAt: now + lifeMs,
        });
      });
      break;
    }
    case 'clearPresence': {
      const sessionId = ownSession(body, token.app.id);
      if (!found.state.sessions.has(sessionId)) throw notFound('Presence session not found.');
      world.presence.change(id, action, (state) => void state.sessions.delete(sessionId));
      break;
    }
    case 'setUserPreferredPresence': {
      const wanted = allowedPair(body, preferredPairs);
      const short = wanted.availability === 'Busy' || wanted.availability === 'DoNotDisturb';
      const lifeMs = readLife(body, short ? day : 7 * day, 1, Number.POSITIVE_INFINITY);
      world.presence.change(id, action, (state) => {
        state.preferred = { ...wanted, expiresAt: now + lifeMs };
      });
      break;
    }
    case 'clearUserPreferredPresence':
      world.presence.change(id, action, (state) => {
        state.preferred = null;
      });
      break;
    case 'setStatusMessage':
      setStatusMessage(world, id, body);
      break;
    default:
      throw new Refusal(501, 'NotImplemented', `${action} is not modelled.`);
  }
  return empty(200);
}

/** Throws where the cloud played here does not know preferred presence. */
function refusePreferred(world: World, action: string): void {
  const status = world.knobs.preferredRefused;
  if (status === false || !action.includes('Preferred')) return;
  if (status === 501) throw new Refusal(501, 'NotImplemented', 'The operation is not implemented.');
  throw new Refusal(status, 'BadRequest', `Resource not found for the segment '${action}'.`);
}

function ownSession(body: Readonly<Record<string, unknown>>, appId: string): string {
  const sessionId = body['sessionId'];
  if (typeof sessionId !== 'string' || sessionId.toLowerCase() !== appId.toLowerCase()) {
    throw badRequest('The sessionId has to be the id of the calling application.');
  }
  return appId;
}

function allowedPair(body: Readonly<Record<string, unknown>>, allowed: readonly string[]): Pair {
  const wanted = `${body['availability']}/${body['activity']}`;
  // The reference writes the names both ways, PascalCase and camelCase.
  const found = allowed.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (!found)
    throw badRequest(`The combination of availability and activity '${wanted}' is not supported.`);
  const [availability, activity] = found.split('/') as [string, string];
  return { availability, activity };
}

function readLife(
  body: Readonly<Record<string, unknown>>,
  usualMs: number,
  minMs: number,
  maxMs: number,
): number {
  const given = body['expirationDuration'];
  if (given === undefined || given === null) return usualMs;
  const lifeMs = readDuration(String(given));
  if (lifeMs !== null && lifeMs >= minMs && lifeMs <= maxMs) return lifeMs;
  throw badRequest(`The expirationDuration '${String(given)}' is out of range.`);
}

function echoed(world: World): string {
  const { echo } = world.knobs;
  if (echo === 'same') return 'InACall';
  return echo === 'busy' || world.random.chance(0.5) ? 'Busy' : 'InACall';
}

function setStatusMessage(world: World, id: string, body: Readonly<Record<string, unknown>>): void {
  const given = body['statusMessage'] as
    | {
        message?: { content?: string; contentType?: string } | null;
        expiryDateTime?: { dateTime: string } | null;
      }
    | null
    | undefined;
  const { message, expiryDateTime } = given ?? {};
  if (message && (message.contentType ?? 'text') !== 'text')
    throw badRequest('Only text is supported in a status message.');
  const expiresAt = expiryDateTime
    ? readInstant(`${expiryDateTime.dateTime.replace(/Z$/, '')}Z`)
    : farFuture;
  if (expiresAt === null) throw badRequest('The expiryDateTime is not valid.');
  world.presence.change(id, 'setStatusMessage', (state) => {
    state.statusMessage = message?.content
      ? { message, expiresAt, publishedAt: world.now() }
      : null;
  });
}
