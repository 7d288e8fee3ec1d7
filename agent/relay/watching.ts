// Whose presence the edge wants to know, and the subscriptions that follow from it.
import type { DownFrame } from '../../shared/protocol/down.ts';
import type { HomesWanted } from './homes-wanted.ts';
import { type Followed, homeOf, type PbxReplica } from './replica.ts';

export class Watching {
  readonly #replicas: readonly PbxReplica[];
  readonly #homes: HomesWanted;
  readonly #watched = new Set<string>();
  /** What users need on the PBX to be watched, as the last list said. */
  #licence: string | undefined;
  /** Parts of a watch list that is not complete yet. */
  #listing: { list: number; guids: string[] } | undefined;

  constructor(replicas: readonly PbxReplica[], homes: HomesWanted) {
    this.#replicas = replicas;
    this.#homes = homes;
  }

  /** A part of a list: with the last one it replaces what was watched before. */
  list({ list, last, guids, licence }: Extract<DownFrame, { t: 'watch' }>): void {
    const before = this.#listing?.list === list ? this.#listing.guids : [];
    const all = [...before, ...guids];
    this.#listing = last ? undefined : { list, guids: all };
    if (!last) return;
    this.#licence = licence;
    const wanted = new Set(all);
    this.remove([...this.#watched].filter((guid) => !wanted.has(guid)));
    this.add(all);
  }

  add(guids: readonly string[]): void {
    for (const guid of guids) {
      this.#watched.add(guid);
      this.settle(guid);
    }
  }

  remove(guids: readonly string[]): void {
    for (const guid of guids) {
      if (this.#watched.delete(guid)) this.settle(guid);
    }
  }

  /** A standby watches nobody. */
  removeAll(): void {
    this.remove([...this.#watched]);
  }

  /** A list that a lost tunnel left incomplete is void. */
  forgetParts(): void {
    this.#listing = undefined;
  }

  settleAll(): void {
    for (const guid of this.#watched) this.settle(guid);
  }

  /** Makes the subscriptions of one user what they should be: one, at home, while watched. */
  settle(guid: string): void {
    const home = this.#watched.has(guid) ? homeOf(this.#replicas, guid) : undefined;
    if (home) this.#homes.look(home, guid);
    for (const replica of this.#replicas) {
      const { state } = replica;
      if (state.at !== 'up') continue;
      const sip = replica === home ? replica.users?.get(guid)?.h323 : undefined;
      if (sip) {
        if (!state.following.has(guid)) state.following.set(guid, notTold());
        state.pbx.watch(guid, sip, this.#licence);
      } else if (state.following.delete(guid)) {
        state.pbx.unwatch(guid);
      }
    }
  }
}

const notTold = (): Followed => ({ items: undefined, told: 'never' });
