// A socket of a connector's object as server-sent events. The object sleeps while nothing happens: the
// timers, and the heartbeat that proxies want, are here in the Worker.
import type { News } from '../connector/rpc.ts';

/** The client comes back, with a sign-in that still holds, after this long, in ms (API.md). */
const LIFETIME_MS = 5 * 60_000;
/** Proxies give up a line on which nothing comes; 60 s is usual. In ms. */
const BEAT_MS = 20_000;
/** How soon the client is to come back, in ms. */
const RETRY_MS = 1_000;
/** What a client may leave unread, in bytes, before the stream ends: it gets everything anew. */
const UNREAD_BYTES = 1024 * 1024;

export interface EventStream {
  socket: WebSocket;
  /** What a piece of news is for the client. */
  translate: (news: News) => SentEvent[];
  /** Sent after the first news. */
  afterGap: SentEvent[];
  /** Epoch ms */
  now: () => number;
}

export interface SentEvent {
  event: string;
  data: unknown;
}

/** Ends after 5 minutes, with the socket, or when the client goes. */
export function eventStream({ socket, translate, afterGap, now }: EventStream): ReadableStream {
  const encoder = new TextEncoder();
  let sent = 0;
  let stop = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let isOver = false;
        const end = () => {
          if (isOver) return;
          stop();
          controller.close();
        };
        const send = (text: string) => {
          if (isOver) return;
          if ((controller.desiredSize ?? 0) <= 0) end();
          else controller.enqueue(encoder.encode(text));
        };
        const beat = setInterval(() => send(': still here\n\n'), BEAT_MS);
        const timer = setTimeout(end, LIFETIME_MS);
        stop = () => {
          isOver = true;
          clearInterval(beat);
          clearTimeout(timer);
          hangUp(socket);
        };
        socket.addEventListener('message', ({ data }) => {
          const events = translate(JSON.parse(String(data)) as News);
          const isFirst = sent === 0;
          for (const { event, data } of isFirst ? [...events, ...afterGap] : events) {
            sent += 1;
            send(`id: ${now()}-${sent}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
          }
        });
        socket.addEventListener('close', end);
        socket.addEventListener('error', end);
        send(`retry: ${RETRY_MS}\n\n`);
        socket.accept();
      },
      cancel() {
        stop();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: UNREAD_BYTES }),
  );
}

function hangUp(socket: WebSocket): void {
  try {
    socket.close(1000, 'The stream ended.');
  } catch {
    // It is closed already.
  }
}
