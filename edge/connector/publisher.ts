// Puts the copy that stateless code reads into KV: in order, at most once a second (KV refuses more
// for one key), and only where something changed.
import type { ConnectorName } from '../../shared/ids.ts';
import { type ConnectorRecord, recordKey } from '../connector-record.ts';
import type { Context } from './context.ts';
import { isEnding } from './ending.ts';

/** KV takes one write a second of a key (facts: stack §5). */
const KV_EVERY_MS = 1_100;
/**
 * Until every place reads what was put, in ms: a minute to get there, and a minute more where
 * somebody has just looked (facts: stack §5).
 */
const KV_AGREES_MS = 120_000;

const COPIED_AT = 'copied-at';
const ARRIVED = 'copy-arrived';

export type Kv = Pick<KVNamespace, 'put' | 'delete'>;

export class Publisher {
  readonly #context: Context;
  readonly #kv: Kv;
  readonly #connector: () => ConnectorName;
  #turn: Promise<unknown> = Promise.resolve();
  #putAt = Number.NEGATIVE_INFINITY;
  /** What KV holds, without its revision. */
  #there: string | undefined;

  constructor(context: Context, kv: Kv, connector: () => ConnectorName) {
    this.#context = context;
    this.#kv = kv;
    this.#connector = connector;
  }

  /** From when on (epoch ms) no place reads what was there before. Self-hosted, KV never lags. */
  get arrivesAt(): number {
    const { database, env } = this.#context;
    return env.selfHosted ? 0 : (database.read<number>(COPIED_AT) ?? 0) + KV_AGREES_MS;
  }

  /** Whether that time has come, and nobody has been told so yet. */
  hasJustArrived(): boolean {
    const { database, now } = this.#context;
    const { arrivesAt } = this;
    if (arrivesAt === 0 || arrivesAt > now() || database.read(ARRIVED) === arrivesAt) return false;
    database.write(ARRIVED, arrivesAt);
    return true;
  }

  /** Resolves with `null` when the copy is there, or with when (epoch ms) to ask again. */
  publish(record: Omit<ConnectorRecord, 'revision'>): Promise<number | null> {
    return this.#inTurn(async () => {
      const { database, now } = this.#context;
      // What was under way when the connector was deleted brings nothing back.
      if (!database.exists || isEnding(this.#context)) return null;
      const text = JSON.stringify(record);
      if (text === this.#there) return null;
      const next = this.#putAt + KV_EVERY_MS;
      if (now() < next) return next;
      const revision = (database.read<number>('revision') ?? 0) + 1;
      database.write('revision', revision);
      database.write(COPIED_AT, now());
      // Also one that fails: KV may have taken it, and counts it.
      this.#putAt = now();
      this.#there = undefined;
      await this.#kv.put(recordKey(this.#connector()), JSON.stringify({ revision, ...record }));
      this.#there = text;
      return null;
    });
  }

  /** A copy that is on its way gets there before, so that it does not come after. */
  async unpublish(): Promise<void> {
    const key = recordKey(this.#connector());
    await this.#inTurn(async () => {
      this.#there = undefined;
      await this.#kv.delete(key);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
