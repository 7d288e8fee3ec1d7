import { describe, expect, test } from 'vitest';
import { isForeseen, lastHeard } from '../../../shared/presence/at-rest.ts';
import { decide } from '../../../shared/presence/decide.ts';
import { type PairState, PBX_ANSWER_LIMIT_MS } from '../../../shared/presence/model.ts';
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
    'Microsoft does not take it',
    (pair) => {
      pair.graphLine = 'fails';
      pair.graphTakesMs = SECOND;
      pair.pbxSets('dnd');
      return () => pair.pass(2 * SECOND);
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

describe('whoever has lost their memory', () => {
  const lost = (pair: PairDriver, { ageMs }: { ageMs: number }): PairState => {
    const lostAt = lastHeard(pair.state) + ageMs;
    return decide(pair.rules, pair.state, { kind: 'memory-lost', lostAt }, lostAt + HOUR).state;
  };
  const unanswered = () => {
    const pair = PairDriver.paired();
    pair.graphTakesMs = HOUR;
    pair.pbxSets('dnd');
    return pair;
  };

  test('says again what was on its way to Teams', () => {
    const { written } = lost(unanswered(), { ageMs: 0 });
    expect(written.preferred).toBeNull();
    expect(written.recent).toMatchObject([{ failed: true }]);
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
      const { written } = lost(pair, { ageMs });
      expect(written.pbxConfirmed).toBe(confirmed);
      expect(written.pbxPending === null).toBe(confirmed !== null);
    },
  );
});
