// Two models, humans at both ends, a bad line between: whatever happened, when it is quiet both
// sides agree. Seeded (`FUZZ_SEED`, `FUZZ_RUNS`); a seed that fails becomes a story with a name in the
// test of the file at fault.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isCall,
  isEqual,
  isNoInformation,
  isSurelyChosen,
  type MappingRows,
} from '../../../shared/presence/mapping.ts';
import { normalActivity, ON_THE_PHONE } from '../../../shared/presence/model.ts';
import { MINUTE, PairDriver, SECOND } from './pair-driver.ts';

const CHOICES = [null, 'Available', 'Busy', 'DoNotDisturb', 'BeRightBack', 'Away'] as const;
const CLIENTS = [
  'Available',
  'Away',
  'Busy/InAMeeting',
  'Busy/InACall',
  'DoNotDisturb/Presenting',
  'Offline',
] as const;
const ACTIVITIES = ['', 'online', 'away', 'busy', 'dnd', 'meeting', 'lunch'] as const;

type Change =
  | { do: 'choose'; status: (typeof CHOICES)[number] }
  | { do: 'client'; presence: (typeof CLIENTS)[number] }
  | { do: 'set'; activity: (typeof ACTIVITIES)[number] }
  | { do: 'call'; contact: string }
  | { do: 'hang-up' };
type Trouble =
  | { do: 'graph'; line: PairDriver['graphLine'] }
  | { do: 'pbx'; line: PairDriver['pbxLine'] }
  | { do: 'gap'; reboot: boolean; meanwhile: Change[] };
type Step = (Change | Trouble) & { thenS: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ do: fc.constant('choose' as const), status: fc.constantFrom(...CHOICES) }),
  fc.record({ do: fc.constant('client' as const), presence: fc.constantFrom(...CLIENTS) }),
  fc.record({ do: fc.constant('set' as const), activity: fc.constantFrom(...ACTIVITIES) }),
  fc.record({ do: fc.constant('call' as const), contact: fc.constantFrom('sip:', 'tel:') }),
  fc.record({ do: fc.constant('hang-up' as const) }),
);
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    do: fc.constant('graph' as const),
    line: fc.constantFrom('up' as const, 'fails' as const, 'answer-lost' as const),
  }),
  fc.record({
    do: fc.constant('pbx' as const),
    line: fc.constantFrom(
      'list-first' as const,
      'answer-first' as const,
      'silent' as const,
      'lost' as const,
      { fault: 'refused' },
    ),
  }),
  fc.record({
    do: fc.constant('gap' as const),
    reboot: fc.boolean(),
    meanwhile: fc.array(change, { maxLength: 2 }),
  }),
);
const step: fc.Arbitrary<Step> = fc
  .tuple(
    fc.oneof({ arbitrary: change, weight: 4 }, { arbitrary: trouble, weight: 1 }),
    fc.constantFrom(0, 1, 2, 4, 20, 100, 400),
  )
  .map(([what, thenS]) => ({ ...what, thenS }));

const world = fc.record({
  teams: fc.constantFrom('Available', 'Busy', 'Away', 'Offline', 'DoNotDisturb'),
  pbx: fc.constantFrom('', 'busy', 'away', 'dnd'),
  contact: fc.constantFrom('tel:', 'tel:', 'teams:'),
  rows: fc.constantFrom<MappingRows>(
    {},
    {},
    { toPbx: { InACall: 'busy' } },
    { toPbx: { Offline: 'away', OutOfOffice: 'vacation' } },
    { toTeams: { '': 'Available/Available', lunch: 'BeRightBack/BeRightBack' } },
  ),
  spelling: fc.constantFrom('Busy/InACall', 'Busy'),
  /** What this PBX does not take from us. */
  refuses: fc.constantFrom<readonly string[]>(
    [],
    [],
    [ON_THE_PHONE],
    ['meeting'],
    [ON_THE_PHONE, 'meeting'],
  ),
  sequences: fc.boolean(),
  basic: fc.boolean(),
  /** Seconds that notifications take, one change after the other: late, twice, never. */
  delays: fc.array(
    fc.oneof(
      fc.constant([0]),
      fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 0, maxLength: 2 }),
    ),
    { minLength: 1, maxLength: 6 },
  ),
  steps: fc.array(step, { maxLength: 12 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function begin(w: World): PairDriver {
  const pair = new PairDriver({ teams: w.teams, pbx: w.pbx, contact: w.contact, rows: w.rows });
  pair.teams.spelling = w.spelling;
  pair.sequences = w.sequences;
  pair.basic = w.basic;
  for (const activity of w.refuses) pair.pbxRefuses.add(activity);
  let turn = 0;
  pair.delays = () => {
    turn += 1;
    return w.delays[turn % w.delays.length]!.map((delay) => delay * SECOND);
  };
  pair.meet();
  return pair;
}

function act(pair: PairDriver, what: Change | Trouble): void {
  switch (what.do) {
    case 'choose':
      // Nobody picks a status without a client.
      if (pair.teams.client.availability !== 'Offline') pair.teamsChooses(what.status);
      return;
    case 'client':
      pair.teamsClient(what.presence);
      return;
    case 'set':
      pair.pbxSets(what.activity);
      return;
    case 'call':
      // A call that begins in the very place of our own on-the-phone cannot be told from it.
      pair.pbxCall(mayShowOurCall(pair) ? 'sip:' : what.contact);
      return;
    case 'hang-up':
      pair.pbxHangsUp();
      return;
    case 'graph':
      pair.graphLine = what.line;
      return;
    case 'pbx':
      pair.pbxLine = what.line;
      return;
    case 'gap':
      pair.pbxGap(() => {
        if (what.reboot) pair.pbx.items.clear();
        for (const one of what.meanwhile) act(pair, one);
      });
  }
}

function mayShowOurCall({ state }: PairDriver): boolean {
  const { pbxPending, pbxConfirmed } = state.written;
  return [pbxPending?.activity, pbxConfirmed].includes(ON_THE_PHONE);
}

/** The lines work again, all notifications are through, the slow sweep has come by. */
function calmDown(pair: PairDriver): void {
  pair.graphLine = 'up';
  pair.pbxLine = 'list-first';
  pair.pass(3 * MINUTE);
  pair.read();
  pair.pass(3 * MINUTE);
}

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

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 200);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261123);

describe('whatever happened', () => {
  test('when it is quiet both sides agree, nothing is due and no session is stuck', () => {
    const property = fc.property(world, (w) => {
      const pair = begin(w);
      for (const { thenS, ...what } of w.steps) {
        act(pair, what as Change | Trouble);
        pair.pass(thenS * SECOND);
      }
      calmDown(pair);
      expect(discord(pair)).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  });

  test('one human change makes at most one write on the other side and none on its own', () => {
    const property = fc.property(world, change, (w, last) => {
      const pair = begin(w);
      for (const { thenS, ...what } of w.steps) {
        act(pair, what as Change | Trouble);
        pair.pass(thenS * SECOND);
      }
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
      // What a call hid is applied when it ends: chosen under it, taken back under it. And our session shows a status that somebody chose
      // before signing out.
      const signedOut = pair.teams.client.availability === 'Offline';
      const shows = last.do === 'hang-up' ? wasOnCall : last.do === 'call' && signedOut;
      const hidden = shows ? 2 : 0;
      const onOwn = wrote.filter((write) => write.startsWith(own));
      expect({
        own: onOwn.filter((write) => write !== layer && write !== withdrawn).slice(hidden),
        other: wrote.filter((write) => write.startsWith(other)).slice(1 + hidden),
      }).toEqual({ own: [], other: [] });
    });
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  });
});
