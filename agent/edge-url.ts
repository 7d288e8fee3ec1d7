// The address of a connector at the edge, as the admin copies it from the admin page.
import { type ConnectorName, connectorName } from '../shared/ids.ts';

export interface EdgeUrl {
  /** Without a slash at the end. */
  readonly href: string;
  readonly connector: ConnectorName;
}

export type ParsedEdgeUrl = { ok: true; edge: EdgeUrl } | { ok: false; problem: string };

const EXAMPLE = 'https://edge.example.net/example.com/microsoft365';

/** Reads a connector's address. Presence is personal data: plain http goes to this machine only. */
export function parseEdgeUrl(text: string): ParsedEdgeUrl {
  const no = (problem: string): ParsedEdgeUrl => ({
    ok: false,
    problem: `${problem}, e.g. ${EXAMPLE}`,
  });
  if (!URL.canParse(text)) return no(`"${text}" is not an address; it must be the connector's URL`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return no('must begin with https:// (http:// is allowed to this machine only)');
  }
  if (url.username || url.password || url.search || url.hash) {
    return no('must be the plain URL of the connector, without user name, "?" or "#"');
  }
  const path = url.pathname.replace(/\/+$/, '');
  const segments = path.split('/').slice(1);
  const connector = connectorName(segments.at(-2) ?? '', segments.at(-1) ?? '');
  if (!connector || ROUTES.has(segments.at(-1) ?? '')) {
    return no('must end in the two names of the connector, domain and instance');
  }
  return { ok: true, edge: { href: `${url.origin}${path}`, connector } };
}

/** Pages below a connector that an admin may copy by mistake. */
const ROUTES = new Set(['admin', 'tunnel', 'enrol', 'subscriptions']);

/** Whether a host name of a URL means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
