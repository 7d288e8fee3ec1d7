import { expect, test } from 'vitest';
import { Window } from '../../../agent/pbx/window.ts';

test('no more than the size is open at once, and turns are taken in order', () => {
  const window = new Window(2);
  const started: number[] = [];
  const dones: (() => void)[] = [];
  for (let task = 0; task < 5; task++) {
    window.add((done) => {
      started.push(task);
      dones.push(done);
    });
  }
  expect(started).toEqual([0, 1]);
  dones[1]?.();
  expect(started).toEqual([0, 1, 2]);
  for (const done of dones.slice(2)) done();
  dones[0]?.();
  expect(started).toEqual([0, 1, 2, 3, 4]);
});

test('many tasks that are done at once do not pile up', () => {
  const window = new Window(1);
  let count = 0;
  let release = () => {};
  window.add((done) => {
    release = done;
  });
  for (let task = 0; task < 20_000; task++) {
    window.add((done) => {
      count += 1;
      done();
    });
  }
  release();
  expect(count).toBe(20_000);
});
