// The way up: keeps frames in the order in which they were said, and packs presences that follow each
// other into one frame, so that the flood after a start is a few frames and not thousands.
import { PART_SIZE } from '../../shared/protocol/frame.ts';
import { type PbxItem, presencesFrame, type UpFrame } from '../../shared/protocol/up.ts';

export interface PresenceEntry {
  guid: string;
  items: PbxItem[];
  afterGap: boolean;
  sessionLasted?: boolean;
  tookWrite?: number;
}

/** When to send what waits. */
export interface Pacing {
  /** Calls back once what came in with the same read is dealt with: far below 1 ms. */
  soon(then: () => void): void;
  /** Calls back after some 20 ms. */
  later(then: () => void): void;
}

export class Outgoing {
  readonly #send: (frame: UpFrame) => void;
  readonly #pacing: Pacing;
  #waiting: UpFrame[] = [];
  #due: 'never' | 'later' | 'soon' = 'never';
  /** The presences frame at the end of `#waiting`, while it may still grow. */
  #tail: { pbx: string; entries: PresenceEntry[]; guids: Set<string> } | undefined;

  constructor(send: (frame: UpFrame) => void, pacing: Pacing) {
    this.#send = send;
    this.#pacing = pacing;
  }

  add(frame: UpFrame): void {
    this.#tail = undefined;
    this.#waiting.push(frame);
    this.#hurry('soon');
  }

  /**
   * Two lists of one user never share a frame: each is a state of its own, in order. First lists
   * may wait for each other a little; a change takes them along at once.
   */
  presence(pbx: string, entry: PresenceEntry): void {
    const tail = this.#tail;
    if (tail?.pbx === pbx && tail.entries.length < PART_SIZE && !tail.guids.has(entry.guid)) {
      tail.entries.push(entry);
      tail.guids.add(entry.guid);
    } else {
      const entries = [entry];
      this.#waiting.push(presencesFrame({ pbx, presences: entries }));
      this.#tail = { pbx, entries, guids: new Set([entry.guid]) };
    }
    this.#hurry(entry.afterGap ? 'later' : 'soon');
  }

  #hurry(when: 'later' | 'soon'): void {
    if (this.#due === 'soon' || this.#due === when) return;
    this.#due = when;
    this.#pacing[when](() => this.#flush());
  }

  #flush(): void {
    const frames = this.#waiting;
    this.#waiting = [];
    this.#tail = undefined;
    this.#due = 'never';
    for (const frame of frames) this.#send(frame);
  }
}
