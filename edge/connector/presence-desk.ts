// Applies events to pairs: asks `decide` what they mean, keeps the result, and sends what is due.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import { isForeseen, isUnchanged } from '../../shared/presence/at-rest.ts';
import { decide } from '../../shared/presence/decide.ts';
import { due } from '../../shared/presence/due.ts';
import type { PresenceEvent, Reason } from '../../shared/presence/events.ts';
import type { PairState, TeamsWrite } from '../../shared/presence/model.ts';
import { givenUp } from '../../shared/presence/pbx-writes.ts';
import { refusalLearned } from '../../shared/presence/refused.ts';
import type { Rules } from '../../shared/presence/rules.ts';
import { setFrame } from '../../shared/protocol/down.ts';
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import { type Errand, errand } from './errand.ts';
import { Stopwatch } from './figures.ts';
import { Heard } from './heard.ts';
import type { RefusedActivities } from './refused-activities.ts';
import type { Pair } from './store/pair-rows.ts';
import type { Pairs } from './store/pairs.ts';
import { type Timeline, TO_PBX, TO_TEAMS } from './timeline.ts';

/** Where due writes and reads go; see `teams-outbox.ts` and `teams-reads.ts`. */
export interface TowardsTeams {
  wake(pair: Pair, errand: Errand): void;
  /** Reads the user a moment later. */
  look(pair: Pair): void;
}

export interface PresenceParts {
  context: Context;
  pairs: Pairs;
  agents: Agents;
  timeline: Timeline;
  refused: RefusedActivities;
  rules: () => Rules;
  teams: TowardsTeams;
}

/** Reasons that say nothing to somebody who asks why a user is as they are. */
const QUIET: ReadonlySet<Reason> = new Set<Reason>([
  'same',
  'older-than-known',
  'read-too-early',
  'answer-nobody-waits-for',
  'own-echo',
  'own-session',
  'sent',
  'not-sent',
  'pbx-took-it',
  'teams-not-known-yet',
  'pbx-not-known-yet',
]);

export class PresenceDesk {
  readonly #parts: PresenceParts;
  readonly #stopwatch = new Stopwatch<Pair>();
  readonly #heard = new Heard();

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  ofTeams(id: TeamsUserId): Pair | undefined {
    return this.#parts.pairs.ofTeams(id);
  }

  ofPbx(guid: PbxGuid): Pair | undefined {
    return this.#parts.pairs.ofPbx(guid);
  }

  /** Lists of a PBX, by its name at the agent, or of all of them are about to come after a gap. */
  gap(pbx?: string): void {
    this.#heard.gap(pbx);
  }

  /**
   * Takes an event in. Nothing is written to storage where nothing is new.
   * @param isFindable a sweep would find the same, so that its row may learn it later
   */
  apply(pair: Pair, event: PresenceEvent, { isFindable = false } = {}): void {
    const { context, timeline, refused } = this.#parts;
    const now = context.now();
    const decision = decide(this.#rulesOf(pair), pair.state, event, now);
    if (event.kind === 'pbx-seen') this.#heard.note(pair);
    const learned = refusalLearned(pair.state, decision.state);
    if (learned !== undefined) refused.note(pair.home, learned);
    const known = givenUp(decision.state, { isUp: this.#isHeard(pair), now });
    const { state, shown } = this.#show(pair, known, now);
    const { teams } = due(this.#rulesOf(pair), state, now);
    const wrote = [
      ...(shown === null ? [] : [`${TO_PBX}${shown === '' ? 'available' : shown}`]),
      ...teams.map((write) => `${TO_TEAMS}${said(write)}`),
    ];
    this.#time(pair, event, {
      reason: decision.reason,
      toPbx: shown !== null,
      toTeams: teams.length > 0,
    });
    if (event.kind === 'pbx-wrote' && decision.reason === 'pbx-took-it') {
      timeline.took(pair, 'pbx', { sentAt: event.write, now });
    }
    const noted = QUIET.has(decision.reason)
      ? undefined
      : timeline.add(pair, {
          event,
          reason: decision.reason,
          now,
          wrote: wrote.length > 0 ? wrote.join(', ') : undefined,
        });
    this.keep(pair, state, isFindable && noted !== 'stored' ? 'findable' : noted);
    if (decision.look) this.#parts.teams.look(pair);
  }

  /** Microsoft took a write: of what was seen on the PBX perhaps the last one. */
  takenByTeams(pair: Pair, sentAt: number): void {
    const now = this.#parts.context.now();
    this.#parts.timeline.took(pair, 'teams', { sentAt, now });
    const { teams } = due(this.#rulesOf(pair), pair.state, now);
    if (teams.length > 0 || pair.inFlight.length > 0) return;
    this.#stopwatch.end(pair, 'pbx-to-teams', now);
  }

  /** How long a change takes to the other side. What only the clock makes due is no change. */
  #time(
    pair: Pair,
    event: PresenceEvent,
    { reason, toPbx, toTeams }: { reason: Reason; toPbx: boolean; toTeams: boolean },
  ): void {
    const watch = this.#stopwatch;
    if (reason === 'pbx-took-it') watch.end(pair, 'teams-to-pbx', this.#parts.context.now());
    if (!toTeams && pair.inFlight.length === 0) watch.drop(pair, 'pbx-to-teams');
    if (QUIET.has(reason) || !('at' in event)) return;
    // What one side said may decide that the other one's state goes over to it.
    if (toPbx && !(toTeams && event.kind === 'pbx-seen')) {
      watch.begin(pair, 'teams-to-pbx', event.at);
    } else if (toTeams) watch.begin(pair, 'pbx-to-teams', event.at);
  }

  /** Looks at a pair again because of the clock, or because something can be said again. */
  tick(pair: Pair): void {
    const now = this.#parts.context.now();
    const known = givenUp(pair.state, { isUp: this.#isHeard(pair), now });
    const { state } = this.#show(pair, known, now);
    this.keep(pair, state);
  }

  /** Whether the user's PBX tells of them: its line is up, and their list has come since it is. */
  #isHeard(pair: Pair): boolean {
    return this.#parts.agents.isUp(pair.home) && this.#heard.has(pair);
  }

  /** What is to be done for a pair at Microsoft now. */
  errandOf(pair: Pair, state: PairState = pair.state): Errand {
    const now = this.#parts.context.now();
    const live = this.#isHeard(pair);
    // Of one that may stand or not, nobody knows since when: Microsoft ends it.
    const sessionAt = state.written.session?.at || null;
    return errand(due(this.#rulesOf(pair), state, now), pair.faults, { live, now, sessionAt });
  }

  /**
   * Keeps a state, and has done what it asks for. Storage is touched only where it is not what was to be
   * expected of what is stored.
   * @param besides whether something besides the state changed: it has to be stored, or may be later. `findable`: a
   *   sweep would find the state as well, so that it may be later too
   */
  keep(
    pair: Pair,
    next: PairState,
    besides: 'stored' | 'later' | 'findable' | undefined = undefined,
  ): void {
    const { context, pairs, teams } = this.#parts;
    const wanted = this.errandOf(pair, next);
    // What is due stays due since when it was: that it still is, is no news.
    const wasDue = pair.dueAt !== null && pair.dueAt <= context.now();
    const isDue = wanted.dueAt !== null && wanted.dueAt <= context.now();
    const dueAt = wasDue && isDue ? pair.dueAt : wanted.dueAt;
    const isChanged = !isUnchanged(pair.state, next);
    const isNews =
      besides === 'stored' ||
      pairs.isUnsaved(pair) ||
      pairs.isDueNews(pair, dueAt) ||
      Object.keys(pair.faults).length !== Object.keys(wanted.faults).length ||
      (isChanged && !isForeseen(this.#rulesOf(pair), pair.stored, next));
    pair.state = next;
    pair.dueAt = dueAt;
    pair.faults = wanted.faults;
    pairs.plan(pair);
    // Whoever forgets it has to ask.
    const isAsked = next.readFirstSince !== undefined;
    pairs.noteOpen(pair, wanted.isOpen || pair.inFlight.length > 0 || isAsked);
    if (isNews && besides === 'findable' && !pairs.isUnsaved(pair)) pairs.lagFindable(pair);
    else if (isNews) pairs.save(pair);
    else if (isChanged || besides === 'later') pairs.lag(pair);
    if (dueAt !== null && !isDue) context.wakeBy(dueAt);
    if (wanted.write || wanted.read) teams.wake(pair, wanted);
  }

  /** The connector's rules, and what the user's PBX does not take. */
  #rulesOf({ home }: Pair): Rules {
    const rules = this.#parts.rules();
    const refused = this.#parts.refused.of(home);
    return refused.size > 0 ? { ...rules, refused } : rules;
  }

  /** Tells the PBX what it should show; `shown`: what it was told. */
  #show(pair: Pair, state: PairState, now: number): { state: PairState; shown: string | null } {
    const { agents } = this.#parts;
    const rules = this.#rulesOf(pair);
    const { pbx: activity } = due(rules, state, now);
    if (activity === null || !this.#heard.has(pair)) return { state, shown: null };
    const { guid } = pair;
    const { contact } = rules;
    const frame = setFrame({ epoch: agents.epoch, guid, write: now, contact, activity });
    if (!agents.send(frame)) return { state, shown: null };
    const sent = decide(rules, state, { kind: 'pbx-sent', activity }, now);
    return { state: sent.state, shown: activity };
  }
}

/** What is written to Teams, as the timeline says it. */
const said = (write: TeamsWrite): string =>
  write.kind === 'set-preferred'
    ? `${write.kind} ${write.presence.availability}/${write.presence.activity}`
    : write.kind;
