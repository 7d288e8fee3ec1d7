// What is still to be taken back from users who left the pairing. Kept until it is done: on neither
// side anything of ours may stay behind, also when the other side is away just then.
import type { PbxGuid, TeamsUserId } from '../../../shared/ids.ts';
import type { TeamsWrite } from '../../../shared/presence/model.ts';
import type { Database } from './database.ts';
import { type Upcoming, upcoming } from './upcoming.ts';

/** Writes to Microsoft that take back, in their order. */
export interface TeamsFarewell {
  readonly teamsId: TeamsUserId;
  writes: TeamsWrite[];
  /** Epoch ms */
  readonly since: number;
  dueAt: number;
  failures: number;
}

/** An item of ours on the PBX that has to go. `since` also names the write. */
export interface PbxFarewell {
  readonly guid: PbxGuid;
  readonly contact: string;
  readonly since: number;
}

type TeamsRow = {
  teams_id: string;
  writes: string;
  since: number;
  due_at: number;
  failures: number;
};
type PbxRow = { guid: string; contact: string; since: number };

export class Farewells {
  readonly #database: Database;
  #teams: Map<TeamsUserId, TeamsFarewell> | undefined;
  /** Whether there is one for the PBX, as far as is known: each list of a user there asks. */
  #hasPbx: boolean | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  addTeams(teamsId: TeamsUserId, writes: readonly TeamsWrite[], now: number): void {
    const before = this.ofTeams(teamsId)?.writes ?? [];
    const kinds = new Set(writes.map(({ kind }) => kind));
    const all = [...before.filter(({ kind }) => !kinds.has(kind)), ...writes];
    this.keepTeams({ teamsId, writes: all, since: now, dueAt: now, failures: 0 });
  }

  ofTeams(id: TeamsUserId): TeamsFarewell | undefined {
    return this.#allTeams.get(id);
  }

  teams(): TeamsFarewell[] {
    return [...this.#allTeams.values()];
  }

  /** One without writes is done. */
  keepTeams(farewell: TeamsFarewell): void {
    const { teamsId, writes, since, dueAt, failures } = farewell;
    this.#database.orElse(() => {
      this.#teams = undefined;
    });
    const known = this.#allTeams;
    // First: what storage does not take is still owed, and said again.
    if (writes.length === 0) {
      this.#database.run('DELETE FROM teams_farewell WHERE teams_id = ?', teamsId);
      known.delete(teamsId);
      return;
    }
    this.#database.run(
      'INSERT OR REPLACE INTO teams_farewell VALUES (?, ?, ?, ?, ?)',
      teamsId,
      JSON.stringify(writes),
      since,
      dueAt,
      failures,
    );
    known.set(teamsId, farewell);
  }

  upcoming(now: number): Upcoming {
    return upcoming(this.#database, 'teams_farewell', now);
  }

  addPbx({ guid, contact, since }: PbxFarewell): void {
    this.#hasPbx = undefined;
    this.#database.orElse(() => {
      this.#hasPbx = undefined;
    });
    this.#database.run(
      'INSERT OR REPLACE INTO pbx_farewell VALUES (?, ?, ?)',
      guid,
      contact,
      since,
    );
  }

  pbx(): PbxFarewell[] {
    return this.#database.all<PbxRow>('SELECT * FROM pbx_farewell').map(pbxFarewellOf);
  }

  /** Those of one user of the PBX. */
  ofPbx(guid: PbxGuid): PbxFarewell[] {
    this.#hasPbx ??= this.#database.first('SELECT 1 FROM pbx_farewell LIMIT 1') !== undefined;
    if (!this.#hasPbx) return [];
    const query = 'SELECT * FROM pbx_farewell WHERE guid = ?';
    return this.#database.all<PbxRow>(query, guid).map(pbxFarewellOf);
  }

  /** The PBX answered this write. */
  donePbx(guid: PbxGuid, write: number): void {
    this.#hasPbx = undefined;
    this.#database.run('DELETE FROM pbx_farewell WHERE guid = ? AND since = ?', guid, write);
  }

  /** Whatever is older is nobody's business any more. @param before epoch ms */
  expirePbx(before: number): void {
    this.#hasPbx = undefined;
    this.#database.run('DELETE FROM pbx_farewell WHERE since < ?', before);
  }

  /** Each outbox question asks: kept in memory, few as they are. */
  get #allTeams(): Map<TeamsUserId, TeamsFarewell> {
    this.#teams ??= new Map(
      this.#database.all<TeamsRow>('SELECT * FROM teams_farewell').map((row) => {
        const teamsId = row.teams_id as TeamsUserId;
        const writes = JSON.parse(row.writes) as TeamsWrite[];
        const { since, due_at: dueAt, failures } = row;
        return [teamsId, { teamsId, writes, since, dueAt, failures }];
      }),
    );
    return this.#teams;
  }
}

const pbxFarewellOf = ({ guid, contact, since }: PbxRow): PbxFarewell => ({
  guid: guid as PbxGuid,
  contact,
  since,
});
