// Lets users go: notes what stands of ours on both sides, and sees to it that the PBX is told; what
// Microsoft is told goes through the outbox.
import type { PbxGuid } from '../../shared/ids.ts';
import { OWN_STATE_CONTACT } from '../../shared/presence/model.ts';
import type { Rules } from '../../shared/presence/rules.ts';
import { setFrame } from '../../shared/protocol/down.ts';
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import { farewell } from './farewell.ts';
import type { Farewells, PbxFarewell } from './store/farewells.ts';
import type { Pair } from './store/pair-rows.ts';
import type { Pairs } from './store/pairs.ts';

/** An item on the PBX that nobody could take back for so long, in ms, is left to the humans. */
const PBX_PATIENCE_MS = 7 * 86_400_000;
/** Faults after which the PBX may take it later: its session is down, or it did not say. */
const UNTOLD: ReadonlySet<string> = new Set(['pbx-away', 'unanswered', 'timeout']);
/** How often in a row one is said that the PBX does not answer, though its session stands; each takes 10 s. */
const TIMES = 3;

export class FarewellDesk {
  readonly #context: Context;
  readonly #farewells: Farewells;
  readonly #agents: Agents;
  readonly #pairs: Pairs;
  /** Said to the agent that leads, and not answered yet. */
  readonly #said = new Set<string>();
  /** How often in a row the PBX did not answer. */
  readonly #timedOut = new Map<string, number>();

  constructor(context: Context, farewells: Farewells, agents: Agents, pairs: Pairs) {
    this.#context = context;
    this.#farewells = farewells;
    this.#agents = agents;
    this.#pairs = pairs;
  }

  /** A user leaves the pairing: what stands of ours on either side goes. */
  letGo(rules: Rules, pair: Pair): void {
    const now = this.#context.now();
    const { teams, clearPbx } = farewell(rules, pair.state);
    if (clearPbx) this.#clear({ guid: pair.guid, contact: rules.contact, since: now });
    if (teams.length > 0) this.#farewells.addTeams(pair.teamsId, teams, now);
  }

  /** We write elsewhere from now on: what stands of ours at the contact of `rules` goes. */
  leaveContact(rules: Rules): void {
    const isOwnState = rules.contact === OWN_STATE_CONTACT;
    for (const pair of this.#pairs.all()) {
      const { clearPbx } = farewell(rules, pair.state);
      if (clearPbx) {
        this.#clear({ guid: pair.guid, contact: rules.contact, since: this.#context.now() });
      }
      const { pbx, written } = pair.state;
      pair.state = {
        ...pair.state,
        // That it goes is our doing, and nobody's choice.
        pbx: pbx && {
          ...pbx,
          item: null,
          hidden: false,
          manual: clearPbx && isOwnState ? null : pbx.manual,
        },
        written: {
          ...written,
          pbxPending: null,
          pbxDoubts: [],
          pbxConfirmed: null,
          confirmedForCall: false,
          pbxFailed: null,
        },
      };
      this.#pairs.save(pair);
    }
  }

  /** Another agent leads: it has been told nothing yet. */
  led(): void {
    this.#said.clear();
    this.sayAgain();
  }

  /** A PBX is there again: what it could not be told. */
  sayAgain(): void {
    this.#timedOut.clear();
    this.#farewells.expirePbx(this.#context.now() - PBX_PATIENCE_MS);
    this.sayUntold();
  }

  /** The users of a PBX are known now: to those of whom nobody knew where they are, it can be said. */
  sayUntold(): void {
    for (const one of this.#farewells.pbx()) {
      if (!this.#said.has(nameOf(one)) && this.#isWorthSaying(one)) this.#say(one);
    }
  }

  /** Whether something of ours has to go at that place first: until then what stands there is nobody's state. */
  isTakingBack(guid: PbxGuid, contact: string): boolean {
    const one = this.#farewells.ofPbx(guid, contact);
    return one !== undefined && this.#isWorthSaying(one);
  }

  #isWorthSaying(one: PbxFarewell): boolean {
    return (this.#timedOut.get(nameOf(one)) ?? 0) < TIMES;
  }

  /** The PBX answered a write; whether it took or refused it, the matter is at an end. */
  answered(guid: PbxGuid, write: number, fault: string | undefined): void {
    const name = nameOf({ guid, since: write });
    this.#said.delete(name);
    if (fault === undefined || !UNTOLD.has(fault)) {
      this.#timedOut.delete(name);
      this.#farewells.donePbx(guid, write);
    } else if (fault === 'timeout') this.#sayOnceMore(guid, write);
  }

  #sayOnceMore(guid: PbxGuid, write: number): void {
    const item = this.#farewells.pbx().find((one) => one.guid === guid && one.since === write);
    if (!item) return;
    this.#timedOut.set(nameOf(item), (this.#timedOut.get(nameOf(item)) ?? 0) + 1);
    if (this.#isWorthSaying(item)) this.#say(item);
  }

  #clear(item: PbxFarewell): void {
    this.#farewells.addPbx(item);
    this.#say(item);
  }

  #say(item: PbxFarewell): void {
    const { guid, contact, since } = item;
    const { epoch } = this.#agents;
    const frame = setFrame({ epoch, guid, write: since, contact, activity: '' });
    if (this.#agents.send(frame)) this.#said.add(nameOf(item));
  }
}

const nameOf = ({ guid, since }: Pick<PbxFarewell, 'guid' | 'since'>): string => `${guid}/${since}`;
