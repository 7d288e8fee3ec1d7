// Which PBXs home watched users and are not known: told once each, to whoever can find them.
import type { PbxReplica } from './replica.ts';

/** No system has so many PBXs; who makes names up for its users does not get a dial for each. */
export const HOMES_LIMIT = 1_000;

/** `isLast`: no other one will be told of. */
export type HomeWanted = (home: string, toldBy: string, isLast: boolean) => void;

export class HomesWanted {
  readonly #replicas: readonly PbxReplica[];
  readonly #tell: HomeWanted;
  readonly #told = new Set<string>();

  constructor(replicas: readonly PbxReplica[], tell: HomeWanted) {
    this.#replicas = replicas;
    this.#tell = tell;
  }

  /** `guid` is watched at `holder`: does another PBX home this user? */
  look(holder: PbxReplica, guid: string): void {
    const home = holder.users?.get(guid)?.loc;
    // While it is away, what it calls itself may not be known yet: nobody is asked then either.
    if (!home || holder.state.at !== 'up' || this.#told.has(home)) return;
    const isKnown = this.#replicas.some(
      ({ name, systemName }) => same(name, home) || same(systemName, home),
    );
    if (isKnown || this.#told.size >= HOMES_LIMIT) return;
    this.#told.add(home);
    this.#tell(home, holder.name, this.#told.size === HOMES_LIMIT);
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
