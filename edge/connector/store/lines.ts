// The PBX sessions of each agent, as it told them last. In the database and not at its socket, which
// has room for 16 KiB only.
import type { PbxLine } from '../words.ts';
import type { Database } from './database.ts';

/** As many as an agent's first frame may name. */
const LINES_PER_AGENT = 64;

export class Lines {
  readonly #database: Database;
  readonly #known = new Map<string, Record<string, PbxLine>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** By their name in the agent's configuration. */
  of(agentId: string): Readonly<Record<string, PbxLine>> {
    const known = this.#known.get(agentId);
    if (known) return known;
    const rows = this.#database.all<{ pbx: string; line: string }>(
      'SELECT pbx, line FROM pbx_line WHERE agent_id = ?',
      agentId,
    );
    const lines = Object.fromEntries(
      rows.map(({ pbx, line }) => [pbx, JSON.parse(line) as PbxLine]),
    );
    this.#known.set(agentId, lines);
    return lines;
  }

  note(agentId: string, pbx: string, line: PbxLine): void {
    const lines = this.of(agentId);
    if (!Object.hasOwn(lines, pbx) && Object.keys(lines).length >= LINES_PER_AGENT) return;
    this.#known.set(agentId, { ...lines, [pbx]: line });
    this.#database.run(
      'INSERT OR REPLACE INTO pbx_line VALUES (?, ?, ?)',
      agentId,
      pbx,
      JSON.stringify(line),
    );
  }

  forget(agentId: string): void {
    this.#known.delete(agentId);
    this.#database.run('DELETE FROM pbx_line WHERE agent_id = ?', agentId);
  }
}
