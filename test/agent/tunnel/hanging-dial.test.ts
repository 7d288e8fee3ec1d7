import { expect, test } from 'vitest';
import type { Asked } from '../../../agent/outward/ask.ts';
import { overtaken } from '../../../agent/tunnel/hanging-dial.ts';
import { fakeClock } from '../fake-clock.ts';

const answered: Asked = { ok: true, answer: { status: 401, headers: {}, text: '' } };
const failed: Asked = { ok: false, failure: { kind: 'network', detail: 'no' } };

function setup() {
  const clock = fakeClock(0);
  const stop = new AbortController();
  const questions: number[] = [];
  let answer = failed;
  let overAt: number | undefined;
  const question = async () => {
    questions.push(clock.now());
    return answer;
  };
  void overtaken(question, clock, stop.signal).then(() => {
    overAt = clock.now();
  });
  return {
    ...{ clock, questions, stop },
    overAt: () => overAt,
    answers: () => {
      answer = answered;
    },
  };
}

test('a dial that is quick is not asked about', async () => {
  const it = setup();
  await it.clock.pass(1_900);
  it.stop.abort();
  await it.clock.pass(60_000);
  expect(it.questions).toEqual([]);
});

test('while nobody is answered a dial has all the time it wants', async () => {
  const it = setup();
  await it.clock.pass(14_000);
  expect(it.questions.length).toBeGreaterThan(5);
  expect(it.overAt()).toBeUndefined();
});

test('once the edge answers somebody who came later, the dial hangs', async () => {
  const it = setup();
  await it.clock.pass(9_900);
  it.answers();
  await it.clock.pass(1_000);
  expect(it.overAt()).toBeLessThan(10_900);
});
