import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { TeamsWrite } from '../../../shared/presence/model.ts';
import {
  teamsWriteArrived,
  teamsWriteAssumed,
  teamsWriteFailed,
  teamsWriteSent,
  teamsWritesAssumed,
  teamsWritesLost,
  teamsWriteTaken,
} from '../../../shared/presence/teams-writes.ts';
import { teams } from './models.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

describe('a write to Teams that fails', () => {
  test('becomes due again', () => {
    const pair = PairDriver.paired();
    pair.graphLine = 'fails';
    pair.pbxSets('busy');
    expect(pair.due().teams).toMatchObject([{ kind: 'set-preferred' }]);
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy', 'teams Busy']);
    pair.graphLine = 'fails';
    pair.pbxSets('');
    expect(pair.due().teams).toEqual([{ kind: 'clear-preferred' }]);
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.teams.preferred).toBeNull();
    expect(pair.shows).toBe('Available = available');
  });

  test('and whose echo comes in has arrived, as a read says: it is not written twice', () => {
    const pair = PairDriver.paired();
    pair.graphLine = 'answer-lost';
    pair.pbxSets('busy');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.wrote()).toEqual(['teams Busy']);
    pair.graphLine = 'answer-lost';
    pair.pbxSets('');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.teams.preferred).toBeNull();
    expect(pair.shows).toBe('Available = available');
  });

  test('and makes no echo is due again, whether it arrived or not', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.graphLine = 'answer-lost';
    pair.pbxSets('busy');
    expect(pair.due().teams).toMatchObject([{ kind: 'set-preferred' }]);
  });

  test('for minutes does not make us forget that ours had been cleared before', () => {
    const pair = PairDriver.paired({ teams: 'Away' });
    pair.pbxSets('');
    pair.graphLine = 'away';
    pair.pbxSets('busy');
    pair.pass(2 * MINUTE).pbxSets('');
    pair.wrote();
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = available');
    expect(pair.wrote().filter((write) => write.startsWith('pbx'))).toEqual([]);
  });

  test('leaves what Teams still shows nobody’s choice: the PBX is not reverted', () => {
    const pair = PairDriver.paired();
    pair.graphLine = 'fails';
    pair.pbxSets('away');
    pair.pass(20 * SECOND).read();
    pair.pass(MINUTE).read();
    expect(pair.pbxShows).toBe('away');
    pair.graphLine = 'up';
    pair.pass(HOUR).wrote();
    pair.graphLine = 'fails';
    pair.pbxSets('');
    pair.pass(20 * SECOND).read();
    pair.pass(MINUTE).read();
    expect(pair.pbxShows).toBe('');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('and landed all the same does not become a human’s choice', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.graphLine = 'answer-lost';
    pair.graphRetryMs = HOUR;
    pair.pbxSets('busy');
    pair.pass(20 * SECOND);
    expect(pair.read()).toBe('own-echo');
    expect(pair.state.manual).toMatchObject({ origin: 'pbx', pbx: 'busy' });
  });

  test('and landed all the same is ours too when something else is wanted by then', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [SECOND];
    pair.graphLine = 'answer-lost';
    pair.pbxSets('lunch');
    pair.pbxSets('');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
    expect(pair.wrote()).toEqual(['teams Away', 'teams clear']);
  });

  test('and landed all the same is ours for as long as nothing replaced it', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.graphLine = 'answer-lost';
    pair.graphRetryMs = HOUR;
    pair.pbxSets('busy');
    pair.pbxSets('');
    for (const wait of [100, 100]) {
      pair.pass(wait * SECOND);
      expect(['own-echo', 'own-echo-but-different']).toContain(pair.read());
    }
    expect(pair.pbxShows).toBe('');
    pair.graphLine = 'up';
    pair.pass(2 * HOUR);
    expect(pair.shows).toBe('Available = available');
  });

  test('and was to clear: what Teams shows without ours is nobody’s choice', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('away');
    pair.pass(HOUR).teamsClient('Busy/InAMeeting');
    pair.pass(HOUR).wrote();
    pair.graphLine = 'answer-lost';
    pair.graphRetryMs = MINUTE;
    pair.pbxSets('');
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.pbxShows).toBe('');
  });

  test.each(['dnd', 'busy', 'away'])(
    'leaves what it replaces nobody’s choice, while older echoes come in: %s, available, and that again',
    (chosen) => {
      const pair = PairDriver.paired();
      pair.pass(MINUTE).delays = () => [400];
      pair.pbxSets(chosen);
      pair.pass(100).pbxSets('');
      pair.graphLine = 'fails';
      pair.graphRetryMs = 6 * SECOND;
      pair.pass(100).pbxSets(chosen);
      pair.pass(5 * SECOND).read();
      expect(pair.pbxShows).toBe(chosen);
      pair.graphLine = 'up';
      pair.pass(HOUR);
      expect(pair.pbxShows).toBe(chosen);
      expect(pair.teams.preferred).toMatchObject(pair.state.manual?.teams as object);
    },
  );

  test('a meeting that a clear uncovered stays nobody’s choice when the next write fails', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('busy');
    pair.pass(HOUR).teamsClient('Busy/InAMeeting');
    pair.pass(HOUR).delays = () => [];
    pair.pbxSets('');
    pair.graphLine = 'fails';
    pair.graphRetryMs = MINUTE;
    pair.pass(SECOND).pbxSets('away');
    pair.pass(5 * SECOND).read();
    pair.graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = away');
  });

  test('a later choice is written even where Teams is thought to show it', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.pbxSets('away');
    pair.pass(HOUR);
    pair.graphLine = 'answer-lost';
    pair.pbxSets('busy');
    pair.graphLine = 'up';
    pair.pbxSets('away');
    pair.pass(HOUR);
    expect(pair.shows).toBe('Away = away');
  });

  test('what a human chose in Teams meanwhile is a choice', () => {
    const pair = PairDriver.paired();
    pair.graphLine = 'fails';
    pair.pbxSets('busy');
    pair.pass(20 * SECOND).teamsChooses('DoNotDisturb');
    pair.pass(MINUTE);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  });
});

describe('while a write to Teams is under way', () => {
  test.each([
    ['fails', false],
    ['answer-lost', false],
    ['answer-lost', true],
    ['up', false],
    ['up', true],
  ] as const)('nothing read is believed: %s, shown only with its answer: %s', (line, isSlow) => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR).wrote();
    pair.delays = () => [];
    pair.graphTakesMs = 9 * SECOND;
    pair.graphIsSlow = isSlow;
    pair.graphLine = line;
    pair.pbxSets('');
    pair.pass(8 * SECOND);
    expect(pair.read()).toBe('read-too-early');
    pair.graphLine = 'up';
    pair.pass(MINUTE);
    expect(pair.shows).toBe('Available = available');
    expect(pair.wrote().filter((write) => write.startsWith('pbx'))).toEqual([]);
  });

  test('nobody reads for the sake of it; the answer makes the read due', () => {
    const pair = PairDriver.paired();
    pair.pbxSets('dnd');
    pair.pass(HOUR);
    pair.delays = () => [];
    pair.graphTakesMs = 9 * SECOND;
    pair.pbxSets('');
    pair.reads();
    pair.pass(8 * SECOND);
    expect(pair.reads()).toBe(0);
    pair.pass(SECOND);
    expect(pair.reads()).toBe(1);
    pair.pass(HOUR);
    expect(pair.reads()).toBe(0);
  });

  test('a read whose answer comes after that of the write, and was asked before, is asked again', () => {
    const pair = PairDriver.paired();
    pair.delays = () => [];
    pair.graphTakesMs = 9 * SECOND;
    const before = pair.teams.shown(pair.now);
    pair.pbxSets('dnd');
    const askedAt = pair.now + 8 * SECOND;
    pair.pass(10 * SECOND);
    expect(pair.read(askedAt, before)).toBe('read-too-early');
    expect(pair.pbxShows).toBe('dnd');
  });

  test('a state that it may have set is taken back', () => {
    const pair = PairDriver.paired();
    pair.graphTakesMs = 9 * SECOND;
    pair.graphLine = 'answer-lost';
    pair.pbxSets('busy');
    pair.pass(SECOND).pbxSets('');
    pair.pass(20 * SECOND).graphLine = 'up';
    pair.pass(HOUR);
    expect(pair.shows).toBe('Available = available');
    expect(pair.teams.preferred).toBeNull();
  });

  describe('that arrives after it was given up', () => {
    test.each(['busy', 'dnd', 'away'])('stands, and is not written again: %s', (activity) => {
      const pair = PairDriver.paired();
      pair.graphRetryMs = 20 * SECOND;
      pair.graphLine = 'late';
      pair.pbxSets(activity);
      pair.graphLine = 'up';
      pair.pass(HOUR);
      expect(pair.pbxShows).toBe(activity);
      expect(pair.wrote()).toEqual([expect.stringMatching(/^teams /)]);
    });

    test.each([
      ['taken back', '', 'Available = available'],
      ['replaced', 'away', 'Away = away'],
    ])('is %s where something else was chosen meanwhile', (_, then, shows) => {
      const pair = PairDriver.paired();
      pair.graphLine = 'late';
      pair.pbxSets('dnd');
      pair.graphLine = 'up';
      pair.pass(4 * SECOND).pbxSets(then);
      pair.pass(HOUR);
      expect(pair.shows).toBe(shows);
    });

    test.each([
      ['', 'Available = available'],
      ['away', 'Away = away'],
    ])(
      'is no choice of anybody, though a read has shown an older one of ours: then %s',
      (then, shows) => {
        const pair = PairDriver.paired();
        pair.graphLine = 'answer-lost';
        pair.pbxSets('dnd');
        pair.pass(4 * SECOND).graphLine = 'late';
        pair.pbxSets('busy');
        pair.pass(5 * SECOND).graphLine = 'up';
        pair.pbxSets(then);
        pair.read();
        pair.pass(HOUR);
        expect(pair.shows).toBe(shows);
        expect(pair.wrote().filter((write) => write.startsWith('pbx'))).toEqual([]);
      },
    );

    test('uncovers what the client says, though a read has shown that ours stood', () => {
      const pair = PairDriver.paired();
      pair.graphLine = 'answer-lost';
      pair.pbxSets('away');
      pair.pass(4 * SECOND).graphLine = 'late';
      pair.pbxSets('');
      pair.pass(5 * SECOND).graphLine = 'up';
      pair.pbxSets('away');
      pair.read();
      pair.pass(HOUR);
      expect(pair.shows).toBe('Away = away');
      expect(pair.wrote().filter((write) => write.startsWith('pbx'))).toEqual([]);
    });

    test('a mark for a call that ended meanwhile does not stay', () => {
      const pair = PairDriver.paired();
      pair.graphLine = 'late';
      pair.pbxCall();
      pair.graphLine = 'up';
      pair.pass(4 * SECOND).pbxHangsUp();
      pair.pass(7 * SECOND);
      expect(pair.teams.hasSession(pair.now)).toBe(false);
      expect(pair.pass(HOUR).shows).toBe('Available = available');
    });
  });

  test('that nobody answers, reads are believed again after 30 s', () => {
    const pair = PairDriver.paired();
    pair.apply({ kind: 'teams-sent', write: { kind: 'clear-preferred' } });
    pair.delays = () => [];
    pair.pass(5 * SECOND).teamsChooses('DoNotDisturb');
    pair.pass(24 * SECOND);
    expect(pair.pbxShows).toBe('');
    pair.pass(2 * SECOND);
    expect(pair.pbxShows).toBe('dnd');
  });
});

describe('a session', () => {
  test.each(['fails', 'answer-lost'] as const)(
    'that may stand is cleared when the call has ended: %s',
    (line) => {
      const pair = PairDriver.paired();
      pair.graphLine = line;
      pair.pbxCall();
      pair.pass(SECOND).pbxHangsUp();
      pair.graphLine = 'up';
      pair.pass(10 * SECOND);
      expect(pair.teams.hasSession(pair.now)).toBe(false);
      expect(pair.wrote().at(-1)).toBe('teams no session');
      expect(pair.due().teams).toEqual([]);
    },
  );

  test('that could not be cleared is cleared later', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.pass(MINUTE);
    pair.graphLine = 'fails';
    pair.pbxHangsUp();
    pair.pass(10 * SECOND);
    expect(pair.teams.hasSession(pair.now)).toBe(true);
    pair.graphLine = 'up';
    pair.pass(10 * SECOND);
    expect(pair.shows).toBe('Available = available');
  });

  test('whose refresh failed is not taken for a call in Teams', () => {
    const pair = PairDriver.paired();
    pair.pbxCall();
    pair.graphLine = 'fails';
    pair.pass(7 * MINUTE).read();
    expect(pair.state.teams?.call).toBe(false);
    expect(pair.wrote().filter((write) => write.startsWith('pbx'))).toEqual([]);
  });
});

test('only the last few writes are remembered', () => {
  const pair = PairDriver.paired();
  for (let n = 0; n < 30; n += 1) pair.pbxSets(n % 2 === 0 ? 'busy' : 'dnd');
  expect(pair.state.written.recent).toHaveLength(8);
});

describe.each<[string, TeamsWrite]>([
  ['a session', { kind: 'set-session' }],
  ['the end of one', { kind: 'clear-session' }],
  ['a state', { kind: 'set-preferred', presence: teams('Busy') }],
  ['the end of one', { kind: 'clear-preferred' }],
])('of what was under way, %s, %j,', (_, write) => {
  const at = 1_000;
  const now = at + MINUTE;
  const before = PairDriver.paired().state;
  const sent = teamsWriteSent(before, write, at);

  test('is taken as if it had been answered', () => {
    expect(teamsWritesAssumed(sent, now)).toEqual(teamsWriteTaken(sent, write, now));
    expect(teamsWritesAssumed(sent, now).written.recent.at(-1)?.answeredAt).toBe(now);
  });

  test('may have failed where nobody will hear of it, and a read tells', () => {
    const lost = teamsWritesLost(sent, [], { storedAt: at, now });
    const failed = teamsWriteFailed(sent, write, now);
    expect(lost).toEqual({ ...failed, settleAt: now, readFirstSince: now });
    expect(lost.written.recent.at(-1)).toMatchObject({ answeredAt: now, failed: true });
  });

  test('is asked about where it has left since, though nobody knows', () => {
    const lost = teamsWritesLost(before, [write], { storedAt: at, now });
    expect(lost).toEqual(teamsWritesLost(sent, [], { storedAt: at, now }));
  });

  test('and what is answered is asked about no more', () => {
    const answered = teamsWriteTaken(sent, write, now);
    expect(teamsWritesAssumed(answered, now + 1)).toBe(answered);
    expect(teamsWritesLost(answered, [], { storedAt: at, now })).toBe(answered);
    const waiting = { ...answered, readFirstSince: now };
    expect(teamsWritesLost(waiting, [], { storedAt: at, now })).toEqual(answered);
  });

  test('is no answer to another one', () => {
    const others: TeamsWrite[] = [
      { kind: 'set-session' },
      { kind: 'clear-session' },
      { kind: 'set-preferred', presence: teams('Busy') },
      { kind: 'set-preferred', presence: teams('Away') },
      { kind: 'clear-preferred' },
    ];
    for (const other of others.filter((one) => !isDeepStrictEqual(one, write))) {
      const { recent } = teamsWriteTaken(sent, other, now).written;
      expect([other, recent.at(-1)?.answeredAt]).toEqual([other, null]);
      expect(
        teamsWriteArrived(teamsWriteFailed(sent, write, now), other, now).written.recent,
      ).toEqual(teamsWriteFailed(sent, write, now).written.recent);
    }
  });

  test('arrives late, and stands from then on', () => {
    const failed = teamsWriteFailed(sent, write, now);
    const arrived = teamsWriteArrived(failed, write, now + SECOND);
    expect(arrived.written.recent.at(-1)).toMatchObject({
      at: now + SECOND,
      answeredAt: now + SECOND,
    });
    expect(arrived.written.recent.at(-1)?.failed).toBeUndefined();
    expect(teamsWriteArrived(sent, write, now)).toBe(sent);
    expect(teamsWriteArrived(before, write, now)).toBe(before);
  });
});

test('a session that is known and was perhaps refreshed is not asked about', () => {
  const { state } = PairDriver.paired();
  const standing = { ...state, written: { ...state.written, session: { at: 1 } } };
  expect(teamsWritesLost(standing, [{ kind: 'set-session' }], { storedAt: 2, now: 3 })).toBe(
    standing,
  );
  const cleared = teamsWritesLost(standing, [{ kind: 'clear-session' }], { storedAt: 2, now: 3 });
  expect(cleared.readFirstSince).toBe(3);
});

describe('a state that is said again', () => {
  const { state } = PairDriver.paired();
  const busy = { kind: 'set-preferred', presence: teams('Busy') } as const;
  const dnd = { kind: 'set-preferred', presence: teams('DoNotDisturb') } as const;
  const failed = teamsWriteFailed(teamsWriteSent(state, busy, 10), busy, 11);

  test('may stand since it was said first, where nobody knows which attempt Microsoft took', () => {
    const again = teamsWriteFailed(teamsWriteSent(failed, busy, 20), busy, 21);
    const sent = teamsWriteSent(again, busy, 30);
    expect(sent.written.recent).toMatchObject([{ at: 30, firstAt: 10 }]);
    expect(teamsWriteTaken(sent, busy, 40).written.lasts).toMatchObject({ since: 30 });
    expect(teamsWriteAssumed(sent, busy, 40).written.lasts).toMatchObject({ since: 10 });
  });

  test('stands since it was said again, where another one has taken its place meanwhile', () => {
    const other = teamsWriteTaken(teamsWriteSent(failed, dnd, 20), dnd, 21);
    const sent = teamsWriteSent(other, busy, 30);
    expect(sent.written.recent.map(({ at, firstAt }) => [at, firstAt])).toEqual([
      [20, undefined],
      [30, undefined],
    ]);
  });
});

test('a state stands in Teams from its own answer on, and not from that of another write', () => {
  const { state } = PairDriver.paired();
  const write = { kind: 'set-preferred', presence: teams('Busy') } as const;
  const sent = teamsWriteSent(state, write, 10);
  expect(teamsWriteTaken(sent, write, 20).written.lasts).toMatchObject({ since: 10 });
  // A human chose meanwhile.
  const chosen = { ...sent, written: { ...sent.written, preferred: null } };
  expect(teamsWriteTaken(chosen, write, 20).written.lasts).toBeUndefined();
  expect(teamsWriteTaken(state, write, 20).written.lasts).toBeUndefined();
  const session = teamsWriteSent(sent, { kind: 'set-session' }, 10);
  expect(teamsWriteTaken(session, { kind: 'set-session' }, 20).written.lasts).toBeUndefined();
});
