// What the servers of this folder share: a TCP listener on loopback that can go away and come back under
// the same port, with everything that was open through it.
import { createServer, type Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** When each connection came about, epoch ms of the machine; those that are gone, too. */
  readonly cameAt: readonly number[];
  /** Breaks everything that is open, with a reset. */
  reset(): void;
  /** Nobody listens any more; what is open breaks. */
  down(): Promise<void>;
  up(): Promise<void>;
}

export async function listening(connected: (socket: Socket) => void): Promise<Listening> {
  const sockets = new Set<Socket>();
  const cameAt: number[] = [];
  // Half-closing passes through, as it does in a network.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    cameAt.push(Date.now());
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    connected(socket);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as { port: number };
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    ...{ port, sockets, cameAt, reset },
    async down() {
      reset();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
    async up() {
      if (!server.listening) await listen(port);
    },
  };
}
