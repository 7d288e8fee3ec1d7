import { expect, test } from 'vitest';
import { DOOR, Door } from '../../../agent/pbx/door.ts';

const times = (count: number) => Array.from({ length: count }, (_, n) => n);

test('of too many from one address the oldest has to go', () => {
  const door = new Door();
  for (const n of times(DOOR.openFromAddress)) {
    expect(door.enter(`a${n}`, 'a', 0)).toEqual({ let: 'in', drop: undefined });
  }
  expect(door.enter('a-more', 'a', 0)).toEqual({ let: 'in', drop: 'a0' });
  expect(door.enter('b0', 'b', 0)).toEqual({ let: 'in', drop: undefined });
  expect(door.size).toBe(DOOR.openFromAddress + 1);
});

test('of too many altogether the oldest has to go, so that a PBX always gets its turn', () => {
  const door = new Door();
  for (const n of times(DOOR.open)) door.enter(`k${n}`, `10.0.0.${n}`, 0);
  expect(door.enter('pbx', '192.0.2.10', 0)).toEqual({ let: 'in', drop: 'k0' });
  expect(door.size).toBe(DOOR.open);
});

test('who logged in or left takes no room', () => {
  const door = new Door();
  for (const n of times(100)) {
    expect(door.enter(`a${n}`, 'a', 0)).toEqual({ let: 'in', drop: undefined });
    door.leave(`a${n}`);
  }
  expect(door.size).toBe(0);
});

test('an address whose logins fail too often waits outside for a while, others do not', () => {
  const door = new Door();
  for (const n of times(DOOR.failed)) door.failed('a', n);
  expect(door.enter('a', 'a', 1_000)).toEqual({ let: 'out' });
  expect(door.enter('b', 'b', 1_000)).toMatchObject({ let: 'in' });
  expect(door.enter('a', 'a', DOOR.failedMs)).toMatchObject({ let: 'in' });
});

test('a clock that is set back locks nobody out', () => {
  const door = new Door();
  for (const n of times(DOOR.failed)) door.failed('a', 1_000_000 + n);
  expect(door.enter('a', 'a', 0)).toMatchObject({ let: 'in' });
});

test('the memory of failures is bounded', () => {
  const door = new Door();
  for (const n of times(DOOR.failed)) door.failed('old', n);
  for (const n of times(1_000)) door.failed(`other${n}`, 100);
  expect(door.enter('old', 'old', 200)).toMatchObject({ let: 'in' });
});
