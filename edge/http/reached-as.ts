// The address under which the client reached us, also through a reverse proxy that ends TLS.
import { isLoopback } from '../loopback.ts';

export interface ReachedAs {
  /** e.g. `https://edge.example.net` */
  origin: string;
  host: string;
  /** Plain http on this very machine: there browsers keep no `Secure` cookies everywhere. */
  plainLoopback: boolean;
  /** A browser's page, by plain http from elsewhere: there it keeps no `Secure` cookie. */
  plainRemotePage: boolean;
}

/** A name or address, and a port: nothing that a shell would take for more. */
const PLAIN_HOST = /^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Believed only for what concerns the client itself: its cookie, the command it is shown. */
export function reachedAs(request: Request): ReachedAs {
  const url = new URL(request.url);
  const first = (name: string) => request.headers.get(name)?.split(',')[0]?.trim();
  const scheme = first('x-forwarded-proto') === 'https' ? 'https:' : url.protocol;
  const forwarded = first('x-forwarded-host');
  const isHost = PLAIN_HOST.test(forwarded ?? '') && URL.canParse(`${scheme}//${forwarded}`);
  const host = forwarded !== undefined && isHost ? forwarded : url.host;
  const plain = (at: URL) => at.protocol === 'http:' && !isLoopback(at.hostname);
  const reached = new URL(`${scheme}//${host}`);
  // A browser says itself where its page is from, whatever a proxy says or leaves out.
  const page = URL.parse(request.headers.get('origin') ?? '');
  return {
    origin: `${scheme}//${host}`,
    host,
    plainLoopback: reached.protocol === 'http:' && isLoopback(reached.hostname),
    plainRemotePage: request.headers.has('origin') && plain(page ?? reached),
  };
}
