// Histories of one pair: what humans do at both ends, and what goes wrong between. Made at random by
// fast-check, played on a `PairDriver`, and written down as a test where one shows a fault.
import fc from 'fast-check';
import { type MappingRows, mappingOf } from '../../../shared/presence/mapping.ts';
import { type Directions, ON_THE_PHONE } from '../../../shared/presence/model.ts';
import { textOf } from './models.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

const CHOICES = [null, 'Available', 'Busy', 'DoNotDisturb', 'BeRightBack', 'Away'] as const;
const CLIENTS = [
  'Available',
  'AvailableIdle',
  'Away',
  'Away/OutOfOffice',
  'Busy/InAMeeting',
  'Busy/InACall',
  'DoNotDisturb/Presenting',
  'Offline',
] as const;
const ACTIVITIES = ['', 'online', 'away', 'busy', 'dnd', 'meeting', 'lunch'] as const;

/** Longer than what we write to Teams stands there by itself, but for a week. */
const DAY_S = 90_000;

/** Days take as long to play as all the rest together. */
const rarelyADay = (pauses: readonly number[]): number[] => [
  ...Array.from({ length: Math.ceil(40 / pauses.length) }, () => pauses).flat(),
  DAY_S,
];

/** What a human does. */
export type Change =
  | { do: 'choose'; status: string | null }
  | { do: 'client'; presence: string }
  | { do: 'set'; activity: string }
  | { do: 'call'; contact: string }
  | { do: 'hang-up' };
/** What goes wrong. */
export type Trouble =
  | { do: 'graph'; line: PairDriver['graphLine']; retryS: number }
  | { do: 'pbx'; line: PairDriver['pbxLine'] }
  /** An admin saves settings; what is left out stays as it is. */
  | { do: 'settings'; directions?: Directions; rows?: MappingRows }
  | Gap;
export interface Gap {
  do: 'gap';
  of: 'pbx' | 'agent' | 'tunnel' | 'edge' | 'edge and pbx';
  /** The PBX has forgotten what it showed. */
  reboot: boolean;
  lastsS: number;
  meanwhile: Change[];
}
export type Step = (Change | Trouble) & { thenS: number };

export interface World {
  teams: string;
  pbx: string;
  contact: string;
  rows: MappingRows;
  /** How Teams spells our session. */
  spelling: string;
  /** What this PBX does not take from us. */
  refuses: readonly string[];
  /** Microsoft sends version stamps. */
  sequences: boolean;
  /** Notifications say only that something changed. */
  basic: boolean;
  /** Seconds that notifications take, one change after the other: late, twice, never. */
  delays: readonly (readonly number[])[];
  /** Seconds that the answer to a read takes, and to a write. */
  readTakesS: number;
  graphTakesS: number;
  /** Teams shows a write only when its answer comes. */
  graphIsSlow: boolean;
  steps: readonly Step[];
}

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
    line: fc.constantFrom<PairDriver['graphLine']>('up', 'fails', 'answer-lost', 'away', 'late'),
    // Throttled: Microsoft says for how long.
    retryS: fc.constantFrom(5, 5, 60),
  }),
  fc.record({
    do: fc.constant('pbx' as const),
    line: fc.constantFrom<PairDriver['pbxLine']>(
      'list-first',
      'answer-first',
      'silent',
      'lost',
      'breaks',
      'late',
      { fault: 'refused' },
    ),
  }),
  fc.record({
    do: fc.constant('gap' as const),
    of: fc.constantFrom<Gap['of']>('pbx', 'agent', 'tunnel', 'edge', 'edge and pbx'),
    reboot: fc.boolean(),
    lastsS: fc.constantFrom(0, 0, 0, 5, 5, 700, 700, DAY_S),
    meanwhile: fc.array(change, { maxLength: 2 }),
  }),
);

const step = (pauses: readonly number[]): fc.Arbitrary<Step> =>
  fc
    .tuple(
      fc.oneof({ arbitrary: change, weight: 4 }, { arbitrary: trouble, weight: 1 }),
      fc.constantFrom(...pauses),
    )
    .map(([what, thenS]) => ({ ...what, thenS }));

/** Seconds that a notification takes; Microsoft says again for four hours what nobody took. */
const SOON = fc.integer({ min: 0, max: 90 });
const HELD_BACK = fc.constantFrom(300, 3_600, 14_400);

const world = (
  rows: fc.Arbitrary<MappingRows>,
  pauses: readonly number[],
  delay: fc.Arbitrary<number> = SOON,
): fc.Arbitrary<World> =>
  fc.record({
    teams: fc.constantFrom('Available', 'Busy', 'Away', 'Offline', 'DoNotDisturb'),
    pbx: fc.constantFrom('', 'busy', 'away', 'dnd'),
    contact: fc.constantFrom('tel:', 'tel:', 'teams:'),
    rows,
    spelling: fc.constantFrom('Busy/InACall', 'Busy'),
    refuses: fc.constantFrom<readonly string[]>(
      [],
      [],
      [ON_THE_PHONE],
      ['meeting'],
      [ON_THE_PHONE, 'meeting'],
    ),
    sequences: fc.boolean(),
    basic: fc.boolean(),
    readTakesS: fc.constantFrom(0, 0, 0.5, 5),
    graphTakesS: fc.constantFrom(0, 0, 0.5, 5),
    graphIsSlow: fc.boolean(),
    delays: fc.array(fc.oneof(fc.constant([0]), fc.array(delay, { minLength: 0, maxLength: 2 })), {
      minLength: 1,
      maxLength: 6,
    }),
    steps: fc.array(step(pauses), { maxLength: 12 }),
  });

/** The usual rows, or a few of an admin's own. */
const rowsOfAdmins = fc.constantFrom<MappingRows>(
  {},
  {},
  { toPbx: { InACall: 'busy' } },
  { toPbx: { Offline: 'away', OutOfOffice: 'vacation' } },
  { toTeams: { '': 'Available/Available', lunch: 'BeRightBack/BeRightBack' } },
);
const HURRIED_PAUSES = rarelyADay([0, 1, 2, 4, 20, 100, 400]);

/** Hurried humans, and admins with rows of their own. */
export const hurried = world(rowsOfAdmins, HURRIED_PAUSES);

/** The same, while an admin turns directions off and on and changes rows; in the end both are on. */
export const administered: fc.Arbitrary<World> = fc
  .tuple(
    hurried,
    fc.array(
      fc.tuple(
        fc.nat(12),
        fc.record({
          do: fc.constant('settings' as const),
          directions: fc.constantFrom<Directions>('both', 'teams-to-pbx', 'pbx-to-teams'),
          rows: rowsOfAdmins,
          thenS: fc.constantFrom(...HURRIED_PAUSES),
        }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([any, saved]) => {
    const steps: Step[] = [...any.steps];
    for (const [at, settings] of saved) steps.splice(at, 0, settings);
    const last: Step = { do: 'settings', directions: 'both', thenS: 0 };
    return { ...any, steps: [...steps, last] };
  });

/** More often than not there is quiet enough between two changes that only one outcome is right. */
export const unhurried = world(
  fc.constant({}),
  rarelyADay([0, 2, 5, ...[20, 100, 200, 900].flatMap((s) => [s, s, s, s])]),
  fc.oneof({ arbitrary: SOON, weight: 4 }, { arbitrary: HELD_BACK, weight: 1 }),
).map((any) => ({ ...any, steps: cured(any.steps.map((step) => answerable(any, step))) }));

/** The PBX forgets nothing. */
const shortGap: fc.Arbitrary<Gap> = fc.record({
  do: fc.constant('gap' as const),
  of: fc.constantFrom<Gap['of']>('pbx', 'agent', 'tunnel', 'edge', 'edge and pbx'),
  reboot: fc.constant(false),
  lastsS: fc.constantFrom(0, 0.1, 5),
  meanwhile: fc.array(change, { maxLength: 2 }),
});

/** Whoever dies is back within seconds; each notification comes within two seconds, now and then twice. */
export const untroubled: fc.Arbitrary<World> = fc
  .tuple(
    // With a row for it Offline is a state that hides what is written there, and nothing tells.
    hurried.filter(({ rows }) => rows.toPbx?.['Offline'] === undefined),
    fc.array(
      fc.tuple(
        fc.oneof({ arbitrary: change, weight: 8 }, { arbitrary: shortGap, weight: 1 }),
        fc.constantFrom(0, 0.1, 0.3, 1, 2, 4, 20, 100),
      ),
      { maxLength: 12 },
    ),
    fc.array(fc.array(fc.constantFrom(0, 0.1, 0.5, 1, 2), { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.record({ readTakesS: fc.constantFrom(0, 0, 0.5), graphTakesS: fc.constantFrom(0, 0, 0.5) }),
  )
  // What is taken away beneath a call, so soon after it was written, is not missed (R24).
  .filter(([, steps]) => !(steps.some(isTakenAway) && steps.some(isCallInTeams)))
  .map(([any, steps, delays, takes]) => ({
    ...any,
    ...takes,
    delays,
    steps: steps.map(([what, thenS]) => ({ ...what, thenS })),
  }));

const changesOf = ([what]: [Change | Gap, number]): readonly Change[] =>
  what.do === 'gap' ? what.meanwhile : [what];
const isTakenAway = (step: [Change | Gap, number]) =>
  changesOf(step).some((what) => what.do === 'choose' && what.status === null);
const isCallInTeams = (step: [Change | Gap, number]) =>
  changesOf(step).some((what) => what.do === 'client' && IN_TEAMS_CALL.has(what.presence));

/** While a line does not work, what humans do crosses: it works again after two more steps. */
const cured = (steps: readonly Step[]): Step[] =>
  steps.flatMap((step, at) => [...cureOf(steps[at - 2]), step]);

function cureOf(step: Step | undefined): Step[] {
  if (step?.do === 'graph') return [{ do: 'graph', line: 'up', retryS: 5, thenS: 100 }];
  return step?.do === 'pbx' ? [{ do: 'pbx', line: 'list-first', thenS: 100 }] : [];
}

/** That something was held back for hours is found out by a read. */
function answerable({ delays }: World, step: Step): Step {
  const mayBeHeldBack = delays.flat().some((delay) => delay > 90);
  return step.do === 'graph' && step.line === 'away' && mayBeHeldBack
    ? { ...step, line: 'fails' }
    : step;
}

/** Somebody at one end only, in a hurry, while all goes wrong that leaves but one outcome right. */
export const alone = (end: 'teams' | 'pbx'): fc.Arbitrary<World> => {
  const ofThem = end === 'pbx' ? ['set', 'call', 'hang-up'] : ['choose', 'client'];
  const theirs = change.filter((what) => ofThem.includes(what.do));
  // Of a PBX that restarts nobody can tell what its human chose meanwhile; and what was held back for
  // more than 90 s, as while the edge is away, is not known to be old.
  const gaps = [
    { of: 'tunnel' as const, lastsS: [0, 0, 5, 700] },
    { of: 'edge' as const, lastsS: [0] },
    ...(end === 'teams'
      ? [
          { of: 'pbx' as const, lastsS: [0, 0, 5, 700] },
          { of: 'agent' as const, lastsS: [0, 0, 5, 700] },
          { of: 'edge and pbx' as const, lastsS: [0] },
        ]
      : []),
  ];
  const gap = fc.constantFrom(...gaps).chain(({ of, lastsS }) =>
    fc.record({
      do: fc.constant('gap' as const),
      of: fc.constant(of),
      reboot: fc.boolean(),
      lastsS: fc.constantFrom(...lastsS),
      meanwhile: fc.array(theirs, { maxLength: 2 }),
    }),
  );
  const does = fc.oneof(
    { arbitrary: theirs, weight: 6 },
    {
      arbitrary: trouble.filter((what) => what.do === (end === 'pbx' ? 'graph' : 'pbx')),
      weight: 2,
    },
    { arbitrary: gap, weight: 1 },
    { arbitrary: fc.constant({ do: 'settings' as const }), weight: 1 },
  );
  const steps = fc.array(
    fc.tuple(does, fc.constantFrom(...rarelyADay([0, 0.1, 0.3, 1, 2, 4, 20, 100, 900]))),
    {
      maxLength: 12,
    },
  );
  const delays = fc.array(
    fc.oneof(
      fc.constantFrom([0], [0.4], [1]),
      fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 2 }),
    ),
    { minLength: 1, maxLength: 6 },
  );
  return fc.tuple(unhurried, delays, steps).map(([any, late, told]) => ({
    ...any,
    pbx: end === 'teams' ? '' : any.pbx,
    delays: late,
    steps: told.map(([what, thenS]) => ({ ...decidable(any, what), thenS })),
  }));
};

/** Without version stamps only a read tells a late or doubled notification from somebody's choice. */
const decidable = ({ sequences }: World, what: Change | Trouble): Change | Trouble =>
  what.do === 'graph' && what.line === 'away' && !sequences ? { ...what, line: 'fails' } : what;

export { change as anyChange };

/** The pair as it begins, both sides known. */
export function begin(w: World, directions: Directions = 'both'): PairDriver {
  const { teams, pbx, contact, rows } = w;
  const pair = new PairDriver({ teams, pbx, contact, rows, directions });
  pair.teams.spelling = w.spelling;
  pair.sequences = w.sequences;
  pair.basic = w.basic;
  pair.readTakesMs = w.readTakesS * SECOND;
  pair.graphTakesMs = w.graphTakesS * SECOND;
  pair.graphIsSlow = w.graphIsSlow;
  for (const activity of w.refuses) pair.pbxRefuses.add(activity);
  let turn = 0;
  pair.delays = () => {
    turn += 1;
    return w.delays[turn % w.delays.length]!.map((delay) => delay * SECOND);
  };
  pair.meet();
  pair.pass(pair.graphTakesMs);
  return pair;
}

/** Whoever wants to know what a human is about to do, or that things are going wrong. */
export interface Onlooker {
  before(pair: PairDriver, what: Change): void;
  gap(pair: PairDriver, what: 'begins' | 'ends', gap: Gap): void;
  passed(pair: PairDriver): void;
}

const nobody: Onlooker = { before() {}, gap() {}, passed() {} };

/** All of a history, one step after the other. */
export function play(w: World, onlooker = nobody, pair = begin(w)): PairDriver {
  for (const step of w.steps) {
    act(pair, step, onlooker);
    sweeping(pair, step.thenS * SECOND, onlooker);
  }
  return pair;
}

/** As the edge does it in `subscribe` mode; at night it would change nothing, and is played more rarely. */
const SWEEP_MS = 5 * MINUTE;
const NIGHT_SWEEP_MS = HOUR;

function sweeping(pair: PairDriver, ms: number, onlooker = nobody): void {
  const every = ms > HOUR ? NIGHT_SWEEP_MS : SWEEP_MS;
  for (let left = ms; left > 0; left -= every) {
    pair.pass(Math.min(left, every));
    if (left >= every) pair.read();
    onlooker.passed(pair);
  }
}

/** One step of it. */
export function act(pair: PairDriver, what: Change | Trouble, onlooker = nobody): void {
  switch (what.do) {
    case 'choose':
      // Nobody picks a status without a client.
      if (pair.teams.client.availability === 'Offline') return;
      onlooker.before(pair, what);
      pair.teamsChooses(what.status);
      return;
    case 'client':
      onlooker.before(pair, what);
      pair.teamsClient(what.presence);
      return;
    case 'set':
      onlooker.before(pair, what);
      pair.pbxSets(what.activity);
      return;
    case 'call':
      onlooker.before(pair, what);
      // A call that begins in the very place of our own on-the-phone cannot be told from it.
      pair.pbxCall(mayShowOurCall(pair) ? 'sip:' : what.contact);
      return;
    case 'hang-up':
      onlooker.before(pair, what);
      pair.pbxHangsUp();
      return;
    case 'graph':
      pair.graphLine = what.line;
      pair.graphRetryMs = what.retryS * SECOND;
      return;
    case 'pbx':
      pair.pbxLine = what.line;
      return;
    case 'settings': {
      const { directions = pair.rules.directions, rows } = what;
      const mapping = rows === undefined ? pair.rules.mapping : mappingOf(rows);
      pair.rules = { ...pair.rules, mapping, directions };
      pair.apply({ kind: 'rules-changed' });
      return;
    }
    case 'gap': {
      const meanwhile = () => {
        onlooker.gap(pair, 'begins', what);
        if (what.reboot && ofPbx(what)) pair.pbx.items.clear();
        for (const one of what.meanwhile) act(pair, one, onlooker);
        if (ofEdge(what)) pair.pass(what.lastsS * SECOND);
        else sweeping(pair, what.lastsS * SECOND);
        onlooker.gap(pair, 'ends', what);
      };
      if (what.of === 'pbx') pair.pbxGap(meanwhile);
      else if (what.of === 'agent') pair.agentGap(meanwhile);
      else if (what.of === 'tunnel') pair.tunnelGap(meanwhile);
      else {
        pair.edgeGap(meanwhile, { sessionLasted: !ofPbx(what) });
        // Its agent comes back to it: everybody is read.
        pair.read();
      }
    }
  }
}

/** Its session with the PBX is over. */
export const ofPbx = ({ of }: Gap): boolean => of !== 'tunnel' && of !== 'edge';
/** The edge has lost its memory. */
export const ofEdge = ({ of }: Gap): boolean => of === 'edge' || of === 'edge and pbx';

function mayShowOurCall({ state, edgeIsUp }: PairDriver): boolean {
  const { pbxPending, pbxConfirmed, pbxDoubts = [] } = state.written;
  // Nobody knows what it writes first when it is back.
  if (!edgeIsUp) return true;
  const sent = [pbxPending, ...pbxDoubts].map((one) => one?.activity);
  return [...sent, pbxConfirmed].includes(ON_THE_PHONE);
}

/** Nobody talks any more: what a call hid is to be seen. */
export function endCalls(pair: PairDriver, onlooker = nobody): void {
  if (pair.pbx.calls.size > 0) act(pair, { do: 'hang-up' }, onlooker);
  if (IN_TEAMS_CALL.has(textOf(pair.teams.client))) {
    act(pair, { do: 'client', presence: 'Available' }, onlooker);
  }
  sweeping(pair, 15 * MINUTE, onlooker);
  rest(pair);
}

const IN_TEAMS_CALL = new Set(['Busy/InACall', 'DoNotDisturb/Presenting']);

/** The lines work again, all notifications are through, the slow sweep has come by. */
export function calmDown(pair: PairDriver): void {
  pair.graphLine = 'up';
  pair.pbxLine = 'list-first';
  pair.pass(3 * MINUTE);
  pair.read();
  pair.pass(3 * MINUTE);
  rest(pair);
}

/** What has just begun, as the refresh of a session, or a look at what came hours late, comes to its end. */
function rest(pair: PairDriver): void {
  if (pair.quietSince === null) pair.pass(20 * SECOND);
}

/** A history as a test, to be pasted into `fuzz.test.ts` until it has become a story with a name. */
export function asTest(name: string, check: string, w: World, more = ''): string {
  const { steps, ...rest } = w;
  const lines = Object.entries(rest).map(([key, value]) => `    ${key}: ${JSON.stringify(value)},`);
  const told = steps.map((step) => `      ${JSON.stringify(step)},`);
  return [
    `test('${name}', () => {`,
    '  const world: World = {',
    ...lines,
    '    steps: [',
    ...told,
    '    ],',
    '  };',
    `  expect(${check}(world${more})).toEqual([]);`,
    '});',
  ].join('\n');
}
