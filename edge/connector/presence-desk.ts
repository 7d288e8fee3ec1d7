// Applies events to pairs: asks `decide` what they mean, keeps the result, and sends what is due.
import type { PbxGuid, TeamsUserId } from '../../shared/ids.ts';
import { decide } from '../../shared/presence/decide.ts';
import { due } from '../../shared/presence/due.ts';
import type { PresenceEvent, Reason } from '../../shared/presence/events.ts';
import type { PairState } from '../../shared/presence/model.ts';
import type { Rules } from '../../shared/presence/rules.ts';
import { setFrame } from '../../shared/protocol/down.ts';
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import type { Pair, Pairs } from './store/pairs.ts';
import type { Timeline } from './timeline.ts';

/** Sends due writes and reads to Microsoft; see `teams-outbox.ts`. */
export interface TowardsTeams {
  wake(pair: Pair): void;
}

/** Reasons that say nothing to somebody who asks why a user is as they are. */
const QUIET: ReadonlySet<Reason> = new Set<Reason>([
  'same',
  'older-than-known',
  'read-too-early',
  'answer-nobody-waits-for',
  'sent',
  'pbx-took-it',
  'teams-not-known-yet',
  'pbx-not-known-yet',
]);

export class PresenceDesk {
  readonly #context: Context;
  readonly #pairs: Pairs;
  readonly #agents: Agents;
  readonly #timeline: Timeline;
  readonly #rules: () => Rules;
  readonly #teams: TowardsTeams;

  constructor(parts: {
    context: Context;
    pairs: Pairs;
    agents: Agents;
    timeline: Timeline;
    rules: () => Rules;
    teams: TowardsTeams;
  }) {
    this.#context = parts.context;
    this.#pairs = parts.pairs;
    this.#agents = parts.agents;
    this.#timeline = parts.timeline;
    this.#rules = parts.rules;
    this.#teams = parts.teams;
  }

  ofTeams(id: TeamsUserId): Pair | undefined {
    return this.#pairs.ofTeams(id);
  }

  ofPbx(guid: PbxGuid): Pair | undefined {
    return this.#pairs.ofPbx(guid);
  }

  /** Takes an event in. One write of storage at most, and none where nothing is new. */
  apply(pair: Pair, event: PresenceEvent): Reason {
    const now = this.#context.now();
    const rules = this.#rules();
    const before = pair.state;
    const decision = decide(rules, before, event, now);
    let next = decision.state;
    let wrote: string | undefined;

    const { pbx, teams, read } = due(rules, next, now);
    if (pbx !== null && this.#show(pair.guid, pbx, now)) {
      next = decide(rules, next, { kind: 'pbx-sent', activity: pbx }, now).state;
      wrote = `PBX: ${pbx === '' ? 'available' : pbx}`;
    }
    if (teams.length > 0)
      wrote = [wrote, ...teams.map((one) => `Teams: ${one.kind}`)].filter(Boolean).join(', ');
    this.#keep(pair, next);
    if (teams.length > 0 || read) this.#teams.wake(pair);
    if (!QUIET.has(decision.reason)) {
      this.#timeline.add(pair.teamsId, { event, reason: decision.reason, now, wrote });
    }
    return decision.reason;
  }

  /** Looks at a pair again because of the clock. */
  tick(pair: Pair): void {
    const now = this.#context.now();
    const rules = this.#rules();
    const { pbx, teams, read } = due(rules, pair.state, now);
    let next = pair.state;
    if (pbx !== null && this.#show(pair.guid, pbx, now)) {
      next = decide(rules, next, { kind: 'pbx-sent', activity: pbx }, now).state;
    }
    this.#keep(pair, next);
    if (teams.length > 0 || read) this.#teams.wake(pair);
  }

  /** Keeps a state; storage is touched only where something besides the time of day changed. */
  #keep(pair: Pair, next: PairState): void {
    const now = this.#context.now();
    const { teams, read, nextAt } = due(this.#rules(), next, now);
    const dueAt = teams.length > 0 || read ? (pair.failures > 0 ? pair.dueAt : now) : nextAt;
    const changed = pair.dueAt !== dueAt || essence(pair.state) !== essence(next);
    pair.state = next;
    pair.dueAt = dueAt;
    if (changed) this.#pairs.save(pair);
    if (dueAt !== null && dueAt > now) this.#context.wakeBy(dueAt);
  }

  #show(guid: PbxGuid, activity: string, now: number): boolean {
    const { contact } = this.#rules();
    return this.#agents.send(
      setFrame({ epoch: this.#agents.epoch, guid, write: now, contact, activity }),
    );
  }
}

/** A state without the times at which unchanged things were seen again. */
function essence(state: PairState): string {
  return JSON.stringify({
    ...state,
    teams: state.teams && { ...state.teams, at: 0, sequence: '' },
    pbx: state.pbx && { ...state.pbx, at: 0 },
  });
}
