// The agents of a connector: their enrolment, their tunnels, and which of them leads. Sockets
// hibernate: what must survive that is in a socket's attachment.
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import { CLOSE, type CloseCode } from '../../shared/protocol/close-codes.ts';
import { type DownFrame, roleFrame, welcomeFrame } from '../../shared/protocol/down.ts';
import type { PbxFault } from '../../shared/protocol/up.ts';
import type { AgentView, Enrolment } from './rpc.ts';
import type { Database } from './store/database.ts';

/** How long an enrolment code is good, in ms. */
const ENROLMENT_LIFETIME_MS = 30 * 60_000;

export type PbxLine =
  | { state: 'up'; name: string | null; domain: string | null }
  | { state: 'down'; fault: PbxFault };

/** What a socket remembers while the object sleeps; at most 16 KiB. */
interface Attachment {
  agentId: string;
  /** Epoch ms of its hello; `null`: has not introduced itself yet. */
  helloAt: number | null;
  role: 'leading' | 'standby';
  version: string | null;
  pbxs: Record<string, PbxLine>;
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
  readonly #ctx: DurableObjectState;
  readonly #database: Database;

  constructor(ctx: DurableObjectState, database: Database) {
    this.#ctx = ctx;
    this.#database = database;
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
  accept(agentId: string): Response {
    const row = this.#row(agentId);
    if (!row || row.revoked) return new Response(null, { status: 403 });
    const { 0: client, 1: server } = new WebSocketPair();
    for (const older of this.#ctx.getWebSockets(agentId)) {
      older.close(CLOSE.replaced, 'A newer connection of this agent took over.');
    }
    this.#ctx.acceptWebSocket(server, [agentId]);
    attach(server, { agentId, helloAt: null, role: 'standby', version: null, pbxs: {} });
    return new Response(null, { status: 101, webSocket: client });
  }

  /** The agent introduced itself: the newest hello leads. */
  welcome(socket: WebSocket, version: string, now: number): void {
    const attachment = attached(socket);
    attach(socket, { ...attachment, helloAt: now, version });
    this.#database.run(
      'UPDATE agent SET version = ?, since = ? WHERE id = ?',
      version,
      now,
      attachment.agentId,
    );
    this.#lead(socket, true);
  }

  /** A tunnel ended; if its agent led, the next one takes over. Says who leads now. */
  closed(socket: WebSocket, now: number): WebSocket | null {
    const { agentId, role } = attached(socket);
    if (this.#open(agentId).every((other) => other === socket)) {
      this.#database.run('UPDATE agent SET since = ? WHERE id = ?', now, agentId);
    }
    if (role !== 'leading') return null;
    attach(socket, { ...attached(socket), role: 'standby' });
    if (this.leader) return null;
    const next = this.#introduced().filter((other) => other !== socket);
    const heir = next.sort((a, b) => (attached(b).helloAt ?? 0) - (attached(a).helloAt ?? 0))[0];
    if (heir) this.#lead(heir, false);
    return heir ?? null;
  }

  leads(socket: WebSocket): boolean {
    return attached(socket).role === 'leading';
  }

  get leader(): WebSocket | undefined {
    return this.#introduced().find((socket) => attached(socket).role === 'leading');
  }

  get epoch(): number {
    return this.#database.read<number>('epoch') ?? 0;
  }

  /** Sends to the leading agent; `false` where nobody leads. */
  send(frame: DownFrame): boolean {
    const { leader } = this;
    if (!leader) return false;
    leader.send(JSON.stringify(frame));
    return true;
  }

  noteLine(socket: WebSocket, pbx: string, line: PbxLine): void {
    const attachment = attached(socket);
    attach(socket, { ...attachment, pbxs: { ...attachment.pbxs, [pbx]: line } });
  }

  /** The leading agent's PBX sessions, by their name in its configuration. */
  lines(): Record<string, PbxLine> {
    const { leader } = this;
    return leader ? attached(leader).pbxs : {};
  }

  leaderName(): string | null {
    const { leader } = this;
    return leader ? (this.#row(attached(leader).agentId)?.name ?? null) : null;
  }

  enrolled(): boolean {
    return this.#database.all('SELECT id FROM agent WHERE revoked = 0').length > 0;
  }

  list(): AgentView[] {
    return this.#database.all<AgentRow>('SELECT * FROM agent ORDER BY since').map((row) => {
      const socket = this.#open(row.id)[0];
      const attachment = socket && attached(socket);
      return {
        id: row.id,
        name: row.name,
        state: row.revoked ? 'revoked' : (attachment?.role ?? 'offline'),
        version: row.version,
        since: new Date(row.since).toISOString(),
        pbx: Object.entries(attachment?.pbxs ?? {}).map(([name, line]) =>
          line.state === 'up'
            ? { name, state: 'up' }
            : { name, state: 'down', message: line.fault.detail },
        ),
      };
    });
  }

  /** The agent may not come back; its tunnel ends at once. */
  revoke(id: string, now: number): boolean {
    const row = this.#row(id);
    if (!row || row.revoked) return false;
    this.#database.run('UPDATE agent SET revoked = 1, since = ? WHERE id = ?', now, id);
    for (const socket of this.#ctx.getWebSockets(id)) {
      socket.close(CLOSE.revoked, 'This agent was removed by an administrator.');
    }
    return true;
  }

  closeAll(code: CloseCode, reason: string): void {
    for (const socket of this.#ctx.getWebSockets()) socket.close(code, reason);
  }

  /** Epochs rise with each new leader, so that a write of an older one is recognised. */
  #lead(socket: WebSocket, isNew: boolean): void {
    const epoch = this.epoch + 1;
    this.#database.write('epoch', epoch);
    for (const other of this.#introduced()) {
      if (other === socket || attached(other).role !== 'leading') continue;
      attach(other, { ...attached(other), role: 'standby' });
      other.send(JSON.stringify(roleFrame({ epoch, role: 'standby' })));
    }
    const attachment = attached(socket);
    attach(socket, { ...attachment, role: 'leading' });
    const role = 'leading';
    const frame = isNew
      ? welcomeFrame({ agentId: attachment.agentId, epoch, role })
      : roleFrame({ epoch, role });
    socket.send(JSON.stringify(frame));
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

const isOpen = (socket: WebSocket): boolean => socket.readyState === WebSocket.READY_STATE_OPEN;
const attached = (socket: WebSocket): Attachment => socket.deserializeAttachment() as Attachment;
const attach = (socket: WebSocket, attachment: Attachment): void =>
  socket.serializeAttachment(attachment);
