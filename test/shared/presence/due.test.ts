import { expect, test } from 'vitest';
import { due, SESSION_REFRESH_MS, wantedOnPbx } from '../../../shared/presence/due.ts';
import { newPair } from '../../../shared/presence/model.ts';
import { HOUR, MINUTE, PairDriver, SECOND } from './pair-driver.ts';

const DAY = 24 * HOUR;

test('nothing is due for a pair of which nothing is known', () => {
  const { rules } = new PairDriver();
  expect(due(rules, newPair(), 1)).toEqual({ pbx: null, teams: [], read: false, nextAt: null });
  expect(wantedOnPbx(rules, newPair())).toBeUndefined();
});

test('nothing is due in quiet, not even later', () => {
  const pair = PairDriver.paired();
  expect(pair.due()).toEqual({ pbx: null, teams: [], read: false, nextAt: null });
});

test('a session is refreshed after 5 minutes, half its lifetime', () => {
  const pair = PairDriver.paired();
  pair.pbxCall();
  expect(SESSION_REFRESH_MS).toBe(5 * MINUTE);
  expect(pair.due().nextAt).toBe(pair.now + 5 * MINUTE);
  pair.pass(5 * MINUTE - 1);
  expect(pair.wrote()).toEqual(['teams session']);
  pair.pass(1);
  expect(pair.wrote()).toEqual(['teams session']);
});

test.each([
  ['busy', 'Busy', 0.9 * DAY],
  ['dnd', 'DoNotDisturb', 0.9 * DAY],
  ['away', 'Away', 0.9 * 7 * DAY],
])('%s is renewed before it ends in Teams, so that its end is no choice', (activity, text, ms) => {
  const pair = PairDriver.paired();
  pair.pbxSets(activity);
  const since = pair.now;
  expect(pair.due().nextAt).toBe(since + ms);
  pair.pass(ms - 1);
  expect(pair.wrote()).toEqual([`teams ${text}`]);
  pair.pass(1);
  expect(pair.wrote()).toEqual([`teams ${text}`]);
  expect(pair.due().nextAt).toBe(since + 2 * ms);
});

test('what a human chose in Teams is not renewed for them', () => {
  const pair = PairDriver.paired();
  pair.pbxSets('busy');
  pair.teamsChooses('DoNotDisturb');
  pair.pass(10 * DAY);
  expect(pair.wrote()).toEqual(['teams Busy', 'pbx dnd']);
});

test('calls come first', () => {
  const pair = PairDriver.paired();
  pair.graphLine = 'fails';
  pair.pbxSets('busy');
  pair.pbxCall();
  expect(pair.due().teams.map(({ kind }) => kind)).toEqual(['set-session', 'set-preferred']);
});

test('the latest state wins: what was never sent is not sent', () => {
  const pair = PairDriver.paired();
  pair.pbxGap(() => {
    pair.teamsChooses('Busy');
    pair.pass(MINUTE).teamsChooses('Away');
    pair.pass(MINUTE).teamsChooses('DoNotDisturb');
    pair.pass(MINUTE);
  });
  pair.pass(HOUR);
  expect(pair.wrote()).toEqual(['pbx dnd']);
});

test('one write at a time is on its way to the PBX', () => {
  const pair = PairDriver.paired();
  pair.pbxLine = 'lost';
  pair.teamsChooses('Busy');
  pair.pass(5 * SECOND).teamsChooses('DoNotDisturb');
  expect(pair.wrote()).toEqual(['pbx busy']);
  expect(pair.due()).toMatchObject({ pbx: null, nextAt: pair.now + 10 * SECOND });
  pair.pbxLine = 'list-first';
  pair.pass(10 * SECOND);
  expect(pair.wrote()).toEqual(['pbx dnd']);
});

test('available is not written over the absence of an item, nor online over available', () => {
  const pair = PairDriver.paired({ pbx: 'online' });
  pair.pass(HOUR);
  pair.pbxSets('');
  pair.pass(HOUR);
  expect(pair.wrote()).toEqual([]);
});

test('the settling read is due at its time, once', () => {
  const pair = PairDriver.paired();
  pair.delays = () => [];
  pair.pbxSets('busy');
  pair.pbxSets('');
  pair.reads();
  expect(pair.due()).toMatchObject({ read: false, nextAt: pair.now + 3 * SECOND });
  pair.pass(3 * SECOND);
  expect(pair.reads()).toBe(1);
  expect(pair.due()).toMatchObject({ read: false, nextAt: null });
});
