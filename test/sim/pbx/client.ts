/** A bare AppWebsocket client for the simulator's own tests: sends what it is told, keeps what comes. */
import { WebSocket } from 'ws';
import { loginDigest } from './digest.ts';
import type { Message } from './messages.ts';

/** One connection. */
export interface Client {
  readonly socket: WebSocket;
  readonly inbox: Message[];
  readonly closed: Promise<number>;
  send(message: Message): void;
  /** The next message that fits, taken out of the inbox. */
  next(fits: string | ((message: Message) => boolean)): Promise<Message>;
  /** Sends, and waits for the answer with the same `src`. */
  ask(message: Message): Promise<Message>;
  /** Everything that has come by now, taken out of the inbox; the KeepAlive behind it is the fence. */
  rest(): Promise<Message[]>;
}

/** Takes over a socket, connected or still connecting. */
export function clientOn(socket: WebSocket): Client {
  const inbox: Message[] = [];
  const waiting = new Set<{
    fits: (message: Message) => boolean;
    resolve: (message: Message) => void;
    reject: (reason: Error) => void;
  }>();
  let ended = false;
  let src = 0;
  socket.on('error', () => {});
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    const waiter = [...waiting].find(({ fits }) => fits(message));
    if (!waiter) return void inbox.push(message);
    waiting.delete(waiter);
    waiter.resolve(message);
  });
  const closed = new Promise<number>((resolve) =>
    socket.on('close', (code) => {
      ended = true;
      for (const { reject } of waiting) reject(new Error('closed while waiting'));
      resolve(code);
    }),
  );
  const client: Client = {
    socket,
    inbox,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    next(wanted) {
      const fits = typeof wanted === 'string' ? ({ mt }: Message) => mt === wanted : wanted;
      const at = inbox.findIndex(fits);
      const [message] = at < 0 ? [] : inbox.splice(at, 1);
      if (message) return Promise.resolve(message);
      if (ended) return Promise.reject(new Error(`closed without ${wanted}`));
      return new Promise((resolve, reject) => waiting.add({ fits, resolve, reject }));
    },
    ask(message) {
      const asked = { ...message, src: message.src ?? `ask${++src}` };
      client.send(asked);
      return client.next(
        (answer) => answer.src === asked.src && /(Result|^Error)$/.test(answer.mt),
      );
    },
    async rest() {
      client.send({ mt: 'KeepAlive' });
      await client.next('KeepAlive');
      return inbox.splice(0);
    },
  };
  return client;
}

/** Dials a PBX; nothing is said yet. */
export async function connect(url: string, options: { ca?: string } = {}): Promise<Client> {
  const socket = new WebSocket(url, options);
  const client = clientOn(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return client;
}

/** Dials and logs in as the App object. */
export async function logIn(
  pbx: { url: string; app: string; password: string },
  fields: Record<string, unknown> = {},
): Promise<Client> {
  const client = await connect(pbx.url);
  client.send({ mt: 'AppChallenge' });
  const { challenge } = await client.next('AppChallengeResult');
  const login = { app: pbx.app, ...fields };
  const digest = loginDigest(login, String(challenge), pbx.password);
  client.send({ mt: 'AppLogin', ...login, digest });
  const answer = await client.next('AppLoginResult');
  if (answer['ok'] !== true) throw new Error(JSON.stringify(answer));
  return client;
}
