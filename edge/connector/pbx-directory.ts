// The users of each PBX as its agent tells them: a full list in parts after each connection, then
// each change. What was taken in of a list survives the object, so that a list never looks shorter
// than it was told.
import { type PbxGuid, pbxGuid } from '../../shared/ids.ts';
import { USERS_PER_PBX } from '../../shared/protocol/frame.ts';
import type { PbxUser } from '../../shared/protocol/up.ts';
import type { Context } from './context.ts';
import type { Directory } from './store/directory.ts';

/**
 * What a list means: `doubted`: so many are missing in it that it is believed only when nothing better
 * comes; `unfinished`: more parts are to come.
 */
export type ListNews = 'same' | 'changed' | 'doubted' | 'unfinished';

/** How long to wait, in ms, for a better list: a PBX that starts may tell few users at first. */
export const DOUBT_MS = 10_000;

interface Arriving {
  /** Which connection and which list of it. */
  list: string;
  parts: number;
  users: number;
  changed: boolean;
}

/** Users that the last list lacked. */
interface Doubt {
  until: number;
  guids: PbxGuid[];
}

export class PbxDirectory {
  readonly #context: Context;
  readonly #directory: Directory;
  readonly #epoch: () => number;

  /** @param epoch rises with each connection: lists of an earlier one are void */
  constructor(context: Context, directory: Directory, epoch: () => number) {
    this.#context = context;
    this.#directory = directory;
    this.#epoch = epoch;
  }

  /** Whether the list of this PBX was complete once. */
  isKnown(pbx: string): boolean {
    return this.#known.includes(pbx);
  }

  /** Whether the list of any PBX was. */
  get isAnyKnown(): boolean {
    return this.#known.length > 0;
  }

  get #known(): string[] {
    return this.#context.database.read<string[]>('pbx-users-known') ?? [];
  }

  /** Takes a part of a PBX's list; the last one replaces what was known of that PBX. */
  takeList(part: { pbx: string; list: number; last: boolean; users: PbxUser[] }): ListNews {
    const { pbx, last, users } = part;
    return this.#context.database.transaction(() => {
      const arriving = this.#arriving(pbx, part.list);
      const total = arriving.users + users.length;
      if (total > USERS_PER_PBX) throw new Error('The list of users has no end.');
      let { changed } = arriving;
      for (const user of users) changed = this.#directory.putPbx(pbx, user) || changed;
      const guids = users.map((user) => pbxGuid(user.guid));
      if (last) return this.#complete(pbx, [...this.#guidsOfParts(pbx), ...guids], changed);
      this.#context.database.run(
        'INSERT OR REPLACE INTO pbx_list VALUES (?, ?, ?)',
        pbx,
        arriving.parts,
        JSON.stringify(guids),
      );
      const parts = arriving.parts + 1;
      this.#context.database.write(arrivingKey(pbx), { ...arriving, parts, users: total, changed });
      return 'unfinished';
    });
  }

  putUser(pbx: string, user: PbxUser): ListNews {
    const changed = this.#directory.putPbx(pbx, user);
    const doubt = this.#doubt(pbx);
    if (doubt?.guids.includes(pbxGuid(user.guid))) {
      const guids = doubt.guids.filter((guid) => guid !== user.guid);
      this.#context.database.write(doubtKey(pbx), { ...doubt, guids } satisfies Doubt);
    }
    return changed ? 'changed' : 'same';
  }

  removeUser(pbx: string, guid: PbxGuid): ListNews {
    return this.#directory.removePbx(pbx, guid) ? 'changed' : 'same';
  }

  /** Whether the last list of this PBX still waits to be believed. */
  isDoubted(pbx: string): boolean {
    return this.#doubt(pbx) !== undefined;
  }

  /** Nothing better came: the lists that waited long enough are believed. Says when to ask again, epoch ms. */
  believe(): number | null {
    const now = this.#context.now();
    const doubts = this.#known.flatMap((pbx) => {
      const doubt = this.#doubt(pbx);
      return doubt ? [{ pbx, ...doubt }] : [];
    });
    const over = doubts.filter(({ until }) => until <= now);
    for (const { pbx, guids } of over) {
      this.#context.database.transaction(() => {
        for (const guid of guids) this.#directory.removePbx(pbx, guid);
        this.#context.database.forget(doubtKey(pbx));
      });
    }
    const times = doubts.filter(({ until }) => until > now).map(({ until }) => until);
    return times.length > 0 ? Math.min(...times) : null;
  }

  #complete(pbx: string, guids: readonly PbxGuid[], changedSoFar: boolean): ListNews {
    const { database } = this.#context;
    this.#forgetParts(pbx);
    const isNew = !this.isKnown(pbx);
    if (isNew) database.write('pbx-users-known', [...this.#known, pbx]);
    const listed = new Set(guids);
    const known = this.#directory.pbxGuids(pbx);
    const gone = known.filter((guid) => !listed.has(guid));
    if (!isNew && gone.length * 2 > known.length) {
      const until = this.#context.now() + DOUBT_MS;
      database.write(doubtKey(pbx), { until, guids: gone } satisfies Doubt);
      return 'doubted';
    }
    database.forget(doubtKey(pbx));
    for (const guid of gone) this.#directory.removePbx(pbx, guid);
    return isNew || changedSoFar || gone.length > 0 ? 'changed' : 'same';
  }

  /** The list that is arriving; a new one makes the parts of an older one void. */
  #arriving(pbx: string, number: number): Arriving {
    const list = `${this.#epoch()}/${number}`;
    const known = this.#context.database.read<Arriving>(arrivingKey(pbx));
    if (known?.list === list) return known;
    if (known) this.#forgetParts(pbx);
    // What an abandoned list has changed is changed all the same.
    return { list, parts: 0, users: 0, changed: known?.changed ?? false };
  }

  #guidsOfParts(pbx: string): PbxGuid[] {
    return this.#context.database
      .all<{ guids: string }>('SELECT guids FROM pbx_list WHERE pbx = ?', pbx)
      .flatMap(({ guids }) => JSON.parse(guids) as PbxGuid[]);
  }

  #forgetParts(pbx: string): void {
    this.#context.database.forget(arrivingKey(pbx));
    this.#context.database.run('DELETE FROM pbx_list WHERE pbx = ?', pbx);
  }

  #doubt(pbx: string): Doubt | undefined {
    return this.#context.database.read<Doubt>(doubtKey(pbx));
  }
}

const arrivingKey = (pbx: string): string => `list-arriving:${pbx}`;
const doubtKey = (pbx: string): string => `list-doubted:${pbx}`;
