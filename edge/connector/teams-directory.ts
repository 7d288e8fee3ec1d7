// The users of the tenant: a first round lists everybody, the others what changed since.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { GraphCall } from '../graph/client.ts';
import { mergeUser, readUsersPage, type UsersCursor, type UsersPage } from '../graph/users.ts';
import type { Context } from './context.ts';
import type { Directory } from './store/directory.ts';

const CURSOR = 'users-cursor';
/** Set from a change until somebody has been told of it. */
const CHANGED = 'users-changed';
/** The last full round lacked more than half of the users: when the next one does so too, it is so. */
const DOUBTED = 'users-doubted';

export class TeamsDirectory {
  readonly #context: Context;
  readonly #directory: Directory;
  /** Changes with each new start, so that what an older round brings late is dropped. */
  #start = {};

  constructor(context: Context, directory: Directory) {
    this.#context = context;
    this.#directory = directory;
  }

  /** Forgets how far the users were read: the next round lists everybody. */
  startOver(): void {
    this.#start = {};
    this.#context.database.forget(CURSOR);
  }

  /** Epoch ms; `null`: never. */
  get loadedAt(): number | null {
    return this.#context.database.read<number>('users-loaded-at') ?? null;
  }

  /**
   * Reads one round, to its end. Says whether anything changed since it last said so.
   * @param teamsPlans plan ids that count as Teams besides the known ones
   * @throws AppError of `graph/users.ts`
   */
  async read(call: GraphCall, teamsPlans: readonly string[] = []): Promise<boolean> {
    const { database } = this.#context;
    const start = this.#start;
    let cursor = database.read<UsersCursor>(CURSOR) ?? null;
    // A full round that was interrupted begins again: who was seen in it is not known any more.
    if (cursor && (cursor.kind === 'list' || cursor.full)) cursor = null;
    const plans = new Set(teamsPlans.map((id) => id.toLowerCase()));
    let seen = new Set<TeamsUserId>();
    for (;;) {
      const page = await readUsersPage(call, cursor, plans);
      // Another tenant, perhaps; whoever started over reads again.
      if (start !== this.#start) return false;
      if (page.first) seen = new Set();
      database.transaction(() => this.#take(page, seen));
      cursor = page.cursor;
      if (!page.done) continue;
      const gone = page.full ? this.#unseen(seen) : [];
      if (gone.length > 0) this.#drop(gone);
      else database.forget(DOUBTED);
      break;
    }
    database.write('users-loaded-at', this.#context.now());
    const changed = database.read<boolean>(CHANGED) ?? false;
    if (changed) database.forget(CHANGED);
    return changed;
  }

  #take({ users, removed, cursor }: UsersPage, seen: Set<TeamsUserId>): void {
    let changed = false;
    for (const change of users) {
      seen.add(change.id);
      const user = mergeUser(this.#directory.teamsUser(change.id), change);
      changed = this.#directory.putTeams(user) || changed;
    }
    for (const id of removed) {
      seen.delete(id);
      changed = this.#directory.removeTeams(id) || changed;
    }
    const { database } = this.#context;
    database.write(CURSOR, cursor);
    // Kept, because the round may break off after this page.
    if (changed) database.write(CHANGED, true);
  }

  /** Whom a full round did not list. */
  #unseen(seen: ReadonlySet<TeamsUserId>): TeamsUserId[] {
    return this.#directory.teamsIds().filter((id) => !seen.has(id));
  }

  /** @throws AppError `graph-bad-answer` where that would be most of them, for the first time */
  #drop(gone: readonly TeamsUserId[]): void {
    const { database } = this.#context;
    const isMost = gone.length * 2 > this.#directory.teamsIds().length;
    if (isMost && !database.read(DOUBTED)) {
      database.write(DOUBTED, true);
      this.startOver();
      const detail = 'Graph, users: the list lacks more than half of the users that are known.';
      throw new AppError({ code: 'graph-bad-answer', retry: 'backoff', detail });
    }
    database.transaction(() => {
      for (const id of gone) this.#directory.removeTeams(id);
      database.write(CHANGED, true);
      database.forget(DOUBTED);
    });
  }
}
