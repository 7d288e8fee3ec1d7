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
/** How often in a row one is said for nothing though the PBX is there; where it does not answer, each takes 10 s. */
const TIMES = 3;

export class FarewellDesk {
  readonly #context: Context;
  readonly #farewells: Farewells;
  readonly #agents: Agents;
  readonly #pairs: Pairs;
  readonly #contact: () => string;
  /** Said to the agent that leads, and not answered yet. */
  readonly #said = new Set<string>();
  /** How often in a row it was said for nothing, though the PBX was there. */
  readonly #failed = new Map<string, number>();
  /** Of these users the PBX has told since: it is there. */
  readonly #heard = new Set<string>();

  /** @param contact where the rules write now */
  constructor(
    context: Context,
    farewells: Farewells,
    agents: Agents,
    pairs: Pairs,
    contact: () => string,
  ) {
    this.#contact = contact;
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
    this.#failed.clear();
    this.#heard.clear();
    this.#farewells.expirePbx(this.#context.now() - PBX_PATIENCE_MS);
    this.sayUntold();
  }

  /** The users of a PBX are known now: of whom nobody knew where they are, the agent does. */
  sayUntold(): void {
    for (const one of this.#farewells.pbx()) if (this.#isWaiting(one)) this.#say(one);
  }

  /**
   * Takes back what is left of ours, where we write, of somebody's partner of whom the PBX tells; says whether there
   * is anything: what stands there is nobody's state until then. Who is told of can be told, too.
   */
  takesBack(guid: PbxGuid): boolean {
    const one = this.#farewells.ofPbx(guid).find((left) => this.#isWrittenTo(left));
    if (!one) return false;
    // Nobody is kept waiting for what was tried in vain: what stands there is met as it is.
    if (this.#isGivenUp(one)) {
      this.#done(one);
      return false;
    }
    this.#heard.add(nameOf(one));
    if (this.#isWaiting(one)) this.#say(one);
    return true;
  }

  /**
   * The PBX answered a write; whether it took or refused it, the matter is at an end. `undefined`: the write is none of
   * these; otherwise whether nothing is left there.
   */
  answered(guid: PbxGuid, write: number, fault: string | undefined): boolean | undefined {
    const one = this.#farewells.ofPbx(guid).find(({ since }) => since === write);
    if (!one) return undefined;
    this.#said.delete(nameOf(one));
    if (fault === undefined || !UNTOLD.has(fault)) this.#done(one);
    else if (fault === 'timeout' || this.#heard.has(nameOf(one))) this.#tryAgain(one, fault);
    return this.#farewells.ofPbx(guid).length === 0;
  }

  #tryAgain(one: PbxFarewell, fault: string): void {
    const name = nameOf(one);
    this.#failed.set(name, (this.#failed.get(name) ?? 0) + 1);
    const isAwaited = this.#isWrittenTo(one) && this.#pairs.ofPbx(one.guid) !== undefined;
    // A partner waits for one answer at most: who forgets the tries in a sleep would wait for ever.
    if (isAwaited && (fault === 'timeout' || this.#isGivenUp(one))) this.#done(one);
    // One that is not there is said to when it tells of the user again.
    else if (this.#isWaiting(one) && fault === 'timeout') this.#say(one);
  }

  /** Whether it stands where the rules write now. */
  #isWrittenTo({ contact }: PbxFarewell): boolean {
    return contact === this.#contact();
  }

  #isGivenUp(one: PbxFarewell): boolean {
    return (this.#failed.get(nameOf(one)) ?? 0) >= TIMES;
  }

  #isWaiting(one: PbxFarewell): boolean {
    return !this.#said.has(nameOf(one)) && !this.#isGivenUp(one);
  }

  #done(one: PbxFarewell): void {
    this.#failed.delete(nameOf(one));
    this.#heard.delete(nameOf(one));
    this.#farewells.donePbx(one.guid, one.since);
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
