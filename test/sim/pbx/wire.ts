/**
 * The socket of one session with the faults a network and a PBX can have: late, held, fragmented,
 * half-open, silent to pings. Carries text; knows no messages but for removing `src` from results.
 */
import type { WebSocket } from 'ws';
import type { Message } from './messages.ts';
import type { PbxNode } from './node.ts';

/** Messages are smaller than 64 KiB, both ways (facts §1.3). */
export const MAX_MESSAGE_BYTES = 65_535;

/** What a session can do with its socket. */
export interface Wire {
  send(message: Message): void;
  close(code: number, reason: string): void;
  cut(): void;
  halfOpen(): void;
  release(): void;
}

/** Takes over a WebSocket; `received` gets each text message that is not held back. */
export function createWire(
  node: PbxNode,
  id: number,
  socket: WebSocket,
  received: (text: string) => void,
): Wire {
  let dead = false;
  let heldIn: string[] = [];
  let heldOut: (() => void)[] = [];

  socket.on('message', (data, isBinary) => {
    if (dead) return;
    if (isBinary) return node.records.violation(id, 'binary', 'binary frames are not used');
    const text = String(data);
    if (node.held) heldIn.push(text);
    else received(text);
  });
  socket.on('ping', (data) => {
    if (node.knobs.answerPings && !node.held && !dead) socket.pong(data);
  });
  socket.on('error', (error: Error & { code?: string }) => {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
      node.records.violation(id, 'too-large', `more than ${MAX_MESSAGE_BYTES} bytes`);
    else if (error.code?.startsWith('WS_ERR'))
      node.records.violation(id, 'bad-frame', error.message);
  });

  /** Does it now, or after what is held or late: the order on the wire never changes. */
  function inOrder(act: () => void): void {
    if (node.held) heldOut.push(act);
    else if (node.knobs.latencyMs > 0) setTimeout(act, node.knobs.latencyMs);
    else act();
  }

  function write(message: Message): void {
    if (dead || socket.readyState !== socket.OPEN) return;
    node.records.message(id, 'out', message);
    const text = JSON.stringify(message);
    const size = node.knobs.fragmentBytes;
    const bytes = Buffer.from(text);
    if (size <= 0 || bytes.length <= size) {
      socket.send(text);
      return;
    }
    for (let at = 0; at < bytes.length; at += size) {
      const fin = at + size >= bytes.length;
      socket.send(bytes.subarray(at, at + size), { fin, binary: false });
    }
  }

  return {
    send(message) {
      const { src: _, ...bare } = message;
      const strip = node.knobs.resultsWithoutSrc && message.mt.endsWith('Result');
      const said = strip ? (bare as Message) : message;
      inOrder(() => write(said));
    },
    close: (code, reason) => inOrder(() => socket.close(code, reason)),
    cut: () => socket.terminate(),
    halfOpen() {
      dead = true;
      socket.pause();
    },
    release() {
      const [out, back] = [heldOut, heldIn];
      heldOut = [];
      heldIn = [];
      for (const act of out) act();
      for (const text of back) received(text);
    },
  };
}
