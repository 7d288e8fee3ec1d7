// The words of the lamps: the facts that they are made of, and what one shows.
import type { Lamp, LampId, LampState } from '../../shared/lamps.ts';
import type { OpenSettings } from '../../shared/settings/schema.ts';
import type { AccountReport, Fault } from '../graph/account-rpc.ts';
import type { WriteFault } from './errand.ts';
import type { CredentialEnd } from './expiry.ts';
import { faultParams, needsAdmin } from './faults.ts';
import type { PbxLine, SignIn } from './words.ts';

/** A number of users, and some of them by name. */
export interface Some {
  count: number;
  names: string[];
}

export interface Facts {
  /** Epoch ms */
  now: number;
  settings: OpenSettings;
  /** What the app that writes proves itself with; `null`: nothing yet. */
  credential: 'secret' | 'certificate' | null;
  /** When that ends; `null`: not known. */
  credentialEnd: CredentialEnd | null;
  writing: SignIn;
  accounts: { username: string; report: AccountReport | null }[];
  /** The user name of the account that reads users and presences; `null`: there is none. */
  reader: string | null;
  teamsUsers: { loadedAt: number | null; licensed: number };
  /** Why the work behind a lamp failed last; `null`: it did not. */
  faults: {
    settingsCopy: Fault | null;
    tenants: Fault | null;
    teamsUsers: Fault | null;
    accounts: Fault | null;
    pairing: Fault | null;
    /** Reading presences. */
    reading: Fault | null;
  };
  /** Whether a Worker may answer Microsoft's handshake that does not see the settings yet. */
  copyMayBeUnseen: boolean;
  /** How often each user is really read: not as often as wished, where they are too many. */
  pollingEverySeconds: number;
  /** Users for whom no account has room. */
  leftOut: Some;
  /** Users whom Microsoft refuses to subscribe, and what it said of the first of them. */
  refused: Some & { fault: Fault | null };
  /** Users whom nobody tells of: for whom no account has room, or whose account cannot sign in. */
  unserved: Some;
  /** User names of accounts that have no licence with Teams themselves. */
  withoutTeams: string[];
  /** User names of accounts whose subscriptions stand and tell nothing. */
  silent: string[];
  agent: { enrolled: boolean; name: string | null };
  /** PBX sessions of the leading agent, by their name in its configuration. */
  lines: Readonly<Record<string, PbxLine>>;
  /** Paired users whose presence may not be seen, by name. */
  unseen: string[];
  /** Those whose calls may not be seen. */
  noCalls: string[];
  /** Those left out because they have no licence on the PBX, by name. */
  unlicensed: string[];
  /** Why the PBX could not be asked for licences that the settings require. */
  licenceFault: { detail: string } | null;
  /** A PBX that does not take some activities from us. */
  notTaken: { name: string; activities: string[] } | null;
  pairing: { known: boolean; paired: number; ambiguous: number };
  sync: { waiting: number; failing: number; fault: WriteFault | undefined };
}

/** A lamp without the time since when it is so. */
export type Shown = Omit<Lamp, 'since'>;

export const shown = (
  id: LampId,
  state: LampState,
  code: string,
  params: Shown['params'] = {},
): Shown => ({ id, state, code, params });

/** Names shown of a longer list. */
export const NAMES = 5;

/** The first names of a list, of `count` in all. */
export function some(names: readonly string[], count = names.length): string {
  const first = names.slice(0, NAMES).join(', ');
  return count > NAMES ? `${first}, …` : first;
}

/** Red where only an admin can help, also where it is looked at again now and then; else yellow. */
export function failed(id: LampId, fault: Fault, params: Shown['params'] = {}): Shown {
  const red = fault.retryAt === null || needsAdmin(fault.code);
  return shown(id, red ? 'error' : 'warning', fault.code, faultParams(fault, params));
}
