import { expect, test } from 'vitest';
import { Outgoing } from '../../../agent/relay/outgoing.ts';
import { PART_SIZE } from '../../../shared/protocol/frame.ts';
import { type UpFrame, wroteFrame } from '../../../shared/protocol/up.ts';

function setup() {
  const sent: UpFrame[] = [];
  const due = { soon: [] as (() => void)[], later: [] as (() => void)[] };
  const outgoing = new Outgoing((frame) => sent.push(frame), {
    soon: (then) => due.soon.push(then),
    later: (then) => due.later.push(then),
  });
  const presence = (guid: string, pbx = 'pbx', afterGap = false) =>
    outgoing.presence(pbx, { guid, items: [], afterGap });
  const flush = (when: 'soon' | 'later') => {
    for (const then of due[when].splice(0)) then();
    return sent.map((frame) =>
      frame.t === 'presences'
        ? `${frame.pbx}: ${frame.presences.map(({ guid }) => guid)}`
        : frame.t,
    );
  };
  const wrote = () => outgoing.add(wroteFrame({ guid: 'a', write: 1 }));
  return { presence, wrote, flush, shape: () => flush('soon') };
}

test('first lists wait for each other a little', () => {
  const { presence, flush } = setup();
  presence('a', 'pbx', true);
  expect(flush('soon')).toEqual([]);
  presence('b', 'pbx', true);
  expect(flush('later')).toEqual(['pbx: a,b']);
});

test('a change does not wait, and takes what was before it along', () => {
  const { presence, flush } = setup();
  presence('a', 'pbx', true);
  presence('b');
  expect(flush('soon')).toEqual(['pbx: a,b']);
  expect(flush('later')).toEqual(['pbx: a,b']);
});

test('presences that follow each other share a frame', () => {
  const { presence, shape } = setup();
  for (const guid of ['a', 'b', 'c']) presence(guid);
  expect(shape()).toEqual(['pbx: a,b,c']);
});

test('a write between two presences stays between them', () => {
  const { presence, wrote, shape } = setup();
  presence('a');
  wrote();
  presence('b');
  expect(shape()).toEqual(['pbx: a', 'wrote', 'pbx: b']);
});

test('two states of one user stay two, in order', () => {
  const { presence, shape } = setup();
  for (const guid of ['a', 'b', 'a']) presence(guid);
  expect(shape()).toEqual(['pbx: a,b', 'pbx: a']);
});

test('two PBXs never share a frame', () => {
  const { presence, shape } = setup();
  presence('a', 'pbx');
  presence('b', 'branch');
  expect(shape()).toEqual(['pbx: a', 'branch: b']);
});

test('a frame takes no more than its part', () => {
  const { presence, shape } = setup();
  for (let user = 0; user < PART_SIZE + 1; user++) presence(String(user));
  expect(shape().map((frame) => frame.split(',').length)).toEqual([PART_SIZE, 1]);
});

test('what was sent is not touched any more', () => {
  const { presence, shape } = setup();
  presence('a');
  shape();
  presence('b');
  expect(shape()).toEqual(['pbx: a', 'pbx: b']);
});
