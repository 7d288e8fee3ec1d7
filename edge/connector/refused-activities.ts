// Which activities each PBX does not take, as it has shown: kept until its session comes up anew, or for
// a day, so that a PBX that was upgraded gets its chance.
import type { PbxActivity } from '../../shared/presence/model.ts';
import type { Context } from './context.ts';

const KEPT_MS = 86_400_000;
/** Nearly every PBX takes all of them, and each event of each user asks: one empty set for all. */
const NONE: ReadonlySet<PbxActivity> = new Set();

/** Epoch ms since when, by activity. */
type Known = Record<PbxActivity, number>;

export class RefusedActivities {
  readonly #context: Context;
  readonly #known = new Map<string, Known>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** @param pbx its name at the agent; `null`: not known */
  of(pbx: string | null): ReadonlySet<PbxActivity> {
    const known = this.#read(pbx);
    const activities = Object.keys(known);
    if (activities.length === 0) return NONE;
    const from = this.#context.now() - KEPT_MS;
    return new Set(activities.filter((activity) => (known[activity] ?? 0) > from));
  }

  note(pbx: string | null, activity: PbxActivity): void {
    this.#context.log('warn', 'pbx-refuses-activity', { pbx: pbx ?? '', activity });
    this.#write(pbx, { ...this.#read(pbx), [activity]: this.#context.now() });
  }

  /** A new session of this PBX. */
  forget(pbx: string): void {
    if (Object.keys(this.#read(pbx)).length > 0) this.#write(pbx, {});
  }

  #read(pbx: string | null): Known {
    const key = keyOf(pbx);
    const known = this.#known.get(key) ?? this.#context.database.read<Known>(key) ?? ({} as Known);
    this.#known.set(key, known);
    return known;
  }

  #write(pbx: string | null, known: Known): void {
    this.#known.set(keyOf(pbx), known);
    this.#context.database.write(keyOf(pbx), known);
  }
}

const keyOf = (pbx: string | null): string => `refused-activities:${pbx ?? ''}`;
