// The users of the tenant: a first round lists everybody, the others what changed since.
import { AppError } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { GraphCall } from '../graph/client.ts';
import { mergeUser, readUsersPage, type UsersCursor, type UsersPage } from '../graph/users.ts';
import type { Context } from './context.ts';
import type { Directory } from './store/directory.ts';

const CURSOR = 'users-cursor';
/** Set from a change until somebody has acted on it. */
const CHANGED = 'users-changed';
/** The last full round lacked more than half of the users: when the next one does so too, it is so. */
const DOUBTED = 'users-doubted';

/** A round that begins anew more often than this, because Graph does not know its own links, leads nowhere. */
const MOST_BEGINNINGS = 2;
/** Nor does one of which so many pages in a row name nobody new. */
const MOST_BARREN = 100;

interface Round {
  cursor: UsersCursor | null;
  /** Whom it has listed so far. */
  readonly seen: Set<TeamsUserId>;
  /** Links that were followed. */
  readonly followed: Set<string>;
  beginnings: number;
  /** Pages in a row that named nobody new. */
  barren: number;
}

export class TeamsDirectory {
  readonly #context: Context;
  readonly #directory: Directory;
  /** The round under way, or one that broke off; what an older one brings late is dropped. */
  #round: Round | undefined;

  constructor(context: Context, directory: Directory) {
    this.#context = context;
    this.#directory = directory;
  }

  /** Forgets how far the users were read: the next round lists everybody. */
  startOver(): void {
    this.#round = undefined;
    this.#context.database.forget(CURSOR);
  }

  /** Epoch ms; `null`: never. */
  get loadedAt(): number | null {
    return this.#context.database.read<number>('users-loaded-at') ?? null;
  }

  /**
   * Reads one round, to its end. One that broke off goes on where it was, as long as the object lives.
   * Says whether anything changed that nobody has acted on yet, see `actedOn`.
   * @param teamsPlans plan ids that count as Teams besides the known ones
   * @throws AppError of `graph/users.ts`
   */
  async read(call: GraphCall, teamsPlans: readonly string[] = []): Promise<boolean> {
    const { database } = this.#context;
    this.#round ??= this.#newRound();
    const round = this.#round;
    const plans = new Set(teamsPlans.map((id) => id.toLowerCase()));
    for (;;) {
      const page = await readUsersPage(call, round.cursor, plans);
      // Another tenant, perhaps; whoever started over reads again.
      if (round !== this.#round) return false;
      if (leadsNowhere(round, page)) {
        this.startOver();
        const detail = 'Graph, users: the pages of the list lead nowhere, or in a circle.';
        throw new AppError({ code: 'graph-bad-answer', retry: 'backoff', detail });
      }
      if (page.first) round.seen.clear();
      database.transaction(() => this.#take(page, round.seen));
      round.cursor = page.cursor;
      if (!page.done) continue;
      this.#round = undefined;
      const gone = page.full ? this.#unseen(round.seen) : [];
      if (gone.length > 0) this.#drop(gone);
      else database.forget(DOUBTED);
      break;
    }
    database.write('users-loaded-at', this.#context.now());
    return database.read<boolean>(CHANGED) ?? false;
  }

  /** What follows from the changes is planned. */
  actedOn(): void {
    this.#context.database.forget(CHANGED);
  }

  #newRound(): Round {
    const kept = this.#context.database.read<UsersCursor>(CURSOR) ?? null;
    // A full round that ended with the object begins again: who was seen in it is not known any more.
    const isLost = kept !== null && (kept.kind === 'list' || kept.full);
    const cursor = isLost ? null : kept;
    return { cursor, seen: new Set(), followed: new Set(), beginnings: 0, barren: 0 };
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

/** Notes the page, and says whether Graph would go on like this for ever. */
function leadsNowhere(round: Round, { first, users, removed, cursor, done }: UsersPage): boolean {
  const { seen, followed } = round;
  if (first) {
    round.beginnings += 1;
    followed.clear();
  }
  if (round.cursor) followed.add(round.cursor.link);
  const isNews = removed.length > 0 || users.some(({ id }) => !seen.has(id));
  round.barren = isNews ? 0 : round.barren + 1;
  if (done) return false;
  const isCircle = cursor !== null && followed.has(cursor.link);
  return isCircle || round.beginnings > MOST_BEGINNINGS || round.barren >= MOST_BARREN;
}
