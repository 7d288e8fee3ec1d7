// When the list of Teams users is read again: by the clock, and soon where Microsoft says that it changed.
// What is in it, `teams-directory.ts` knows.
import type { GraphCall } from '../graph/client.ts';
import type { Accounts } from './accounts.ts';
import type { Context } from './context.ts';
import type { Reader } from './reader.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Tasks } from './tasks.ts';
import type { TeamsDirectory } from './teams-directory.ts';
import type { TeamsReads } from './teams-reads.ts';
import type { Turns } from './turns.ts';

/** `/users/delta` is asked this often, in ms, where no users notification is in place. */
const EVERY_MS = 60_000;
/** And this often where one is: notifications get lost. */
const WATCHED_EVERY_MS = 5 * 60_000;
/**
 * Microsoft's list may lag behind its own notification: it is asked shortly after, so that many
 * notifications share a round, and once more, in ms.
 */
const CHANGED_MS = [1_000, 10_000] as const;
/** A page that hangs would keep a sweep from its turn: so long, in ms, after nobody was answered. */
const AFTER_OUTAGE_MS = 15_000;

export interface TeamsUsersParts {
  context: Context;
  desk: SettingsDesk;
  accounts: Accounts;
  reader: Reader;
  reads: TeamsReads;
  turns: Turns;
  directory: TeamsDirectory;
  tasks: () => Tasks;
  /** Something in the list is another. */
  changed(): void;
}

export class TeamsUsers {
  readonly #parts: TeamsUsersParts;
  /** When the list is asked for once more, because something in it changed (epoch ms). */
  #againAt = 0;

  constructor(parts: TeamsUsersParts) {
    this.#parts = parts;
  }

  /** Microsoft says that somebody in the list changed. */
  told(): void {
    const [first, again] = CHANGED_MS;
    const now = this.#parts.context.now();
    this.#againAt = now + again;
    this.#parts.tasks().by('teams-users', now + first);
  }

  /** Reads what is new in the list, and plans the next look. */
  async read(): Promise<void> {
    const { context, desk, accounts, reader, reads, turns, directory } = this.#parts;
    const tasks = this.#parts.tasks();
    // Adding one, or signing in with its code, plans this task again.
    if (desk.settings.source === 'subscribe' && !accounts.reader()) return;
    if (reads.isDown) return tasks.at('teams-users', context.now() + AFTER_OUTAGE_MS);
    const call = await reader.call();
    // A page at a time takes its turn, so that a sweep goes on between two of them.
    const inTurn: GraphCall = (request) => turns.take(() => call(request));
    if (await directory.read(inTurn, desk.settings.teamsPlans)) {
      this.#parts.changed();
      directory.actedOn();
    }
    const now = context.now();
    const every = accounts.areUsersWatched ? WATCHED_EVERY_MS : EVERY_MS;
    tasks.at('teams-users', this.#againAt > now ? this.#againAt : now + every);
  }
}
