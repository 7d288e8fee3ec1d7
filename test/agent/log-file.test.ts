import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLogFile } from '../../agent/log-file.ts';
import { Refusal } from '../../agent/refusal.ts';
import { temporaryDirectory } from './temporary.ts';

test('a log file goes on where it was, and never grows beyond its limit', async () => {
  const file = join(await temporaryDirectory(), 'agent.log');
  openLogFile(file, 30)('first line');
  const write = openLogFile(file, 30);
  write('second line');
  expect(await readFile(file, 'utf8')).toBe('first line\nsecond line\n');
  write('third line');
  expect(await readFile(file, 'utf8')).toBe('third line\n');
  expect(await readFile(`${file}.1`, 'utf8')).toBe('first line\nsecond line\n');
});

test('a file that cannot be written is refused at the start', async () => {
  const file = join(await temporaryDirectory(), 'missing', 'agent.log');
  expect(() => openLogFile(file)).toThrow(Refusal);
  expect(() => openLogFile(file)).toThrow(/"log_file": .* cannot be written \(ENOENT\)/);
});
