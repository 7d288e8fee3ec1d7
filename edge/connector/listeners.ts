// Tells admins' pages what changed: lamps as a whole, users one by one. What changes, and how often, is
// others' business; here it is gathered, so that a storm is one piece of news a user, twice a second at
// most. Between two of them nothing waits in memory for long: the one alarm drives this too.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Lamp } from '../../shared/lamps.ts';
import type { Context, Waiting } from './context.ts';
import type { News, UserView, Who } from './rpc.ts';
import type { Sockets } from './sockets.ts';

/** Pages that may listen to one connector at a time. */
const MOST = 32;
/** Time between two looks, in ms. */
const PAUSE_MS = 500;
/** More users than this are not told one by one: the page reads its list again. */
const USERS_AT_ONCE = 100;
/** The Worker hangs up after 5 minutes; one that could not is forgotten after this long, in ms. */
const FORGET_MS = 6 * 60_000;

const GOING = 1001;

interface Attachment {
  who: Who;
  /** Epoch ms */
  since: number;
}

export interface ListenersParts {
  context: Context;
  sockets: Sockets;
  lamps: () => Lamp[];
  /** When a lamp changes next by time alone, epoch ms; `null`: none does. */
  lampsChangeAt: () => number | null;
  /** Users as the list shows them; `null`: one that is not in it. */
  users: (ids: readonly TeamsUserId[]) => (UserView | null)[];
}

export class Listeners implements Waiting {
  readonly #parts: ListenersParts;
  readonly #users = new Set<TeamsUserId>();
  /** `undefined`: look it up. */
  #heard: boolean | undefined;
  #changed = false;
  #planned = false;
  #looking = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** When a lamp changes by time alone, epoch ms; `null`: none does. */
  #lampsChangeAt: number | null = null;
  /** The lamps as told last. */
  #told = '';

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  /** Takes a listener in and tells it all lamps; 503 where there are too many. */
  accept(who: Who): Response {
    const { context, sockets, lamps } = this.#parts;
    this.#forgetOld();
    if (this.#open().length >= MOST) return new Response(null, { status: 503 });
    const { 0: client, 1: server } = new WebSocketPair();
    sockets.acceptWebSocket(server);
    server.serializeAttachment({ who, since: context.now() } satisfies Attachment);
    this.#heard = true;
    server.send(JSON.stringify({ status: lamps() } satisfies News));
    return new Response(null, { status: 101, webSocket: client });
  }

  /** A listener hung up. */
  left(): void {
    this.#heard = undefined;
  }

  /** Something was stored: a lamp may have changed. */
  note(): void {
    if (this.#looking || !this.isHeard) return;
    this.#changed = true;
    this.#plan();
  }

  noteUser(id: TeamsUserId): void {
    if (!this.isHeard) return;
    this.#users.add(id);
    this.note();
  }

  /** Tells what is new; also by the clock, because time alone changes lamps. */
  look(): void {
    this.#planned = false;
    const { context, lampsChangeAt } = this.#parts;
    if (context.database.over || !this.isHeard) {
      this.#forgetNews();
      return;
    }
    if (context.now() < this.#lookedAt + PAUSE_MS) {
      if (this.#changed) this.#plan();
      return;
    }
    this.#lookedAt = context.now();
    this.#looking = true;
    try {
      this.#forgetOld();
      this.#tellLamps();
      this.#tellUsers();
      this.#lampsChangeAt = lampsChangeAt();
      if (this.#lampsChangeAt !== null) context.wakeBy(this.#lampsChangeAt);
    } finally {
      this.#looking = false;
    }
  }

  get waitsUntil(): number | null {
    if (!this.isHeard) return null;
    const mayLookAt = this.#lookedAt + PAUSE_MS;
    if (this.#changed) return mayLookAt;
    return this.#lampsChangeAt && Math.max(this.#lampsChangeAt, mayLookAt);
  }

  /** Whoever signed in as `who` hears nothing more. */
  dismiss(who: Who): void {
    for (const socket of this.#open()) {
      if (attached(socket).who === who) socket.close(GOING, 'This sign-in was revoked.');
    }
    this.#heard = undefined;
  }

  dismissAll(): void {
    for (const socket of this.#open()) socket.close(GOING, 'The connector was deleted.');
    this.#heard = undefined;
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    this.#heard ??= this.#open().length > 0;
    return this.#heard;
  }

  /** At once after a pause, else by the alarm: no timer keeps the object awake. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    const { context } = this.#parts;
    const at = this.#lookedAt + PAUSE_MS;
    if (context.now() < at) context.wakeBy(at);
    else queueMicrotask(() => this.#lookSafely());
  }

  #lookSafely(): void {
    try {
      this.look();
    } catch (error) {
      this.#parts.context.log('error', 'listeners-failed', { detail: String(error) });
    }
  }

  #tellLamps(): void {
    this.#changed = false;
    const status = this.#parts.lamps();
    const text = JSON.stringify({ status } satisfies News);
    if (text === this.#told) return;
    this.#told = text;
    this.#say(text);
  }

  #tellUsers(): void {
    if (this.#users.size === 0) return;
    const ids = [...this.#users];
    this.#users.clear();
    const views = ids.length > USERS_AT_ONCE ? [] : this.#parts.users(ids);
    const users = views.filter((view) => view !== null);
    if (users.length > 0) this.#say(JSON.stringify({ users } satisfies News));
    const others = ids.length - users.length;
    if (others > 0) this.#say(JSON.stringify({ others } satisfies News));
  }

  #say(text: string): void {
    for (const socket of this.#open()) {
      try {
        socket.send(text);
      } catch {
        // It broke in this moment: its end will be told.
      }
    }
  }

  #forgetNews(): void {
    this.#users.clear();
    this.#changed = false;
  }

  #forgetOld(): void {
    const before = this.#parts.context.now() - FORGET_MS;
    for (const socket of this.#open()) {
      if (attached(socket).since < before) socket.close(GOING, 'Come again.');
    }
    this.#heard = undefined;
  }

  #open(): WebSocket[] {
    return this.#parts.sockets
      .getWebSockets()
      .filter(({ readyState }) => readyState === WebSocket.READY_STATE_OPEN);
  }
}

const attached = (socket: WebSocket): Attachment => socket.deserializeAttachment() as Attachment;
