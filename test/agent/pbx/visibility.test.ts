// Whom our App object may not see, against a line that the test holds.
import { expect, test } from 'vitest';
import { Session } from '../../../agent/pbx/session.ts';
import { watchVisibility } from '../../../agent/pbx/visibility.ts';
import { USERS_PER_PBX } from '../../../shared/protocol/frame.ts';
import { fakeClock } from '../fake-clock.ts';
import { FakeLine } from '../fake-line.ts';
import { fakeLog } from '../fake-log.ts';

function watching() {
  const line = new FakeLine();
  const clock = fakeClock();
  const session = new Session(line, clock, fakeLog().log);
  void session.run(new AbortController().signal);
  const told: string[][] = [];
  watchVisibility(session, 'microsoft365', (users) => told.push(users));
  const push = (mt: string, user: string) =>
    line.say({ mt, api: 'PbxAdminApi', src: 'unallowed', user });
  const last = () => {
    clock.advance(2_000);
    return told.at(-1) ?? [];
  };
  return { push, last };
}

test('a name without an end is cut to what a frame takes, and taken back by the same', () => {
  const it = watching();
  it.push('MonitorUnallowedAdd', 'x'.repeat(100_000));
  expect(it.last()).toEqual(['x'.repeat(1_024)]);
  it.push('MonitorUnallowedDel', 'x'.repeat(100_000));
  expect(it.last()).toEqual([]);
});

test('more than the users that one PBX can have are nobody', () => {
  const it = watching();
  for (let n = 0; n <= USERS_PER_PBX; n += 1) it.push('MonitorUnallowedAdd', `user${n}`);
  expect(it.last()).toHaveLength(USERS_PER_PBX);
});
