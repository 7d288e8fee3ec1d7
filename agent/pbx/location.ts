// Where a PBX of the same system is: GetLocation of PbxAdminApi, and the URLs that follow from it.
import { isIP } from 'node:net';
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

/** A name server's, with the underscores that some networks have. */
const HOST = /^[a-z\d]([\w-]*[a-z\d])?(\.[a-z\d]([\w-]*[a-z\d])?)*\.?$/i;
/** One part of a path. */
const MODULE = /^\w[\w-]*$/;

/**
 * Where to dial, best first: as its master is dialled – by name or by address, with TLS or without –,
 * because that is what the certificate and the name server of this site are made for. Nowhere, where what
 * the master says is more than a name: it may name any host, but nothing else.
 */
export function urlsOf({ dns, addr, module, http, https }: PbxLocation, master: string): string[] {
  const { protocol, hostname } = new URL(master);
  const isSecure = protocol === 'wss:';
  const port = (isSecure ? https : http) ?? '';
  const path = module || 'PBX0';
  if (!MODULE.test(path)) return [];
  const isByAddress = /^[\d.]+$|^\[/.test(hostname);
  const hosts = isByAddress ? [addr, dns] : [dns, addr];
  return hosts.flatMap((host) => {
    const written = host && writtenHost(host);
    if (!written) return [];
    const url = `${protocol}//${written}:${port}/${path}/APPS/websocket`;
    return URL.canParse(url) ? [new URL(url).href] : [];
  });
}

/** As a URL has it; `undefined` where it is neither a name nor an address. */
function writtenHost(host: string): string | undefined {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  // An address of one link has its interface's name in it, which no URL takes.
  if (isIP(bare) === 6) return bare.includes('%') ? undefined : `[${bare}]`;
  if (isIP(host) === 4) return host;
  // A number as the last part makes an address that nobody wrote: 2130706433 is 127.0.0.1.
  const isName = host.length <= 253 && HOST.test(host) && !/(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(host);
  return isName ? host : undefined;
}
