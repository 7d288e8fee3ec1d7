// Two models, humans at both ends, a bad line between: whatever happened, when it is quiet both sides
// agree, and on what the reference says. Seeded (`FUZZ_SEED`, `FUZZ_RUNS`; `npm run fuzz` makes many
// runs); a history that fails is printed as a test, which becomes a story with a name in the test of the
// file at fault.
import { stripTypeScriptTypes } from 'node:module';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  isCall,
  isEqual,
  isNoInformation,
  isSurelyChosen,
} from '../../../shared/presence/mapping.ts';
import { type Directions, normalActivity, ON_THE_PHONE } from '../../../shared/presence/model.ts';
import {
  act,
  administered,
  alone,
  anyChange,
  asTest,
  begin,
  type Change,
  calmDown,
  endCalls,
  hurried,
  play,
  unhurried,
  untroubled,
  type World,
} from './histories.ts';
import { type PairDriver, SECOND } from './pair-driver.ts';
import { Reference } from './reference.ts';

/** What is wrong between the two sides now that it is quiet; empty: nothing. */
function discord(pair: PairDriver): string[] {
  const { mapping, contact } = pair.rules;
  const { now, state } = pair;
  const due = pair.due();
  const shown = pair.teams.shown(now);
  const item = normalActivity(pair.pbx.items.get(contact) ?? '');
  const onCall = pair.pbx.calls.size > 0;
  const faults: string[] = [];
  const check = (what: string, isSo: boolean) => {
    if (!isSo) faults.push(`${what}: ${pair.shows}`);
  };
  /** Where the PBX refuses what is wanted, busy stands for it. */
  const standsFor = (wanted: string, is: string) => is === 'busy' && pair.pbxRefuses.has(wanted);
  check(`no write is under way: ${pair.underWay}`, pair.underWay.length === 0);
  check('nothing is due', due.pbx === null && due.teams.length === 0 && !due.read);
  check('a session while there is a call', pair.teams.hasSession(now) === onCall);
  if (onCall) return faults;

  const isOwnState = contact === 'tel:';
  const manual = isOwnState ? pair.pbxShows : (state.manual?.pbx ?? '');
  if (isCall(mapping, shown)) {
    check('on the phone', item === ON_THE_PHONE || standsFor(ON_THE_PHONE, item));
  } else if (isNoInformation(mapping, shown)) {
    check('taken back', manual === '' || state.manual?.origin === 'pbx');
  } else {
    // Available, chosen on the PBX, stands against what Teams shows of itself.
    const byItself = manual === '' && state.manual?.origin === 'pbx' && !isSurelyChosen(shown);
    const inItsPlace = standsFor(mapping.toPbx(shown), manual);
    check('equal', isEqual(mapping, shown, manual) || byItself || inItsPlace);
  }
  if (!isOwnState && !isCall(mapping, shown)) {
    const ours = state.manual?.origin === 'teams' ? manual : '';
    check('our item', item === ours || standsFor(ours, item));
  }
  return faults;
}

const { FUZZ_RUNS, FUZZ_SEED } = process.env;
const RUNS = Number(FUZZ_RUNS ?? 200);
/** Always the same within `npm test`; with `FUZZ_RUNS` others each time, unless `FUZZ_SEED` says which. */
const SEED = Number(FUZZ_SEED ?? (FUZZ_RUNS === undefined ? 20261123 : Date.now() % 2 ** 31));

/** A notification, and what it asks for, take no longer than this, in ms. */
const SOON_MS = 10 * SECOND;

/** Whether both sides agree in the end. */
function disagreements(w: World): string[] {
  const pair = play(w);
  calmDown(pair);
  return discord(pair);
}

/** Whether they agree without a sweep, so long after the last change, on what the humans chose. */
function delays(w: World): string[] {
  const pair = begin(w);
  const reference = new Reference(w.teams, w.pbx, pair.now);
  play(w, reference, pair);
  if (pair.pbx.calls.size > 0) act(pair, { do: 'hang-up' }, reference);
  pair.pass(SOON_MS);
  // The reference knows no rows of an admin.
  const isPlain = Object.keys(w.rows).length === 0;
  return [...discord(pair), ...(isPlain ? reference.discord(pair) : [])];
}

/** Whether they agree on what the humans chose. */
function mistakes(w: World, told?: (wishes: number) => void): string[] {
  const pair = begin(w);
  const reference = new Reference(w.teams, w.pbx, pair.now);
  play(w, reference, pair);
  calmDown(pair);
  endCalls(pair, reference);
  told?.(reference.wishes.length);
  return reference.discord(pair);
}

/** What one human change wrote, beyond one write on the other side and none on its own. */
function superfluous(w: World, last: Change): string[] {
  const pair = play(w);
  calmDown(pair);
  pair.wrote();
  const wasOnCall = pair.pbx.calls.size > 0;
  act(pair, last);
  pair.pass(100 * SECOND);
  // The refresh of a session is the clock's doing, and what the PBX refuses changes nothing.
  const refused = w.refuses.map((activity) => `pbx ${activity}`);
  const wrote = pair
    .wrote()
    .filter((write) => !(wasOnCall && write === 'teams session') && !refused.includes(write));
  const own = last.do === 'choose' || last.do === 'client' ? 'teams' : 'pbx';
  const other = own === 'teams' ? 'pbx' : 'teams';
  // A call in Teams is laid over our item again, whatever was put in its place.
  const call = w.refuses.includes(ON_THE_PHONE) ? 'busy' : ON_THE_PHONE;
  const layer = pair.state.teams?.call && `pbx ${call}`;
  // With a contact of our own, a human's choice beside it takes the place of ours.
  const withdrawn = w.contact !== 'tel:' && last.do === 'set' && 'pbx available';
  // What a call hid is applied when it ends: chosen under it, taken back under it; and what the PBX forgot is
  // set again. And our session shows a status that stands there for somebody who is signed out: it comes, and goes.
  const signedOut = pair.teams.client.availability === 'Offline';
  const changes = w.steps.map(changesOfState).reduce((a, b) => a + b, signedOut ? 2 : 0);
  const uncovered = last.do === 'hang-up' && wasOnCall ? Math.min(changes, 2) : 0;
  const hidden = last.do === 'call' && signedOut ? 1 : uncovered;
  const onOwn = wrote.filter((write) => write.startsWith(own));
  return [
    ...onOwn.filter((write) => write !== layer && write !== withdrawn).slice(hidden),
    ...wrote.filter((write) => write.startsWith(other)).slice(1 + hidden),
  ];
}

/** Whether what somebody did at one end, with nobody at the other, was taken for somebody else's doing. */
function overruled(w: World, end: 'teams' | 'pbx'): string[] {
  const pair = begin(w);
  pair.wrote();
  play(w, undefined, pair);
  calmDown(pair);
  const faults = discord(pair);
  if (end === 'teams') {
    const wrote = pair.wrote().filter((write) => write.startsWith('teams'));
    const shown = pair.teams.shown(pair.now);
    const { mapping } = pair.rules;
    const isEqualThere = isCall(mapping, shown) || isEqual(mapping, shown, pair.pbxShows);
    const isInPlace = pair.pbxRefuses.has(mapping.toPbx(shown)) && pair.pbxShows === 'busy';
    return [...faults, ...wrote, ...(isEqualThere || isInPlace ? [] : [pair.shows])];
  }
  const wrote = pair.wrote().filter((write) => write.startsWith('pbx'));
  // With a contact of our own, a human's choice beside it takes the place of ours.
  const stray = w.contact === 'tel:' ? wrote : wrote.filter((write) => write !== 'pbx available');
  return [...faults, ...stray];
}

/** What was written at the end that is not written to, and what is left when it is quiet. */
function strays(w: World, directions: Directions): string[] {
  const pair = begin(w, directions);
  play(w, undefined, pair);
  calmDown(pair);
  const own = directions === 'teams-to-pbx' ? 'teams' : 'pbx';
  const { pbx, teams, read } = pair.due();
  const open = pbx !== null || teams.length > 0 || read ? ['something is due'] : [];
  const hasSession = directions === 'pbx-to-teams' && pair.pbx.calls.size > 0;
  const stuck = pair.teams.hasSession(pair.now) === hasSession ? [] : ['a session'];
  const wrote = pair.wrote().filter((write) => write.startsWith(own));
  return [...wrote, ...open, ...pair.underWay, ...stuck];
}

const played = { histories: 0, steps: 0, since: performance.now() };

afterAll(() => {
  if (FUZZ_RUNS === undefined) return;
  const seconds = Math.round((performance.now() - played.since) / 1_000);
  console.info(
    `${played.histories} histories of ${played.steps} steps in ${seconds} s, seed ${SEED}`,
  );
});

test('a history that fails is printed as a test', () => {
  const [world] = fc.sample(hurried, { numRuns: 1, seed: SEED });
  const source = asTest('a name', 'strays', world!, ", 'teams-to-pbx'");
  const played: unknown[] = [];
  const paste = {
    test: (_: string, tell: () => void) => tell(),
    expect: (faults: unknown) => ({ toEqual: (none: unknown) => played.push(faults, none) }),
    strays: (...given: unknown[]) => given,
  };
  new Function(...Object.keys(paste), stripTypeScriptTypes(source))(...Object.values(paste));
  expect(played).toEqual([[world, 'teams-to-pbx'], []]);
});

// A day or two of some histories is long to play, on a machine that does other things as well.
describe('whatever happened', { timeout: 30_000 + RUNS * 30 }, () => {
  test('when it is quiet both sides agree, nothing is due and no session is stuck', () => {
    holds('disagreements', fc.tuple(hurried), ([world]) => ({
      world,
      faults: () => disagreements(world),
    }));
  });

  test('whatever an admin changed meanwhile, they agree by what is set in the end', () => {
    holds('disagreements', fc.tuple(administered), ([world]) => ({
      world,
      faults: () => disagreements(world),
    }));
  });

  test('both sides agree within ten seconds of the last change, without a sweep', () => {
    holds('delays', fc.tuple(untroubled), ([world]) => ({ world, faults: () => delays(world) }));
  });

  test('both sides show what the last human chose, and nothing that nobody chose', () => {
    let chosen = 0;
    let certain = 0;
    holds('mistakes', fc.tuple(unhurried), ([world]) => ({
      world,
      faults: () =>
        mistakes(world, (wishes) => {
          if (!world.steps.some(isChoice)) return;
          chosen += 1;
          certain += wishes === 1 ? 1 : 0;
        }),
    }));
    // A reference that is never sure proves nothing.
    expect(certain / chosen).toBeGreaterThan(0.5);
  });

  test.each(['pbx', 'teams'] as const)(
    'nobody but who is there chose anything: at one end only, %s',
    (end) => {
      holds('overruled', fc.tuple(alone(end)), ([world]) => ({
        world,
        more: `, '${end}'`,
        faults: () => overruled(world, end),
      }));
    },
  );

  test.each(['teams-to-pbx', 'pbx-to-teams'] as const)(
    'nothing is written against the direction: %s',
    (directions) => {
      holds('strays', fc.tuple(hurried), ([world]) => ({
        world,
        more: `, '${directions}'`,
        faults: () => strays(world, directions),
      }));
    },
  );

  test('one human change makes at most one write on the other side and none on its own', () => {
    holds('superfluous', fc.tuple(hurried, anyChange), ([world, last]) => ({
      world,
      more: `, ${JSON.stringify(last)}`,
      faults: () => superfluous(world, last),
    }));
  });
});

/** A history, what else the check is given, as text, and what it finds. */
interface Case {
  world: World;
  more?: string;
  faults: () => string[];
}

/** Fails with the shortest history that it finds, as a test. */
function holds<T>(check: string, histories: fc.Arbitrary<T>, caseOf: (history: T) => Case): void {
  const property = fc.property(histories, (history) => {
    const one = caseOf(history);
    played.histories += 1;
    played.steps += one.world.steps.length;
    return faultsOf(one).length === 0;
  });
  const { failed, counterexample, seed, counterexamplePath } = fc.check(property, {
    numRuns: RUNS,
    seed: SEED,
  });
  if (!failed || counterexample === null) return;
  const one = caseOf(counterexample[0]);
  const source = asTest(`seed ${seed}, path ${counterexamplePath}`, check, one.world, one.more);
  expect.fail(`${faultsOf(one).join('; ')}\n\nAs a test:\n\n${source}\n`);
}

/** A loop is a fault like any other. */
function faultsOf({ faults }: Case): string[] {
  try {
    return faults();
  } catch (error) {
    return [String(error)];
  }
}

/** How many states may be others after it: calls aside, but for gaps, in which anything happens. */
function changesOfState({ do: what }: World['steps'][number]): number {
  if (what === 'gap') return 2;
  return what === 'choose' || what === 'client' || what === 'set' ? 1 : 0;
}

/** Whether somebody chose a state by it. */
const isChoice = (step: World['steps'][number]): boolean =>
  step.do === 'choose' || step.do === 'set';
