// The agents of a connector: their enrolment, their tunnels, and which of them leads. Sockets
// hibernate: what must survive that is in a socket's attachment or in the database.
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import { CLOSE, type CloseCode } from '../../shared/protocol/close-codes.ts';
import { type DownFrame, roleFrame, welcomeFrame } from '../../shared/protocol/down.ts';
import { SILENCE_LIMIT_MS } from '../../shared/protocol/frame.ts';
import type { AgentView, Enrolment } from './rpc.ts';
import type { Sockets } from './sockets.ts';
import type { Database } from './store/database.ts';
import type { Lines } from './store/lines.ts';
import type { PbxLine } from './words.ts';

/** How long an enrolment code is good, in ms. */
const ENROLMENT_LIFETIME_MS = 30 * 60_000;
/** The agent gives up first; a ping may be late behind a long list of users. */
const SILENT_AFTER_MS = 3 * SILENCE_LIMIT_MS;

/** What a socket remembers while the object sleeps; far below the 16 KiB it may. */
interface Attachment {
  agentId: string;
  /** Epoch ms */
  acceptedAt: number;
  /** Epoch ms of its hello; `null`: has not introduced itself yet. */
  helloAt: number | null;
  role: 'leading' | 'standby';
}

type AgentRow = {
  id: string;
  name: string;
  thumbprint: string;
  since: number;
  version: string | null;
  revoked: number;
};

export class Agents {
  readonly #ctx: Sockets;
  readonly #database: Database;
  readonly #lines: Lines;
  #epoch: number | undefined;
  /** `undefined`: look it up. */
  #leader: WebSocket | null | undefined;

  constructor(ctx: Sockets, database: Database, lines: Lines) {
    this.#ctx = ctx;
    this.#database = database;
    this.#lines = lines;
  }

  openEnrolment(name: string | null, now: number): Enrolment {
    const id = crypto.randomUUID();
    const expiresAt = now + ENROLMENT_LIFETIME_MS;
    this.#database.run('DELETE FROM enrolment WHERE expires_at < ?', now);
    this.#database.run('INSERT INTO enrolment VALUES (?, ?, ?, 0)', id, name, expiresAt);
    return { id, expiresAt };
  }

  /** Uses a code up and takes the agent in. */
  enrol(enrolmentId: string, thumbprint: string, now: number): Outcome<{ agentId: string }> {
    const open = this.#database.first<{ name: string | null }>(
      'SELECT name FROM enrolment WHERE id = ? AND used = 0 AND expires_at > ?',
      enrolmentId,
      now,
    );
    if (!open) return refused('code-used', 'The code was used already or has expired.');
    const agentId = crypto.randomUUID();
    const count = this.#database.all('SELECT id FROM agent').length;
    this.#database.transaction(() => {
      this.#database.run('UPDATE enrolment SET used = 1 WHERE id = ?', enrolmentId);
      this.#database.run(
        'INSERT INTO agent VALUES (?, ?, ?, ?, NULL, 0)',
        agentId,
        open.name ?? `agent ${count + 1}`,
        thumbprint,
        now,
      );
    });
    return accepted({ agentId });
  }

  /** Takes an agent's tunnel in, if the agent may have one. */
  accept(agentId: string, now: number): Response {
    const row = this.#row(agentId);
    if (!row || row.revoked) return new Response(null, { status: 403 });
    const { 0: client, 1: server } = new WebSocketPair();
    for (const older of this.#ctx.getWebSockets(agentId)) {
      older.close(CLOSE.replaced, 'A newer connection of this agent took over.');
    }
    this.#leader = undefined;
    this.#ctx.acceptWebSocket(server, [agentId]);
    attach(server, { agentId, acceptedAt: now, helloAt: null, role: 'standby' });
    return new Response(null, { status: 101, webSocket: client });
  }

  /**
   * Whether a socket may speak. One that we closed may go on talking: what was revoked or replaced
   * has nothing to say, however long it takes to hang up.
   */
  hears(socket: WebSocket): boolean {
    return isOpen(socket);
  }

  introduced(socket: WebSocket): boolean {
    return attached(socket).helloAt !== null;
  }

  /** The agent introduced itself: the newest hello leads. */
  welcome(socket: WebSocket, version: string, now: number): void {
    const attachment = attached(socket);
    const { agentId } = attachment;
    attach(socket, { ...attachment, helloAt: now });
    this.#lines.forget(agentId);
    this.#database.run('UPDATE agent SET version = ? WHERE id = ?', version, agentId);
    this.#since(agentId, now);
    this.#lead(socket, { isNew: true, now });
  }

  /** A tunnel ended; if nobody leads now, the next one takes over. Says who did. */
  closed(socket: WebSocket, now: number): WebSocket | null {
    const { agentId } = attached(socket);
    if (this.#open(agentId).every((other) => other === socket)) {
      this.#since(agentId, now);
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
    const silent = this.#ctx.getWebSockets().filter((socket) => {
      if (!isOpen(socket)) return false;
      const { acceptedAt, helloAt } = attached(socket);
      const pinged = this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime();
      const heardAt = helloAt === null ? acceptedAt : (pinged ?? now);
      return now - heardAt > SILENT_AFTER_MS;
    });
    for (const socket of silent) socket.close(CLOSE.silent, 'Nothing was heard of this agent.');
    return silent;
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
    return leader ? (this.#row(attached(leader).agentId)?.name ?? null) : null;
  }

  enrolled(): boolean {
    return this.#database.all('SELECT id FROM agent WHERE revoked = 0 LIMIT 1').length > 0;
  }

  list(): AgentView[] {
    return this.#database.all<AgentRow>('SELECT * FROM agent ORDER BY since').map((row) => {
      const socket = this.#open(row.id)[0];
      const lines = socket ? this.#lines.of(row.id) : {};
      return {
        id: row.id,
        name: row.name,
        state: row.revoked ? 'revoked' : socket ? attached(socket).role : 'offline',
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

  /** The agent may not come back; its tunnel ends at once. `null`: there is no such agent. */
  revoke(id: string, now: number): WebSocket[] | null {
    const row = this.#row(id);
    if (!row || row.revoked) return null;
    this.#database.run('UPDATE agent SET revoked = 1 WHERE id = ?', id);
    this.#since(id, now);
    const sockets = this.#open(id);
    for (const socket of sockets) {
      socket.close(CLOSE.revoked, 'This agent was removed by an administrator.');
    }
    return sockets;
  }

  closeAll(code: CloseCode, reason: string): void {
    for (const socket of this.#ctx.getWebSockets()) socket.close(code, reason);
    this.#leader = undefined;
  }

  /** Epochs rise with each new leader, so that a write of an older one is recognised. */
  #lead(socket: WebSocket, { isNew, now }: { isNew: boolean; now: number }): void {
    const epoch = this.epoch + 1;
    this.#database.write('epoch', epoch);
    this.#epoch = epoch;
    for (const other of this.#introduced()) {
      if (other === socket || attached(other).role !== 'leading') continue;
      attach(other, { ...attached(other), role: 'standby' });
      this.#since(attached(other).agentId, now);
      say(other, roleFrame({ epoch, role: 'standby' }));
    }
    const attachment = attached(socket);
    attach(socket, { ...attachment, role: 'leading' });
    this.#leader = socket;
    this.#since(attachment.agentId, now);
    const role = 'leading';
    const frame = isNew
      ? welcomeFrame({ agentId: attachment.agentId, epoch, role })
      : roleFrame({ epoch, role });
    say(socket, frame);
  }

  #since(agentId: string, now: number): void {
    this.#database.run('UPDATE agent SET since = ? WHERE id = ?', now, agentId);
  }

  #introduced(): WebSocket[] {
    return this.#ctx
      .getWebSockets()
      .filter((socket) => isOpen(socket) && attached(socket).helloAt !== null);
  }

  #open(agentId: string): WebSocket[] {
    return this.#ctx.getWebSockets(agentId).filter(isOpen);
  }

  #row(id: string): AgentRow | undefined {
    return this.#database.first<AgentRow>('SELECT * FROM agent WHERE id = ?', id);
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
const attached = (socket: WebSocket): Attachment => socket.deserializeAttachment() as Attachment;
const attach = (socket: WebSocket, attachment: Attachment): void =>
  socket.serializeAttachment(attachment);
