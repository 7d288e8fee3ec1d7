// What is special about some users, and says in the list why they are not like the others.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import type { Accounts } from './accounts.ts';
import type { Context } from './context.ts';
import { refusedUsers, usersOfUnable } from './coverage.ts';
import type { HeldBack } from './held-back.ts';
import type { Master } from './master.ts';
import type { PbxDirectory } from './pbx-directory.ts';
import type { Rights } from './rights.ts';

export interface Circumstances {
  /** Epoch ms */
  now: number;
  /** The PBX whose users count; `null`: not known yet. */
  master: string | null;
  /** Its users are known: before, those of Teams are listed without having been matched. */
  canMatch: boolean;
  /** Guids whose presence the App object may not see. */
  unseen: ReadonlySet<string>;
  /** Guids whose calls it may not see. */
  noCalls: ReadonlySet<string>;
  /** Users who need a licence on the PBX and have none. */
  heldBack: ReadonlySet<PbxGuid>;
  /** Users for whom no Teams account has room. */
  leftOut: ReadonlySet<TeamsUserId>;
  /** Users whom Microsoft refuses to subscribe. */
  refused: ReadonlySet<TeamsUserId>;
  /** Users whose Teams account cannot sign in. */
  stranded: ReadonlySet<TeamsUserId>;
}

interface Knowing {
  context: Context;
  master: Master;
  pbxDirectory: PbxDirectory;
  rights: Rights;
  heldBack: HeldBack;
  accounts: Accounts;
}

export function circumstancesNow(parts: Knowing): Circumstances {
  const { context, accounts, master, pbxDirectory, rights, heldBack } = parts;
  const [now, all] = [context.now(), accounts.all()];
  return {
    now,
    master: master.name,
    canMatch: master.name !== null && pbxDirectory.isKnown(master.name),
    unseen: rights.unseen(),
    noCalls: rights.noCalls(),
    heldBack: heldBack.guids,
    leftOut: new Set(accounts.leftOut),
    refused: new Set(refusedUsers(all)),
    stranded: new Set(usersOfUnable(all, now)),
  };
}
