// Puts the parts of a connector together. Nothing here runs; `life.ts` and `connector-object.ts` turn
// the platform's calls into calls of these.

import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import { APP_LICENCE } from '../../shared/licence.ts';
import { Accounts } from './accounts.ts';
import { AgentRegister } from './agent-register.ts';
import { Agents } from './agents.ts';
import { Audit } from './audit.ts';
import { CatchingUp } from './catching-up.ts';
import { Chores } from './chores.ts';
import { circumstancesNow } from './circumstances.ts';
import type { Context } from './context.ts';
import { CredentialWatch } from './credential-watch.ts';
import { DecryptionKeys } from './decryption-keys.ts';
import { FarewellDesk } from './farewell-desk.ts';
import { HeldBack } from './held-back.ts';
import { nextLampChange } from './lamps-by-time.ts';
import { Listeners } from './listeners.ts';
import { Listening } from './listening.ts';
import { Master } from './master.ts';
import { Microsoft } from './microsoft.ts';
import { Pace } from './pace.ts';
import { PairingDesk } from './pairing-desk.ts';
import { PbxDirectory } from './pbx-directory.ts';
import { PresenceDesk } from './presence-desk.ts';
import { type Kv, Publisher } from './publisher.ts';
import { Reader } from './reader.ts';
import { RefusedActivities } from './refused-activities.ts';
import { Rights } from './rights.ts';
import { SettingsDesk } from './settings-desk.ts';
import { isUntold } from './silence.ts';
import { socketsOf } from './sockets.ts';
import { StatusDesk } from './status-desk.ts';
import { Agenda } from './store/agenda.ts';
import { Directory } from './store/directory.ts';
import { Farewells } from './store/farewells.ts';
import { Lines } from './store/lines.ts';
import type { Pair } from './store/pair-rows.ts';
import { Pairs } from './store/pairs.ts';
import { UserRows } from './store/user-rows.ts';
import { Sweep } from './sweep.ts';
import { Sweeping } from './sweeping.ts';
import { Tasks } from './tasks.ts';
import { TeamsDirectory } from './teams-directory.ts';
import { TeamsLetters } from './teams-letters.ts';
import { TeamsOutbox } from './teams-outbox.ts';
import { TeamsReads } from './teams-reads.ts';
import { TeamsUsers } from './teams-users.ts';
import { Timeline } from './timeline.ts';
import { Tokens } from './tokens.ts';
import { TunnelDesk } from './tunnel-desk.ts';
import { Turns } from './turns.ts';
import { userView } from './users-view.ts';

export class Parts {
  readonly context: Context;
  readonly desk: SettingsDesk;
  readonly publisher: Publisher;
  readonly agenda: Agenda;
  readonly audit: Audit;
  readonly register: AgentRegister;
  readonly tokens: Tokens;
  readonly agents: Agents;
  readonly master: Master;
  readonly decryptionKeys: DecryptionKeys;
  readonly accounts: Accounts;
  readonly listening: Listening;
  readonly microsoft: Microsoft;
  readonly credential: CredentialWatch;
  readonly directory: Directory;
  readonly userRows: UserRows;
  readonly pbxDirectory: PbxDirectory;
  readonly teamsDirectory: TeamsDirectory;
  readonly pairingDesk: PairingDesk;
  readonly pairs: Pairs;
  readonly catchingUp: CatchingUp;
  readonly farewells: Farewells;
  readonly farewellDesk: FarewellDesk;
  readonly timeline: Timeline;
  readonly refused: RefusedActivities;
  readonly rights: Rights;
  readonly heldBack: HeldBack;
  readonly outbox: TeamsOutbox;
  readonly reads: TeamsReads;
  readonly sweeping: Sweeping;
  readonly presence: PresenceDesk;
  readonly teamsUsers: TeamsUsers;
  readonly chores: Chores;
  readonly tasks: Tasks;
  readonly tunnel: TunnelDesk;
  readonly status: StatusDesk;
  readonly listeners: Listeners;

  constructor(context: Context, ctx: DurableObjectState, kv: Kv) {
    const { database, keyring } = context;
    const pace = new Pace(context);
    const turns = new Turns();
    const rules = () => this.desk.rules;
    this.context = context;
    this.desk = new SettingsDesk(database, keyring);
    this.publisher = new Publisher(context, kv, () => this.desk.connector);
    this.agenda = new Agenda(database);
    this.audit = new Audit(database);
    this.register = new AgentRegister(database);
    const { register } = this;
    this.agents = new Agents(socketsOf(ctx, 'agent'), database, {
      register,
      lines: new Lines(database),
    });
    this.master = new Master({
      database,
      desk: this.desk,
      agents: this.agents,
      changed: () => this.chores.pairSoon(),
    });
    this.tokens = new Tokens(database);
    this.decryptionKeys = new DecryptionKeys(context, this.desk);
    this.accounts = new Accounts(context, this.desk, this.decryptionKeys);
    this.listening = new Listening({
      context,
      live: this.accounts.live,
      accountIds: () => this.accounts.ids(),
      renew: (id) =>
        context.objects.subscription(this.desk.connector, id).lifecycle('presence', 'silent'),
      judgeBy: (at) => this.tasks.by('listening', at),
    });
    this.microsoft = new Microsoft(context, this.desk, (at) => this.tasks.at('app-sign-in', at));
    this.credential = new CredentialWatch(context, this.desk, () => this.microsoft.asApp());
    const reader = new Reader(this);
    this.directory = new Directory(database, (who) => this.#noteUser(who));
    this.userRows = new UserRows(database);
    this.catchingUp = new CatchingUp(context, () => this.pairs.catchUp());
    this.pairs = new Pairs(database, (id) => this.listeners.noteUser(id), {
      keepsTimes: () => this.desk.keepsTimeline,
      lags: () => this.catchingUp.note(),
      now: () => context.now(),
    });
    this.farewells = new Farewells(database);
    this.timeline = new Timeline({
      database,
      pairs: this.pairs,
      isKept: () => this.desk.keepsTimeline,
      eraseBy: (at) => this.tasks.by('timeline', at),
    });
    this.refused = new RefusedActivities(context);
    const { agents, directory, pairs, farewells, timeline } = this;
    this.rights = new Rights(context, agents, (guid) => this.#noteUser({ guid }));
    this.heldBack = new HeldBack(this.desk, this.rights, directory);
    this.pbxDirectory = new PbxDirectory(context, directory, () => agents.epoch);
    this.teamsDirectory = new TeamsDirectory(context, directory);
    this.pairingDesk = new PairingDesk(context, directory, this.pbxDirectory, pairs);
    this.farewellDesk = new FarewellDesk(
      context,
      farewells,
      agents,
      pairs,
      () => this.desk.rules.contact,
    );
    const letters = new TeamsLetters({
      context,
      pairs,
      farewells,
      rules,
      errandOf: (pair) => this.presence.errandOf(pair),
      keep: (pair, state, changed) => this.presence.keep(pair, state, changed),
      failed: (pair, { write, code }) => {
        const event = { kind: 'teams-failed', write } as const;
        timeline.add(pair, { event, reason: 'not-sent', now: context.now(), wrote: code });
      },
      taken: (pair, sentAt) => this.presence.takenByTeams(pair, sentAt),
      throttled: (until) => pace.close(until),
    });
    this.outbox = new TeamsOutbox({
      context,
      farewells,
      letters,
      pace,
      writing: () => this.microsoft.asApp(),
      clientId: () => this.desk.settings.clientIdSyncToTeams,
      back: () => {
        if (!this.reads.isDown) return;
        this.reads.hasten();
        this.tasks.soon('sweep');
      },
    });
    this.reads = new TeamsReads({
      context,
      pairs,
      farewells,
      pace,
      reading: () => reader.call(),
      seen: (pair, event) => {
        const isNews = isUntold(pair.state, event.presence, event.at);
        if (isNews) this.listening.untold(pair.teamsId);
        this.presence.apply(pair, event);
      },
      keep: (pair, state) => this.presence.keep(pair, state),
      recovered: () => this.listening.readsAgain(),
      doWritesProbe: () => this.outbox.isProbing,
      turns,
    });
    this.sweeping = new Sweeping({
      ...this,
      context,
      sweep: new Sweep({ context, pairs, pace, reads: this.reads }),
      tasks: () => this.tasks,
    });
    this.teamsUsers = new TeamsUsers({
      ...this,
      context,
      reader,
      turns,
      directory: this.teamsDirectory,
      tasks: () => this.tasks,
      changed: () => this.chores.pairSoon(),
    });
    this.presence = new PresenceDesk({
      context,
      pairs,
      agents,
      timeline,
      refused: this.refused,
      rules,
      teams: {
        wake: (pair, { write, read }) => {
          if (write) this.outbox.send(pair, write);
          if (read) this.reads.read([pair.teamsId]);
        },
        look: (pair) => this.reads.look(pair.teamsId),
      },
    });
    this.chores = new Chores({
      ...this,
      context,
      pair: () => this.pair(),
      tokenDigests: () => this.tokens.digests(),
      tasks: () => this.tasks,
    });
    this.tasks = new Tasks(context, this.agenda, (task) => this.chores.run(task));
    this.tunnel = new TunnelDesk({
      context,
      agents,
      pairs,
      directory: this.pbxDirectory,
      presence: this.presence,
      refused: this.refused,
      rights: this.rights,
      licence: () => (this.desk.settings.requireLicence ? APP_LICENCE : undefined),
      heldBack: this.heldBack,
      licencesTold: () => this.chores.pairSoon(),
      listTold: (news) => this.chores.listTold(news),
      listEnded: () => this.farewellDesk.sayUntold(),
      takesBack: (guid) => this.farewellDesk.takesBack(guid),
      lineUp: () => {
        this.chores.lineUp(this.master.name === null);
        this.farewellDesk.sayAgain();
      },
      led: () => {
        this.farewellDesk.led();
        this.chores.leaderCame();
      },
      answered: (guid, write, fault) => this.farewellDesk.answered(guid, write, fault),
    });
    this.status = new StatusDesk({ ...this, context });
    this.listeners = new Listeners({
      context,
      sockets: socketsOf(ctx, 'listener'),
      lamps: () => this.status.lamps(),
      lampsChangeAt: () => nextLampChange(this.accounts.all(), context.now()),
      users: (ids) => {
        const circumstances = circumstancesNow(this);
        return ids.map((id) => userView(this, circumstances, id));
      },
    });
    database.onWrite = () => this.listeners.note();
  }

  /** Something that the list says of somebody is another. */
  #noteUser(who: { teamsId: TeamsUserId } | { guid: PbxGuid }): void {
    if (!this.listeners.isHeard) return;
    const id = 'teamsId' in who ? who.teamsId : this.pairs.ofPbx(who.guid)?.teamsId;
    if (id) this.listeners.noteUser(id);
  }

  /** Says whether anybody could be matched. */
  pair(): boolean {
    const { desk, farewellDesk, timeline, tunnel, presence, outbox } = this;
    const heldBack = this.heldBack.guids;
    const change = this.pairingDesk.pair(desk.settings, this.master.name, heldBack, (pair) => {
      farewellDesk.letGo(desk.rules, pair);
      timeline.forget(pair.teamsId);
    });
    if (!change) return false;
    const { added, removed } = change;
    // Who only lacks a licence goes on being watched for one.
    const left = guidsOf(removed).filter((guid) => !heldBack.has(guid));
    tunnel.tellPairs(guidsOf(added), left);
    outbox.sayFarewells();
    for (const pair of added) presence.tick(pair);
    return true;
  }
}

const guidsOf = (pairs: readonly Pair[]) => pairs.map(({ guid }) => guid);
