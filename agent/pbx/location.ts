// Where a PBX of the same system is: GetLocation of PbxAdminApi, and the URLs that follow from it.
import { z } from 'zod';
import { errorOf, getLocation } from './messages.ts';
import type { Session } from './session.ts';

const word = z.string().optional().catch(undefined);
/** Ports come as numbers; a text would be as good. */
const port = z.coerce.number().int().min(1).max(65_535).optional().catch(undefined);

const location = z.object({ dns: word, addr: word, module: word, http: port, https: port });
export type PbxLocation = z.infer<typeof location>;

const TIMEOUT_MS = 10_000;
let asked = 0;

/** `undefined`: the PBX does not know it, or PbxAdminApi is not ticked, or there is no answer. */
export function askLocation(session: Session, loc: string): Promise<PbxLocation | undefined> {
  return new Promise((resolve) => {
    asked += 1;
    session.ask(getLocation(loc, `loc-${asked}`), TIMEOUT_MS, (answer) => {
      const failed = !answer.ok || errorOf(answer.message) !== undefined;
      resolve(failed ? undefined : location.safeParse(answer.message).data);
    });
  });
}

/**
 * Where to dial, best first: as its master is dialled – by name or by address, with TLS or without –,
 * because that is what the certificate and the name server of this site are made for.
 */
export function urlsOf({ dns, addr, module, http, https }: PbxLocation, master: string): string[] {
  const { protocol, hostname } = new URL(master);
  const isSecure = protocol === 'wss:';
  const port = (isSecure ? https : http) ?? '';
  const isByAddress = /^[\d.]+$|^\[/.test(hostname);
  const hosts = isByAddress ? [addr, dns] : [dns, addr];
  return hosts.flatMap((host) => {
    if (!host) return [];
    const written = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
    const url = `${protocol}//${written}:${port}/${module || 'PBX0'}/APPS/websocket`;
    return URL.canParse(url) ? [new URL(url).href] : [];
  });
}
