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

test('for programs a line is JSON, whatever is in the text', () => {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'json',
    write: (l) => lines.push(l),
    now: () => 0,
  });
  log.about('PBX pbx').about('x').warn('a "quoted"\nline');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    part: 'PBX pbx: x',
    text: 'a "quoted"\nline',
  });
});
