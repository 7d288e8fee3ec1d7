// Two equal writes to the PBX with a human's choice between them: the first that arrives passes for both. Known, and
// in `docs/presence-rules.md` among what the rules cannot know.
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
