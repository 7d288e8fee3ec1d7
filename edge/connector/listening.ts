// Listens for whether the subscriptions still tell what happens, and has a silent one made anew. When
// that is so, `silence.ts` says.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Context } from './context.ts';
import type { LiveSubscriptions } from './live-subscriptions.ts';
import { type Hearing, heard, judge, missed, stands } from './silence.ts';

const HEARINGS = 'hearings';

export interface ListeningParts {
  context: Context;
  live: LiveSubscriptions;
  accountIds: () => string[];
  /** Has an account's presence subscription made anew. */
  renew: (accountId: string) => Promise<void>;
  /** Judge by then, epoch ms. */
  judgeBy: (at: number) => void;
}

export class Listening {
  readonly #parts: ListeningParts;
  /** Kept in memory: each notification asks. */
  #known: Map<string, Hearing> | undefined;

  constructor(parts: ListeningParts) {
    this.#parts = parts;
  }

  /** A subscription of this account has just come to stand. */
  began(accountId: string): void {
    this.#keep(accountId, stands(this.#hearings.get(accountId), this.#parts.context.now()));
  }

  /** Reads get answers again: where Microsoft was away as a whole, silence says nothing. */
  readsAgain(): void {
    const now = this.#parts.context.now();
    for (const [id, hearing] of this.#hearings) {
      this.#hearings.set(id, { ...hearing, since: now, missedAt: null });
    }
    this.#store();
  }

  /** A notification came. Costs no write while all is well. */
  heard(accountId: string): void {
    const hearing = this.#hearings.get(accountId);
    if (!hearing || (hearing.missedAt === null && hearing.silentAt === null)) return;
    this.#keep(accountId, heard(hearing));
  }

  /** A read found a change of this user that no notification had told. */
  untold(userId: TeamsUserId): void {
    const { live, accountIds, context, judgeBy } = this.#parts;
    const holder = accountIds().find((id) => live.holds(id, userId));
    const hearing = holder === undefined ? undefined : this.#hearings.get(holder);
    if (holder === undefined || !hearing) return;
    const next = missed(hearing, context.now());
    if (next === hearing) return;
    this.#keep(holder, next);
    const { nextAt } = judge(next, context.now());
    if (nextAt !== null) judgeBy(nextAt);
  }

  /** The accounts that were found silent, and have not been heard since. */
  get silent(): string[] {
    return [...this.#hearings].flatMap(([id, { silentAt }]) => (silentAt === null ? [] : [id]));
  }

  /**
   * Has silent subscriptions made anew; says when to judge again. Throws where an account's object does
   * not answer: nothing is noted then.
   */
  async judge(): Promise<number | null> {
    const { context, accountIds, renew } = this.#parts;
    const ids = new Set(accountIds());
    const times: number[] = [];
    for (const [id, hearing] of this.#hearings) {
      if (!ids.has(id)) {
        this.#forget(id);
        continue;
      }
      const verdict = judge(hearing, context.now());
      if (verdict.renew) {
        context.log('warn', 'subscription-silent', { account: id });
        await renew(id);
      }
      if (verdict.hearing !== hearing) this.#keep(id, verdict.hearing);
      if (verdict.nextAt !== null) times.push(verdict.nextAt);
    }
    return times.length > 0 ? Math.min(...times) : null;
  }

  get #hearings(): Map<string, Hearing> {
    this.#known ??= new Map(
      Object.entries(this.#parts.context.database.read<Record<string, Hearing>>(HEARINGS) ?? {}),
    );
    return this.#known;
  }

  #keep(accountId: string, hearing: Hearing): void {
    this.#hearings.set(accountId, hearing);
    this.#store();
  }

  #forget(accountId: string): void {
    this.#hearings.delete(accountId);
    this.#store();
  }

  #store(): void {
    this.#parts.context.database.write(HEARINGS, Object.fromEntries(this.#hearings));
  }
}
