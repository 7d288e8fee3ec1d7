// TLS in front of a plain loopback port, as a reverse proxy or Cloudflare has it for the edge.
import { connect } from 'node:net';
import { createServer } from 'node:tls';

export interface TlsFront {
  readonly port: number;
  /** Serves another certificate from the next connection on. */
  changeCertificate(tls: { cert: string; key: string }): void;
  close(): Promise<void>;
}

export async function startTlsFront(
  toPort: number,
  tls: { cert: string; key: string },
): Promise<TlsFront> {
  const open = new Set<{ destroy(): void }>();
  const server = createServer(tls, (socket) => {
    const far = connect({ port: toPort, host: '127.0.0.1' });
    open.add(socket);
    socket.on('error', () => far.destroy());
    far.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      far.destroy();
    });
    far.on('close', () => socket.destroy());
    socket.pipe(far).pipe(socket);
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    changeCertificate: (next) => server.setSecureContext(next),
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
