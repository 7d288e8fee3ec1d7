// The tunnels of a connector's agents, and which of them leads. Sockets hibernate: what must survive
// that is in a socket's attachment or in the database. Who may come at all is `agent-register.ts`.
import { CLOSE, type CloseCode } from '../../shared/protocol/close-codes.ts';
import { type DownFrame, roleFrame, welcomeFrame } from '../../shared/protocol/down.ts';
import { SILENCE_LIMIT_MS } from '../../shared/protocol/frame.ts';
import type { AgentRegister } from './agent-register.ts';
import type { AgentView, ProvenAgent } from './rpc.ts';
import type { Sockets } from './sockets.ts';
import type { Database } from './store/database.ts';
import type { Lines } from './store/lines.ts';
import type { PbxLine } from './words.ts';

/** The agent hears nothing of us either then and gives up first; a ping may be a little late. */
const SILENT_AFTER_MS = SILENCE_LIMIT_MS + 2_000;

/** What a socket remembers while the object sleeps; far below the 16 KiB it may. */
interface Attachment {
  agentId: string;
  /** Epoch ms */
  acceptedAt: number;
  /** Epoch ms of its hello; `null`: has not introduced itself yet. */
  helloAt: number | null;
  role: 'leading' | 'standby';
}

export class Agents {
  readonly #ctx: Sockets;
  readonly #database: Database;
  readonly #register: AgentRegister;
  readonly #lines: Lines;
  /** Epoch ms of the last frame of whoever spoke since we woke: behind a long list a ping is late. */
  readonly #spokeAt = new WeakMap<WebSocket, number>();
  #epoch: number | undefined;
  /** `undefined`: look it up. */
  #leader: WebSocket | null | undefined;

  constructor(
    ctx: Sockets,
    database: Database,
    { register, lines }: { register: AgentRegister; lines: Lines },
  ) {
    this.#ctx = ctx;
    this.#database = database;
    this.#register = register;
    this.#lines = lines;
  }

  /** Takes an agent's tunnel in, if the agent may have one; else 403 (removed) or 401 (old key). */
  accept(agent: ProvenAgent, now: number): Response {
    const { agentId } = agent;
    const admitted = this.#register.admit(agent);
    if (!admitted.ok) {
      return new Response(null, { status: admitted.error.code === 'revoked' ? 403 : 401 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    // One that speaks goes on until this one does: it may be a dial that its agent gave up long ago.
    for (const older of this.#open(agentId)) {
      if (attached(older).helloAt === null) older.close(CLOSE.silent, 'It never said hello.');
    }
    this.#ctx.acceptWebSocket(server, [agentId]);
    attach(server, { agentId, acceptedAt: now, helloAt: null, role: 'standby' });
    return new Response(null, { status: 101, webSocket: client });
  }

  /**
   * Something came in. Says whether the socket may speak: one that we closed may go on talking, and what
   * was revoked or replaced has nothing to say, however long it takes to hang up.
   */
  hears(socket: WebSocket, now: number): boolean {
    this.#spokeAt.set(socket, now);
    return isOpen(socket);
  }

  /** Whose tunnel it is. */
  idOf(socket: WebSocket): string {
    return attached(socket).agentId;
  }

  introduced(socket: WebSocket): boolean {
    return attached(socket).helloAt !== null;
  }

  /** The agent introduced itself: the newest hello leads, and an older one of the same agent is over. */
  welcome(socket: WebSocket, version: string, now: number): void {
    const attachment = attached(socket);
    const { agentId } = attachment;
    for (const older of this.#open(agentId)) {
      if (older === socket) continue;
      older.close(CLOSE.replaced, 'A newer connection of this agent took over.');
    }
    this.#leader = undefined;
    attach(socket, { ...attachment, helloAt: now });
    this.#lines.forget(agentId);
    this.#register.introduced(agentId, version, now);
    this.#lead(socket, { isNew: true, now });
  }

  /** A tunnel ended; if nobody leads now, the next one takes over. Says who did. */
  closed(socket: WebSocket, now: number): WebSocket | null {
    const { agentId } = attached(socket);
    if (this.#open(agentId).every((other) => other === socket)) {
      this.#register.changed(agentId, now);
      this.#lines.forget(agentId);
    }
    attach(socket, { ...attached(socket), role: 'standby' });
    this.#leader = undefined;
    if (this.leader) return null;
    const next = this.#introduced().filter((other) => other !== socket);
    const heir = next.sort((a, b) => (attached(b).helloAt ?? 0) - (attached(a).helloAt ?? 0))[0];
    if (heir) this.#lead(heir, { isNew: false, now });
    return heir ?? null;
  }

  /**
   * Hangs up on agents whose pings have stopped, or who never said hello: a machine without power
   * says no goodbye. The runtime answers the pings and knows when.
   */
  dropSilent(now: number): WebSocket[] {
    const silent = this.#ctx
      .getWebSockets()
      .filter((socket) => isOpen(socket) && now >= this.#silentAt(socket, now));
    for (const socket of silent) socket.close(CLOSE.silent, 'Nothing was heard of this agent.');
    return silent;
  }

  /** When to look for a silent leader, epoch ms; `null` where nobody could take over. */
  lookAt(now: number): number | null {
    const { leader } = this;
    const hasHeir = this.#introduced().some((socket) => attached(socket).role === 'standby');
    return leader && hasHeir ? this.#silentAt(leader, now) : null;
  }

  leads(socket: WebSocket): boolean {
    return isOpen(socket) && attached(socket).role === 'leading';
  }

  get leader(): WebSocket | undefined {
    if (this.#leader === undefined || (this.#leader && !isOpen(this.#leader))) {
      this.#leader =
        this.#introduced().find((socket) => attached(socket).role === 'leading') ?? null;
    }
    return this.#leader ?? undefined;
  }

  get epoch(): number {
    this.#epoch ??= this.#database.read<number>('epoch') ?? 0;
    return this.#epoch;
  }

  /** Sends to the leading agent; `false` where nobody leads. */
  send(frame: DownFrame): boolean {
    const { leader } = this;
    return leader !== undefined && say(leader, frame);
  }

  noteLine(socket: WebSocket, pbx: string, line: PbxLine): void {
    this.#lines.note(attached(socket).agentId, pbx, line);
  }

  /** The leading agent's PBX sessions, by their name in its configuration. */
  lines(): Readonly<Record<string, PbxLine>> {
    const { leader } = this;
    return leader ? this.#lines.of(attached(leader).agentId) : {};
  }

  /** Whether a PBX can be heard; of `null`: whether any can. */
  isUp(pbx: string | null): boolean {
    const lines = this.lines();
    if (pbx !== null) return Object.hasOwn(lines, pbx) && lines[pbx]?.state === 'up';
    return Object.values(lines).some(({ state }) => state === 'up');
  }

  leaderName(): string | null {
    const { leader } = this;
    return leader ? (this.#register.row(attached(leader).agentId)?.name ?? null) : null;
  }

  /** What a connected agent is now; `offline` where it is not. */
  stateOf(agentId: string): 'leading' | 'standby' | 'offline' {
    const roles = this.#open(agentId).map((socket) => attached(socket).role);
    return roles.find((role) => role === 'leading') ?? roles[0] ?? 'offline';
  }

  list(): AgentView[] {
    return this.#register.all().map((row) => {
      const state = this.stateOf(row.id);
      const lines = state === 'offline' ? {} : this.#lines.of(row.id);
      return {
        id: row.id,
        name: row.name,
        state: row.revoked ? 'revoked' : state,
        version: row.version,
        since: new Date(row.since).toISOString(),
        pbx: Object.entries(lines).map(([name, line]) =>
          line.state === 'up'
            ? { name, state: 'up' }
            : { name, state: 'down', message: line.fault.detail },
        ),
      };
    });
  }

  /** Ends the tunnel of an agent that was removed, at once. */
  putOut(agentId: string): WebSocket[] {
    const sockets = this.#open(agentId);
    for (const socket of sockets) {
      socket.close(CLOSE.revoked, 'This agent was removed by an administrator.');
    }
    return sockets;
  }

  closeAll(code: CloseCode, reason: string): void {
    for (const socket of this.#ctx.getWebSockets()) socket.close(code, reason);
    this.#leader = undefined;
  }

  /** When an agent has been silent for too long if nothing more comes, epoch ms. */
  #silentAt(socket: WebSocket, now: number): number {
    const { acceptedAt, helloAt } = attached(socket);
    const pinged = this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? now;
    const heardAt =
      helloAt === null ? acceptedAt : Math.max(pinged, this.#spokeAt.get(socket) ?? 0);
    return heardAt + SILENT_AFTER_MS;
  }

  /** Epochs rise with each new leader, so that a write of an older one is recognised. */
  #lead(socket: WebSocket, { isNew, now }: { isNew: boolean; now: number }): void {
    const epoch = this.epoch + 1;
    this.#database.write('epoch', epoch);
    this.#epoch = epoch;
    for (const other of this.#introduced()) {
      if (other === socket || attached(other).role !== 'leading') continue;
      attach(other, { ...attached(other), role: 'standby' });
      this.#register.changed(attached(other).agentId, now);
      say(other, roleFrame({ epoch, role: 'standby' }));
    }
    const attachment = attached(socket);
    attach(socket, { ...attachment, role: 'leading' });
    this.#leader = socket;
    this.#register.changed(attachment.agentId, now);
    const role = 'leading';
    const frame = isNew
      ? welcomeFrame({ agentId: attachment.agentId, epoch, role })
      : roleFrame({ epoch, role });
    say(socket, frame);
  }

  #introduced(): WebSocket[] {
    return this.#ctx
      .getWebSockets()
      .filter((socket) => isOpen(socket) && attached(socket).helloAt !== null);
  }

  #open(agentId: string): WebSocket[] {
    return this.#ctx.getWebSockets(agentId).filter(isOpen);
  }
}

/** `false` where the line broke in this moment: its end will be told. */
function say(socket: WebSocket, frame: DownFrame): boolean {
  try {
    socket.send(JSON.stringify(frame));
    return true;
  } catch {
    return false;
  }
}

const isOpen = (socket: WebSocket): boolean => socket.readyState === WebSocket.READY_STATE_OPEN;

/** What is attached to the sockets that were asked for it since the object woke: each frame asks several times. */
const read = new WeakMap<WebSocket, Attachment>();

function attached(socket: WebSocket): Attachment {
  const known = read.get(socket) ?? (socket.deserializeAttachment() as Attachment);
  read.set(socket, known);
  return known;
}

function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment);
  read.set(socket, attachment);
}
