// One way to one address, as `node:http` and `ws` take it: straight, or through the proxy.
import type { Agent } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { failureOf, type LineFailure } from '../line-failure.ts';
import { caOf, parseProxy, type WayOut } from './way-out.ts';

export interface Route {
  /** For `node:http`, `node:https` and `ws`. */
  readonly options: { agent?: Agent; ca?: string[] };
  /** Sorts an error: what broke before the proxy had let us through is the proxy's. */
  failureOf(error: Error): LineFailure;
  /** Whether an HTTP answer came from the proxy and not from behind it. */
  refusedByProxy(): LineFailure | undefined;
  /**
   * Nobody waits for this connection any more: what is open to the proxy ends. Destroying the request does
   * not do that before the proxy has answered.
   */
  giveUp(): void;
}

export type Routed = { ok: true; route: Route } | { ok: false; failure: LineFailure };

/** A route for one connection to `url` (http or https). */
export function routeTo(url: string, way: WayOut): Routed {
  const parsed = parseProxy(way.proxyFor(url));
  if (!parsed.ok) {
    const proxy = { name: 'HTTPS_PROXY' };
    return { ok: false, failure: { kind: 'network', detail: parsed.problem, proxy } };
  }
  return { ok: true, route: parsed.url ? through(parsed.url, way) : direct(way) };
}

const direct = (way: WayOut): Route => ({
  options: caOf(way),
  failureOf,
  refusedByProxy: () => undefined,
  giveUp() {},
});

/** Goes through a proxy, and can be told to stop trying; its base waits for the proxy's answer without an end. */
class ProxyAgent extends HttpsProxyAgent<string> {
  readonly #over: AbortSignal;

  constructor(proxy: URL, way: WayOut, over: AbortSignal) {
    super(proxy.href, { ...caOf(way), signal: over });
    this.#over = over;
  }

  override async connect(...about: Parameters<HttpsProxyAgent<string>['connect']>) {
    // Node opens a socket whose signal said so before.
    this.#over.throwIfAborted();
    return super.connect(...about);
  }
}

function through(proxy: URL, way: WayOut): Route {
  let status: number | undefined;
  const over = new AbortController();
  const agent = new ProxyAgent(proxy, way, over.signal);
  agent.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
    status = statusCode;
  });
  const name = proxy.host;
  return {
    options: { agent, ...caOf(way) },
    failureOf(error) {
      const failure = failureOf(error);
      const isProxys = status === undefined && failure.kind === 'network';
      return isProxys ? { ...failure, proxy: { name } } : failure;
    },
    refusedByProxy() {
      if (status === undefined || status === 200) return undefined;
      return { kind: 'network', detail: `HTTP ${status}`, proxy: { name, status } };
    },
    giveUp: () => over.abort(),
  };
}
