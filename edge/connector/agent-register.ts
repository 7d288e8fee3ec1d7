// Which agents a connector has: codes that are open, who enrolled, whose key counts, who was removed.
// Knows no sockets; who is connected and leads is `agents.ts`.
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { Enrolment, ProvenAgent } from './rpc.ts';
import type { Database } from './store/database.ts';

/** How long an enrolment code is good, in ms. */
const ENROLMENT_LIFETIME_MS = 30 * 60_000;

export type AgentRow = {
  id: string;
  name: string;
  /** Of the key that counts. */
  thumbprint: string;
  /** Of the key that counts as soon as the agent uses it: then it has certainly kept it. */
  next_thumbprint: string | null;
  /** Epoch ms of the last change of its state. */
  since: number;
  version: string | null;
  revoked: number;
};

export class AgentRegister {
  readonly #database: Database;

  constructor(database: Database) {
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
        'INSERT INTO agent VALUES (?, ?, ?, NULL, ?, NULL, 0)',
        agentId,
        open.name ?? `agent ${count + 1}`,
        thumbprint,
        now,
      );
    });
    return accepted({ agentId });
  }

  /**
   * Whether an agent may come with this key. With the key that was offered last it has kept that one,
   * so the one before counts no more. Refusals: `revoked`, `unauthorized` (a key of before).
   */
  admit({ agentId, thumbprint }: ProvenAgent): Outcome<AgentRow> {
    const row = this.row(agentId);
    if (!row || row.revoked) {
      return refused('revoked', 'An administrator removed this agent: enrol it again.');
    }
    if (row.thumbprint === thumbprint) return accepted(row);
    if (row.next_thumbprint !== thumbprint) {
      const detail = 'A newer key took the place of this one: use that one, or enrol again.';
      return refused('unauthorized', detail);
    }
    this.#database.run(
      'UPDATE agent SET thumbprint = next_thumbprint, next_thumbprint = NULL WHERE id = ?',
      agentId,
    );
    return accepted({ ...row, thumbprint, next_thumbprint: null });
  }

  /** Takes a key that shall replace the one in use. Until it is used, both are good. */
  offerKey(agent: ProvenAgent, next: string): Outcome<null> {
    const admitted = this.admit(agent);
    if (!admitted.ok) return admitted;
    this.#database.run('UPDATE agent SET next_thumbprint = ? WHERE id = ?', next, agent.agentId);
    return accepted(null);
  }

  /** The agent may not come back. `false`: there is no such agent. */
  revoke(id: string, now: number): boolean {
    const row = this.row(id);
    if (!row || row.revoked) return false;
    this.#database.run('UPDATE agent SET revoked = 1, since = ? WHERE id = ?', now, id);
    return true;
  }

  introduced(id: string, version: string, now: number): void {
    this.#database.run('UPDATE agent SET version = ?, since = ? WHERE id = ?', version, now, id);
  }

  changed(id: string, now: number): void {
    this.#database.run('UPDATE agent SET since = ? WHERE id = ?', now, id);
  }

  /** Whether anybody may connect at all. */
  get isAnyEnrolled(): boolean {
    return this.#database.all('SELECT id FROM agent WHERE revoked = 0 LIMIT 1').length > 0;
  }

  /** Everybody, removed ones too, by their last change. */
  all(): AgentRow[] {
    return this.#database.all<AgentRow>('SELECT * FROM agent ORDER BY since');
  }

  row(id: string): AgentRow | undefined {
    return this.#database.first<AgentRow>('SELECT * FROM agent WHERE id = ?', id);
  }
}
