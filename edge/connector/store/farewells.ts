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
  #pbx: Map<string, PbxFarewell> | undefined;

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
    if (writes.length === 0) {
      this.#allTeams.delete(teamsId);
      this.#database.run('DELETE FROM teams_farewell WHERE teams_id = ?', teamsId);
      return;
    }
    this.#allTeams.set(teamsId, farewell);
    this.#database.run(
      'INSERT OR REPLACE INTO teams_farewell VALUES (?, ?, ?, ?, ?)',
      teamsId,
      JSON.stringify(writes),
      since,
      dueAt,
      failures,
    );
  }

  upcoming(now: number): Upcoming {
    return upcoming(this.#database, 'teams_farewell', now);
  }

  addPbx(one: PbxFarewell): void {
    const { guid, contact, since } = one;
    this.#allPbx.set(placeOf(guid, contact), one);
    this.#database.run(
      'INSERT OR REPLACE INTO pbx_farewell VALUES (?, ?, ?)',
      guid,
      contact,
      since,
    );
  }

  pbx(): PbxFarewell[] {
    return [...this.#allPbx.values()];
  }

  ofPbx(guid: PbxGuid, contact: string): PbxFarewell | undefined {
    return this.#allPbx.get(placeOf(guid, contact));
  }

  /** The PBX answered this write. */
  donePbx(guid: PbxGuid, write: number): void {
    this.#forgetPbx((one) => one.guid === guid && one.since === write);
  }

  /** Whatever is older is nobody's business any more. @param before epoch ms */
  expirePbx(before: number): void {
    this.#forgetPbx(({ since }) => since < before);
  }

  #forgetPbx(isOver: (one: PbxFarewell) => boolean): void {
    for (const { guid, contact } of this.pbx().filter(isOver)) {
      this.#allPbx.delete(placeOf(guid, contact));
      this.#database.run('DELETE FROM pbx_farewell WHERE guid = ? AND contact = ?', guid, contact);
    }
  }

  /** Each list of the PBX asks: kept in memory, as those of Teams are. */
  get #allPbx(): Map<string, PbxFarewell> {
    this.#pbx ??= new Map(
      this.#database.all<PbxRow>('SELECT * FROM pbx_farewell').map(({ guid, contact, since }) => {
        const one: PbxFarewell = { guid: guid as PbxGuid, contact, since };
        return [placeOf(one.guid, contact), one];
      }),
    );
    return this.#pbx;
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

const placeOf = (guid: PbxGuid, contact: string): string => `${guid} ${contact}`;
