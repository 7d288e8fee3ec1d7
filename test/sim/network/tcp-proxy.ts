// A wire with faults: a loopback port that leads to another one, and can delay, trickle, swallow, break or
// refuse. Does not model reordering or loss of single packets: TCP hides those anyway.
import { connect, type Socket } from 'node:net';
import { type Listening, listening } from './listening.ts';

export interface Wire
  extends Pick<Listening, 'port' | 'sockets' | 'cameAt' | 'reset' | 'down' | 'up'> {
  /**
   * `black-hole`: connections come about and stay, nothing passes; what was swallowed never arrives.
   * `one-way`: what the server says is swallowed, what it is told passes. `drop`: who connects is hung up on at once. Open connections keep the mode they see next.
   */
  mode: 'pass' | 'black-hole' | 'one-way' | 'drop';
  /** Everything is late by this many ms, in both directions. */
  delayMs: number;
  /** So many bytes a second pass in each direction of a connection; `null`: all that come. */
  bytesPerSecond: number | null;
  /** Ends what is open towards the server only, as a server that has finished speaking sees it. */
  halfClose(): void;
}

export async function startWire(toPort: number): Promise<Wire> {
  const ends = new Set<Socket>();
  /** Connections that lost bytes: whatever comes back later, they are of no use any more. */
  const holed = new WeakSet<Socket>();
  const listener = await listening((socket) => {
    if (wire.mode === 'drop') {
      socket.destroy();
      return;
    }
    const far = connect({ port: toPort, host: '127.0.0.1', allowHalfOpen: true });
    ends.add(far);
    far.on('error', () => socket.destroy());
    far.on('close', () => {
      ends.delete(far);
      // A peer that ends cannot be heard through a hole.
      if (!holed.has(socket)) socket.destroy();
    });
    socket.on('close', () => far.destroy());
    pass(socket, far, ['black-hole']);
    pass(far, socket, ['black-hole', 'one-way']);
  });

  function pass(from: Socket, to: Socket, swallowing: readonly Wire['mode'][]): void {
    const late = (act: () => void) => {
      if (swallowing.includes(wire.mode) || holed.has(from)) {
        holed.add(from);
        if (wire.mode !== 'one-way') holed.add(to);
      } else if (wire.delayMs > 0) setTimeout(act, wire.delayMs);
      else act();
    };
    const trickle = trickling(to, () => wire.bytesPerSecond);
    from.on('data', (data) => late(() => to.writable && trickle(data)));
    from.on('end', () => late(() => to.end()));
  }

  const wire: Wire = {
    ...listener,
    mode: 'pass',
    delayMs: 0,
    bytesPerSecond: null,
    halfClose() {
      for (const end of ends) end.end();
    },
  };
  return wire;
}

/** Writes what comes, no faster than it may at each moment. */
function trickling(to: Socket, rate: () => number | null): (data: Buffer) => void {
  let waiting = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  const flow = () => {
    timer = undefined;
    if (to.destroyed || waiting.length === 0) return;
    const bytesPerSecond = rate();
    const now = bytesPerSecond === null ? waiting.length : 1;
    to.write(waiting.subarray(0, now));
    waiting = waiting.subarray(now);
    if (bytesPerSecond !== null) timer = setTimeout(flow, 1_000 / bytesPerSecond);
  };
  return (data) => {
    waiting = Buffer.concat([waiting, data]);
    if (timer === undefined) flow();
    // Who may write all of a sudden does not wait for the next byte's turn.
    else if (rate() === null) {
      clearTimeout(timer);
      flow();
    }
  };
}
