// The address under which the client reached us, also through a reverse proxy that ends TLS.
import { isLoopback } from '../loopback.ts';

export interface ReachedAs {
  /** e.g. `https://edge.example.net` */
  origin: string;
  host: string;
  /** Plain http on this very machine: there browsers keep no `Secure` cookies everywhere. */
  plainLoopback: boolean;
}

/** Believed only for what concerns the client itself: its cookie, the command it is shown. */
export function reachedAs(request: Request): ReachedAs {
  const url = new URL(request.url);
  const first = (name: string) => request.headers.get(name)?.split(',')[0]?.trim();
  const scheme = first('x-forwarded-proto') === 'https' ? 'https:' : url.protocol;
  const forwarded = first('x-forwarded-host');
  const host = forwarded && URL.canParse(`${scheme}//${forwarded}`) ? forwarded : url.host;
  const { hostname } = new URL(`${scheme}//${host}`);
  return {
    origin: `${scheme}//${host}`,
    host,
    plainLoopback: scheme === 'http:' && isLoopback(hostname),
  };
}
