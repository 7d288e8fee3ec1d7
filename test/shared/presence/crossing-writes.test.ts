// Writes to the PBX that cross a human's choice there, or the first list after a gap: they arrive after it, and are
// ours all the same.
import { expect, test } from 'vitest';
import { PairDriver, SECOND } from './pair-driver.ts';

test.each([{ sessionLasted: true }, { sessionLasted: false }])(
  'what a human chose between two equal writes of ours is not undone by the second: %o',
  { fails: true },
  (gap) => {
    const pair = PairDriver.paired();
    pair.pbxLine = 'lost';
    pair.teamsChooses('Busy');
    pair.pass(SECOND);
    // The first list of a new tunnel does not show the first write yet: it is said again.
    pair.list({ afterGap: true, ...gap });
    expect(pair.wrote()).toEqual(['pbx busy', 'pbx busy']);
    const second = pair.state.written.pbxPending?.at ?? 0;
    // The PBX takes the first, a human chooses, the PBX takes the second.
    pair.pbx.set('tel:', 'busy');
    pair.list();
    pair.pbxLine = 'list-first';
    expect(pair.pbxSets('dnd')).toBe('pbx-chose');
    pair.pbx.set('tel:', 'busy');
    pair.list();
    pair.apply({ kind: 'pbx-wrote', write: second });
    pair.pass(5 * SECOND);
    expect(pair.shows).toBe('DoNotDisturb = dnd');
  },
);

// An agent that leads is written to before its first list has come.
test('what was written before the first list of a new session is ours when it arrives after that list', {
  fails: true,
}, () => {
  const pair = PairDriver.paired();
  pair.pbxLine = 'lost';
  pair.teamsChooses('Busy');
  const write = pair.state.written.pbxPending?.at ?? 0;
  // In the gap a human chose, too; then the PBX takes what was written.
  pair.pbx.set('tel:', 'dnd');
  pair.list({ afterGap: true });
  pair.pbx.set('tel:', 'busy');
  pair.list();
  pair.pbxLine = 'list-first';
  pair.apply({ kind: 'pbx-wrote', write });
  pair.pass(5 * SECOND);
  expect(pair.shows).toBe('DoNotDisturb = dnd');
});

test('nor is on-the-phone that was written before it a call of the PBX', { fails: true }, () => {
  const pair = PairDriver.paired();
  pair.pbxLine = 'lost';
  pair.teamsClient('Busy/InACall');
  pair.pbx.set('tel:', 'away');
  pair.list({ afterGap: true });
  pair.pbx.set('tel:', 'on-the-phone');
  expect(pair.list()).not.toBe('pbx-call-began');
  expect(pair.state.pbx?.call).toBe(false);
});
