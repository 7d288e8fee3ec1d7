// Who is at the other end of the line, as far as it can be known: only for counting wrong tokens.
import { isLoopback } from '../loopback.ts';

/**
 * On Cloudflare the platform says it. Self-hosted it is the socket's address – or, where that is a
 * reverse proxy on the same machine, the address that the proxy saw.
 */
export function clientAddress(request: Request, selfHosted: boolean): string {
  const header = (name: string) => request.headers.get(name)?.trim() || undefined;
  const cloudflare = header('cf-connecting-ip');
  if (!selfHosted) return cloudflare ?? 'unknown';
  const socket = socketHost(request);
  if (socket !== undefined && !isLoopback(socket)) return socket;
  const proxied = header('x-forwarded-for')?.split(',').at(-1)?.trim();
  return proxied || cloudflare || socket || 'unknown';
}

/** workerd tells the peer as `host:port` in `cf.clientIp`. */
function socketHost(request: Request): string | undefined {
  const peer = (request as { cf?: { clientIp?: unknown } }).cf?.clientIp;
  return typeof peer === 'string' ? peer.replace(/(?<=[\]\d]):\d+$/, '') : undefined;
}
