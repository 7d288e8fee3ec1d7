// Which way a request to Microsoft goes: to its own origin, or to a laboratory's in its place. Pure;
// everything else that names the cloud (scopes, audiences, issuers) stays Microsoft's.
import { type Cloud, cloudAddresses } from './clouds.ts';

export interface Route {
  /** Microsoft's own origin, which links and authorities carry. */
  official: string;
  /** `GRAPH_ORIGIN` or `LOGIN_ORIGIN`, where one is set. */
  instead: string | null;
}

export const graphRoute = (cloud: Cloud, graphOrigin: string | null = null): Route => ({
  official: cloudAddresses(cloud).graph,
  instead: graphOrigin,
});

export const loginRoute = (cloud: Cloud, loginOrigin: string | null = null): Route => ({
  official: cloudAddresses(cloud).login,
  instead: loginOrigin,
});

/**
 * Where a request for this URL is sent; `null` where the URL is not Microsoft's, as a forged
 * `nextLink` would be: a token must never go there.
 */
export function destination(route: Route, url: string): string | null {
  const asked = URL.parse(url);
  if (asked?.username !== '' || asked.password !== '') return null;
  const target = new URL(route.instead ?? route.official).origin;
  if (asked.origin !== route.official && asked.origin !== target) return null;
  return `${target}${asked.pathname}${asked.search}`;
}
