// One pair of users between two models, on a fake clock: applies events to `decide`, carries out
// what `due` asks for, and writes down what it carried out.

import { isSameWrite, layerOf } from '../../../edge/connector/errand.ts';
import { isForeseen } from '../../../shared/presence/at-rest.ts';
import { decide } from '../../../shared/presence/decide.ts';
import { type Due, due } from '../../../shared/presence/due.ts';
import type { PresenceEvent, Reason, TeamsSeen } from '../../../shared/presence/events.ts';
import { type MappingRows, mappingOf } from '../../../shared/presence/mapping.ts';
import {
  type Directions,
  ECHO_WINDOW_MS,
  newPair,
  normalActivity,
  type PairState,
  PBX_ANSWER_LIMIT_MS,
  SETTLE_AFTER_MS,
  sameTeams,
  type TeamsPresence,
  type TeamsWrite,
} from '../../../shared/presence/model.ts';
import { givenUp } from '../../../shared/presence/pbx-writes.ts';
import { refusalLearned } from '../../../shared/presence/refused.ts';
import type { Rules } from '../../../shared/presence/rules.ts';
import { PbxModel, TeamsModel, teams, textOf } from './models.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export interface DriverOptions {
  contact?: string;
  directions?: Directions;
  rows?: MappingRows;
  /** What stands on each side when the pair is made; available on both by default. */
  teams?: string;
  pbx?: string;
}

/**
 * `fails`: a write does not arrive. `answer-lost`: it arrives, and nobody learns of it. `away`: nor does a
 * read get an answer. `late`: it is given up, and arrives later all the same.
 */
type GraphLine = 'up' | 'fails' | 'answer-lost' | 'away' | 'late';
/** When a write that is late is given up, and when it arrives, after it left. */
const LATE_MS = { givenUp: 3 * SECOND, arrives: 9 * SECOND };
/**
 * The order in which the PBX tells of our write; `silent`: it takes it and never says so. `breaks`: it takes
 * it, and its session ends before it can say so. `late`: it is given up, and taken a second after that.
 */
type PbxLine =
  | 'list-first'
  | 'answer-first'
  | 'silent'
  | 'lost'
  | 'breaks'
  | 'late'
  | { fault: string };
/** How long the session is away then; when a write that is late is given up, and when it is taken. */
const PBX_MS = { away: 5 * SECOND, givenUp: 10 * SECOND, taken: 11 * SECOND };

export class PairDriver {
  now = 1_000_000_000_000;
  rules: Rules;
  readonly teams = new TeamsModel();
  readonly pbx = new PbxModel();
  state: PairState = newPair();
  reason: Reason = 'same';

  graphLine: GraphLine = 'up';
  /** How long a write to Teams that failed is left alone. */
  graphRetryMs = 5 * SECOND;
  /** How long the answer to a write to Teams is under way; Teams shows the write before that. */
  graphTakesMs = 0;
  /** Teams shows it only when the answer comes. */
  graphIsSlow = false;
  pbxLine: PbxLine = 'list-first';
  /** Activities that this PBX does not take from us. */
  readonly pbxRefuses = new Set<string>();
  /** Whether a PBX session and a tunnel are up. */
  pbxIsUp = true;
  canAsk = true;
  /** How long the answer to a read is under way: it tells what was so at first. */
  readTakesMs = 0;
  /** Nobody is at the edge: nothing arrives there, and nothing leaves it. */
  edgeIsUp = true;
  /** Delays of the notifications of one change: two are a duplicate, none is a loss. */
  delays: () => readonly number[] = () => [0];
  /** Microsoft's version stamps, where they are sent. */
  sequences = false;
  /** Notifications say only that something changed. */
  basic = false;

  #wrote: string[] = [];
  #reads = 0;
  #sequence = 0;
  #lastShown: TeamsPresence;
  #answer: { at: number; askedAt: number; event: TeamsSeen | null } | null = null;
  #writing: { at: number; write: TeamsWrite; line: GraphLine } | null = null;
  /** Given up, and on its way all the same. */
  #late: { at: number; write: TeamsWrite }[] = [];
  #onTheWay: { at: number; event: PresenceEvent & { kind: 'teams-seen' | 'teams-changed' } }[] = [];
  /** When a read is to tell whether what was said is old. */
  #lookAt: number | null = null;
  /** The last write that the PBX took, as the agent says after a gap. */
  #tookWrite: number | undefined;
  #pbxWroteAt = 0;
  /** When anything but a read was last heard or written. */
  #newsAt = this.now;
  /** Teams has changed, nobody was told, and no read has shown it. */
  #isUntold = false;
  /** What storage has of it, where the edge has lost its memory. */
  #stored: PairState = newPair();
  #storedAt = this.now;
  /** Since when something was to be written to Teams, or is under way there. */
  #openSince: number | null = null;
  #graphNotBefore = 0;
  #failingSince: number | null = null;
  #readNotBefore = 0;
  /** When a session that broke is back. */
  #pbxBackAt: number | null = null;
  /** What the PBX, or whoever waits for it, will do. */
  #pbxWill: { at: number; act: () => void }[] = [];

  constructor(options: DriverOptions = {}) {
    const { contact = 'tel:', directions = 'both', rows } = options;
    this.rules = { mapping: mappingOf(rows), contact, directions };
    if (options.teams) this.#start(teams(options.teams));
    this.pbx.set('tel:', options.pbx ?? '');
    this.#lastShown = this.teams.shown(this.now);
  }

  /** A pair of which both sides are known, with nothing written yet that was not needed. */
  static paired(options: DriverOptions = {}): PairDriver {
    const driver = new PairDriver(options);
    driver.meet();
    driver.pass(2 * MINUTE);
    return driver;
  }

  /** The first read and the first list. */
  meet(): void {
    this.read();
    this.list({ afterGap: true });
  }

  #start(presence: TeamsPresence): void {
    if (['Offline', 'Away', 'Available'].includes(presence.availability)) {
      this.teams.client = presence;
    } else if (presence.availability === presence.activity) this.teams.preferred = presence;
    else this.teams.client = presence;
  }

  // What humans do.

  /** A human picks a status in Teams; `null`: resets it. */
  teamsChooses(status: string | null): Reason {
    this.teams.choose(status === null ? null : teams(status));
    return this.#teamsChanged();
  }

  /** The user's Teams client, or what speaks through it: idle, a meeting, a call, signed out. */
  teamsClient(presence: string): Reason {
    this.teams.client = teams(presence);
    return this.#teamsChanged();
  }

  pbxSets(activity: string, contact = 'tel:'): Reason {
    this.pbx.set(contact, activity);
    return this.list();
  }

  pbxCall(contact = 'sip:'): Reason {
    this.pbx.calls.add(contact);
    return this.list();
  }

  pbxHangsUp(): Reason {
    this.pbx.calls.clear();
    return this.list();
  }

  /** The PBX is not heard of while `meanwhile` happens. */
  pbxGap(meanwhile: () => void = () => {}): Reason {
    return this.#gap(meanwhile, false);
  }

  /** The tunnel is away for a while; agent and PBX go on talking. */
  tunnelGap(meanwhile: () => void = () => {}, tookWrite = this.#tookWrite): Reason {
    return this.#gap(meanwhile, true, tookWrite);
  }

  /** The agent starts anew: it knows of no write, nor whether the PBX has restarted. */
  agentGap(meanwhile: () => void = () => {}): Reason {
    this.#tookWrite = undefined;
    return this.#gap(meanwhile, false);
  }

  /**
   * The edge is away for a while, and comes back with what it had stored.
   * @param sessionLasted `false`: the PBX session is over as well
   */
  edgeGap(meanwhile: () => void = () => {}, { sessionLasted = true } = {}): Reason {
    const lostAt = this.now;
    // What other users' rows tell: there has been one in the last seconds, or all rows are up to date.
    const answeredUntil = Math.min(this.#openSince ?? lostAt, lostAt - 5 * SECOND);
    this.edgeIsUp = false;
    this.#answer = null;
    this.#lookAt = null;
    const underWay = this.#writing;
    if (underWay && this.graphIsSlow) this.#land(underWay);
    this.#writing = null;
    for (const { write } of this.#late.splice(0)) this.#land({ write, line: 'answer-lost' });
    this.#teamsChanged();
    this.#gap(meanwhile, sessionLasted);
    this.edgeIsUp = true;
    this.state = JSON.parse(JSON.stringify(this.#stored)) as PairState;
    this.#step({
      kind: 'memory-lost',
      storedAt: this.#storedAt,
      lostAt,
      answeredUntil,
      refused: [],
    });
    // Nothing was heard of the PBX since.
    this.pbxIsUp = false;
    this.#arrive();
    this.pbxIsUp = true;
    return this.list({ afterGap: true, sessionLasted, tookWrite: this.#tookWrite });
  }

  /** @param tookWrite as the agent says, which goes on */
  #gap(meanwhile: () => void, sessionLasted: boolean, tookWrite = this.#tookWrite): Reason {
    this.pbxIsUp = false;
    this.#pbxBackAt = null;
    if (!sessionLasted) this.#pbxWill = [];
    meanwhile();
    this.pbxIsUp = true;
    return this.list({ afterGap: true, sessionLasted, tookWrite });
  }

  // What the edge hears.

  /** A notification as it stands, whatever the model says. */
  teamsSays(presence: string, sequence?: string): Reason {
    return this.apply(this.#notification(teams(presence), sequence));
  }

  /** A sweep: reads the user once more. */
  read(askedAt = this.now, presence = this.teams.shown(this.now)): Reason {
    if (this.graphLine === 'away') return this.#readFails();
    return this.apply({ ...this.#reading(askedAt, presence), at: this.now });
  }

  /** Nobody can be asked: what was said, and doubted, is the best there is. */
  #readFails(): Reason {
    this.#readNotBefore = this.now + this.graphRetryMs;
    const { doubted } = this.state;
    if (doubted === undefined || doubted === 'something') return 'same';
    return this.apply({
      ...this.#notification(doubted.presence, doubted.sequence),
      at: doubted.at,
    });
  }

  #reading(askedAt: number, presence: TeamsPresence): TeamsSeen {
    const sequence = this.sequences ? stamp(this.#sequence) : undefined;
    return { kind: 'teams-seen', source: 'read', presence, sequence, askedAt, at: askedAt };
  }

  list(
    gap: { afterGap?: boolean; sessionLasted?: boolean; tookWrite?: number | undefined } = {},
  ): Reason {
    if (!this.pbxIsUp || !this.edgeIsUp) return 'same';
    const { afterGap = false } = gap;
    return this.apply({ kind: 'pbx-seen', items: this.pbx.list(), ...gap, afterGap, at: this.now });
  }

  apply(event: PresenceEvent): Reason {
    const { reason } = this.#step(event);
    this.#carryOut();
    this.reason = reason;
    return reason;
  }

  /** Time passes: timers fire, notifications arrive. */
  pass(ms: number): this {
    const until = this.now + ms;
    for (let guard = 0; ; guard += 1) {
      if (guard > 10_000 + ms / SECOND)
        throw new Error('The clock does not get on: something is always due.');
      const next = this.#nextAt();
      if (next === null || next > until) break;
      this.now = Math.max(this.now, next);
      this.#arrive();
      this.#graphAnswers();
      this.#lateArrive();
      this.#answerArrives();
      this.#pbxGetsOn();
      this.#looks();
      this.#oursMayEnd();
      this.#carryOut();
    }
    this.now = Math.max(this.now, until);
    this.#oursMayEnd();
    this.#carryOut();
    return this;
  }

  /** What was written since the last call, oldest first. */
  wrote(): string[] {
    const wrote = this.#wrote;
    this.#wrote = [];
    return wrote;
  }

  reads(): number {
    const reads = this.#reads;
    this.#reads = 0;
    return reads;
  }

  due(): Due {
    return due(this.rules, this.state, this.now);
  }

  /** Writes whose end somebody waits for. */
  get underWay(): string[] {
    const { pbxPending, recent } = this.state.written;
    return [
      ...(pbxPending && this.now - pbxPending.at < PBX_ANSWER_LIMIT_MS ? ['to the PBX'] : []),
      ...(recent.some(({ answeredAt }) => answeredAt === null) ? ['to Teams, unanswered'] : []),
      ...(this.#writing || this.#late.length > 0 ? ['to Teams'] : []),
      ...(this.#pbxWill.length > 0 ? ['to the PBX, late'] : []),
    ];
  }

  /** Something that Teams told comes so late that it may pass for news. */
  get isHeldBack(): boolean {
    return this.#onTheWay.some(({ at }) => at - this.now > ECHO_WINDOW_MS);
  }

  /** Since when nothing is on its way between the two, and nobody waits for anything; `null`: something is. */
  get quietSince(): number | null {
    const { pbx, teams: writes, read } = this.due();
    const isAsked = this.#answer !== null || this.#lookAt !== null || read;
    const isToBeAsked = this.state.settleAt !== null;
    const isOpen = pbx !== null || writes.length > 0 || this.underWay.length > 0 || this.#isUntold;
    const isUp = this.pbxIsUp && this.edgeIsUp && this.graphLine === 'up';
    return this.#onTheWay.length > 0 ||
      isAsked ||
      isToBeAsked ||
      isOpen ||
      !isUp ||
      this.pbxLine !== 'list-first'
      ? null
      : this.#newsAt;
  }

  /** Both sides as an onlooker sees them. */
  get shows(): string {
    return `${textOf(this.teams.shown(this.now))} = ${this.pbxShows || 'available'}`;
  }

  /** The newest item that says something. */
  get pbxShows(): string {
    const activities = this.pbx.list().map(({ activity }) => normalActivity(activity));
    return activities.find((activity) => activity !== '') ?? '';
  }

  #step(event: PresenceEvent): { reason: Reason } {
    if (event.kind !== 'teams-seen' || event.source !== 'read') this.#newsAt = this.now;
    else if (sameTeams(event.presence, this.teams.shown(this.now))) this.#isUntold = false;
    const { state, reason, look } = decide(this.rules, this.state, event, this.now);
    if (look) this.#lookAt ??= this.now + SETTLE_AFTER_MS;
    const learned = refusalLearned(this.state, state);
    // Kept for the whole PBX, as the edge does it.
    if (learned !== undefined) {
      const refused = new Set([...(this.rules.refused ?? []), learned]);
      this.rules = { ...this.rules, refused };
    }
    this.#remember(state, event);
    return { reason };
  }

  /** As the edge stores it: what was not to be expected, before anything leaves. */
  #remember(state: PairState, after?: PresenceEvent): void {
    this.state = state;
    const mayWait = after?.kind === 'teams-sent';
    const isStored = after?.kind === 'teams-failed' || after?.kind === 'teams-arrived';
    if (isStored || !(mayWait || isForeseen(this.rules, this.#stored, state))) {
      this.#stored = state;
      this.#storedAt = this.now;
    }
    const isUnderWay = state.written.recent.some(({ answeredAt }) => answeredAt === null);
    const isOpen = isUnderWay || state.readFirstSince !== undefined || this.due().teams.length > 0;
    this.#openSince = isOpen ? (this.#openSince ?? this.now) : null;
  }

  #notification(
    presence: TeamsPresence,
    sequence?: string,
  ): PresenceEvent & { kind: 'teams-seen' } {
    const canAsk = this.canAsk && this.#mayRead();
    const event = { kind: 'teams-seen', source: 'notification', canAsk } as const;
    return { ...event, presence, sequence, at: this.now };
  }

  /** A write that does not change what Teams shows makes no notification. */
  #teamsChanged(): Reason {
    const shown = this.teams.shown(this.now);
    if (textOf(shown) === textOf(this.#lastShown)) return 'same';
    this.#lastShown = shown;
    this.#sequence += 1;
    const sequence = this.sequences ? stamp(this.#sequence) : undefined;
    const event: PresenceEvent & { kind: 'teams-seen' | 'teams-changed' } = this.basic
      ? { kind: 'teams-changed' }
      : this.#notification(shown, sequence);
    const delays = this.delays();
    if (delays.length === 0) this.#isUntold = true;
    this.#onTheWay.push(...delays.map((delay) => ({ at: this.now + delay, event })));
    this.#arrive();
    this.#carryOut();
    return this.reason;
  }

  #arrive(): void {
    if (!this.edgeIsUp) return;
    for (;;) {
      const index = this.#onTheWay.findIndex(({ at }) => at <= this.now);
      const [arrived] = index < 0 ? [] : this.#onTheWay.splice(index, 1);
      if (!arrived) return;
      const { event } = arrived;
      this.apply(event.kind === 'teams-seen' ? { ...event, at: this.now } : event);
    }
  }

  /** What nobody refreshed ends by itself. */
  #oursMayEnd(): void {
    const endsAt = this.teams.endsAt();
    if (endsAt === null || endsAt > this.now) return;
    this.teams.end(this.now);
    this.#teamsChanged();
  }

  #nextAt(): number | null {
    if (!this.edgeIsUp) {
      const ends = [this.teams.endsAt(), ...this.#pbxWill.map(({ at }) => at)];
      const next = ends.filter((at): at is number => at !== null && at > this.now);
      return next.length > 0 ? Math.min(...next) : null;
    }
    const { teams: writes, pbx, read, nextAt } = this.due();
    const waiting = writes.length > 0 && !this.#writable(writes);
    const times = [
      nextAt,
      waiting && this.#writing === null && this.now < this.#graphNotBefore
        ? this.#graphNotBefore
        : null,
      read && !this.#mayRead() ? this.#readNotBefore : null,
      this.#writing?.at ?? null,
      ...this.#late.map(({ at }) => at),
      this.teams.endsAt(),
      this.#answer?.at ?? null,
      ...this.#onTheWay.map(({ at }) => at),
      ...this.#pbxWill.map(({ at }) => at),
      this.#pbxBackAt,
      this.#lookAt,
    ].filter((at) => at !== null);
    if (
      (read && this.#answer === null && this.#mayRead()) ||
      (writes.length > 0 && !waiting) ||
      (pbx !== null && this.pbxIsUp)
    )
      return this.now;
    return times.length > 0 ? Math.min(...times) : null;
  }

  #carryOut(): void {
    if (!this.edgeIsUp) return;
    this.#remember(givenUp(this.state, { isUp: this.pbxIsUp, now: this.now }));
    for (let guard = 0; guard < 50; guard += 1) {
      const { pbx, teams: writes, read } = this.due();
      const write = this.#writable(writes);
      if (pbx !== null && this.pbxIsUp) this.#writePbx(pbx);
      else if (write) this.#writeTeams(write);
      else if (read && this.#answer === null && this.#mayRead()) {
        this.#reads += 1;
        if (this.readTakesMs > 0 && this.graphLine !== 'away') this.#ask();
        else this.read();
        return;
      } else return;
    }
    throw new Error(`Writes without end: ${this.#wrote.slice(-6).join(', ')}`);
  }

  /** What is late may be said again, but nothing else that it could undo. */
  #writable(writes: readonly TeamsWrite[]): TeamsWrite | undefined {
    if (this.#writing !== null || this.now < this.#graphNotBefore) return undefined;
    return writes.find((write) =>
      this.#late.every(
        ({ write: other }) => layerOf(other) !== layerOf(write) || isSameWrite(other, write),
      ),
    );
  }

  #looks(): void {
    if (this.#lookAt === null || this.#lookAt > this.now) return;
    this.#lookAt = null;
    if (!this.#mayRead()) return;
    const takesTime = this.readTakesMs > 0 && this.graphLine !== 'away';
    if (takesTime && this.#answer === null) this.#ask();
    else this.read();
  }

  #mayRead(): boolean {
    return this.now >= this.#readNotBefore;
  }

  /** Whatever happens in the millisecond of the question is seen by the answer. */
  #ask(): void {
    this.#answer = { at: this.now + 1, askedAt: this.now, event: null };
  }

  #answerArrives(): void {
    if (this.#answer === null || this.#answer.at > this.now) return;
    const { askedAt, event } = this.#answer;
    if (event === null) {
      const seen = this.#reading(askedAt, this.teams.shown(this.now));
      this.#answer = { at: askedAt + this.readTakesMs, askedAt, event: seen };
      return;
    }
    this.#answer = null;
    this.apply({ ...event, at: this.now });
  }

  #writePbx(activity: string): void {
    // Writes are told apart by the millisecond.
    if (this.now <= this.#pbxWroteAt) this.now = this.#pbxWroteAt + 1;
    this.#pbxWroteAt = this.now;
    this.#wrote.push(`pbx ${activity || 'available'}`);
    this.#step({ kind: 'pbx-sent', activity });
    const write = this.now;
    const line = this.pbxRefuses.has(activity) ? { fault: 'refused' } : this.pbxLine;
    if (line === 'lost') return;
    if (typeof line === 'object') {
      this.#step({ kind: 'pbx-wrote', write, fault: line.fault });
      return;
    }
    // It takes one after the other.
    if (line === 'late' || this.#pbxWill.length > 0) {
      this.#pbxTakesLate(activity, write);
      return;
    }
    this.pbx.set(this.rules.contact, activity);
    if (line === 'breaks') {
      this.pbxIsUp = false;
      this.#pbxBackAt = this.now + PBX_MS.away;
      this.#step({ kind: 'pbx-wrote', write, fault: 'unanswered' });
      return;
    }
    const seen = { kind: 'pbx-seen', afterGap: false, at: this.now } as const;
    if (line !== 'silent') this.#tookWrite = write;
    if (line === 'answer-first') this.#step({ kind: 'pbx-wrote', write });
    this.#step({ ...seen, items: this.pbx.list() });
    if (line === 'list-first') this.#step({ kind: 'pbx-wrote', write });
  }

  #pbxTakesLate(activity: string, write: number): void {
    const { contact } = this.rules;
    this.#pbxWill.push(
      {
        at: write + PBX_MS.givenUp,
        act: () => this.edgeIsUp && this.#step({ kind: 'pbx-wrote', write, fault: 'timeout' }),
      },
      {
        at: write + PBX_MS.taken,
        act: () => {
          this.pbx.set(contact, activity);
          this.list();
        },
      },
    );
  }

  #pbxGetsOn(): void {
    for (const next of this.#pbxWill.filter(({ at }) => at <= this.now)) {
      next.act();
      // Not before: what is written meanwhile is taken after it.
      this.#pbxWill = this.#pbxWill.filter((one) => one !== next);
    }
    if (this.#pbxBackAt === null || this.#pbxBackAt > this.now) return;
    this.#pbxBackAt = null;
    this.pbxIsUp = true;
    this.list({ afterGap: true });
  }

  #writeTeams(write: TeamsWrite): void {
    this.#wrote.push(`teams ${wordOf(write)}`);
    this.#step({ kind: 'teams-sent', write });
    const { graphLine: line } = this;
    const takesMs = line === 'late' ? LATE_MS.givenUp : this.graphTakesMs;
    this.#writing = { at: this.now + takesMs, write, line };
    if (!this.graphIsSlow) this.#land(this.#writing);
    if (takesMs === 0) this.#graphAnswers();
    this.#teamsChanged();
  }

  /** What it changes may be told before its own answer comes. */
  #lateArrive(): void {
    for (const arrived of this.#late.filter(({ at }) => at <= this.now)) {
      const { write } = arrived;
      this.#land({ write, line: 'up' });
      this.#teamsChanged();
      this.#step({ kind: 'teams-arrived', write });
      this.#late = this.#late.filter((one) => one !== arrived);
    }
  }

  #graphAnswers(): void {
    if (this.#writing === null || this.#writing.at > this.now) return;
    const { write, line } = this.#writing;
    if (this.graphIsSlow) this.#land(this.#writing);
    this.#writing = null;
    if (line === 'late') {
      this.#late.push({ at: this.now - LATE_MS.givenUp + LATE_MS.arrives, write });
    }
    this.#step({ kind: line === 'up' ? 'teams-took' : 'teams-failed', write });
    if (line === 'up') this.#failingSince = null;
    else this.#graphNotBefore = this.now + this.#retryMs();
    if (this.graphIsSlow) this.#teamsChanged();
  }

  /** What has failed for long is tried more rarely. */
  #retryMs(): number {
    this.#failingSince ??= this.now;
    const isLong = this.now - this.#failingSince > 10 * MINUTE;
    return isLong ? Math.max(this.graphRetryMs, MINUTE) : this.graphRetryMs;
  }

  #land({ write, line }: { write: TeamsWrite; line: GraphLine }): void {
    if (line === 'fails' || line === 'away' || line === 'late') return;
    if (write.kind === 'set-session') this.teams.setSession(this.now);
    if (write.kind === 'clear-session') this.teams.clearSession();
    if (write.kind === 'set-preferred') this.teams.setPreferred(write.presence, this.now);
    if (write.kind === 'clear-preferred') this.teams.setPreferred(null, this.now);
  }
}

const stamp = (sequence: number): string => `A${String(sequence).padStart(8, '0')}`;

const wordOf = (write: TeamsWrite): string => {
  if (write.kind === 'set-preferred') return textOf(write.presence);
  return { 'set-session': 'session', 'clear-session': 'no session', 'clear-preferred': 'clear' }[
    write.kind
  ];
};
