// What both sides should show after a history, told from what humans did, and from nothing else: no
// echoes, no writes, no timers, nothing of `shared/presence`. Where humans act at both ends faster than
// news travels, several outcomes are right; the reference then says which.
import type { Change, Onlooker } from './histories.ts';
import { TeamsModel, teams, textOf } from './models.ts';
import type { PairDriver } from './pair-driver.ts';

/** Whose choice stands, and what it is in the words of the PBX. */
export interface Wish {
  by: 'teams' | 'pbx';
  pbx: string;
}

const PBX_OF: Readonly<Record<string, string>> = {
  Available: '',
  Away: 'away',
  'Away/OutOfOffice': 'away',
  BeRightBack: 'away',
  Busy: 'busy',
  DoNotDisturb: 'dnd',
  'Busy/InAMeeting': 'meeting',
};
const TEAMS_OF: Readonly<Record<string, string>> = {
  away: 'Away',
  busy: 'Busy',
  dnd: 'DoNotDisturb',
  lunch: 'Away',
  meeting: 'Busy',
};
const CALLS = ['Busy/InACall', 'DoNotDisturb/Presenting'];
const SIGNED_OUT = 'Offline';
const MORE_CLOSED = ['', 'away', 'busy', 'dnd'];

/** Longer than a notification, a sweep and the reads after it take together. */
const NEWS_TRAVELS_MS = 700_000;

const agree = (inTeams: string, onPbx: string): boolean =>
  PBX_OF[inTeams] === onPbx || TEAMS_OF[onPbx] === inTeams;
const spoken = (activity: string): string => (activity === 'online' ? '' : activity);

export class Reference implements Onlooker {
  /** What may stand; one: it is certain. */
  wishes: Wish[];
  /** What stood before the changes that may have crossed. */
  #settled: Wish[];
  /** What Teams showed last, but for calls; `null`: nothing that its next state could be compared with. */
  #shown: string | null;
  /** A status hid what the client says of itself. */
  #wasChosen = false;
  #crossingUntil = 0;
  /** What the PBX showed when the gap began. */
  #atGap: string | null = null;

  /** The first meeting: equal stays, else the more closed one wins. */
  constructor(inTeams: string, onPbx: string) {
    const closed = (activity: string) => MORE_CLOSED.indexOf(activity);
    const fromTeams = PBX_OF[inTeams];
    const teamsWins = fromTeams !== undefined && closed(fromTeams) > closed(onPbx);
    this.wishes = [teamsWins ? { by: 'teams', pbx: fromTeams } : { by: 'pbx', pbx: onPbx }];
    this.#settled = this.wishes;
    this.#shown = inTeams === SIGNED_OUT ? null : inTeams;
  }

  before(pair: PairDriver, what: Change): void {
    if (what.do === 'choose' || what.do === 'client') this.#inTeams(pair, what);
    else if (what.do === 'set' && this.#atGap === null) {
      const before = spoken(pair.pbx.items.get('tel:') ?? '');
      this.#onPbx(pair, before, spoken(what.activity));
    }
  }

  /** Only the last of what happens in a gap is seen, and on the PBX not that something went. */
  gap(pair: PairDriver, what: 'begins' | 'ends', of: 'pbx' | 'tunnel' | 'edge'): void {
    const shows = spoken(pair.pbx.items.get('tel:') ?? '');
    this.#crossing(pair);
    if (what === 'begins') this.#atGap = shows;
    else {
      const before = this.#atGap ?? '';
      this.#atGap = null;
      if (shows !== '' || of !== 'pbx') this.#onPbx(pair, before, shows);
    }
  }

  /** As long as the sides differ, or a call hides one from the other, news is under way. */
  passed(pair: PairDriver): void {
    const shown = shownBy(pair.teams);
    const isCall = pair.pbx.calls.size > 0 || CALLS.includes(shown);
    if (isCall || !this.wishes.every((wish) => isShown(wish, pair))) this.#crossing(pair);
  }

  /** What is wrong with what both sides show, now that it is quiet. */
  discord(pair: PairDriver): string[] {
    if (pair.pbx.calls.size > 0 || CALLS.includes(shownBy(pair.teams))) return [];
    if (this.wishes.some((wish) => isShown(wish, pair))) return [];
    // Away, chosen right after available on the PBX, is taken for the client's own.
    const crossed = this.wishes.length > 1 && this.wishes.some(isAvailableOnPbx);
    if (crossed && pair.shows === 'Away = available') return [];
    const meant = this.wishes.map(({ by, pbx }) => `${pbx || 'available'}, chosen in ${by}`);
    return [`${pair.shows}, and not ${meant.join(' or ')}`];
  }

  #inTeams(pair: PairDriver, what: Change & { do: 'choose' | 'client' }): void {
    const before = shownBy(pair.teams);
    if (before in PBX_OF) this.#shown = before;
    // A call shows because we took away what hid it.
    else if (this.#wasChosen && pair.teams.preferred === null) this.#shown = null;
    const next = new TeamsModel();
    next.client = what.do === 'client' ? teams(what.presence) : pair.teams.client;
    next.preferred = pair.teams.preferred;
    if (what.do === 'choose') next.preferred = what.status === null ? null : teams(what.status);
    const shown = shownBy(next);
    this.#wasChosen = next.preferred !== null;

    // What we put there shows again: nobody's choice.
    const isOurs = what.do === 'client' && next.preferred !== null && pair.teams.preferredIsOurs;
    if (shown === SIGNED_OUT) this.#signsOut(pair);
    else if (!isOurs && !CALLS.includes(shown) && shown !== this.#shown) {
      this.#shown = shown;
      this.#chooses(pair, { by: 'teams', pbx: PBX_OF[shown] ?? '' });
    }
  }

  /** Takes back what came from Teams. */
  #signsOut(pair: PairDriver): void {
    const crossed = pair.now < this.#crossingUntil ? this.#settled : [];
    this.wishes = [...this.wishes, ...crossed].map((wish) =>
      wish.by === 'teams' ? { ...wish, pbx: '' } : wish,
    );
    if (this.wishes.some(({ by }) => by === 'teams')) this.#shown = null;
  }

  #onPbx(pair: PairDriver, before: string, after: string): void {
    const stood = this.wishes;
    if (before === after) return;
    this.#chooses(pair, { by: 'pbx', pbx: after });
    // A call hides it: a PBX that restarts before the end has forgotten what nobody saw.
    if (pair.pbx.calls.has('tel:')) this.wishes = [...this.wishes, ...stood];
  }

  /** The last change wins. Of those that cross, any may: of each end the last. */
  #chooses(pair: PairDriver, wish: Wish): void {
    if (pair.now >= this.#crossingUntil) {
      this.#settled = this.wishes;
      this.wishes = [wish];
    } else {
      const others = this.wishes.filter(({ by }) => by !== wish.by);
      // There and back again may have been seen by nobody.
      const unseen = this.#settled.filter(({ pbx }) => pbx === wish.pbx);
      this.wishes = [wish, ...others, ...unseen];
    }
    this.#crossing(pair);
  }

  #crossing({ now }: PairDriver): void {
    this.#crossingUntil = now + NEWS_TRAVELS_MS;
  }
}

const isAvailableOnPbx = ({ by, pbx }: Wish): boolean => by === 'pbx' && pbx === '';

/** Without our session. */
function shownBy({ client, preferred }: TeamsModel): string {
  const alone = new TeamsModel();
  alone.client = client;
  alone.preferred = preferred;
  return textOf(alone.shown(0));
}

/** Whether both sides show it, calls aside. */
function isShown({ by, pbx }: Wish, pair: PairDriver): boolean {
  const shown = shownBy(pair.teams);
  const contact = by === 'pbx' ? 'tel:' : pair.rules.contact;
  const item = spoken(pair.pbx.items.get(contact) ?? '');
  const inItsPlace = item === 'busy' && pair.pbxRefuses.has(pbx);
  if (by === 'pbx') {
    // Available is no choice in Teams: what its client says of itself shows there.
    const itself = shown === textOf(pair.teams.client);
    const inTeams = agree(shown, pbx) || (pbx === '' && itself);
    // What a human set, and a PBX forgot, is not ours to set where we have a contact of our own.
    const onPbx = item === pbx || inItsPlace || (item === '' && pair.rules.contact !== 'tel:');
    return onPbx && (shown === SIGNED_OUT || inTeams);
  }
  if (shown === SIGNED_OUT) return item === pbx || inItsPlace;
  return PBX_OF[shown] === pbx && (item === pbx || inItsPlace || agree(shown, item));
}
