import { expect, test } from 'vitest';
import { Licences } from '../../../agent/pbx/licences.ts';
import { Session } from '../../../agent/pbx/session.ts';
import { fakeClock } from '../fake-clock.ts';
import { FakeLine } from '../fake-line.ts';
import { fakeLog } from '../fake-log.ts';

const MINUTE = 60_000;

function setup() {
  const clock = fakeClock(0);
  const line = new FakeLine();
  const session = new Session(line, clock, fakeLog().log);
  void session.run(new AbortController().signal);
  const told: string[] = [];
  const licences = new Licences(session, 'microsoft365', {
    licences: (who, fault) => told.push(`${who}${fault ? ` ${fault.code}` : ''}`),
  });
  const acts: string[] = [];
  const need = (guid: string, licence: string | null = 'App(x)') =>
    licences.require(guid, licence ?? undefined, (has) => acts.push(`${guid} ${has}`));
  /** Answers each open question; `ok` of those who have it. */
  const answer = (having: string[], more: object = {}) => {
    const questions = line.take().filter(({ mt }) => mt === 'CheckAppLic');
    for (const { src, guid } of questions) {
      const ok = having.includes(String(guid)) ? { ok: true } : {};
      line.say({ mt: 'CheckAppLicResult', src, ...ok, ...more });
    }
    return questions.length;
  };
  /** The line stays alive meanwhile. */
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 4_000) {
      clock.advance(Math.min(4_000, ms - passed));
      line.pong();
    }
  };
  return { clock, line, licences, told, acts, need, answer, pass };
}

test('nobody is subscribed before the PBX has answered', () => {
  const { acts, need, answer, told, pass } = setup();
  need('a');
  need('b');
  expect(acts).toEqual([]);
  answer(['a']);
  expect(acts).toEqual(['a true', 'b false']);
  pass(1_000);
  expect(told).toEqual(['b']);
});

test('questions are bounded, and all are asked', () => {
  const { need, answer } = setup();
  for (let n = 0; n < 25; n += 1) need(`u${n}`);
  expect([answer([]), answer([]), answer([]), answer([])]).toEqual([10, 10, 5, 0]);
});

test('a licence that comes or goes is noticed within a quarter of an hour', () => {
  const { acts, need, answer, told, pass } = setup();
  need('a');
  need('b');
  answer(['a']);
  pass(15 * MINUTE + 1);
  answer(['b']);
  pass(15 * MINUTE + 1);
  answer(['b']);
  pass(1_000);
  expect(acts).toEqual(['a true', 'b false', 'a false', 'b true']);
  expect(told).toEqual(['b', 'a']);
});

test('said again, the answer is known; what no licence is needed for is not asked', () => {
  const { acts, need, answer, line } = setup();
  need('a');
  answer([]);
  need('a');
  need('b', null);
  expect(line.take()).toEqual([]);
  expect(acts).toEqual(['a false', 'a false', 'b true']);
});

test('an error leaves everybody as they were, new ones pass, and the box is named', () => {
  const { acts, need, answer, told, pass } = setup();
  need('a');
  answer([]);
  pass(15 * MINUTE + 1);
  answer([], { error: 6 });
  need('b');
  answer([], { error: 6 });
  pass(1_000);
  expect(acts).toEqual(['a false', 'b true']);
  expect(told.at(-1)).toBe('a api-missing');
});

test('who is forgotten is neither asked nor told', () => {
  const { licences, need, answer, told, pass } = setup();
  need('a');
  answer([]);
  pass(1_000);
  licences.forget('a');
  pass(16 * MINUTE);
  expect(answer([])).toBe(0);
  expect(told).toEqual(['a', '']);
});
