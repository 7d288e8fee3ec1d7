import { expect, test } from 'vitest';
import { createLog } from '../../agent/log.ts';

const write = (level: 'debug' | 'info') => {
  const lines: string[] = [];
  return { lines, log: createLog({ level, write: (line) => lines.push(line), now: () => 0 }) };
};

test('a line has time, level, what it is about, and the text', () => {
  const { log, lines } = write('info');
  log.about('PBX pbx').warn('gone');
  expect(lines).toEqual(['1970-01-01T00:00:00.000Z warn  PBX pbx: gone']);
});

test('what is below the level is not written', () => {
  const { log, lines } = write('info');
  log.debug('alice is busy');
  expect(lines).toEqual([]);
});

test('a text from outside cannot forge a line', () => {
  const { log, lines } = write('debug');
  log.debug('a\r\nb\u001b[2J');
  expect(lines[0]).toMatch(/a b \[2J$/);
});
