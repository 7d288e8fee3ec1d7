// Gathers the facts behind the lamps, and remembers since when each lamp is as it is.
import type { Lamp, LampState } from '../../shared/lamps.ts';
import type { Accounts } from './accounts.ts';
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import type { DirectoryDesk } from './directory-desk.ts';
import { type Facts, lampsOf } from './lamps.ts';
import type { Microsoft } from './microsoft.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Directory } from './store/directory.ts';
import type { Pairs } from './store/pairs.ts';
import type { Tasks } from './tasks.ts';

export interface StatusParts {
  context: Context;
  desk: SettingsDesk;
  microsoft: Microsoft;
  accounts: Accounts;
  agents: Agents;
  directory: Directory;
  directoryDesk: DirectoryDesk;
  pairs: Pairs;
  tasks: Tasks;
  unseen: () => string[];
}

type LampRow = { id: string; state: string; since: number; code: string; params: string };

export class StatusDesk {
  readonly #parts: StatusParts;

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  lamps(): Lamp[] {
    const { database, now } = this.#parts.context;
    const rows = database.all<LampRow>('SELECT * FROM lamp');
    const known = new Map(rows.map((row) => [row.id, row]));
    return lampsOf(this.#facts()).map((shown) => {
      const before = known.get(shown.id);
      const params = JSON.stringify(shown.params);
      const same = before?.state === shown.state && before.code === shown.code;
      const since = same ? before.since : now();
      if (!same || before.params !== params) {
        database.run(
          'INSERT OR REPLACE INTO lamp VALUES (?, ?, ?, ?, ?)',
          shown.id,
          shown.state satisfies LampState,
          since,
          shown.code,
          params,
        );
      }
      return { ...shown, since };
    });
  }

  #facts(): Facts {
    const { desk, microsoft, accounts, agents, directory, directoryDesk, pairs, tasks } =
      this.#parts;
    const teams = directory.teams().filter((user) => user.accountEnabled);
    const nameOf = new Map(teams.map((user) => [user.id, user.displayName]));
    const count = pairs.count();
    const usersFault = tasks.fault('teams-users');
    return {
      settings: desk.settings,
      hasCredential: desk.has('clientSecretSyncToTeams') || desk.has('certificateSyncToTeams'),
      writing: microsoft.signIn,
      accounts: accounts.all(),
      teamsUsers: {
        loadedAt: directoryDesk.teamsUsersLoadedAt,
        licensed: teams.filter((user) => user.licensed).length,
        fault: usersFault ?? tasks.fault('tenants'),
      },
      leftOut: accounts.leftOut.map((id) => nameOf.get(id) ?? id),
      agent: { enrolled: agents.enrolled(), name: agents.leaderName() },
      lines: agents.lines(),
      unseen: this.#unseenNames(),
      pairing: {
        known: directoryDesk.teamsUsersLoadedAt !== null && directoryDesk.pbxUsersKnown,
        paired: count.pairs,
        ambiguous: teams.filter((user) => user.match?.state === 'ambiguous').length,
      },
      sync: { waiting: count.waiting, failing: count.failing, fault: pairs.someFault() },
    };
  }

  #unseenNames(): string[] {
    const { pairs, directory, unseen } = this.#parts;
    const hidden = new Set(unseen());
    if (hidden.size === 0) return [];
    return pairs
      .ids()
      .filter(({ guid }) => hidden.has(guid))
      .map(({ guid }) => directory.pbxUser(guid)?.cn ?? guid);
  }
}
