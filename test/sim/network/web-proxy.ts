// A web proxy as companies have them: CONNECT, with or without a password. It finds hosts in a table of
// its own in place of a name server. Plain proxying (GET http://…) is not modelled.
import { connect } from 'node:net';
import { type Listening, listening } from './listening.ts';

export interface WebProxy
  extends Pick<Listening, 'port' | 'sockets' | 'cameAt' | 'reset' | 'down' | 'up'> {
  /** As HTTPS_PROXY names it, without user and password. */
  readonly url: string;
  /** Where names lead, by `host:port`; what is not here is answered with 502. */
  readonly hosts: Map<string, number>;
  /** `user:password`; who does not say it is answered with 407. */
  login: string | undefined;
  /** Answers every CONNECT with this status. */
  refuses: number | undefined;
  /** Takes whoever comes, and never answers what is asked meanwhile. */
  isSilent: boolean;
  /** What was asked for, oldest first. */
  readonly asked: string[];
}

export async function startWebProxy(hosts: Record<string, number> = {}): Promise<WebProxy> {
  const listener = await listening((socket) => {
    let head = '';
    if (proxy.isSilent) socket.on('end', () => socket.end());
    const read = (data: Buffer) => {
      head += data.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      const [, target = ''] = /^CONNECT (\S+) HTTP\/1\.1/.exec(head) ?? [];
      proxy.asked.push(target);
      if (proxy.isSilent) return socket.resume();
      const status = statusFor(target, head);
      const port = proxy.hosts.get(target) ?? 0;
      if (status !== 200) {
        socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
        return;
      }
      const far = connect({ port, host: '127.0.0.1' });
      far.on('error', () => socket.destroy());
      far.on('close', () => socket.destroy());
      socket.on('close', () => far.destroy());
      far.on('connect', () => {
        socket.write('HTTP/1.1 200 Connected\r\n\r\n');
        socket.pipe(far).pipe(socket);
      });
    };
    socket.on('data', read);
  });

  function statusFor(target: string, head: string): number {
    if (proxy.refuses !== undefined) return proxy.refuses;
    const said = /^proxy-authorization: Basic (\S+)/im.exec(head)?.[1] ?? '';
    const login = Buffer.from(said, 'base64').toString();
    if (proxy.login !== undefined && login !== proxy.login) return 407;
    return proxy.hosts.has(target) ? 200 : 502;
  }

  const proxy: WebProxy = {
    ...listener,
    url: `http://127.0.0.1:${listener.port}`,
    hosts: new Map(Object.entries(hosts)),
    login: undefined,
    refuses: undefined,
    isSilent: false,
    asked: [],
  };
  return proxy;
}
