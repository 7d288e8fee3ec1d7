/** The user table of one PBX system: kept once, shared by master and slaves, with a feed of changes. */
import { createSignal, type Signal } from './signal.ts';
import type { PbxUser } from './users.ts';

/** One change; `user` is the row after it, or before it when deleted. */
export interface DirectoryChange {
  kind: 'add' | 'update' | 'del';
  user: PbxUser;
  before?: PbxUser;
}

/** The table. Rows are never changed in place: an update puts a new one. */
export interface Directory {
  readonly guid: string;
  readonly changes: Signal<DirectoryChange>;
  usn(): number;
  usnOf(guid: string): number;
  all(): PbxUser[];
  byGuid(guid: string): PbxUser | undefined;
  /** By h323, ignoring case, as SIP names are compared. */
  bySip(sip: string): PbxUser | undefined;
  byNumber(num: string): PbxUser | undefined;
  byCn(cn: string): PbxUser | undefined;
  add(user: PbxUser): void;
  update(user: PbxUser): void;
  remove(guid: string): void;
}

/** Makes an empty table. */
export function createDirectory(guid: string): Directory {
  const rows = new Map<string, PbxUser>();
  const sips = new Map<string, string>();
  const usns = new Map<string, number>();
  const changes = createSignal<DirectoryChange>();
  let usn = 0;

  const bySip = (sip: string) => rows.get(sips.get(sip.toLowerCase()) ?? '');
  const find = (fits: (user: PbxUser) => boolean) => {
    for (const user of rows.values()) if (fits(user)) return user;
    return undefined;
  };

  function put(user: PbxUser): void {
    const namesake = bySip(user.h323);
    if (namesake && namesake.guid !== user.guid) throw new Error(`h323 ${user.h323} is taken`);
    const before = rows.get(user.guid);
    if (before) sips.delete(before.h323.toLowerCase());
    rows.set(user.guid, user);
    sips.set(user.h323.toLowerCase(), user.guid);
    usns.set(user.guid, ++usn);
  }

  return {
    guid,
    changes,
    usn: () => usn,
    usnOf: (guid) => usns.get(guid) ?? 0,
    all: () => [...rows.values()],
    byGuid: (guid) => rows.get(guid),
    bySip,
    byNumber: (num) => find((user) => user.e164 === num),
    byCn: (cn) => find((user) => user.cn === cn),
    add(user) {
      if (rows.has(user.guid)) throw new Error(`guid ${user.guid} is taken`);
      put(user);
      changes.tell({ kind: 'add', user });
    },
    update(user) {
      const before = rows.get(user.guid);
      if (!before) throw new Error(`no user ${user.guid}`);
      put(user);
      changes.tell({ kind: 'update', user, before });
    },
    remove(guid) {
      const user = rows.get(guid);
      if (!user) throw new Error(`no user ${guid}`);
      rows.delete(guid);
      sips.delete(user.h323.toLowerCase());
      usns.delete(guid);
      usn += 1;
      changes.tell({ kind: 'del', user });
    },
  };
}
