import { describe, expect, test } from 'vitest';
import { isForeseen, isUnchanged } from '../../../shared/presence/at-rest.ts';
import { decide } from '../../../shared/presence/decide.ts';
import { due } from '../../../shared/presence/due.ts';
import {
  newPair,
  type PairState,
  PBX_ANSWER_LIMIT_MS,
  READ_FIRST_MS,
  SETTLE_AFTER_MS,
  type TeamsWrite,
} from '../../../shared/presence/model.ts';
import { teams } from './models.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

const isStoredLater = ({ rules }: PairDriver, before: PairState, after: PairState): boolean =>
  isForeseen(rules, before, after);

/** What is stored before the story, the pair, and how the story goes on. */
type Story = [what: string, tell: (pair: PairDriver) => () => void];

const LATER: readonly Story[] = [
  [
    'the PBX takes what was written',
    (pair) => {
      pair.pbxLine = 'lost';
      pair.teamsChooses('Busy');
      const write = pair.state.written.pbxPending?.at ?? 0;
      return () => pair.apply({ kind: 'pbx-wrote', write });
    },
  ],
  [
    'Microsoft takes what was written, and it comes back',
    (pair) => {
      pair.graphTakesMs = 5 * SECOND;
      pair.delays = () => [2 * SECOND];
      pair.pbxSets('dnd');
      return () => pair.pass(MINUTE);
    },
  ],
  [
    'our session comes back',
    (pair) => {
      pair.delays = () => [SECOND];
      pair.pbxCall();
      return () => pair.pass(MINUTE);
    },
  ],
  [
    'a read tells what Teams shows by itself after ours was cleared',
    (pair) => {
      pair.pbxSets('dnd');
      pair.pass(HOUR).delays = () => [2 * SECOND];
      pair.pbxSets('');
      return () => pair.pass(MINUTE);
    },
  ],
  [
    'somebody signs out whose state is of the PBX',
    (pair) => {
      pair.pbxSets('dnd');
      pair.pass(HOUR);
      return () => pair.teamsClient('Offline');
    },
  ],
];

const AT_ONCE: readonly Story[] = [
  ['somebody chooses in Teams', (pair) => () => pair.teamsChooses('Busy')],
  ['somebody chooses on the PBX', (pair) => () => pair.pbxSets('away')],
  ['a call begins in Teams', (pair) => () => pair.teamsClient('Busy/InACall')],
  ['a call begins on the PBX', (pair) => () => pair.pbxCall()],
  [
    'the PBX refuses it',
    (pair) => {
      pair.pbxLine = { fault: 'refused' };
      return () => pair.teamsChooses('Busy');
    },
  ],
  [
    'the PBX does not answer in time',
    (pair) => {
      pair.pbxLine = 'lost';
      pair.teamsChooses('Busy');
      return () => pair.pass(16 * SECOND);
    },
  ],
  [
    'something may be old, and a read is to tell',
    (pair) => {
      pair.readTakesMs = 5 * SECOND;
      pair.pbxSets('dnd');
      return () => pair.teamsSays('Busy');
    },
  ],
  [
    'an echo leaves the sides different, and a read is to tell',
    (pair) => {
      pair.delays = () => [MINUTE];
      pair.readTakesMs = 5 * SECOND;
      pair.pbxSets('dnd');
      pair.pass(SECOND).pbxSets('busy');
      pair.pass(5 * SECOND);
      return () => pair.teamsSays('DoNotDisturb');
    },
  ],
  [
    'what was said before a read, asked already, may be old',
    (pair) => {
      pair.pbxSets('dnd');
      pair.pass(HOUR).delays = () => [MINUTE];
      pair.readTakesMs = 5 * SECOND;
      pair.pbxSets('');
      expect(pair.state.settleAt).not.toBeNull();
      return () => pair.teamsSays('Busy');
    },
  ],
  [
    'the call on the PBX is over',
    (pair) => {
      pair.pbxCall();
      pair.pass(HOUR);
      return () => pair.pbxHangsUp();
    },
  ],
  [
    'the call in Teams is over',
    (pair) => {
      pair.teamsClient('Busy/InACall');
      pair.pass(HOUR);
      return () => pair.teamsClient('Available');
    },
  ],
  [
    'something else shows where nothing of ours was cleared',
    (pair) => {
      pair.teamsChooses('Busy');
      pair.pass(HOUR);
      return () => pair.teamsClient('Offline');
    },
  ],
];

describe('what storage learns of a pair', () => {
  const told = ([, tell]: Story) => {
    const pair = PairDriver.paired();
    const goesOn = tell(pair);
    const before = pair.state;
    goesOn();
    expect(pair.state).not.toEqual(before);
    return isStoredLater(pair, before, pair.state);
  };

  test.each(LATER)('later, where %s', (...story) => {
    expect(told(story)).toBe(true);
  });

  test.each(AT_ONCE)('at once, where %s', (...story) => {
    expect(told(story)).toBe(false);
  });
});

test('that a read follows what is to be cleared, whoever clears it knows already', () => {
  const pair = PairDriver.paired();
  pair.pbxSets('dnd');
  const { now, rules, state } = pair.pass(HOUR);
  const items = [{ contact: 'tel:', activity: '' }];
  const chosen = { kind: 'pbx-seen', items, afterGap: false, at: now } as const;
  const stored = decide(rules, state, chosen, now).state;
  const write = { kind: 'clear-preferred' } as const;
  expect(due(rules, stored, now).teams).toEqual([write]);
  const sent = decide(rules, stored, { kind: 'teams-sent', write }, now).state;
  expect(stored.settleAt).toBeNull();
  expect(sent.settleAt).toBeGreaterThan(now);
  expect(isForeseen(rules, stored, sent)).toBe(true);
});

describe('what is seen again', () => {
  const busy = () => {
    const pair = PairDriver.paired();
    pair.sequences = true;
    pair.teamsChooses('Busy');
    pair.pass(HOUR);
    return pair;
  };

  test.each<Story>([
    ['the list of the PBX', (pair) => () => pair.list()],
    ['what Teams shows', (pair) => () => pair.read()],
  ])('changes nothing that is stored: %s', (_, tell) => {
    const pair = busy();
    const before = pair.state;
    pair.pass(MINUTE);
    tell(pair)();
    expect(pair.state).not.toEqual(before);
    expect(isUnchanged(before, pair.state)).toBe(true);
  });

  test.each<Story>([
    ['another list', (pair) => () => pair.pbxSets('away')],
    ['another presence', (pair) => () => pair.teamsChooses('Away')],
    ['a call', (pair) => () => pair.pbxCall()],
  ])('and is something else is stored: %s', (_, tell) => {
    const pair = busy();
    const before = pair.state;
    tell(pair)();
    expect(isUnchanged(before, pair.state)).toBe(false);
  });

  test('nor what nobody knows anything of', () => {
    expect(isUnchanged(newPair(), newPair())).toBe(true);
    expect(isUnchanged(newPair(), busy().state)).toBe(false);
  });
});

describe('whoever has lost their memory', () => {
  interface Loss {
    ageMs?: number;
    answeredUntil?: number;
    refused?: readonly TeamsWrite[];
  }
  const lose = (pair: PairDriver, stored: PairState, loss: Loss) => {
    const { ageMs = 0, answeredUntil = 0, refused = [] } = loss;
    const lost = { storedAt: pair.now, lostAt: pair.now + ageMs, answeredUntil, refused };
    pair.state = decide(pair.rules, stored, { kind: 'memory-lost', ...lost }, pair.now).state;
  };
  /** DND is to be written to Teams, and Microsoft answers nobody: what is known, and the row. */
  const leaving = () => {
    const pair = PairDriver.paired();
    pair.graphTakesMs = HOUR;
    const stored = decide(
      pair.rules,
      pair.state,
      {
        kind: 'pbx-seen',
        items: [{ contact: 'tel:', activity: 'dnd' }],
        afterGap: false,
        at: pair.now,
      },
      pair.now,
    ).state;
    pair.pbxSets('dnd');
    return { pair, stored, known: pair.state };
  };

  test.each(['stored', 'known'] as const)('asks Teams before it writes there: %s', (what) => {
    const { pair, [what]: row } = leaving();
    lose(pair, row, {});
    expect(pair.state.written).toMatchObject({ preferred: null, recent: [{ failed: true }] });
    pair.now += SETTLE_AFTER_MS;
    expect(pair.due()).toMatchObject({ read: true, teams: [] });
    pair.now += READ_FIRST_MS;
    expect(pair.due().teams).toMatchObject([{ kind: 'set-preferred' }]);
  });

  test('who loses it again meanwhile asks all the same', () => {
    const { pair, stored } = leaving();
    lose(pair, stored, {});
    const again = pair.state;
    pair.now += READ_FIRST_MS - 1;
    lose(pair, again, { answeredUntil: 0 });
    pair.now += READ_FIRST_MS - 1;
    expect(pair.due()).toMatchObject({ read: true, teams: [] });
  });

  test('a clock that is set back does not keep Teams from being written to', () => {
    const { pair, stored } = leaving();
    lose(pair, stored, {});
    pair.now -= HOUR;
    expect(pair.due().teams).toMatchObject([{ kind: 'set-preferred' }]);
  });

  test.each([
    ['shows ours: it is not said again', 'DoNotDisturb', [], 'dnd'],
    ['shows what it did: it is said again', 'Available', [{ kind: 'set-preferred' }], 'dnd'],
    ['shows something else: a human chose it since', 'BeRightBack', [], 'away'],
    ['shows nothing: it is said again', 'Offline', [{ kind: 'set-preferred' }], 'dnd'],
  ])('Teams %s', (_, shown, writes, wanted) => {
    const { pair, stored } = leaving();
    lose(pair, stored, {});
    pair.now += SETTLE_AFTER_MS;
    const { now: at, rules, state } = pair;
    const read = { kind: 'teams-seen', source: 'read', askedAt: at, at } as const;
    pair.state = decide(rules, state, { ...read, presence: teams(shown) }, at).state;
    expect(pair.due()).toMatchObject({ read: false, teams: writes });
    expect(pair.state.manual?.pbx).toBe(wanted);
  });

  test.each(['stored', 'known'] as const)('takes for done what others came after: %s', (what) => {
    const { pair, [what]: row } = leaving();
    lose(pair, row, { answeredUntil: pair.now });
    expect(pair.state.readFirstSince).toBeDefined();
    lose(pair, row, { answeredUntil: pair.now + 1 });
    expect(pair.state.readFirstSince).toBeUndefined();
    expect(pair.state.written.preferred?.presence).toEqual(teams('DoNotDisturb'));
    expect(pair.due().teams).toEqual([]);
  });

  test.each([0, 1])('does not ask about what was refused, nor takes it for done: %i', (more) => {
    const { pair, stored } = leaving();
    const refused = due(pair.rules, stored, pair.now).teams;
    expect(refused).toMatchObject([{ kind: 'set-preferred' }]);
    lose(pair, stored, { answeredUntil: pair.now + more, refused });
    expect(pair.state.readFirstSince).toBeUndefined();
    expect(pair.due()).toMatchObject({ read: false, teams: refused });
  });

  test('asks all the same who loses it again before the read, and was refused before that', () => {
    const { pair, known } = leaving();
    const refused = [{ kind: 'set-preferred', presence: teams('DoNotDisturb') }] as const;
    lose(pair, known, { refused });
    const again = pair.state;
    expect(again.readFirstSince).toBeDefined();
    lose(pair, again, { refused });
    expect(pair.state.readFirstSince).toBeDefined();
    expect(pair.due().teams).toEqual([]);
  });

  test('asks about what was under way beside what was refused', () => {
    const { pair, known } = leaving();
    lose(pair, known, { refused: [{ kind: 'set-session' }] });
    pair.now += SETTLE_AFTER_MS;
    expect(pair.due()).toMatchObject({ read: true, teams: [] });
  });

  test('a session may stand for a call that was known, and is taken back at its end', () => {
    const pair = PairDriver.paired();
    const { state } = pair;
    const items = [{ contact: 'sip:', activity: 'on-the-phone' }];
    const began = { kind: 'pbx-seen', items, afterGap: false, at: pair.now } as const;
    lose(pair, decide(pair.rules, state, began, pair.now).state, {});
    pair.apply({ ...began, items: [] });
    expect(pair.wrote()).toContain('teams no session');
  });

  test.each([
    [PBX_ANSWER_LIMIT_MS, null],
    [PBX_ANSWER_LIMIT_MS + 1, 'busy'],
  ])(
    'takes for done what the PBX was told so long before, and nothing later: %i ms',
    (ageMs, confirmed) => {
      const pair = PairDriver.paired();
      pair.pbxLine = 'lost';
      pair.teamsChooses('Busy');
      lose(pair, pair.state, { ageMs });
      const { written } = pair.state;
      expect(written.pbxConfirmed).toBe(confirmed);
      expect(written.pbxPending === null).toBe(confirmed !== null);
    },
  );
});

describe('what was seen again unchanged', () => {
  const busy = teams('Busy');
  const known = (): PairState => {
    const pair = PairDriver.paired({ teams: 'Busy' });
    pair.pbxCall();
    return pair.state;
  };

  test.each<[string, (state: PairState) => PairState]>([
    ['the same', (state) => state],
    [
      'seen by Teams later',
      (state) => ({ ...state, teams: state.teams && { ...state.teams, at: 7, sequence: 'b' } }),
    ],
    [
      'listed by the PBX later',
      (state) => ({ ...state, pbx: state.pbx && { ...state.pbx, at: 7 } }),
    ],
    [
      'looked at to find out whether it is new',
      (state) =>
        ({
          ...state,
          unproven: state.teams
            ? { at: 7, manual: null, teams: state.teams, session: null, preferred: null }
            : undefined,
        }) as PairState,
    ],
  ])('needs no storing: %s', (_, next) => {
    const state = known();
    expect(isUnchanged(state, next(state))).toBe(true);
  });

  test.each<[string, (state: PairState) => PairState]>([
    [
      'what Teams shows',
      (state) => ({ ...state, teams: state.teams && { ...state.teams, presence: teams('Away') } }),
    ],
    [
      'a call in Teams',
      (state) => ({ ...state, teams: state.teams && { ...state.teams, call: true } }),
    ],
    ['that Teams is known', (state) => ({ ...state, teams: null })],
    [
      'what stands on the PBX',
      (state) => ({ ...state, pbx: state.pbx && { ...state.pbx, item: 'dnd' } }),
    ],
    [
      'a call on the PBX',
      (state) => ({ ...state, pbx: state.pbx && { ...state.pbx, call: false } }),
    ],
    ['that the PBX is known', (state) => ({ ...state, pbx: null })],
    [
      'what is wanted',
      (state) => ({ ...state, manual: { origin: 'pbx', pbx: 'dnd', teams: busy } }),
    ],
  ])('is not what changed: %s', (_, next) => {
    const state = known();
    expect(isUnchanged(state, next(state))).toBe(false);
  });

  test('is what is equal, whoever made it', () => {
    const state = known();
    expect(isUnchanged(state, structuredClone(state))).toBe(true);
  });
});

describe('what storage may learn later', () => {
  const known = (): PairDriver => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    return pair;
  };
  const view = (pair: PairDriver, part: 'teams' | 'pbx', more: object): PairState => ({
    ...pair.state,
    [part]: { ...pair.state[part], ...more },
  });

  test.each<[string, boolean, (pair: PairDriver) => PairState]>([
    ['when the PBX was listed', true, (pair) => view(pair, 'pbx', { at: 7 })],
    [
      'what Teams showed at that moment',
      true,
      (pair) => view(pair, 'teams', { presence: teams('Away') }),
    ],
    [
      'what is beneath a call in Teams',
      false,
      (pair) => view(pair, 'teams', { underlying: teams('Away') }),
    ],
    ['a call in Teams', false, (pair) => view(pair, 'teams', { call: true })],
    ['a call on the PBX', false, (pair) => view(pair, 'pbx', { call: true })],
    ['what a human set on the PBX', false, (pair) => view(pair, 'pbx', { manual: 'away' })],
    ['that there is a view of the PBX', false, (pair) => ({ ...pair.state, pbx: null })],
    ['that there is a view of Teams', false, (pair) => ({ ...pair.state, teams: null })],
  ])('%s: %s', (_, isLater, next) => {
    const pair = known();
    expect(isStoredLater(pair, pair.state, next(pair))).toBe(isLater);
  });
});
