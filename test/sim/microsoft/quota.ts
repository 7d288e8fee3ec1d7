// Which quota a request spends, and the 429 when it is gone (facts/graph.md §4).
import type { Token } from './access-token.ts';
import { Refusal } from './graph-error.ts';
import type { Route } from './graph-routes.ts';
import type { Ask } from './http.ts';
import { retryAfterHeader, type Window } from './throttle.ts';
import type { World } from './world.ts';

/** Spends the quota or throws 429; answers the headers that tell about it. */
export function checkQuota(
  world: World,
  token: Token,
  route: Route,
  ask: Ask,
): Record<string, string> {
  const { knobs } = world;
  const who = `${token.tenant.id} ${token.app.id}`;
  switch (route.quota) {
    case 'none':
      return {};
    case 'presence':
      spend(world, `presence ${who}`, 1, {
        limit: knobs.presenceRequests,
        windowMs: knobs.presenceWindowMs,
      });
      return {};
    case 'subscriptions': {
      const windowMs = knobs.subscriptionWindowMs;
      spend(world, `subscriptions ${who}`, 1, { limit: knobs.subscriptionRequests, windowMs });
      if (ask.method !== 'GET') {
        spend(world, `subscription writes ${who}`, 1, {
          limit: knobs.subscriptionWrites,
          windowMs,
        });
      }
      return {};
    }
    case 'directory': {
      const users = token.tenant.directory.size;
      const limit = knobs.directoryUnits ?? (users < 50 ? 3500 : users <= 500 ? 5000 : 8000);
      const cost = directoryCost(ask);
      spend(world, `directory ${who}`, cost, { limit, windowMs: 10_000 });
      return { 'x-ms-resource-unit': String(cost) };
    }
  }
}

function spend(world: World, key: string, cost: number, window: Window): void {
  const now = world.now();
  const waitMs = world.throttle.spend(key, cost, window, now);
  if (waitMs === null) return;
  throw new Refusal(
    429,
    'TooManyRequests',
    'Please retry again later.',
    retryAfterHeader(world.knobs, waitMs, now),
  );
}

function directoryCost(ask: Ask): number {
  const top = Number(ask.query.get('$top') ?? 100);
  return Math.max(1, 2 - (ask.query.has('$select') ? 1 : 0) - (top < 20 ? 1 : 0));
}
