// Gathers the facts behind the lamps, and remembers since when each lamp is as it is.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import type { Lamp, LampState } from '../../shared/lamps.ts';
import type { Accounts } from './accounts.ts';
import type { AgentRegister } from './agent-register.ts';
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import { refusalAmong, refusedUsers, usersOfUnable } from './coverage.ts';
import type { CredentialWatch } from './credential-watch.ts';
import type { HeldBack } from './held-back.ts';
import { type Facts, NAMES } from './lamp-facts.ts';
import { lampsOf } from './lamps.ts';
import type { Listening } from './listening.ts';
import type { Master } from './master.ts';
import type { Microsoft } from './microsoft.ts';
import type { PbxDirectory } from './pbx-directory.ts';
import type { Publisher } from './publisher.ts';
import type { RefusedActivities } from './refused-activities.ts';
import type { Rights } from './rights.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Directory } from './store/directory.ts';
import type { Pairs } from './store/pairs.ts';
import type { Sweeping } from './sweeping.ts';
import type { Tasks } from './tasks.ts';
import type { TeamsDirectory } from './teams-directory.ts';
import type { TeamsReads } from './teams-reads.ts';

export interface StatusParts {
  context: Context;
  desk: SettingsDesk;
  microsoft: Microsoft;
  credential: CredentialWatch;
  accounts: Accounts;
  register: AgentRegister;
  listening: Listening;
  publisher: Publisher;
  agents: Agents;
  directory: Directory;
  pbxDirectory: PbxDirectory;
  teamsDirectory: TeamsDirectory;
  pairs: Pairs;
  tasks: Tasks;
  reads: TeamsReads;
  sweeping: Sweeping;
  rights: Rights;
  refused: RefusedActivities;
  heldBack: HeldBack;
  master: Master;
}

/** A certificate wins where both are set. */
function credentialOf(desk: SettingsDesk): Facts['credential'] {
  if (desk.has('certificateSyncToTeams')) return 'certificate';
  return desk.has('clientSecretSyncToTeams') ? 'secret' : null;
}

type LampRow = { id: string; state: string; since: number; code: string };

export class StatusDesk {
  readonly #parts: StatusParts;

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  lamps(): Lamp[] {
    const { database, now } = this.#parts.context;
    const rows = database.all<LampRow>('SELECT * FROM lamp');
    const known = new Map(rows.map((row) => [row.id, row]));
    return lampsOf(this.#facts()).map((shown) => {
      const before = known.get(shown.id);
      const same = before?.state === shown.state && before.code === shown.code;
      if (same) return { ...shown, since: before.since };
      const since = now();
      database.run(
        'INSERT OR REPLACE INTO lamp (id, state, code, since) VALUES (?, ?, ?, ?)',
        shown.id,
        shown.state satisfies LampState,
        shown.code,
        since,
      );
      return { ...shown, since };
    });
  }

  #facts(): Facts {
    const { context, desk, microsoft, accounts, listening, register, agents } = this.#parts;
    const { directory, pairs, tasks, reads, sweeping } = this.#parts;
    const { loadedAt } = this.#parts.teamsDirectory;
    const { licensed, ambiguous } = directory.teamsCounts();
    const count = pairs.count(context.now());
    const all = accounts.all();
    const reader = accounts.reader();
    const some = (ids: readonly TeamsUserId[]) => ({
      count: ids.length,
      names: ids.slice(0, NAMES).map((id) => directory.teamsUser(id)?.displayName ?? id),
    });
    return {
      now: context.now(),
      settings: desk.settings,
      credential: credentialOf(desk),
      credentialEnd: this.#parts.credential.end,
      writing: microsoft.signIn,
      accounts: all.map(({ username, report }) => ({ username: username ?? '', report })),
      reader: reader ? (reader.username ?? '') : null,
      teamsUsers: { loadedAt, licensed },
      faults: {
        settingsCopy: tasks.fault('settings-copy'),
        tenants: tasks.fault('tenants'),
        teamsUsers: tasks.fault('teams-users'),
        accounts: tasks.fault('accounts'),
        pairing: tasks.fault('pairing'),
        reading: reads.fault,
      },
      copyMayBeUnseen: this.#parts.publisher.arrivesAt > context.now(),
      pollingEverySeconds: sweeping.everySeconds(count.pairs),
      leftOut: some(accounts.leftOut),
      refused: { ...some(refusedUsers(all)), fault: refusalAmong(all) },
      unserved: some([...usersOfUnable(all, context.now()), ...accounts.leftOut]),
      withoutTeams: this.#withoutTeams(),
      silent: listening.silent.flatMap((id) => accounts.find(id)?.username ?? []),
      agent: { enrolled: register.isAnyEnrolled, name: agents.leaderName() },
      lines: agents.lines(),
      ...this.#rightsFacts(),
      notTaken: this.#notTaken(),
      pairing: {
        known: loadedAt !== null && this.#isMasterKnown(),
        paired: count.pairs,
        ambiguous,
      },
      sync: { waiting: count.waiting, failing: count.failing, fault: pairs.someFault() },
    };
  }

  /** Those of our accounts that are users without a licence with Teams. */
  #withoutTeams(): string[] {
    const { desk, accounts, directory } = this.#parts;
    if (desk.settings.source === 'poll') return [];
    return directory.withoutTeams(accounts.all().flatMap(({ username }) => username ?? []));
  }

  #isMasterKnown(): boolean {
    const master = this.#parts.master.name;
    return master !== null && this.#parts.pbxDirectory.isKnown(master);
  }

  #rightsFacts(): Pick<Facts, 'unseen' | 'noCalls' | 'unlicensed' | 'licenceFault'> {
    const { rights, pairs, heldBack, desk } = this.#parts;
    const paired = pairs.ids().map(({ guid }) => guid);
    const unlicensed = heldBack.guids;
    return {
      unseen: this.#names(paired, rights.unseen()),
      noCalls: this.#names(paired, rights.noCalls()),
      unlicensed: this.#names([...unlicensed], unlicensed),
      licenceFault: desk.settings.requireLicence ? rights.licenceFault() : null,
    };
  }

  /** One entry for each of `guids` that is among `some`; only as many are real names as are shown. */
  #names(guids: readonly PbxGuid[], some: ReadonlySet<string>): string[] {
    const master = this.#parts.master.name;
    if (some.size === 0 || master === null) return [];
    const { directory } = this.#parts;
    return guids
      .filter((guid) => some.has(guid))
      .map((guid, at) => (at < NAMES ? (directory.pbxUser(master, guid)?.cn ?? guid) : guid));
  }

  /** The first PBX that has refused activities, and which. */
  #notTaken(): Facts['notTaken'] {
    const { agents, refused } = this.#parts;
    for (const name of Object.keys(agents.lines())) {
      const activities = [...refused.of(name)];
      if (activities.length > 0) return { name, activities };
    }
    return null;
  }
}
