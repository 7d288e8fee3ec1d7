// Which PBX is the one whose users count.
import type { Agents } from './agents.ts';
import { isMaster } from './lamps-on-site.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Database } from './store/database.ts';
import { noteUnmatched } from './store/unmatched.ts';

const NAME = 'master';

export interface MasterParts {
  database: Database;
  desk: SettingsDesk;
  agents: Agents;
  /** Another one than before counts from now on. */
  changed: () => void;
}

export class Master {
  readonly #parts: MasterParts;

  constructor(parts: MasterParts) {
    this.#parts = parts;
  }

  /** As the agent calls it, kept while nobody is connected; `null`: not known yet. */
  get name(): string | null {
    return this.#parts.database.read<string>(NAME) ?? null;
  }

  /**
   * Looks which PBX is the one that the settings name. While none is, or the one that was still is,
   * nothing changes: users are not to lose their partners because of a moment or a slip.
   */
  find(): void {
    const { database, desk, agents, changed } = this.#parts;
    const { masterPbx } = desk.settings;
    const named = Object.entries(agents.lines()).filter(
      ([pbx, line]) => line.state === 'up' && isMaster(masterPbx, pbx, line),
    );
    const { name } = this;
    const [first] = named;
    if (!first || named.some(([pbx]) => pbx === name)) return;
    noteUnmatched(database);
    database.write(NAME, first[0]);
    changed();
  }
}
