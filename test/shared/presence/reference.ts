// What both sides should show after a history, told from what humans did, and from nothing else: no
// echoes, no writes, no timers, nothing of `shared/presence`. Where humans act at both ends faster than
// news travels, several outcomes are right; the reference then says which.
import { type Change, type Gap, type Onlooker, ofEdge, ofPbx } from './histories.ts';
import { TeamsModel, teams, textOf } from './models.ts';
import type { PairDriver } from './pair-driver.ts';

/** Whose choice stands, and what it is in the words of the PBX. */
export interface Wish {
  by: 'teams' | 'pbx';
  pbx: string;
}

const PBX_OF: Readonly<Record<string, string>> = {
  Available: '',
  AvailableIdle: '',
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
/** What nobody has to choose for Teams to show it. */
const BY_ITSELF = ['Away', 'Away/OutOfOffice', 'Busy/InAMeeting'];
const MORE_CLOSED = ['', 'away', 'busy', 'dnd'];

/** Longer than a notification, a sweep and the reads after it take together. */
const NEWS_TRAVELS_MS = 700_000;

/** Of what has been equal for so long, with nothing on its way, nothing comes any more. */
const SETTLED_MS = 3_000;

/** What we write to Teams stands for so long at least. */
const OURS_LASTS_MS = 86_400_000;

/** Of what was written so shortly before, no other row may tell. */
const FORGOTTEN_MS = 10_000;

const agree = (inTeams: string, onPbx: string): boolean =>
  PBX_OF[inTeams] === onPbx || TEAMS_OF[onPbx] === inTeams;
const spoken = (activity: string): string => (activity === 'online' ? '' : activity);

export class Reference implements Onlooker {
  /** What may stand; one: it is certain. */
  wishes: Wish[];
  /** What stood before the changes that may have crossed. */
  #settled: Wish[];
  /** What stood at some moment while changes may have crossed. */
  #passing: Wish[] = [];
  /** What Teams showed meanwhile; whether anybody learned of it, nobody knows. */
  #shownPassing = new Set<string>();
  /** What Teams showed when time last passed. */
  #heard = '';
  /** What Teams showed last, but for calls; `null`: nothing that its next state could be compared with. */
  #shown: string | null;
  /** A status hid what the client says of itself. */
  #wasChosen = false;
  /** What a human picked while Teams showed it already. */
  #pickedUnseen: string | null = null;
  /** A call has hidden the user's own state on the PBX since a gap. */
  #hiddenSinceGap = false;
  /** What Teams showed before the changes that may have crossed. */
  #shownSettled = new Set<string | null>();
  /** Shown again after a sign-in, it may be no news. */
  #beforeSignedOut: (string | null)[] = [];
  #crossingUntil = 0;
  /** The edge was away since somebody was available on the PBX: what showed in Teams then, it has forgotten. */
  #hasForgotten = false;
  /** What the PBX showed when the gap began. */
  #atGap: string | null = null;
  /** What stood then, and when that was. */
  #beforeGap: { at: number; wishes: Wish[] } = { at: 0, wishes: [] };

  /** Since when it is open whether anybody has learned of a change, epoch ms; `null`: somebody has. */
  #openSince: number | null = null;

  /** When both sides met first, epoch ms: later changes cross. */
  readonly #metAt: number;

  /** The first meeting, at `now`: equal stays, else the more closed one wins. */
  constructor(inTeams: string, onPbx: string, now: number) {
    this.#metAt = now;
    const closed = (activity: string) => MORE_CLOSED.indexOf(activity);
    const fromTeams = PBX_OF[inTeams];
    const teamsWins = fromTeams !== undefined && closed(fromTeams) > closed(onPbx);
    this.wishes = [teamsWins ? { by: 'teams', pbx: fromTeams } : { by: 'pbx', pbx: onPbx }];
    this.#settled = this.wishes;
    this.#shown = inTeams === SIGNED_OUT ? null : inTeams;
    this.#shownSettled = new Set([this.#shown]);
  }

  before(pair: PairDriver, what: Change): void {
    if (what.do === 'choose' || what.do === 'client') this.#inTeams(pair, what);
    if (what.do === 'client') this.#mayUncover(pair, what.presence);
    else if (what.do === 'set' && this.#atGap === null) {
      const before = spoken(pair.pbx.items.get('tel:') ?? '');
      this.#onPbx(pair, before, spoken(what.activity));
    }
  }

  /** Only the last of what happens in a gap is seen, and on the PBX not that something went. */
  gap(pair: PairDriver, what: 'begins' | 'ends', gap: Gap): void {
    const shows = spoken(pair.pbx.items.get('tel:') ?? '');
    const isCrossing = pair.now < this.#crossingUntil;
    this.#crossing(pair);
    // What a call hid when the gap began, nobody saw, whatever is gone when it ends.
    if (what === 'begins' && pair.pbx.calls.has('tel:')) this.#hiddenSinceGap = true;
    // A write to Teams that nobody remembers is not told from one that never left, where Teams shows what it did before.
    const isForgotten = ofEdge(gap) && pair.now - this.#metAt <= FORGOTTEN_MS;
    if (isForgotten) this.wishes = [...this.wishes, ...this.#settled];
    const stood = [...this.#settled, ...this.wishes];
    if (ofEdge(gap) && stood.some(isAvailableOnPbx)) this.#hasForgotten = true;
    if (what === 'begins') {
      this.#atGap = shows;
      // Nobody may have learned of what came just before.
      const wishes = isCrossing ? [...this.wishes, ...this.#settled] : this.wishes;
      this.#beforeGap = { at: pair.now, wishes };
    } else {
      const before = this.#atGap ?? '';
      this.#atGap = null;
      if (ofPbx(gap) && pair.pbx.calls.has('tel:')) this.#hiddenSinceGap = true;
      if (shows !== '' || !ofPbx(gap)) this.#onPbx(pair, before, shows);
      // What we wrote to Teams has ended meanwhile: what shows there may be that.
      const { at, wishes } = this.#beforeGap;
      const hasEnded = ofEdge(gap) && pair.now - at >= OURS_LASTS_MS;
      if (hasEnded) this.wishes = [...this.wishes, ...wishes.filter(({ by }) => by === 'pbx')];
    }
  }

  /** As long as the sides differ, a call hides one, or Microsoft takes nothing, news is under way. */
  passed(pair: PairDriver): void {
    this.#maySettle(pair);
    const shown = shownBy(pair.teams);
    this.#shownPassing.add(shown);
    this.#heard = shown;
    if (pair.pbx.calls.size === 0) this.#hiddenSinceGap = false;
    const isCall = pair.pbx.calls.size > 0 || CALLS.includes(shown);
    const isHeld = isCall || pair.graphLine !== 'up';
    const isOpen = isHeld || !this.wishes.every((wish) => isShown(wish, pair));
    if (!isOpen) this.#openSince = null;
    else this.#crossing(pair);
    // What we wrote to Teams has ended meanwhile: nobody can tell whether somebody had taken it away before.
    if (this.#openSince !== null && pair.now - this.#openSince >= OURS_LASTS_MS) {
      this.wishes = [...this.wishes, ...this.#settled.filter(({ by }) => by === 'pbx')];
      this.#openSince = null;
    }
  }

  /** What is wrong with what both sides show, now that it is quiet. */
  discord(pair: PairDriver): string[] {
    if (pair.pbx.calls.size > 0 || CALLS.includes(shownBy(pair.teams))) return [];
    if (this.wishes.some((wish) => isShown(wish, pair))) return [];
    // Away, picked right after available on the PBX, is taken for the client's own; and nobody learns that
    // somebody picked what Teams showed already.
    const open = this.wishes.length > 1 ? ['Away'] : [this.#pickedUnseen];
    const unheard = this.#hasForgotten ? BY_ITSELF : open;
    const isUnheard =
      this.#hasForgotten || [...this.wishes, ...this.#passing].some(isAvailableOnPbx);
    if (isUnheard && unheard.some((shown) => pair.shows === `${shown} = available`)) return [];
    const meant = this.wishes.map(({ by, pbx }) => `${pbx || 'available'}, chosen in ${by}`);
    return [`${pair.shows}, and not ${meant.join(' or ')}`];
  }

  /** Both sides agree, and it has been quiet: what comes now crosses nothing. */
  #maySettle(pair: PairDriver): void {
    const { now, quietSince, pbx, pbxShows } = pair;
    const isQuiet = quietSince !== null && now - quietSince >= SETTLED_MS;
    // Of an edge that has forgotten what it showed in Teams, quiet is no sign.
    if (
      !isQuiet ||
      this.#hasForgotten ||
      pbx.calls.size > 0 ||
      !agree(shownBy(pair.teams), pbxShows)
    )
      return;
    const shown = this.wishes.filter((wish) => isShown(wish, pair));
    if (shown.length === 0) return;
    this.wishes = shown;
    this.#openSince = null;
    this.#crossingUntil = Math.min(this.#crossingUntil, now);
  }

  #inTeams(pair: PairDriver, what: Change & { do: 'choose' | 'client' }): void {
    const before = shownBy(pair.teams);
    this.#shownPassing.add(before);
    if (before in PBX_OF) {
      this.#shown = before;
      this.#wasChosen &&= pair.teams.preferred !== null;
    }
    // A call shows because we took away what hid it.
    else if (this.#wasChosen && pair.teams.preferred === null) this.#shown = null;
    const next = new TeamsModel();
    next.client = what.do === 'client' ? teams(what.presence) : pair.teams.client;
    next.preferred = pair.teams.preferred;
    if (what.do === 'choose') next.preferred = what.status === null ? null : teams(what.status);
    const shown = shownBy(next);
    // A call shows because the human took away what hid it.
    const tookAway = this.#wasChosen || pair.teams.preferred !== null;
    if (tookAway && next.preferred === null && CALLS.includes(shown)) this.#shown = null;
    this.#wasChosen = next.preferred !== null;
    if (what.do === 'choose') this.#pickedUnseen = null;

    // What we put there shows again: nobody's choice.
    const isOurs = what.do === 'client' && next.preferred !== null && pair.teams.preferredIsOurs;
    if (shown === SIGNED_OUT) this.#signsOut(pair);
    else if (isOurs || CALLS.includes(shown)) return;
    else if (shown === this.#shown) {
      if (what.do === 'choose') this.#pickedUnseen = shown;
    } else {
      // What both should show already, and what showed before the user signed out, may be anybody's.
      const stands = this.wishes.filter(({ by, pbx }) => by === 'pbx' && agree(shown, pbx));
      const asBefore = this.#beforeSignedOut.includes(shown) ? this.wishes : [];
      const stood = this.wishes;
      this.#chooses(pair, { by: 'teams', pbx: PBX_OF[shown] ?? '' });
      // Whatever passed between, nobody may have learned of it.
      const unheard = shown === this.#heard ? stood : [];
      this.#shown = shown;
      this.#beforeSignedOut = [];
      const andBack = this.#shownSettled.has(shown) ? this.#settled : [];
      this.wishes = [...this.wishes, ...stands, ...asBefore, ...andBack, ...unheard];
    }
  }

  /** Our clearing is still on its way: it uncovers what the client says by then. */
  #mayUncover({ now }: PairDriver, presence: string): void {
    const client = PBX_OF[presence];
    const clears = now < this.#crossingUntil && this.wishes.some(isAvailableOnPbx);
    if (clears && client !== undefined) this.wishes = [...this.wishes, teamsWish(client)];
  }

  /** Takes back what came from Teams. */
  #signsOut(pair: PairDriver): void {
    const crossed = pair.now < this.#crossingUntil ? this.#settled : [];
    this.wishes = [...this.wishes, ...crossed].map((wish) =>
      wish.by === 'teams' ? { ...wish, pbx: '' } : wish,
    );
    // A read that finds them signed out does not tell whether what was held back was news.
    if (pair.isHeldBack) this.wishes = [...this.wishes, teamsWish('')];
    this.#crossing(pair);
    if (crossed.length === 0 && this.wishes.every(({ by }) => by === 'pbx')) return;
    const isUnsure = this.wishes.some(({ by }) => by === 'pbx');
    const unseen = crossed.length > 0 ? this.#shownPassing : [];
    this.#beforeSignedOut = isUnsure ? [this.#shown, ...unseen] : [];
    this.#shown = null;
  }

  #onPbx(pair: PairDriver, before: string, after: string): void {
    const stood = this.wishes;
    if (before === after) return;
    if (shownBy(pair.teams) === SIGNED_OUT && this.#shown !== null) {
      // What the next sign-in shows may be what showed before, or news.
      this.#beforeSignedOut = [this.#shown];
      this.#shown = null;
    }
    this.#chooses(pair, { by: 'pbx', pbx: after });
    // A call hides it: a PBX that restarts before the end has forgotten what nobody saw.
    const isHidden = pair.pbx.calls.has('tel:') || this.#hiddenSinceGap;
    // A write of ours that is still on its way may be what shows.
    const isOnItsWay = ['lost', 'silent', 'breaks', 'late'].includes(String(pair.pbxLine));
    if (isHidden || isOnItsWay) this.wishes = [...this.wishes, ...stood];
  }

  /** The last change wins. Of those that cross, any may: of each end the last. */
  #chooses(pair: PairDriver, wish: Wish): void {
    this.#openSince ??= pair.now;
    if (pair.now >= this.#crossingUntil) {
      this.#settled = this.wishes;
      const shown = shownBy(pair.teams);
      const signedIn = shown === SIGNED_OUT ? [this.#shown, ...this.#beforeSignedOut] : [shown];
      this.#shownSettled = new Set(signedIn);
      this.#shownPassing = new Set([shown]);
      this.#passing = [];
      this.#hasForgotten = false;
      this.wishes = [wish];
    } else {
      this.#passing = [...this.#passing, ...this.wishes];
      const others = this.wishes.filter(({ by }) => by !== wish.by);
      // There and back again may have been seen by nobody.
      const unseen = this.#settled.filter(({ pbx }) => sameInTeams(pbx, wish.pbx));
      // Our clearing may arrive after what a human chose meanwhile, and uncover what the client says.
      const client = PBX_OF[textOf(pair.teams.client)];
      const clears = [wish, ...others].some(isAvailableOnPbx) || pair.graphLine !== 'up';
      const uncovered = clears && client !== undefined ? [teamsWish(client)] : [];
      // What Teams showed just before, equal to what we write there, passes for our echo.
      const asOurs = [wish, ...others]
        .map(({ by, pbx }) => (by === 'pbx' ? TEAMS_OF[pbx] : undefined))
        .filter((ours) => ours !== undefined && this.#shownPassing.has(ours))
        .map((ours) => teamsWish(PBX_OF[ours ?? ''] ?? ''));
      // What was given up may arrive after what a human chose meanwhile, and pass for a choice.
      const late =
        pair.graphLine === 'late'
          ? [...this.#passing, wish].flatMap((one) =>
              one.by === 'pbx' ? [one, asChosenThere(one)] : [],
            )
          : [];
      this.wishes = [wish, ...others, ...unseen, ...uncovered, ...asOurs, ...late];
    }
    this.#crossing(pair);
  }

  #crossing({ now }: PairDriver): void {
    this.#crossingUntil = now + NEWS_TRAVELS_MS;
  }
}

const sameInTeams = (a: string, b: string): boolean => (TEAMS_OF[a] ?? '') === (TEAMS_OF[b] ?? '');
/** As Teams shows what we write of it. */
const asChosenThere = ({ pbx }: Wish): Wish => teamsWish(PBX_OF[TEAMS_OF[pbx] ?? ''] ?? '');
const teamsWish = (pbx: string): Wish => ({ by: 'teams', pbx });
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
