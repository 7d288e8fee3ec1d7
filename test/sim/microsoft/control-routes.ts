// The table of control routes.

import { type AppChange, changeApp, showApp } from './apps.ts';
import type { ControlCall, ControlRoute } from './control.ts';
import type { NewUser } from './default-tenant.ts';
import type { User } from './directory.ts';
import type { Fault } from './faults.ts';
import type { Answer } from './http.ts';
import type { Knobs } from './knobs.ts';
import type { LifecycleEvent } from './notification.ts';
import type { UserChange } from './people.ts';
import type { PresenceChange } from './presence-store.ts';
import type { Subscription } from './subscription-store.ts';
import { type TeamsChoice, teamsActs } from './teams.ts';

const route = (method: string, path: string, run: ControlRoute['run']): ControlRoute => ({
  method,
  path,
  run,
});

const id = ({ params }: ControlCall): string => params['id'] ?? '';

export const controlRoutes: readonly ControlRoute[] = [
  route('GET', '/', ({ microsoft }) => ({ origin: microsoft.origin, tenants: microsoft.tenants })),
  route('GET', '/users', ({ microsoft, query }) =>
    microsoft.users(query.get('tenant') ?? undefined).map((user) => show(microsoft, user)),
  ),
  route('POST', '/users', ({ microsoft, body, query }) =>
    show(
      microsoft,
      microsoft.addUser(body as unknown as NewUser, query.get('tenant') ?? undefined),
    ),
  ),
  route('GET', '/users/{id}', (call) => show(call.microsoft, call.microsoft.user(id(call)))),
  route('PATCH', '/users/{id}', (call) =>
    show(call.microsoft, call.microsoft.changeUser(id(call), call.body as UserChange)),
  ),
  route('DELETE', '/users/{id}', (call) =>
    call.microsoft.removeUser(id(call), { forGood: call.query.get('forGood') === 'true' }),
  ),
  route('POST', '/users/{id}/teams', act),
  route('POST', '/users/{id}/revoke', (call) => call.microsoft.revokeRefreshTokens(id(call))),
  route('GET', '/presence', ({ microsoft, query }) => {
    const after = Number(query.get('after') ?? 0);
    const items = microsoft.feed(after);
    return { items, next: items.at(-1)?.n ?? after };
  }),
  route('GET', '/events', ({ microsoft }) => events(microsoft)),
  route('GET', '/knobs', ({ microsoft }) => microsoft.knobs),
  route('PATCH', '/knobs', ({ microsoft, body }) => {
    microsoft.turn(body as Partial<Knobs>);
    return microsoft.knobs;
  }),
  route('GET', '/faults', ({ world }) => ({
    faults: world.faults.pending,
    held: world.faults.held,
  })),
  route('POST', '/faults', ({ microsoft, body }) => microsoft.fail(body as unknown as Fault)),
  route('DELETE', '/faults', ({ microsoft }) => microsoft.heal()),
  route('POST', '/faults/release', ({ microsoft }) => microsoft.letGo()),
  route('GET', '/hosts', ({ world }) => world.hosts.all),
  route('PUT', '/hosts', ({ microsoft, body }) =>
    microsoft.setHosts(body as Record<string, string>),
  ),
  route('DELETE', '/hosts/{id}', (call) => call.microsoft.removeHost(id(call))),
  route('GET', '/requests', ({ microsoft, query }) => newer(microsoft.records.requests, query)),
  route('GET', '/refusals', ({ microsoft, query }) => newer(microsoft.records.refusals, query)),
  route('GET', '/handshakes', ({ microsoft }) => microsoft.records.handshakes),
  route('GET', '/notifications', ({ microsoft }) => microsoft.records.notifications),
  route('DELETE', '/records', ({ microsoft }) => microsoft.records.clear()),
  route('POST', '/notifications/hold', ({ microsoft }) => microsoft.holdNotifications()),
  route('POST', '/notifications/release', ({ microsoft }) => microsoft.releaseNotifications()),
  route('POST', '/notifications/flush', ({ microsoft }) => microsoft.flush()),
  route('GET', '/subscriptions', ({ microsoft }) => microsoft.subscriptions.map(showSubscription)),
  route('POST', '/subscriptions/{id}/lifecycle', (call) =>
    call.microsoft.lifecycle(id(call), call.body['event'] as LifecycleEvent),
  ),
  route('POST', '/subscriptions/{id}/silence', (call) =>
    call.microsoft.silence(id(call), call.body['silent'] !== false),
  ),
  route('DELETE', '/subscriptions/{id}', (call) => call.microsoft.dropSubscription(id(call))),
  route('GET', '/device-codes', ({ microsoft }) => microsoft.waitingDeviceCodes),
  route('POST', '/device-codes/{id}', (call) =>
    typeof call.body['approve'] === 'string'
      ? call.microsoft.approveDeviceCode(id(call), call.body['approve'])
      : call.microsoft.declineDeviceCode(id(call)),
  ),
  route('GET', '/apps/{id}', (call) => showApp(call.microsoft.app(id(call)))),
  route('PATCH', '/apps/{id}', (call) =>
    showApp(changeApp(call.microsoft.app(id(call)), call.body as AppChange)),
  ),
  route('PATCH', '/tenants/{id}', (call) => {
    const tenant = call.microsoft.tenant(id(call));
    tenant.nationalCloud = (call.body['nationalCloud'] ?? null) as string | null;
    return { id: tenant.id, domain: tenant.domain, nationalCloud: tenant.nationalCloud };
  }),
  route('POST', '/login-keys/rotate', ({ microsoft, body }) =>
    microsoft.rotateLoginKeys(body['keepOld'] !== false),
  ),
  route('POST', '/tick', ({ microsoft }) => microsoft.tick()),
];

function act(call: ControlCall): unknown {
  const { microsoft, body } = call;
  const what = teamsActs.find((name) => name === body['do']);
  if (!what) throw new Error(`"do" has to be one of ${teamsActs.join(', ')}.`);
  const teams = microsoft.teams(id(call));
  if (what === 'choose') teams.choose(body['status'] as TeamsChoice);
  else
    (teams[what] as (argument?: unknown) => void)(
      body['kind'] ?? body['device'] ?? body['message'],
    );
  return teams.presence();
}

function newer<T extends { n: number }>(items: readonly T[], query: URLSearchParams): readonly T[] {
  const after = Number(query.get('after') ?? 0);
  return after > 0 ? items.filter((one) => one.n > after) : items;
}

/** Presence changes and deliveries as server-sent events. */
function events(microsoft: ControlCall['microsoft']): Answer {
  return {
    kind: 'stream',
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    open: (write) => {
      const send = (event: string) => (value: unknown) =>
        write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
      write(': here they come\n\n');
      const stops = [
        microsoft.on('presence', send('presence') as (change: PresenceChange) => void),
        microsoft.on('notification', send('notification')),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

function show(microsoft: ControlCall['microsoft'], user: User): unknown {
  const { id: userId, displayName, userPrincipalName, mail, accountEnabled, assignedPlans } = user;
  const { password, ...signIn } = user.signIn;
  return {
    id: userId,
    displayName,
    userPrincipalName,
    mail,
    accountEnabled,
    assignedPlans,
    signIn: { ...signIn, password: password !== null },
    presence: microsoft.teams(userId).presence(),
  };
}

function showSubscription(one: Subscription): unknown {
  const { key, parked, ids, ...rest } = one;
  return {
    ...rest,
    ids: ids && [...ids],
    certificateId: key?.certificateId ?? null,
    parked: parked.length,
  };
}
