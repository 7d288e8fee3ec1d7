// How this machine gets out to the edge: through which proxy, and whom it trusts besides the public
// authorities. Towards a PBX it goes straight: that is the network it stands in.
import { rootCertificates } from 'node:tls';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from '../edge-url.ts';

export interface WayOut {
  /** PEM of authorities that are trusted besides the public ones. */
  readonly extraCa?: string;
  /** Where they are from. */
  readonly extraCaFile?: string;
  /** The proxy on the way to a URL (http or https); `''`: none. */
  proxyFor(url: string): string;
}

/** Straight, and trusting public authorities only. */
export const straight: WayOut = { proxyFor: () => '' };

/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY name (in capitals or small) for a URL.
 * What is on this machine itself is never asked of a proxy.
 */
export function proxyOfEnvironment(url: string): string {
  if (isLoopback(new URL(url).hostname)) return '';
  const proxy = getProxyForUrl(url);
  // Written without a scheme it means http, as curl has it; the library takes that of the URL.
  return Object.values(process.env).includes(proxy) ? proxy : proxy.replace(/^\w+:/, 'http:');
}

/** What `node:tls` takes as `ca`: in place of the public authorities, so they are named again. */
export const caOf = ({ extraCa }: WayOut): { ca?: string[] } =>
  extraCa === undefined ? {} : { ca: [...rootCertificates, extraCa] };

export type ProxyUrl = { ok: true; url: URL | undefined } | { ok: false; problem: string };

/** Reads what the environment says of a proxy; its problem names no password. */
export function parseProxy(proxy: string): ProxyUrl {
  if (proxy === '') return { ok: true, url: undefined };
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.hostname && /^https?:$/.test(url.protocol) && isDecodable(url.username + url.password)) {
    return { ok: true, url };
  }
  const problem =
    'HTTPS_PROXY is not the address of a web proxy: write http://proxy.example.net:3128, with http://user:password@… where it wants to know who asks';
  return { ok: false, problem };
}

/** A password with a bare `%` in it would be understood by nobody. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
